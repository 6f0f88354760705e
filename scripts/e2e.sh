#!/usr/bin/env bash
# Starts the whole system as a newcomer does, by `make run` with an empty home; makes the
# first payment by hand; runs what the README says; pays with the published clients; presses
# Ctrl-C and proves that no process is left. Then again, on the home that is there now.
set -euo pipefail
cd "$(dirname "$0")/.."

free_ports='const { createServer } = require("net");
const servers = Array.from({ length: +process.argv[1] }, () => createServer().listen(0, "127.0.0.1"));
setImmediate(() => { console.log(servers.map((s) => s.address().port).join(" ")); servers.forEach((s) => s.close()); });'
read -r API_PORT ADMIN_PORT UPDATER_PORT FAKE_IAMPORT_PORT FAKE_TOSS_PORT < <(node -e "$free_ports" 5)
export API_PORT ADMIN_PORT UPDATER_PORT FAKE_IAMPORT_PORT FAKE_TOSS_PORT

place=$(mktemp -d)
chmod 755 "$place" # PostgreSQL runs as a user of its own and has to get through
home=$place/home   # not exported: only what `make run` starts has it in its environment
log=$place/make-run.log
running=

fail() {
	echo "e2e: $*" >&2
	[ ! -e "$log" ] || sed 's/^/make run: /' "$log" >&2
	exit 1
}

# ours lists the processes of this system: those whose arguments or environment name its
# home. The pattern is in a file, lest grep find itself.
ours() {
	echo "$home" >"$place/pattern"
	for pid in $(grep -lsaFf "$place/pattern" /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr -dc '0-9\n' | sort -un); do
		ps -o pid=,args= -p "$pid" || true # it may have ended meanwhile
	done
}

start() {
	set -m # a process group of its own, as a terminal gives to what it runs
	PAYMENTS_HOME=$home make run >"$log" 2>&1 &
	set +m
	running=$!
	local deadline=$((SECONDS + 120))
	until curl -sf -o /dev/null "http://127.0.0.1:$API_PORT/monitors/health"; do
		kill -0 "$running" 2>/dev/null || fail "make run ended by itself"
		((SECONDS < deadline)) || fail "the API does not answer after 120 s"
		sleep 0.2
	done
}

# ctrl_c interrupts the whole group, as a terminal does, and waits until `make run` is done.
ctrl_c() {
	kill -INT -- "-$running"
	wait "$running" || true
	running=
}

none_left() {
	local left
	left=$(ours)
	[ -z "$left" ] || fail "these processes are left:"$'\n'"$left"
	echo "e2e: no process is left"
}

clean_up() {
	[ -z "$running" ] || ctrl_c
	ours | awk '{ print $1 }' | xargs -r kill -KILL
	rm -rf "$place"
}
trap clean_up EXIT

[ -d /proc/self ] || fail "the list of processes is read from /proc; run this on Linux"
make build >/dev/null
began=$(date +%s%N)
start
sh scripts/first-payment.sh | tee "$place/first-payment.log"
echo "e2e: from make run to the first paid history: $((($(date +%s%N) - began) / 1000000)) ms"
echo "e2e: what make run said:"
sed 's/^/  /' "$log"
echo "e2e: the processes:"
ours | sed 's/^/  /'

npm --silent --prefix tests/e2e test
SYSTEM_HOME=$home bash scripts/readme.sh "$log" "$place/first-payment.log"
kept=$(node tests/e2e/keep.mjs store)

ctrl_c
none_left

start
# shellcheck disable=SC2086 # the id and the password
node tests/e2e/keep.mjs read $kept
ctrl_c
none_left
echo "e2e: started again on the same home, found its data, and stopped"
