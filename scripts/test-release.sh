#!/bin/sh
# Builds the release twice, from two clones in two places, at two times, under two umasks, and compares every byte. Then
# installs from the archive, and runs what came of it.
set -eu
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$(pwd)

# build PLACE UMASK ZONE
build() {
	git clone --quiet "$here" "$work/$1"
	(cd "$work/$1" && umask "$2" && TZ=$3 make --silent release)
}

fail() {
	echo "test-release: $*" >&2
	exit 1
}

build first 022 Asia/Seoul
build elsewhere/second 077 America/Lima
diff -r "$work/first/dist" "$work/elsewhere/second/dist" || fail "two builds of a commit differ"

cd "$work/first/dist"
sha256sum --check --quiet SHA256SUMS
mkdir "$work/unpacked"
# check ARCH MACHINE: ELF's number of the processor (e_machine, two bytes at 18), and a bill of all that was linked.
check() {
	tar -C "$work/unpacked" -xzf payments-*-linux-"$1".tar.gz
	binary=$(echo "$work"/unpacked/*-linux-"$1"/bin/payments)
	[ "$(od -An -tx2 -j18 -N2 "$binary" | tr -d ' ')" = "$2" ] || fail "the binary of $1 is for another processor"
	grep -q '"bomFormat": "CycloneDX"' payments-*-linux-"$1".cdx.json || fail "the bill of $1 is no CycloneDX"
	go version -m "$binary" | awk '$1 == "dep" { print $2 }' >"$work/linked"
	[ -s "$work/linked" ] || fail "the binary of $1 does not say what was linked"
	while read -r module; do
		grep -qF "\"name\": \"$module\"" payments-*-linux-"$1".cdx.json || fail "the bill of $1 lacks $module"
	done <"$work/linked"
}
check amd64 003e
check arm64 00b7
native=$(go env GOARCH)
DESTDIR=$work/root sh "$work"/unpacked/*-linux-"$native"/scripts/install.sh install >/dev/null
"$work/root/usr/local/bin/payments" version >"$work/version"
for fact in "$(git -C "$work/first" rev-parse HEAD)" "$(TZ=UTC git -C "$work/first" log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ)" \
	"linux/$native"; do
	grep -qF "$fact" "$work/version" || fail "the installed binary says nothing of $fact"
done
echo "test-release: two builds are the same bytes, and install"
