#!/bin/sh
# SAs are replaced under traffic, by either side and by both at once: nothing is
# lost, nothing leaves in the clear, one pair remains. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

WEST=192.1.2.45 EAST=192.1.2.23
# The number of a host's only IKE SA or Child SA ("" when it has several).
serial() {	# HOST ike|child
	lab_whack "$1" --json --status | sed -n "s/.*\"event\":\"$2_sa\",\"serial\":\([0-9]*\),.*/\1/p" |
		awk '{s = $1} END {if (NR == 1) print s}'
}
spis() { lab_whack west --trafficstatus | sed -n 's/.* in \([0-9a-f]*\) out \([0-9a-f]*\);.*/\1 \2/p'; }
changed() { [ "$1" != "$2" ] && echo changed || echo same; }
rekey() {	# WORDS, then HOST KIND...: all at once
	words=$1; shift
	before=$(spis) runs=
	while [ $# -gt 0 ]; do
		lab_whack "$1" --rekeystate "$(serial "$1" "$2")" >/dev/null &
		runs="$runs $!"
		shift 2
	done
	wait $runs
	sleep 1
	same "$words: one Child SA each" "$(serial west child | wc -l) $(serial east child | wc -l)" "1 1"
}

lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST || exit 1
zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east || exit 1
lab_publish west $WEST && lab_publish east $EAST || exit 1
zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || exit 1
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"
for h in west east; do
	lab_policy $h clear 192.1.2.254
	lab_policy $h private 192.1.2.0/24
	lab_pluto $h && lab_whack $h --listen >/dev/null || exit 1
done
lab_capture west || exit 1
lab_run west ping -n -i 0.005 -c 2400 -W 2 $EAST >"$LAB/ping" &
ping=$!
LAB_PIDS="$LAB_PIDS $ping"
sleep 0.5

first=$(spis)
rekey "Child SA by the initiator" west child
same "new SPIs" "$(changed "$before" "$(spis)")" changed
rekey "Child SA by the responder" east child
same "new SPIs" "$(changed "$before" "$(spis)")" changed
old=$(serial west ike)
rekey "IKE SA by the initiator" west ike
same "a new IKE SA" "$(changed "$old" "$(serial west ike)")" changed
old=$(serial west ike)
rekey "IKE SA by the responder" east ike
same "a new IKE SA" "$(changed "$old" "$(serial west ike)")" changed
rekey "Child SA by both at once" west child east child
rekey "IKE SA by both at once" west ike east ike
rekey "a Child SA and the IKE SA at once" west child east ike
wait $ping
same "pings lost" "$(sed -n 's/.* received, \([0-9.]*\)% packet loss.*/\1/p' "$LAB/ping")" 0
lab_capture_stop west
same "packets in the clear" "$(lab_clear west $WEST $EAST)" 0
same "both ends know one IKE SA" "$(lab_whack west --status | grep -c IKE_ESTABLISHED) $(lab_whack east --status | grep -c IKE_ESTABLISHED)" "1 1"
tap_done
