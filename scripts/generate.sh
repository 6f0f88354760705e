#!/bin/sh
# Writes everything generated: the queries' Go by sqlc, the rest by go generate.
set -eu
cd "$(dirname "$0")/.."

# Without cgo sqlc brings its parser as WebAssembly and needs no C compiler.
CGO_ENABLED=0 go tool -modfile=tools/go.mod sqlc generate -f internal/store/sqlc.yaml
go generate ./...
# It reads what the worker wrote just now.
go generate ./api/typescript
