#!/bin/sh
# An address changes where SAs cannot move: IKEv1, and IKEv2 without MOBIKE. New ones are
# negotiated from the new address, at once and after a while without any; nothing is
# clear meanwhile. Judged by ping and a capture. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 WEST_NEW=192.1.2.46 EAST=192.1.2.23
WEST_IN=10.1.0.1 EAST_IN=10.2.0.1

begin() {
	lab_begin && lab_host west $WEST && lab_host east $EAST || return 1
	lab_run west sysctl -qw net.ipv4.conf.all.promote_secondaries=1
	lab_run west ip address add $WEST_IN/32 dev lo
	lab_run east ip address add $EAST_IN/32 dev lo
	ZONES_ANCHOR=/usr/share/dns/root.key
	for h in west east; do
		mkdir -p "$LAB/$h/ipsec.d/policies" "$LAB/$h/ipsec.d/private"
		(umask 077; echo ": PSK \"a secret that both know\"" >"$LAB/$h/ipsec.secrets")
		lab_pluto $h --no-oe && lab_whack $h --listen >"$LAB/$h/listen" || return 1
	done
}

connect() {	# OPTION...
	for h in west east; do lab_whack $h --name n --delete >/dev/null 2>&1; done
	lab_whack west --name n --host $WEST --id @west --client $WEST_IN/32 --to --host $EAST \
		--client $EAST_IN/32 --psk --encrypt "$@" >>"$LAB/out"
	lab_whack east --name n --host $EAST --client $EAST_IN/32 --to --host %any --id @west \
		--client $WEST_IN/32 --psk --encrypt "$@" >>"$LAB/out"
	lab_whack west --name n --route >>"$LAB/out"
	lab_whack west --name n --initiate >"$LAB/initiate"
}
is_up() { lab_run west ping -n -c 1 -W 1 -I $WEST_IN $EAST_IN >/dev/null; }
from() { lab_whack west --json --status | grep '"event":"ike_sa"' | grep -q "\"local\":\"$1:"; }
replace() {
	lab_run west ip address add "$2/23" dev eth0
	lab_run west ip address del "$1/23" dev eth0
}

follows() {	# WORDS OPTION...
	_w=$1; shift
	connect "$@"
	holds "$_w: it comes up" "$LAB/initiate" '^004 .*ENCRYPTED'
	check "$_w: from its address" from $WEST
	lab_capture west
	replace $WEST $WEST_NEW
	check "$_w: another address" lab_until 5 from $WEST_NEW
	check "$_w: and the inner ones reach each other" lab_until 3 is_up
	lab_run west ip address del $WEST_NEW/23 dev eth0
	sleep 1
	lab_run west ip address add $WEST/23 dev eth0
	check "$_w: after a second without any" lab_until 5 from $WEST
	check "$_w: reached again" lab_until 5 is_up
	same "$_w: nothing was clear" "$(lab_count west "icmp and host $EAST_IN")" 0
	same "$_w: east has one Child SA" "$(lab_whack east --trafficstatus | sed -n 's/^000 \([0-9]*\) Child SAs.*/\1/p')" 1
	lab_capture_stop west
	lab_run west ip address del $WEST/23 dev eth0
	lab_until 3 gone
	lab_whack west --name n --terminate >/dev/null
	lab_run west ip address add $WEST/23 dev eth0
	sleep 1
	check "$_w: what was terminated stays so" sh -c "! ip netns exec $(lab_ns west) '$BIN/whack' --ctlbase '$LAB/west/pluto' --json --status | grep -q '\"event\":\"ike_sa\"'"
	lab_whack west --name n --unroute >/dev/null
}
gone() { lab_whack west --trafficstatus | grep -q '^000 0 Child SAs'; }

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
: >"$LAB/out"
tap_show "$LAB/out" "$LAB/west/pluto.log" "$LAB/east/pluto.log"
follows IKEv1 --ikev1
follows "IKEv2 without MOBIKE" --ikev2 --mobike no
tap_done
