#!/bin/sh
# Installs what the machine lacks of the things named: `setup.sh postgres node`.
# What is there already is left alone, so that a second run does nothing.
set -eu
cd "$(dirname "$0")/.."

# as_root runs a command as root, and explains itself where it cannot.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "setup: neither root nor sudo; run this as root, then try again: $*" >&2
		exit 1
	fi
}

# get WHAT APT-PACKAGES BREW-PACKAGE
get() {
	echo "setup: $1 is missing; installing it"
	if command -v apt-get >/dev/null; then
		as_root apt-get update -qq
		# shellcheck disable=SC2086 # several packages
		as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $2 >/dev/null
	elif command -v brew >/dev/null; then
		brew install --quiet "$3"
	else
		echo "setup: neither apt nor brew here; install $1 by hand, then try again" >&2
		exit 1
	fi
}

has_postgres() {
	command -v initdb >/dev/null && return
	for initdb in /usr/lib/postgresql/*/bin/initdb /opt/homebrew/opt/postgresql*/bin/initdb /usr/local/opt/postgresql*/bin/initdb; do
		[ -x "$initdb" ] && return
	done
	return 1
}

setup_postgres() {
	has_postgres && return
	# Debian's package makes a cluster and starts it. Ours is private; nobody asked for another.
	if command -v apt-get >/dev/null && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
		as_root mkdir -p /etc/postgresql-common
		echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
	fi
	get "PostgreSQL" "postgresql" "postgresql@17"
	has_postgres || {
		echo "setup: installed PostgreSQL, and still cannot find its initdb" >&2
		exit 1
	}
}

setup_ssh() {
	command -v ssh-keygen >/dev/null && command -v ssh >/dev/null || get "OpenSSH" "openssh-client" "openssh"
}

setup_node() {
	command -v node >/dev/null && command -v npm >/dev/null || get "Node.js" "nodejs npm" "node"
}

# What the end-to-end tests pay with.
setup_clients() {
	sh tests/e2e/install.sh
}

# What docs/encryption.md has programs in.
setup_languages() {
	command -v curl >/dev/null || get "curl" "curl" "curl"
	command -v openssl >/dev/null || get "OpenSSL" "openssl" "openssl"
	python3 -c 'import cryptography' 2>/dev/null || get "Python's cryptography" "python3 python3-cryptography" "cryptography"
	command -v javac >/dev/null || get "Java" "default-jdk-headless" "openjdk"
}

setup_chromium() {
	command -v chromium >/dev/null || get "Chromium" "chromium" "chromium"
}

# Debian's package would start a server that nobody asked for. Its programs alone are enough to test rules and the
# dashboard with, so they are only unpacked.
setup_prometheus() {
	programs=${XDG_CACHE_HOME:-$HOME/.cache}/payments-server/prometheus
	if command -v promtool >/dev/null || [ -x "$programs/promtool" ]; then
		return
	fi
	if ! command -v apt-get >/dev/null; then
		get "Prometheus" "" "prometheus"
		return
	fi
	echo "setup: Prometheus is missing; unpacking it to $programs"
	as_root apt-get update -qq
	tmp=$(mktemp -d)
	(cd "$tmp" && apt-get download -qq prometheus 2>/dev/null && dpkg-deb -x prometheus_*.deb .)
	mkdir -p "$programs"
	mv "$tmp/usr/bin/prometheus" "$tmp/usr/bin/promtool" "$programs/"
	rm -rf "$tmp"
}

setup_systemd() {
	[ "$(uname)" = Linux ] || return 0 # its tests are for Linux only
	command -v systemd-analyze >/dev/null || get "systemd" "systemd" "systemd"
}

for thing in "$@"; do
	"setup_$thing"
done
