#!/bin/sh
# Road warriors behind one NAT that choose their inner addresses (--client vhost:,
# --virtual_private): what is allowed, what another has already, and what it has
# again once the other has gone. By IKEv1 and by IKEv2. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/nat.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }

server() {	# OPTION...
	lab_whack east --name n --delete >/dev/null 2>&1
	lab_whack east --name n --host $EAST --to --host %any --client vhost:%priv,%no \
		--psk --encrypt --pfs "$@" >>"$LAB/out" 2>&1
}
road() {	# HOST INNER OPTION...: by its name, with that address inside
	_host=$1 _inner=$2; shift 2
	lab_run "$_host" ip addr replace "$_inner/32" dev eth0
	nat_client "$_host" --id "@$_host" --client "$_inner/32" --to --host $EAST --psk --encrypt --pfs "$@"
}
up() { lab_whack "$1" --name n --initiate >"$LAB/out.$1" 2>&1; cat "$LAB/out.$1" >>"$LAB/out"; }
is_up() { holds "$2" "$LAB/out.$1" '^004 result: ENCRYPTED'; }
is_refused() { check "$2" sh -c "! grep -q '^004 result' '$LAB/out.$1'"; }
down() { lab_whack "$1" --name n --terminate >/dev/null 2>&1; lab_whack "$1" --name n --delete >/dev/null 2>&1; }
pings() { lab_run "$1" ping -n -I "$2" -W 3 -c 4 -i 0.1 $EAST | grep -c 'bytes from'; }
chosen() { lab_whack east --status | grep -q "^000 virtual_private %v4:10.0.0.0/8,%v4:!10.9.3.0/24; $1 peers"; }

both() {	# VERSION
	for h in alice bob; do
		nat_client $h --to --host $EAST --psk --encrypt --pfs --ikev"$1"
	done
	lab_capture nat
	for h in alice bob; do
		up $h
		is_up $h "IKEv$1: $h has its own address inside"
	done
	for h in alice bob; do same "IKEv$1: pings of $h" "$(pings $h "$(nat_addr $h)")" 4; done
	lab_capture_stop nat
	same "IKEv$1: nothing else on the wire" "$(nat_stray)" 0
	check "IKEv$1: both addresses are taken" chosen 2
	for h in alice bob; do down $h; done
	check "IKEv$1: deleted, and free again" lab_until 5 chosen 0
}

same_address() {	# VERSION
	: >"$LAB/east/pluto.log"
	for h in alice bob; do road $h 10.77.0.1 --ikev"$1"; done
	up alice
	is_up alice "IKEv$1: alice is 10.77.0.1"
	up bob
	is_refused bob "IKEv$1: bob cannot be it too"
	holds "IKEv$1: east says why" "$LAB/east/pluto.log" 'peer @bob .192.1.2.99. may not have 10.77.0.1/32 inside: it is that of @alice'
	same "IKEv$1: alice has it still" "$(pings alice 10.77.0.1)" 4
	lab_whack alice --name n --rekeystate "$(serial alice)" >>"$LAB/out" 2>&1
	sleep 1
	same "IKEv$1: and with new SAs" "$(pings alice 10.77.0.1)" 4
	down bob
	down alice
	check "IKEv$1: alice has gone" lab_until 5 chosen 0
	road bob 10.77.0.1 --ikev"$1"
	up bob
	is_up bob "IKEv$1: now bob is 10.77.0.1"
	same "IKEv$1: pings of bob" "$(pings bob 10.77.0.1)" 4
	down bob
	lab_until 5 chosen 0
}
serial() { lab_whack "$1" --json --status | sed -n 's/.*"event":"child_sa","serial":\([0-9]*\),.*/\1/p' | tail -1; }

not_allowed() {	# VERSION INNER WHY
	: >"$LAB/east/pluto.log"
	road alice "$2" --ikev"$1"
	up alice
	is_refused alice "IKEv$1: nobody is $2"
	holds "IKEv$1: and why not" "$LAB/east/pluto.log" "may not have $2/32 inside: $3"
	down alice
	lab_run alice ip addr del "$2/32" dev eth0
}

nat_begin --virtual_private '%v4:10.0.0.0/8,%v4:!10.9.3.0/24' ||
	{ tap_show "$LAB/east/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
: >"$LAB/out"
tap_show "$LAB/out" "$LAB/alice/pluto.log" "$LAB/east/pluto.log"
for v in 1 2; do
	server --ikev$v
	both $v
	same_address $v
	not_allowed $v 10.9.3.7 "neither --client nor pluto --virtual_private allows it"
	not_allowed $v 172.16.0.1 "neither --client nor pluto --virtual_private allows it"
done
tap_done
