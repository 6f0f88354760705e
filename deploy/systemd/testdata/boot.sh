#!/bin/sh
# Boots systemd as process 1 of a container made of nothing but namespaces: the root filesystem is this machine's with
# the folder $1/tree over it, and what is written goes to memory. It shares this machine's network. Run as root.
#
#   boot.sh prepare DIR [HERE THERE]…   makes the control groups that systemd may have, enters them, and calls itself in
#                                       namespaces
#   boot.sh init DIR [HERE THERE]…      inside: mounts, also the folders HERE as THERE, and becomes systemd
set -eu
step=$1
dir=$2
shift 2
name=$(basename "$dir")

# hierarchies are where control groups are mounted that systemd uses: one on newer machines, two on mixed ones.
hierarchies() {
	if [ -e /sys/fs/cgroup/cgroup.procs ]; then
		echo /sys/fs/cgroup
	else
		echo /sys/fs/cgroup/systemd /sys/fs/cgroup/unified
	fi
}

prepare() {
	for at in $(hierarchies); do
		mkdir "$at/$name"
		echo $$ >"$at/$name/cgroup.procs"
	done
	exec unshare --mount --pid --fork --kill-child --cgroup --uts --ipc sh "$0" init "$dir" "$@"
}

init() {
	mount --make-rprivate /
	mount -t tmpfs tmpfs "$dir/disk"
	mkdir "$dir/disk/upper" "$dir/disk/work" "$dir/disk/root"
	cp -a "$dir/tree/." "$dir/disk/upper"
	root=$dir/disk/root
	mount -t overlay overlay -o "lowerdir=/,upperdir=$dir/disk/upper,workdir=$dir/disk/work" "$root"
	mount -t proc proc "$root/proc"
	mount -t sysfs -o ro sysfs "$root/sys"
	mount -t tmpfs tmpfs "$root/run"
	mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
	devices
	control_groups
	share "$@"
	cd "$root"
	pivot_root . . # nothing of the machine's own mounts stays in sight
	umount -l .
	mount --make-rshared / # a container's manager does that; without, credentials stay unseen
	systemd-sysusers
	systemd-tmpfiles --create payments.conf
	exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		/lib/systemd/systemd --system --unit=payments.service --show-status=no --log-target=journal
}

devices() {
	mount -t tmpfs -o mode=755 tmpfs "$root/dev"
	for device in null zero full random urandom tty; do
		touch "$root/dev/$device"
		mount --bind "/dev/$device" "$root/dev/$device"
	done
	mkdir "$root/dev/pts" "$root/dev/shm"
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
	ln -s pts/ptmx "$root/dev/ptmx"
	ln -s /proc/self/fd "$root/dev/fd"
}

# share mounts folders that may be on other disks than this machine's root, which is all that the overlay shows of it.
share() {
	while [ $# -gt 0 ]; do
		over=$(mktemp -d "$dir/disk/shared.XXXXXX")
		mkdir -p "$over/upper" "$over/work" "$root$2"
		chmod 755 "$over/upper"
		mount -t overlay overlay -o "lowerdir=$1,upperdir=$over/upper,workdir=$over/work" "$root$2"
		shift 2
	done
}

control_groups() {
	if [ -e /sys/fs/cgroup/cgroup.procs ]; then
		mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
		return
	fi
	mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
	mkdir "$root/sys/fs/cgroup/systemd" "$root/sys/fs/cgroup/unified"
	mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
	mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified"
}

"$step" "$@"
