#!/bin/sh
# Packs the TypeScript SDK as it is now, installs it here, and compiles the sample programs with it.
set -eu
cd "$(dirname "$0")/.."
packed=$(mktemp -d)
trap 'rm -rf "$packed"' EXIT
archive=$(sh ../../scripts/package-api.sh "$packed")
rm -rf node_modules/payments-server-api
mkdir node_modules/payments-server-api
tar -xzf "$archive" -C node_modules/payments-server-api --strip-components 1
node_modules/.bin/tsc -p samples
