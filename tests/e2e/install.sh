#!/bin/sh
# Installs the published clients that the suite pays with, once.
set -eu
cd "$(dirname "$0")"

installed() { [ -e "$1/node_modules/.installed" ] && ! [ "$1/package-lock.json" -nt "$1/node_modules/.installed" ]; }

packages() {
	echo "e2e: installing the npm packages of tests/e2e/$1"
	npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --silent
}

# sdk DIR PACKAGE VERSION SHA512: the SDK of the original payments server was never
# published by itself, only inside the server, and that cannot be installed any more:
# it asks for fake-iamport-server, which is gone from npm. So its lib/api is unpacked
# from the published archive, as it is.
sdk() {
	packages "$1"
	archive=$(npm pack --silent --pack-destination "$tmp" "$2@$3")
	if [ "$(openssl dgst -sha512 -binary "$tmp/$archive" | openssl base64 -A)" != "$4" ]; then
		echo "e2e: $2@$3 is not the archive it was" >&2
		exit 1
	fi
	mkdir -p "$1/node_modules/$2"
	tar -xzf "$tmp/$archive" -C "$1/node_modules/$2" --strip-components 1 package/package.json package/lib/api
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# The browser's driver is that of the fakes' own suites, whose tests may be installing it, too.
(cd ../../fakes/conformance && flock package-lock.json sh -c \
	'[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --silent')
installed . || { packages . && touch node_modules/.installed; }
installed sdk4 || { sdk sdk4 payment-backend 4.0.0 \
	"2Ad6RxDKZvx2KXhkZelh0ZXx7oZpjtceFS1CVqzIrKcCjIwa8u+zCD+VBqIyKHD3F8JwtdERQ3gWdcXtruTtgw==" && touch sdk4/node_modules/.installed; }
installed sdk10 || { sdk sdk10 @samchon/payment-backend 10.0.0 \
	"7vwUYTLMzNRcYapERhg2eqzxwvd3v9VpzSBUcoDV7vjH965IOxl0floPv8mmClgeevnKZJhhL8AZ2Wz3/VnQdg==" && touch sdk10/node_modules/.installed; }
