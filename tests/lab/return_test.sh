#!/bin/bash
# A private peer that was not there comes back: whoever sends to it goes on within
# seconds, long before what was remembered of it ends; and it was not asked too often
# meanwhile. Judged by what arrives and by a capture. Prints TAP.
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
	lab_pluto west && lab_whack west --listen >"$LAB/west/listen" && lab_capture west || return 1
	# Not even its kernel says that nobody is there.
	lab_run east nft 'table inet mute { chain i { type filter hook input priority 0; udp dport 500 drop; }; }'
}
tries() { tcpdump -n -r "$LAB/west.pcap" "udp dst port 500 and src $WEST and udp[16:4] = 0 and udp[20:4] = 0" 2>/dev/null | wc -l; }

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"

lab_spawn west sh -c "ping -n -D -i 0.2 $EAST >'$LAB/stream'"
began=$(date +%s)
blocked() { lab_whack west --listshunts | grep -q "$EAST %drop .* ike silent"; }
check "nobody is there: the pair is blocked" lab_until 30 blocked
again() { [ "$(grep -c "$EAST: BLOCKED" "$LAB/west/pluto.log")" -ge 3 ]; }
check "... and tried again while packets come" lab_until 60 again
remembered=$(lab_whack west --listshunts | sed -n "s/.*$EAST %drop .* expires \([0-9]*\) s.*/\1/p")
[ "${remembered:-0}" -gt 60 ]
tap_result $? "... though what is known of it holds for ${remembered:-no} s more"

# Each try sends at most four times in its three seconds, and the next is four later.
n=$(tries) most=$(((($(date +%s) - began) / 4 + 2) * 4))
[ "$n" -gt 0 ] && [ "$n" -le $most ]
tap_result $? "asked $n times by now, at most $most"
holds "what is tried again is counted" <(lab_whack west --oestatus) '; [1-9][0-9]* blocked pairs tried again'

lab_run east nft delete table inet mute
lab_pluto east && lab_whack east --listen >"$LAB/east/listen"
back=$(date +%s.%N)
check "the peer is there again: so is the traffic" lab_until 30 grep -q 'bytes from' "$LAB/stream"
first=$(awk -v t="$back" -F'[][]' '/bytes from/ {printf "%.1f", $2 - t; exit}' "$LAB/stream")
echo "# after ${first:-no} s; the shunt would have stood for ${remembered:-no}"
lab_capture_stop west
same "packets in the clear" "$(lab_clear west $WEST $EAST)" 0
lab_pluto_stop west; lab_pluto_stop east
tap_done
