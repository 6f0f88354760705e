#!/bin/sh
# Generates everything anew and fails when a file came out different. It compares
# contents, not with git, so that it also tells the truth in a tree with changes.
set -eu
cd "$(dirname "$0")/.."

sums() { git ls-files -co --exclude-standard -z | xargs -0 cksum 2>/dev/null | sort -k 3; }

before=$(mktemp)
after=$(mktemp)
trap 'rm -f "$before" "$after"' EXIT
sums >"$before"
sh scripts/generate.sh
sums >"$after"
if ! diff "$before" "$after" >/dev/null; then
	echo "check-generated: these were stale; they are fresh now, commit them:" >&2
	diff "$before" "$after" | sed -n 's/^> [0-9]* [0-9]* /  /p' >&2
	exit 1
fi
echo "check-generated: everything generated is fresh"
