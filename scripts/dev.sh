#!/bin/sh
# Builds whenever a source file has changed, and lets a server that runs reload. Ctrl-C ends it; the server stays.
set -eu
cd "$(dirname "$0")/.."
sources() { find . -name node_modules -prune -o \( -name '*.go' -o -name '*.sql' -o -name go.mod \) "$@" -print; }
mark=$(mktemp) # when the last build began: what was saved while it ran is built again
trap 'rm -f "$mark"' EXIT
while :; do
	touch "$mark"
	if make --no-print-directory build && bin/payments status >/dev/null 2>&1; then
		bin/payments reload || true # it says why, and the old workers go on
	fi
	until [ -n "$(sources -newer "$mark" | head -1)" ]; do sleep 1; done
done
