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
for arch in amd64 arm64; do
	grep -q '"name": "github.com/jackc/pgx/v5"' payments-*-linux-$arch.cdx.json || fail "the bill of $arch does not name what is in it"
done
mkdir "$work/unpacked"
tar -C "$work/unpacked" -xzf payments-*-linux-"$(go env GOARCH)".tar.gz
DESTDIR=$work/root sh "$work"/unpacked/*/scripts/install.sh install >/dev/null
"$work/root/usr/local/bin/payments" version | grep -q "$(git -C "$work/first" rev-parse HEAD)" || fail "the installed binary is of another commit"
echo "test-release: two builds are the same bytes, and install"
