#!/bin/sh
# ESP with and without IPCOMP, in tunnel and in transport mode, by IKEv1 and by
# IKEv2, through a NAT that masquerades; two hosts behind it at once; AH is refused
# with the reason; new SAs under traffic without a loss. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/nat.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
server() {	# OPTION...: whoever comes, with an address behind the NAT inside
	lab_whack east --name n --delete >/dev/null 2>&1
	_client="--client 10.9.0.0/16"
	case "$*" in *--transport*) _client= ;; esac
	# shellcheck disable=SC2086
	lab_whack east --name n --host $EAST --to --host %any $_client --psk --pfs "$@" >>"$LAB/out" 2>&1
}
serial() {
	lab_whack "$1" --json --status | sed -n 's/.*"event":"child_sa","serial":\([0-9]*\),.*/\1/p' | tail -1
}
replaced() { _now=$(serial "$1"); [ -n "$_now" ] && [ "$_now" != "$2" ]; }
pings() { lab_run "$1" ping -n -s 900 -p 61626364 -W 3 -c 4 -i 0.1 $EAST | grep -c 'bytes from'; }
loss() { sed -n 's/.* received, \([0-9.]*\)% packet loss.*/\1/p' "$LAB/ping.$1"; }

under_traffic() {	# WORDS HOST...
	_w=$1; shift
	_pings=
	for h in "$@"; do
		lab_run "$h" ping -n -s 900 -p 61626364 -i 0.01 -c 400 -W 3 $EAST >"$LAB/ping.$h" &
		_pings="$_pings $!"
		LAB_PIDS="$LAB_PIDS $!"
	done
	sleep 0.5
	for h in "$@"; do
		_old=$(serial "$h")
		lab_whack "$h" --rekeystate "$_old" >>"$LAB/out" 2>&1
		check "$_w: replaced by $h" lab_until 5 replaced "$h" "$_old"
		sleep 1.2
	done
	for _p in $_pings; do wait "$_p"; done
	for h in "$@"; do same "$_w: pings of $h lost meanwhile" "$(loss "$h")" 0; done
}

try() {	# WORDS SHORTENED HOSTS OPTION...
	_words=$1 _short=$2 _hosts=$3; shift 3
	: >"$LAB/out"
	server "$@"
	for h in $_hosts; do nat_client "$h" --to --host $EAST --psk --pfs "$@"; done
	lab_capture nat
	for h in $_hosts; do
		lab_whack "$h" --name n --initiate >"$LAB/out.$h" 2>&1
		cat "$LAB/out.$h" >>"$LAB/out"
		holds "$_words: $h" "$LAB/out.$h" '^004 result: ENCRYPTED' || { lab_capture_stop nat; return; }
	done
	for h in $_hosts; do same "$_words: pings of $h" "$(pings "$h")" 4; done
	lab_capture_stop nat
	same "$_words: nothing else on the wire" "$(nat_stray)" 0
	check "$_words: ESP in UDP, from another port" test "$(lab_count nat "udp dst port 4500 and not src port 4500 and udp[8:4] != 0")" -ge 4
	_long=$(lab_count nat "udp port 4500 and udp[8:4] != 0 and greater 800")
	if [ "$_short" = yes ]; then same "$_words: shortened" "$_long" 0
	else check "$_words: as long as it was" test "$_long" -ge 8
	fi
	# shellcheck disable=SC2086
	under_traffic "$_words" $_hosts
	for h in $_hosts; do lab_whack "$h" --name n --terminate >/dev/null; done
	check "$_words: deleted at both ends" lab_until 3 nat_gone east
}

# RFC 3715 2.1: what a NAT changes, AH does not let through.
no_ah() {
	: >"$LAB/out"
	server --ikev"$1" --authenticate
	nat_client alice --to --host $EAST --psk --pfs --ikev"$1" --authenticate
	lab_whack alice --name n --initiate >>"$LAB/out" 2>&1
	holds "IKEv$1: AH behind a NAT is refused, and why" "$LAB/out" 'AH cannot pass the NAT'
	lab_whack alice --name n --terminate >/dev/null 2>&1
	lab_until 3 nat_gone east
}

nat_begin || { tap_show "$LAB/alice/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/out" "$LAB/alice/pluto.log" "$LAB/east/pluto.log"
for v in 1 2; do
	try "IKEv$v, tunnel" no alice --ikev$v --encrypt --tunnel
	try "IKEv$v, tunnel, IPCOMP" yes alice --ikev$v --encrypt --tunnel --compress
	try "IKEv$v, transport" no alice --ikev$v --encrypt --transport
	try "IKEv$v, transport, IPCOMP" yes alice --ikev$v --encrypt --transport --compress
	try "IKEv$v, two behind it, tunnel" no "alice bob" --ikev$v --encrypt --tunnel
	try "IKEv$v, two behind it, tunnel, IPCOMP" yes "alice bob" --ikev$v --encrypt --tunnel --compress
	no_ah $v
done
tap_done
