#!/bin/bash
# Acquire floods: a local program that sends to a hundred thousand addresses, while
# DNS answers and while it is dead; honest pairs come up meanwhile. Run by
# tests/soak/run; argument: seconds.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/soak/soak.sh

RATE=${RATE:-3400} MOST=100000 WEST=192.1.2.45
COUNT=$((RATE * $1 / 4))
[ $COUNT -le $MOST ] || COUNT=$MOST
easts() { seq -f 192.1.3.%g 1 200; }

hosts() {
	local h
	lab_nic && lab_host west $WEST && lab_host east 192.1.3.1 || return 1
	easts | sed 's|.*|addr replace &/23 dev eth0|' | ip -n "$(lab_ns east)" -batch - || return 1
	ip -n "$(lab_ns west)" route add default via 192.1.2.254
	lab_run nic sysctl -qw net.ipv4.ip_forward=0
	zones_begin "$LAB/zones" && zones_new 2.1.192.in-addr.arpa. signed && zones_new 3.1.192.in-addr.arpa. signed || return 1
	lab_key west && lab_key east && lab_publish west $WEST || return 1
	# shellcheck disable=SC2046
	lab_publish east $(easts) || return 1
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		lab_policy $h private-or-clear 192.1.2.0/23 10.0.0.0/8
		echo "$WEST 192.1.3.201 : PSK \"a secret of the lab\"" >>"$LAB/$h/ipsec.secrets"
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
}

trial() {	# NUMBER: milliseconds to the encrypted pair, or 99999
	local begun
	begun=$(now_ms)
	timeout 20 ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" \
		--oppohere $WEST --oppothere "192.1.3.$1" >"$LAB/trial" 2>&1
	if grep -q '^004 ' "$LAB/trial"; then
		echo $(($(now_ms) - begun))
	else
		sed 's/^/# /' "$LAB/trial" >&2
		echo 99999
	fi
}

# Status is asked all the time; with TRIALS pairs come up meanwhile.
meanwhile() {	# TRIALS
	local begun
	: >"$LAB/status_ms"
	while kill -0 "$scatter" 2>/dev/null; do
		begun=$(now_ms)
		lab_whack west --json --status >"$LAB/status"
		echo $(($(now_ms) - begun)) >>"$LAB/status_ms"
		sed -n 's/.*"event":"oe",.*"pending":\([0-9]*\).*/\1/p' "$LAB/status" >>"$LAB/pending"
		sed -n 's/.*"event":"trap",.*"held":\([0-9]*\).*/\1/p' "$LAB/status" >>"$LAB/held"
		if [ "$1" = yes ] && [ $next -le 200 ]; then
			trial $next >>"$LAB/trials"
			next=$((next + 1))
		fi
		sleep 0.2
	done
}

flood() {	# FIRST-ADDRESS TRIALS WORDS
	local words=$3 rss attempts dropped
	rss=$(rss_kb "$west") attempts=$(counter west oe attempts)
	dropped=$(counter west trap dropped_full)
	ip netns exec "$(lab_ns west)" taskset -c 0 "$BIN/scatter" $WEST 1 "$1" $COUNT $RATE \
		>"$LAB/scatter" 2>&1 &
	scatter=$!
	LAB_PIDS="$LAB_PIDS $scatter"
	: >"$LAB/pending"
	: >"$LAB/held"
	meanwhile "$2"
	sleep 4		# the deadline of those that wait for DNS
	told "$words: datagrams to as many addresses" "$(cut -d ' ' -f 2 "$LAB/scatter")"
	told "  a second" $(($(cut -d ' ' -f 2 "$LAB/scatter") * 1000 / $(cut -d ' ' -f 6 "$LAB/scatter")))
	told "  attempts" $(($(counter west oe attempts) - attempts))
	told "  dropped: no room to hold them" $(($(counter west trap dropped_full) - dropped))
	figure "  pairs being decided at once, at most" "$(worst "$LAB/pending")" le 4096
	told "  packets held at once, at most" "$(worst "$LAB/held")"
	figure "  whack --status, the slowest of $(wc -l <"$LAB/status_ms")" "$(worst "$LAB/status_ms")" le 1000 ms
	figure "  memory more than before" $(($(rss_kb "$west") - rss)) le $((16384 + COUNT * 300 / 1024)) kB
	figure "  pairs still being decided after it" "$(counter west oe pending)" le 0
}

lab_begin && hosts || give_up "the lab of the acquire flood did not start"
west=$(lab_pluto_pid west) next=1
: >"$LAB/trials"
flood 10.64.0.0 yes "DNS answers"
told "  honest pairs tried meanwhile" "$(wc -l <"$LAB/trials")"
told "    until encrypted, in the middle" "$(middle "$LAB/trials")" ms
figure "    until encrypted, the slowest" "$(worst "$LAB/trials")" le 3000 ms
kill -STOP "$ZONES_UNBOUND_PID"
flood 10.80.0.0 no "DNS is dead"
kill -CONT "$ZONES_UNBOUND_PID"
# A resolver that was silent is asked again after a minute at most.
back=$(now_ms)
lab_until 75 eval '[ "$(trial 200)" -le 3000 ]' 2>/dev/null
figure "  DNS is back: until a pair is encrypted" $((($(now_ms) - back) / 1000)) le 65 s
