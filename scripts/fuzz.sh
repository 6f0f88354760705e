#!/bin/sh
# Runs every fuzz target of every package for a while. `go test -fuzz` takes one
# target of one package at a time.
set -eu
cd "$(dirname "$0")/.."

for package in $(go list ./...); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "== $package $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-10s}" -fuzzminimizetime 1s "$package"
	done
done
