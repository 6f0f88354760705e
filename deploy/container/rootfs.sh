#!/bin/sh
# rootfs.sh DIR: assembles all that the image has, from bin/payments and this machine's certificates. The Dockerfile
# runs it, and so does the test that needs no Docker.
set -eu
cd "$(dirname "$0")/../.."
root=$1

# The number is that of distroless images' nonroot: a number, so that Kubernetes can tell that it is not root's.
user=65532

install -D -m 755 bin/payments "$root/usr/bin/payments"
# With which gateways and services prove who they are.
install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
echo "payments:x:$user:$user:payments-server:/var/lib/payments:/nonexistent" >"$root/etc/passwd"
echo "payments:x:$user:" >"$root/etc/group"
# Where things are mounted: configuration, secrets, temporary files, state.
mkdir -p "$root/etc/payments" "$root/run/secrets" "$root/var/lib/payments"
install -d -m 1777 "$root/tmp"
