#!/bin/bash
# A peer whose own DNS is down does not say that it does not believe us, and is asked
# again soon: a private pair goes on when its DNS is back. Judged by a capture. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23

begin() {
	lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST || return 1
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east &&
		lab_publish west $WEST && lab_publish east $EAST && zones_sign &&
		zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west east; do lab_policy $h clear 192.1.2.254; done
	lab_policy west private $EAST
	lab_policy east private-or-clear $WEST
	lab_run nic nft "table inet hush { chain i { type filter hook input priority 0;
		ip saddr $EAST udp dport 53 drop; ip saddr $EAST tcp dport 53 drop; }; }" || return 1
	for h in west east; do lab_pluto $h && lab_whack $h --listen >"$LAB/$h/listen" || return 1; done
	lab_capture west
}

begin || { tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/out" "$LAB/west/pluto.log" "$LAB/east/pluto.log"

lab_whack west --oppohere $WEST --oppothere $EAST >"$LAB/out"
same "a trial: exit status" $? 65
holds "the peer answers, and does not decide" "$LAB/out" \
	'^065 result: BLOCKED .*: the peer cannot do it now \((it answers, and does not decide|TEMPORARY_FAILURE)'
holds "our own key is looked at, too" "$LAB/out" 'dns +our own key .* is published at'
remembered=$(sed -n 's/.*remembered for \([0-9]*\) s.*/\1/p' "$LAB/out")
[ "${remembered:-999}" -le 10 ]
tap_result $? "remembered for ${remembered:-?} s, at most 10"
check "no packet of it passes meanwhile" sh -c "! ip netns exec '$(lab_ns west)' ping -n -c 1 -W 1 $EAST"

lab_run nic nft delete table inet hush
check "the peer's DNS is back: so is the traffic" lab_until 60 lab_run west ping -n -c 1 -W 1 $EAST
lab_capture_stop west
same "packets in the clear" "$(lab_clear west $WEST $EAST)" 0
lab_pluto_stop west; lab_pluto_stop east
tap_done
