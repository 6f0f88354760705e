#!/usr/bin/env bash
# Runs every sh and go block of README.md against the running system, and fails with the
# first that fails. The README has the default ports; here they are those of the environment.
# Its console blocks are transcripts of commands that scripts/e2e.sh and .ci/run give.
set -euo pipefail
cd "$(dirname "$0")/.."

blocks=$(mktemp -d)
trap 'rm -rf "$blocks"' EXIT

awk -v to="$blocks" '
	/^```(sh|go)$/ { file = sprintf("%s/%02d.%s", to, ++n, substr($0, 4)); next }
	/^```/         { file = "" }
	file           { print > file }
' README.md
sed -i.bak -e "s/37821/${API_PORT:-37821}/g" -e "s/37822/${ADMIN_PORT:-37822}/g" -e "s/10851/${FAKE_IAMPORT_PORT:-10851}/g" \
	-e "s/30771/${FAKE_TOSS_PORT:-30771}/g" "$blocks"/*.sh "$blocks"/*.go

for block in "$blocks"/*.sh "$blocks"/*.go; do
	echo "readme: running"
	sed 's/^/  | /' "$block"
	case $block in
	*.sh) bash -euo pipefail "$block" ;;
	*.go) go run "$block" ;;
	esac
done
