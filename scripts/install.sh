#!/bin/sh
# `install.sh install` puts bin/payments and what systemd has to know under DESTDIR, `install.sh uninstall` takes it
# away again. Configuration, credentials and data are the operator's: install replaces none, uninstall leaves them.
set -eu
cd "$(dirname "$0")/.."

prefix=${PREFIX:-/usr/local}
sysconfdir=${SYSCONFDIR:-/etc}
root=${DESTDIR:-}
units=$prefix/lib/systemd/system

# put FILE PLACE: with the places of this installation in it.
put() {
	mkdir -p "$root$(dirname "$2")"
	sed -e "s#@bindir@#$prefix/bin#g" -e "s#@sysconfdir@#$sysconfdir#g" "$1" >"$root$2"
	chmod 644 "$root$2"
}

install_all() {
	install -D -m 755 bin/payments "$root$prefix/bin/payments"
	for unit in deploy/systemd/*.service; do
		put "$unit" "$units/$(basename "$unit")"
	done
	put deploy/systemd/payments.sysusers "$prefix/lib/sysusers.d/payments.conf"
	put deploy/systemd/payments.tmpfiles "$prefix/lib/tmpfiles.d/payments.conf"
	[ -e "$root$sysconfdir/payments/payments.yaml" ] ||
		put deploy/systemd/payments.yaml "$sysconfdir/payments/payments.yaml"
	echo "installed under $root$prefix; next: docs/deploy.md, One machine, with systemd"
}

uninstall_all() {
	for unit in deploy/systemd/*.service; do
		rm -f "$root$units/$(basename "$unit")"
	done
	rm -f "$root$prefix/bin/payments" "$root$prefix/lib/sysusers.d/payments.conf" "$root$prefix/lib/tmpfiles.d/payments.conf"
	echo "uninstalled; left are $sysconfdir/payments and /var/lib/payments"
}

case ${1:-} in
install) install_all ;;
uninstall) uninstall_all ;;
*)
	echo "install.sh: install or uninstall?" >&2
	exit 2
	;;
esac
