#!/bin/bash
# Ten thousand established pairs between two daemons: memory, time of status, when they
# are rekeyed, and an end of all at once, after which they come again. Run by tests/soak/run;
# argument: seconds. Two hosts of 100 addresses each make 10,000 opportunistic pairs;
# fewer when there is little time.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/soak/soak.sh

ADDRESSES=100 RATE=500
while [ $((ADDRESSES * ADDRESSES / RATE * 8)) -gt "$1" ]; do ADDRESSES=$((ADDRESSES - 5)); done
PAIRS=$((ADDRESSES * ADDRESSES))
addresses() { seq -f "192.1.$1.%g" 1 $ADDRESSES; }

host() {	# NAME NET
	lab_host "$1" "192.1.$2.1" || return 1
	addresses "$2" | sed 's|.*|addr replace &/23 dev eth0|' | ip -n "$(lab_ns "$1")" -batch - || return 1
	lab_key "$1" && lab_policy "$1" clear 192.1.2.254 && lab_policy "$1" private-or-clear 192.1.2.0/23
	echo ": PSK \"a secret of the lab\"" >>"$LAB/$1/ipsec.secrets"
	# shellcheck disable=SC2046
	lab_publish "$1" $(addresses "$2")
}

hosts() {
	local h
	zones_begin "$LAB/zones" && zones_new 2.1.192.in-addr.arpa. signed &&
		zones_new 3.1.192.in-addr.arpa. signed || return 1
	lab_nic && host west 2 && host east 3 && zones_sign &&
		zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west east; do lab_pluto $h && lab_whack $h --listen >/dev/null || return 1; done
	west=$(lab_pluto_pid west) east=$(lab_pluto_pid east)
}

cpu_ms() { awk '{print ($14 + $15) * 10}' "/proc/$1/stat"; }
both() { echo "$(counter west ike "$1") $(counter east ike "$1")"; }
fewer() { both child_sas | tr ' ' '\n' | sort -n | head -1; }
all_up() { [ "$(both child_sas)" = "$PAIRS $PAIRS" ]; }

# Prints milliseconds of processor that the two of them took for one pair.
fill() {	# HOW-MANY-ADDRESSES FIRST
	local before
	before=$(($(cpu_ms "$west") + $(cpu_ms "$east")))
	lab_run west "$BIN/scatter" "192.1.2.$2" "$1" 192.1.3.1 $ADDRESSES $RATE >"$LAB/scatter" || return 1
	sleep 1
	awk -v ms=$(($(cpu_ms "$west") + $(cpu_ms "$east") - before)) -v n=$(($1 * ADDRESSES)) \
		'BEGIN {printf "%.2f", ms / n}'
}

# Where a busy machine made a first packet wait for more than the deadline, the pair is
# clear for a while; then it is tried once more.
all_at_last() {
	lab_until 10 all_up && return
	told "pairs that were up at once" "$(fewer)"
	sleep 12
	fill $ADDRESSES 1 >/dev/null
	lab_until 20 all_up
}

ask() {	# HOST OPTION...: milliseconds; what was said is in $LAB/said
	local begun
	begun=$(now_ms)
	lab_whack "$@" >"$LAB/said" || echo 99999
	echo $(($(now_ms) - begun))
}

# Whoever reads slowly has all of it too.
slow_reader() {
	lab_whack west --json --status | { sleep 3; wc -l; } >"$LAB/slow"
	[ "$(cat "$LAB/slow")" -ge $((2 * $(fewer))) ]
}

begin_pairs() {
	local first last tenth=$((ADDRESSES / 10))
	rss_west=$(rss_kb "$west") rss_east=$(rss_kb "$east")
	first=$(fill $tenth 1)
	fill $((ADDRESSES - 2 * tenth)) $((1 + tenth)) >/dev/null
	last=$(fill $tenth $((1 + ADDRESSES - tenth)))
	all_at_last
	figure "pairs that are up at both ends" "$(fewer)" ge $PAIRS
	told "processor for a pair, both ends, the first tenth" "$first" ms
	figure "  the last tenth" "$last" le "$(awk -v f="$first" 'BEGIN {print 2 * f + 0.3}')" ms
	full_west=$(rss_kb "$west")
	figure "memory for a pair, who began" $((1024 * (full_west - rss_west) / PAIRS)) le 20000 bytes
	figure "  who answered" $((1024 * ($(rss_kb "$east") - rss_east) / PAIRS)) le 20000 bytes
}

look() {
	figure "whack --status, $PAIRS pairs" "$(ask west --status)" le 2000 ms
	figure "whack --trafficstatus" "$(ask west --trafficstatus)" le 2000 ms
	figure "whack --listevents" "$(ask west --listevents)" le 2000 ms
	figure "whack --listshunts" "$(ask west --listshunts)" le 2000 ms
	figure "whack --oestatus" "$(ask west --oestatus)" le 100 ms
	holds_true "a slow reader has all of --json --status" slow_reader
}

# They are replaced within an hour after they began: not all at once.
look_at_rekeys() {
	lab_whack west --json --listevents | sed -n \
		's/.*"event":"timer","what":"rekey","serial":[0-9]*,.*"due_in_ms":\([0-9]*\)[0-9][0-9][0-9],.*/\1/p' |
		sort -n | awk '$1 < 4000 {t[++n] = $1; m[int($1 / 60)]++}
		END {for (k in m) if (m[k] > most) most = m[k]; print t[1], t[int(n / 2)], t[n], most, n}' >"$LAB/rekeys"
	told "IKE SAs are rekeyed in seconds: first, middle, last" "$(cut -d ' ' -f 1-3 "$LAB/rekeys")"
	figure "  within one minute, at most, of 100" \
		"$(awk '{printf "%.0f", 100 * $4 / $5}' "$LAB/rekeys")" le 30
}

# Everything goes at once, and comes again: it fits where it was.
end_and_again() {
	local begun before
	begun=$(now_ms) before=$(rss_kb "$east")
	lab_pluto_stop west
	told "shutdown with $PAIRS pairs, one end" $(($(now_ms) - begun)) ms
	lab_until 60 no_sas_east
	figure "  the other end knows that all are gone, after" $(($(now_ms) - begun)) le 30000 ms
	figure "  IKE SAs left" "$(counter east ike sas)" le 0
	told "  memory given back, of $((before - rss_east)) kB" $((before - $(rss_kb "$east"))) kB
	lab_pluto west && lab_whack west --listen >/dev/null && west=$(lab_pluto_pid west)
	fill $ADDRESSES 1 >/dev/null
	all_at_last
	figure "pairs that are up again" "$(fewer)" ge $PAIRS
	figure "  memory more than the first time, of 100" \
		"$(awk -v n="$(rss_kb "$east")" -v b="$before" 'BEGIN {printf "%.0f", 100 * (n - b) / b}')" le 10
}
no_sas_east() { [ "$(counter east ike sas)" = 0 ]; }

lab_begin && hosts || give_up "the lab of the pairs did not start"
begin_pairs
look
look_at_rekeys
end_and_again
