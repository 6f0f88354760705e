#!/bin/sh
# Prints everything about the current commit that GET /monitors/system tells, in
# Base64, for -ldflags; nothing outside of a git checkout. monitor/system.go reads it.
set -eu
cd "$(dirname "$0")/.."
git rev-parse --verify -q HEAD >/dev/null 2>&1 || exit 0

branch=$(git rev-parse --abbrev-ref HEAD)
tags=$(git tag --points-at HEAD | tr '\n' ' ')
short=$(git rev-parse HEAD | cut -c1-7) # git's own grows with the repository, and builds would differ by that
git log -1 --format="$short%x1f$branch%x1f%H%x1f%s%x1f%f%x1f%b%x1f%an%x1f%ae%x1f%at%x1f%cn%x1f%ce%x1f%ct%x1f$tags" | base64 | tr -d '\n'
