#!/usr/bin/env bash
# Holds README.md to its word, against the running system: runs every sh, go and ts block, and
# looks for every line of a text block in the transcripts given as arguments; a "…" stands
# for what differs each time. The README has the default ports and the home of its reader,
# here they are those of the environment. What its console blocks run, scripts/e2e.sh and
# .ci/run run too.
set -euo pipefail
cd "$(dirname "$0")/.."

blocks=$(mktemp -d)
trap 'rm -rf "$blocks" tests/e2e/samples/readme.m*' EXIT

sed -e "s/37821/$API_PORT/g" -e "s/37822/$ADMIN_PORT/g" -e "s/10851/$FAKE_IAMPORT_PORT/g" -e "s/30771/$FAKE_TOSS_PORT/g" \
	-e "s#/home/you/payments-server/.payments#$SYSTEM_HOME#" README.md |
	awk -v to="$blocks" '
		/^```(sh|go|ts|text)$/ { file = sprintf("%s/%02d.%s", to, ++n, substr($0, 4)); next }
		/^```/              { file = "" }
		file                { print > file }
	'

for block in "$blocks"/*.text; do
	while IFS= read -r line; do
		pattern=$(printf %s "$line" | sed -e 's/[][\.*^$]/\\&/g' -e 's/…/.*/g')
		grep -q -- "^$pattern\$" "$@" || {
			echo "readme: nothing says: $line" >&2
			exit 1
		}
	done <"$block"
done
for block in "$blocks"/*.sh; do
	echo "readme: running a block of sh"
	bash -euo pipefail "$block"
done
for block in "$blocks"/*.go; do
	echo "readme: running a block of Go"
	go run "$block"
done
for block in "$blocks"/*.ts; do
	echo "readme: running a block of TypeScript"
	cp "$block" tests/e2e/samples/readme.mts # where the SDK is installed
	tests/e2e/node_modules/.bin/tsc -p tests/e2e/samples
	node tests/e2e/samples/readme.mjs
done
echo "readme: it does what it says"
