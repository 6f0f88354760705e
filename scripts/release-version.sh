#!/bin/sh
# Prints the version of what is checked out: 1.2.3 at the tag v1.2.3, and elsewhere
# 0.0.0-<seconds>.g<commit>, which any release is newer than.
set -eu
cd "$(dirname "$0")/.."
tag=$(git describe --tags --exact-match --match 'v[0-9]*' 2>/dev/null) && echo "${tag#v}" && exit
git log -1 --format=0.0.0-%ct.g%h 2>/dev/null || echo 0.0.0-unknown
