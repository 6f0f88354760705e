#!/bin/sh
# Builds the TypeScript SDK and packs it into a directory, and prints the archive's path.
# Its version is that of the release, a tag of git; between releases it names the commit.
set -eu
to=${1:?usage: package-api.sh DIRECTORY}
mkdir -p "$to"
to=$(cd "$to" && pwd)
cd "$(dirname "$0")/../api/typescript"

# Tests and people may be packing at the same time.
exec 9<package-lock.json
flock 9

[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund --silent
rm -rf dist
npm run --silent build

package=$(mktemp -d)
trap 'rm -rf "$package"' EXIT
cp -R dist src package.json README.md ../../LICENSE "$package"
cd "$package"
npm pkg set "version=$(sh "$OLDPWD/../../scripts/release-version.sh")"
npm pkg delete scripts devDependencies
echo "$to/$(npm pack --silent --pack-destination "$to")"
