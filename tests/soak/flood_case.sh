#!/bin/bash
# Half-open floods: 50,000 forged IKE_SA_INIT a second while an honest peer comes
# again and again. Run by tests/soak/run; argument: seconds.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/soak/soak.sh

SECONDS_LONG=$1 RATE=${RATE:-50000}
WEST=192.1.2.45 EAST=192.1.2.23 MOB=192.1.2.99
export ZONES_ANCHOR=/usr/share/dns/root.key

hosts() {
	local h
	lab_host west $WEST && lab_host east $EAST && lab_host mob $MOB || return 1
	ip -n "$(lab_ns east)" route add default via $MOB
	lab_run mob sysctl -qw net.ipv4.ip_forward=0
	lab_key east || return 1
	lab_policy east private-or-clear 0.0.0.0/0
	lab_policy east clear 192.1.2.0/24
	for h in west east; do
		echo "$WEST $EAST : PSK \"a secret of the lab\"" >>"$LAB/$h/ipsec.secrets"
		lab_pluto $h && lab_whack $h --listen || return 1
		lab_whack $h --name c --host $WEST --to --host $EAST --psk --encrypt || return 1
	done >"$LAB/began"
}

# Milliseconds until the honest peer is in, or 99999.
come() {
	local begun
	begun=$(now_ms)
	if timeout 20 ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" \
		--name c --initiate 2>&1 | grep -q '^004 result: ENCRYPTED\|^004 '; then
		echo $(($(now_ms) - begun))
	else
		echo 99999
	fi
	lab_whack west --name c --terminate >/dev/null 2>&1
}

eth_bytes() {	# received sent
	lab_run east awk '$1 == "eth0:" {print $2, $10}' /proc/net/dev
}

udp_lost() { lab_run east awk '$1 == "Udp:" && $2 ~ /[0-9]/ {print $6}' /proc/net/snmp; }

flood_begin() {	# PORT SECONDS
	local mac
	mac=$(ip -n "$(lab_ns east)" -br link show eth0 | awk '{print $3}')
	ip netns exec "$(lab_ns mob)" taskset -c 0 "$BIN/flood" eth0 "$mac" $EAST "$1" "$RATE" \
		"$2" >"$LAB/flood" 2>&1 &
	flood=$!
	LAB_PIDS="$LAB_PIDS $flood"
}

visits() {	# FILE: while the flood lasts
	: >"$1"
	sleep 0.3
	while kill -0 $flood 2>/dev/null; do
		come >>"$1"
		rss_kb "$east" >>"$LAB/rss"
		sleep 0.5
	done
}

# shellcheck disable=SC2046
report() {	# PORT
	echo "   to port $1:"
	set -- $(cat "$LAB/flood")
	figure "forged requests sent, a second (wanted $RATE)" "$9" ge $((RATE / 5)) "/s"
	told "forged requests sent" "$2"
	told "  of these read by the daemon" $(($(counter east ike datagrams_in) - in_before))
	told "  lost before it: its socket was full" $(($(udp_lost) - lost_before))
	told "  answered with a cookie" $(($(counter east ike cookies) - cookies_before))
	told "the honest peer came, times" "$(wc -l <"$LAB/came")"
	told "  until it was in, in the middle" "$(middle "$LAB/came")" ms
	figure "  until it was in, the slowest" "$(worst "$LAB/came")" le 1000 ms
	figure "memory more than before" $(($(worst "$LAB/rss") - rss_before)) le 8192 kB
	figure "bytes sent for each 100 received" "$(bytes_ratio)" le 100
}

bytes_ratio() {
	echo "$bytes_before $(eth_bytes)" | awk '{printf "%.0f", 100 * ($4 - $2) / ($3 - $1)}'
}

under_flood() {	# PORT SECONDS
	: >"$LAB/rss"
	rss_before=$(rss_kb "$east") in_before=$(counter east ike datagrams_in)
	cookies_before=$(counter east ike cookies) lost_before=$(udp_lost)
	bytes_before=$(eth_bytes)
	flood_begin "$1" "$2"
	visits "$LAB/came"
	wait $flood
	report "$1"
}

lab_begin && hosts || give_up "the lab of the flood did not start"
east=$(lab_pluto_pid east)
for _i in 1 2 3 4 5; do come; done >"$LAB/quiet"
told "until the honest peer is in, without a flood" "$(middle "$LAB/quiet")" ms
under_flood 500 $((SECONDS_LONG - SECONDS_LONG / 3))
under_flood 4500 $((SECONDS_LONG / 3))
sleep 12
figure "half-open SAs left after it" "$(counter east ike half_open)" le 0
