#!/bin/sh
# Builds the benchmark and stripe-mock of one version into a folder of their own, and
# runs them: `bench/fakes/run.sh -lap 10s`.
set -eu
cd "$(dirname "$0")"
programs=$(mktemp -d)
trap 'rm -rf "$programs"' EXIT

GOBIN=$programs go install github.com/stripe/stripe-mock@v0.203.0
go build -o "$programs/fakes" .
"$programs/fakes" -stripe-mock "$programs/stripe-mock" "$@"
