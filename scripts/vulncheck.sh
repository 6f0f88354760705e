#!/bin/sh
# Looks for known vulnerabilities that our code reaches. A machine without a way to
# the database says so and goes on: a network is not a defect of the code.
set -eu
cd "$(dirname "$0")/.."

database=${GOVULNDB:-https://vuln.go.dev}
if ! curl -fsS --max-time 10 -o /dev/null "$database/index/db.json" 2>/dev/null; then
	echo "govulncheck: skipped, $database cannot be reached"
	exit 0
fi
go tool -modfile=tools/go.mod govulncheck -db "$database" ./...
