#!/bin/sh
# Makes the tests of the published types: node_modules/.validators/validators.js.
set -eu
cd "$(dirname "$0")"
out=node_modules/.validators
rm -rf "$out"
mkdir -p "$out/source"
cp validators.ts "$out/source"
node_modules/.bin/typia generate --input "$out/source" --output "$out" --project tsconfig.json >/dev/null
# What typia wrote was checked by it, and need not please a compiler again.
node_modules/.bin/tsc "$out/validators.ts" --noCheck --target es2022 --module commonjs --moduleResolution node --skipLibCheck
