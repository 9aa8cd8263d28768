#!/bin/sh
# A daemon is killed while traffic flows through SAs of the kernel, and starts
# again: what the old one left goes, and traffic is encrypted again within five
# seconds, whoever sends and whoever was killed. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

WEST=192.1.2.45 EAST=192.1.2.23
ASKER=192.1.2.47	# of west; east never begins with it

begin() {
	lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST && lab_addr west $ASKER || return 1
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east &&
		lab_publish west $WEST $ASKER && lab_publish east $EAST &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	lab_policy east clear-or-private $ASKER
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		lab_policy $h private 192.1.2.0/24
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
	lab_capture west
}

address() { [ "$1" = west ] && echo $WEST || echo $EAST; }
spis() { lab_run "$1" ip xfrm state | sed -n 's/.*spi \(0x[0-9a-f]*\) .*/\1/p'; }

# Answers in FILE that came after T0.
since() { awk -v t="$2" -F'[][]' '/bytes from/ && $2 > t {n++} END {print n + 0}' "$1"; }
first_since() { awk -v t="$2" -F'[][]' '/bytes from/ && $2 > t {printf "%.1f\n", $2 - t; n = 1; exit} END {if (!n) print 99}' "$1"; }
# The longest time without an answer, in seconds.
longest_gap() { awk -F'[][]' '/bytes from/ {if (p && $2 - p > g) g = $2 - p; p = $2} END {printf "%.1f\n", g}' "$1"; }

# ROUND SENDER KILLED FROM TO. The kernel's SAs carry traffic also while nobody
# watches over them, until the next start removes them.
crash() {
	lab_run "$2" ping -n -D -i 0.05 -W 1 -I "$4" "$5" >"$LAB/ping" 2>&1 &
	_ping=$!
	lab_until 5 sh -c "[ \$(grep -c 'bytes from' '$LAB/ping') -ge 5 ]"
	_old=$(spis "$3")
	kill -9 "$(lab_pluto_pid "$3")"
	wait "$(lab_pluto_pid "$3")" 2>/dev/null
	sleep 0.5
	lab_pluto "$3" && lab_whack "$3" --listen >/dev/null
	_t0=$(date +%s.%N)
	for _i in $(seq 50); do
		[ "$(since "$LAB/ping" "$_t0")" -ge 20 ] && break
		sleep 0.2
	done
	kill $_ping
	wait $_ping 2>/dev/null
	_gap=$(longest_gap "$LAB/ping")
	_first=$(first_since "$LAB/ping" "$_t0")
	[ "$(since "$LAB/ping" "$_t0")" -ge 20 ] && awk -v s="$_first" 'BEGIN {exit !(s <= 5)}'
	tap_result $? "round $1: $2 sends, $3 was killed: answered $_first s after it listens again (gap $_gap s)"
	_left=0
	for _s in $_old; do spis "$3" | grep -q "$_s" && _left=$((_left + 1)); done
	same "round $1: no SA of the one that was killed is left" "$_left" 0
}

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"
n=0
while [ $n -lt 10 ]; do
	for killed in east west; do
		for sender in west east; do
			n=$((n + 1))
			[ $sender = west ] && to=$EAST || to=$WEST
			[ $n -le 10 ] && crash $n $sender $killed "$(address $sender)" $to
		done
	done
done
for n in 11 12; do
	crash "$n, east only answers" west east $ASKER $EAST
done
lab_capture_stop west
same "no packet of the private pair was in the clear" "$(lab_clear west $WEST $EAST)" 0
check "it was ESP" test "$(lab_count west esp)" -gt 100
tap_done
