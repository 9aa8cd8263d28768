#!/bin/bash
# The IKE SA of an opportunistic pair is replaced while traffic flows: nothing is lost and
# nothing is in the clear; and not where DNS does not name the peer's key any more. Judged
# by a capture. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23
TTL=2
ZONES_NEG_TTL=2

publish() {	# HOST ADDRESS: of a short life
	"$BIN/oe-zone" record -k "$LAB/$1/ipsec.d/private/host.pem" "$2" | grep -v '^;' >"$LAB/record"
	read -r owner _ _in type rdata <"$LAB/record"
	zones_record "$owner" $TTL "$type" "$rdata"
}

begin() {
	lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST || return 1
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east &&
		publish west $WEST && publish east $EAST && zones_sign &&
		zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		lab_policy $h private 192.1.2.0/24
		lab_pluto $h && lab_whack $h --listen >"$LAB/$h/listen" || return 1
	done
	lab_capture west
}
ike_of() { lab_whack "$1" --status | sed -n 's/^000 #\([0-9]*\): .*IKE_EST.*/\1/p' | tail -1; }
is_new() { n=$(ike_of "$1"); [ -n "$n" ] && [ "$n" != "$2" ]; }

begin || { tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"

check "the pair is encrypted" lab_until 30 lab_run west ping -n -c 1 -W 1 $EAST
lab_run west ping -n -q -i 0.05 $EAST >"$LAB/ping" &
ping=$!
for h in west east; do
	before=$(ike_of $h)
	lab_whack $h --rekeystate "$before" >"$LAB/out"
	check "the IKE SA is replaced by $h" lab_until 30 is_new $h "$before"
done
sleep 1
for p in $(ip netns pids "$(lab_ns west)"); do
	[ "$(cat "/proc/$p/comm")" = ping ] && kill -INT "$p"
done
wait $ping
same "packets lost meanwhile" "$(sed -n 's/.* \([0-9.]*\)% packet loss.*/\1/p' "$LAB/ping")" 0
same "tunnels that went down" "$(cat "$LAB"/*/pluto.log | grep -c 'child#.* down')" 0

# East's key is gone from DNS: east is not accepted again.
zones_forget "$(zones_reverse $EAST)" IPSECKEY && zones_sign && zones_reload
sleep $((TTL + 2))
lab_whack west --rekeystate "$(ike_of west)" >"$LAB/out"
closed() { grep -q "DNS does not name the key of $EAST any more" "$LAB/west/pluto.log"; }
check "a key that is gone from DNS: no new IKE SA" lab_until 30 closed
no_ike() { [ -z "$(ike_of "$1")" ]; }
check "... and the old one is closed, at both" eval 'lab_until 30 no_ike west && lab_until 30 no_ike east'
check "... and a private pair blocked" eval '! lab_run west ping -n -c 2 -W 1 $EAST'
lab_capture_stop west
same "packets in the clear" "$(lab_clear west $WEST $EAST)" 0
lab_pluto_stop west; lab_pluto_stop east
tap_done
