#!/bin/sh
# Makes a first payment against a running `make run`, with nothing but curl and openssl:
# a card is charged at the fake Iamport, the payment's history is stored in the payments
# server, read back with its password, and refused without it.
#
# Another system than the default one is named by the variables it was started with:
# API_PORT, FAKE_IAMPORT_PORT, API_ENCRYPTION_KEY, API_ENCRYPTION_IV.
set -eu

api=http://127.0.0.1:${API_PORT:-37821}
iamport=http://127.0.0.1:${FAKE_IAMPORT_PORT:-10851}
key=${API_ENCRYPTION_KEY:-MCKOxv9B23r7EatArCFcBP03nfaS03T8}
iv=${API_ENCRYPTION_IV:-9haeYD1tIf4v8xs7}
password=first-payment-$$
price=20000

say() { printf '\n%s\n' "$*"; }
fail() {
	echo "first-payment: $*" >&2
	exit 1
}

# field NAME: the value of a text field of the JSON on stdin.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# The wire format: AES-CBC with PKCS#5 padding under the deployment's key, in Base64.
hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n'; }
aes() { openssl enc "-aes-$((${#key} * 8))-cbc" -K "$(hex "$key")" -iv "$(hex "$iv")" "$@"; }
seal() { printf %s "$1" | aes | openssl base64 -A; }
open() { openssl base64 -d -A | aes -d; }

# call METHOD PATH JSON: asks the payments server; leaves $status and $answer, in plain text.
call() {
	answer=$(seal "$3" | curl -sS -X "$1" "$api$2" -H 'Content-Type: text/plain' --data-binary @- -w '\n%{http_code}') ||
		fail "the payments server does not answer at $api; is \`make run\` running?"
	status=${answer##*
}
	answer=${answer%
*}
	case $status in
	2*) answer=$(printf %s "$answer" | open) ;;
	esac
}

order=$(openssl rand -hex 16 | sed -E 's/(.{8})(.{4})(.{4})(.{4})/\1-\2-\3-\4-/')

say "1. A customer pays: the fake Iamport charges a card ₩$price for the order $order."
token=$(curl -sS "$iamport/users/getToken" -H 'Content-Type: application/json' \
	-d '{"imp_key":"test_imp_key","imp_secret":"test_imp_secret"}' | field access_token)
[ -n "$token" ] || fail "the fake Iamport gives no token at $iamport; is \`make run\` running?"
charge=$(curl -sS "$iamport/subscribe/payments/onetime" -H 'Content-Type: application/json' -H "Authorization: $token" -d '{
	"merchant_uid":"'"$order"'","amount":'$price',"name":"a first payment","currency":"KRW",
	"card_number":"1234-1234-1234-1234","expiry":"2030-12","birth":"880311","pwd_2digit":"11","cvc":"123"}')
imp_uid=$(printf %s "$charge" | field imp_uid)
[ -n "$imp_uid" ] || fail "the fake Iamport charged nothing: $charge"
echo "Iamport calls it $imp_uid."

say "2. The shop's backend stores it: POST /payments/histories, under a password of its own for this record."
call POST /payments/histories '{
	"vendor":{"code":"iamport","store_id":"default","uid":"'"$imp_uid"'"},
	"source":{"schema":"shop","table":"orders","id":"'"$order"'"},
	"price":'$price',"password":"'"$password"'","webhook_url":"'"$api"'/payments/internal/webhook"}'
[ "$status" = 201 ] || fail "stored nothing, answer $status: $answer"
id=$(printf %s "$answer" | sed -n 's/^{"id":"\([^"]*\)".*/\1/p')
[ -n "$id" ] || fail "the stored history has no id: $answer"
echo "It asked Iamport whether ₩$price were paid, and keeps the record $id, encrypted."

say "3. Read it back with the password: PATCH /payments/histories/$id"
call PATCH "/payments/histories/$id" '{"password":"'"$password"'"}'
[ "$status" = 200 ] || fail "could not read it, answer $status: $answer"
printf '%s\n' "$answer"

say "4. Try a wrong password:"
call PATCH "/payments/histories/$id" '{"password":"guess"}'
[ "$status" = 403 ] || fail "a wrong password was answered with $status: $answer"
printf 'refused with %s: %s\n' "$status" "$answer"
