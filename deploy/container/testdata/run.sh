#!/bin/sh
# Runs DIR/rootfs as a container engine would run the image, with nothing but namespaces: process 1 of its own, the root
# read-only, DIR/home where state is, DIR/secrets and DIR/etc mounted. It shares this machine's network. Run as root.
#
#   run.sh DIR UID COMMAND…
set -eu
if [ "${1:-}" != inside ]; then
	exec unshare --mount --pid --fork --kill-child --ipc --uts sh "$0" inside "$@"
fi
dir=$2 user=$3
shift 3
root=$dir/rootfs
mount --make-rprivate /
mount --bind "$root" "$root"
mkdir -p "$root/proc" "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero random urandom; do
	touch "$root/dev/$device"
	mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount --bind "$dir/home" "$root/var/lib/payments"
mount --bind -o ro "$dir/secrets" "$root/run/secrets"
mount --bind -o ro "$dir/etc" "$root/etc/payments"
mount -o remount,bind,ro "$root"
# The programs that follow are this machine's, and enter the root as they end.
exec setpriv --no-new-privs env -i \
	CREDENTIALS_DIRECTORY=/run/secrets PAYMENTS_HOME=/var/lib/payments \
	"$(command -v chroot)" --userspec="$user" "$root" "$@"
