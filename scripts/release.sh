#!/bin/sh
# Builds what a release is made of into dist/: an archive for each architecture with the binary, what an operator copies
# out, and a bill of materials (CycloneDX); and the checksums. The same commit gives the same bytes wherever and
# whenever this runs: files come from the commit, times are its, owners and modes are fixed.
set -eu
cd "$(dirname "$0")/.."

if [ -n "$(git status --porcelain)" ]; then
	echo "release: commit first; a release is what a commit has" >&2
	exit 1
fi
version=$(git describe --tags --always)
time=$(git log -1 --format=%ct)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf dist
mkdir dist

# bill BINARY FILE: what is in a binary, by the list that Go writes into it.
bill() {
	go tool -modfile=tools/sbom/go.mod cyclonedx-gomod bin -json -std -noserial -notimestamp -version "$version" -output "$2" "$1" 2>/dev/null
}

# pack FOLDER ARCHIVE
pack() {
	LC_ALL=C tar -C "$work" --sort=name --format=ustar --mtime="@$time" --owner=0 --group=0 --numeric-owner \
		--mode='u+rwX,go+rX,go-w' -cf - "$1" | gzip -9 -n >"$2"
}

for arch in amd64 arm64; do
	name=payments-$version-linux-$arch
	mkdir "$work/$name"
	git archive HEAD -- LICENSE README.md CHANGELOG.md docs deploy scripts/install.sh | tar -C "$work/$name" -xf -
	find "$work/$name/deploy" \( -name '*_test.go' -o -name testdata -o -name deploytest \) -prune -exec rm -r {} +
	GOOS=linux GOARCH=$arch make --silent build OUT="$work/$name/bin/payments"
	bill "$work/$name/bin/payments" "$work/$name/sbom.cdx.json"
	pack "$name" "dist/$name.tar.gz"
	cp "$work/$name/sbom.cdx.json" "dist/$name.cdx.json"
done
(cd dist && sha256sum -- * >SHA256SUMS)
cat dist/SHA256SUMS
