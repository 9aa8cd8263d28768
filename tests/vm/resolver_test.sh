#!/bin/sh
# Our name server is a peer that we encrypt to, its questions and answers too, and
# it forgets its SAs without a word: they go in the clear again before DNS is
# missed for long. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

WEST=192.1.2.45 EAST=192.1.2.23 EAST_B=192.1.2.24 EAST_C=192.1.2.25 NIC=192.1.2.254

begin() {
	lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST && lab_addr east $EAST_B $EAST_C || return 1
	zones_begin "$LAB/zones" && zones_lab || return 1
	for h in west east nic; do lab_key $h || return 1; done
	lab_publish west $WEST && lab_publish east $EAST $EAST_B $EAST_C && lab_publish nic $NIC &&
		zones_sign && zones_start "$(lab_ns nic)" $NIC || return 1
	for h in west east nic; do
		# Who answers everybody's questions had better not begin.
		[ $h = nic ] && g=clear-or-private || g=private-or-clear
		lab_policy $h $g 192.1.2.0/24
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
	lab_capture west
}

trial() { lab_whack west --oppohere $WEST --oppothere "$1" >"$LAB/out" 2>&1; }
questions() { lab_count west "src $WEST and dst $NIC and udp port 53"; }

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/out" "$LAB/west/pluto.log"
trial $NIC
holds "the name server is a peer like others" "$LAB/out" '^004 result: ENCRYPTED'
before=$(questions)
trial $EAST
holds "it answers" "$LAB/out" '^004 result: ENCRYPTED'
same "in ESP" "$(questions)" "$before"

kill -9 "$(lab_pluto_pid nic)"
wait "$(lab_pluto_pid nic)" 2>/dev/null
lab_run nic ip xfrm policy flush
lab_run nic ip xfrm state flush
lab_run nic nft flush ruleset
trial $EAST_B
holds "its SAs are gone: DNS does not answer" "$LAB/out" '^061 result: CLEAR'
lab_until 5 grep -q "down: $WEST/32 <-> $NIC/32" "$LAB/west/pluto.log"
tap_result $? "and that is found out within five seconds"
trial $EAST_C
holds "it answers again" "$LAB/out" '^004 result: ENCRYPTED'
tap_done
