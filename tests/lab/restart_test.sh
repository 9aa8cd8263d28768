#!/bin/sh
# A peer that is killed and comes back without its state: traffic goes on within
# five seconds whoever sends, and nothing of a private pair leaves in the clear.
# Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

WEST=192.1.2.45 EAST=192.1.2.23
# HOST TARGET: sends ten a second; how long until the first of five answers in a row
# came, counted from now, in tenths of a second; 99 when that takes more than 9 s.
back_after() {
	_t0=$(date +%s.%N)
	lab_run "$1" ping -n -D -i 0.1 -c 90 -W 1 "$2" >"$LAB/ping.$1" &
	_p=$!
	lab_until 9 sh -c "[ \$(grep -c 'bytes from' '$LAB/ping.$1') -ge 5 ]"
	kill $_p; wait $_p 2>/dev/null
	awk -v t="$_t0" -F'[][]' '/bytes from/ {n++; if (n == 1) f = $2 - t} END {print (n >= 5) ? f : 99}' "$LAB/ping.$1"
}
back() {	# WORDS HOST TARGET
	_s=$(back_after "$2" "$3")
	awk -v s="${_s:-99}" 'BEGIN {exit !(s <= 5)}'
	tap_result $? "$1: traffic is back after $(printf %.1f "$_s") s"
}

lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST || exit 1
zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east || exit 1
lab_publish west $WEST && lab_publish east $EAST || exit 1
zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || exit 1
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log" "$LAB/ping.amid"
for h in west east; do
	lab_policy $h clear 192.1.2.254
	lab_policy $h private 192.1.2.0/24
	lab_pluto $h --oe-deadline "${DEADLINE:-3000}" && lab_whack $h --listen >/dev/null || exit 1
done
lab_capture west || exit 1
back "the pair is encrypted" west $EAST

kill -9 "$(lab_pluto_pid east)"
sleep 0.5
lab_pluto east --oe-deadline "${DEADLINE:-3000}" && lab_whack east --listen >/dev/null || exit 1
back "the survivor sends" west $EAST

kill -9 "$(lab_pluto_pid east)"
sleep 0.5
lab_pluto east --oe-deadline "${DEADLINE:-3000}" && lab_whack east --listen >/dev/null || exit 1
back "the one that came back sends" east $WEST

lab_pluto_stop east
lab_pluto east --oe-deadline "${DEADLINE:-3000}" && lab_whack east --listen >/dev/null || exit 1
back "after an orderly end and a new start" west $EAST

# In the middle of IKE_AUTH: east, which knows nothing, waits for DNS when it is killed.
# What west has of DNS is still good. (tests/exchange/restarted_test.c shows the way that
# needs nothing but IKE; here what east's kernel says of closed ports helps, too.)
forget_east() {
	for s in $(lab_whack west --status | sed -n 's/^000 #\([0-9]*\): .*IKE_EST.*/\1/p'); do
		lab_whack west --deletestate "$s" >/dev/null
	done
}
forget_east
none() { lab_whack "$1" --status | grep -q '^000 #' && return 1 || return 0; }
lab_until 10 none west && lab_until 10 none east
restart_east() {
	kill -9 "$(lab_pluto_pid east)"
	wait "$(lab_pluto_pid east)" 2>/dev/null
	lab_pluto east --oe-deadline "${DEADLINE:-3000}" && lab_whack east --listen >/dev/null
}
restart_east
lab_run nic nft 'table inet hush { chain i { type filter hook input priority 0; udp dport 53 drop; tcp dport 53 drop; }; }'
forget_east	# a stray packet may have begun another by now
lab_run west ping -n -D -i 0.1 -c 120 -W 1 $EAST >"$LAB/ping.amid" &
amid=$!
ike_seen() { [ "$(lab_count west 'udp port 4500 or udp port 500')" -gt "$1" ]; }
ike=$(lab_count west 'udp port 4500 or udp port 500')
check "east has the request, and waits for DNS" lab_until 8 ike_seen $((ike + 2))
sleep 0.2
restart_east
lab_run nic nft delete table inet hush
t0=$(date +%s.%N)
wait $amid
first=$(awk -v t="$t0" -F'[][]' '/bytes from/ {print $2 - t; exit}' "$LAB/ping.amid")
awk -v s="${first:-99}" 'BEGIN {exit !(s <= 5)}'
tap_result $? "killed within IKE_AUTH: traffic is there after $(printf %.1f "${first:-99}") s"
sleep 0.5
lab_capture_stop west
same "packets in the clear" "$(lab_clear west $WEST $EAST)" 0
tap_done
