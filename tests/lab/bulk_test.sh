#!/bin/sh
# Much traffic through an opportunistic tunnel: TCP both ways, packets at the
# edge of the MTU, large datagrams, and a connection that outlives the change
# from clear to encrypted. Judged by a capture. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23 WEST6=2001:db8:1:2::45 EAST6=2001:db8:1:2::23
LATE=192.1.2.66

begin() {
	lab_begin && lab_nic && lab_host west $WEST $WEST6 && lab_host east $EAST $EAST6 && lab_host late $LATE || return 1
	zones_begin "$LAB/zones" && zones_lab || return 1
	for h in west east late; do lab_key $h || return 1; done
	lab_publish west $WEST $WEST6 && lab_publish east $EAST $EAST6 && lab_publish late $LATE || return 1
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 2001:db8:1:2::254 || return 1
	for h in west east late; do
		lab_policy $h private-or-clear 192.1.2.0/24 2001:db8:1:2::/64
		lab_policy $h clear 192.1.2.254 2001:db8:1:2::254
	done
	for h in west east; do
		lab_pluto $h && lab_whack $h --listen >"$LAB/$h/listen" || return 1
	done
	lab_spawn east iperf3 -s
	lab_spawn late python3 tests/lab/talk.py serve "$LAB/late.received"
	lab_until 60 test -s "$LAB/late.received"
	# What is well formed ESP is left out: there will be gigabytes of it.
	LAB_CAPTURE='(not esp and not udp port 4500) or ip[6:2] & 0x3fff != 0' lab_capture west
}

# NAME argument...: an iperf3 run; LAB/NAME.json, Mbit/s received in $mbit.
bulk() {
	_b=$1; shift
	lab_run west timeout 20 iperf3 -J --connect-timeout 5000 "$@" >"$LAB/$_b.json" 2>&1 || return 1
	mbit=$(python3 -c '
import json, sys
print(int(json.load(open(sys.argv[1]))["end"]["sum_received"]["bits_per_second"] / 1e6))' "$LAB/$_b.json")
	retransmits=$(python3 -c '
import json, sys
print(json.load(open(sys.argv[1]))["end"]["sum_sent"].get("retransmits", 0))' "$LAB/$_b.json")
	echo "# $_b: $mbit Mbit/s, $retransmits retransmissions"
	[ "$mbit" -ge "${LAB_BULK_MBIT:-50}" ]
}

# ADDR OPTION: the largest payload that passes with DF set, found by halving.
largest() {
	_lo=500 _hi=1600
	while [ $((_hi - _lo)) -gt 1 ]; do
		_mid=$(((_lo + _hi) / 2))
		if lab_run west ping -n -c 1 -W 1 -M do -s $_mid "$1" >/dev/null 2>&1; then
			_lo=$_mid
		else
			_hi=$_mid
		fi
	done
	echo $_lo
}

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"

bulk tcp4 -c $EAST -t 3
tap_result $? "TCP for 3 s, IPv4"
bulk tcp6 -c $EAST6 -t 3
tap_result $? "TCP for 3 s, IPv6"
bulk back4 -c $EAST -t 1 -R
tap_result $? "TCP back, IPv4"
bulk back6 -c $EAST6 -t 1 -R
tap_result $? "TCP back, IPv6"

# What the path through the tunnel takes: its device says, or the kernel, when it
# refuses more.
mtu() {	# ADDR
	lab_run west ip -o link show ipsec0 2>/dev/null | sed -n 's/.* mtu \([0-9]*\) .*/\1/p' | grep . ||
		lab_run west ping -n -c 2 -i 0.2 -W 1 -M do -s 1450 "$1" 2>&1 |
			sed -n 's/.*mtu[:= ]*\([0-9]*\).*/\1/p' | head -n 1
}
mtu=$(mtu $EAST)
size=$(largest $EAST)
same "ping with DF: the largest that passes fills the tunnel, IPv4" "$((size + 28))" "$mtu"
lab_run west ping -n -c 2 -W 1 -M do -s $((size + 1)) $EAST >"$LAB/big4" 2>&1
holds "one more is refused with the MTU, IPv4" "$LAB/big4" "[Mm]essage too long|mtu ?= ?$mtu"
mtu=$(mtu $EAST6)
size=$(largest $EAST6)
same "ping with DF: the largest that passes fills the tunnel, IPv6" "$((size + 48))" "$mtu"
for s in 1400 3000 8000 20000; do
	check "ping of $s bytes, in fragments, IPv4" lab_run west ping -n -c 2 -i 0.1 -W 2 -M dont -s $s $EAST
	check "ping of $s bytes, in fragments, IPv6" lab_run west ping -n -c 2 -i 0.1 -W 2 -M dont -s $s $EAST6
done
lab_run west timeout 15 iperf3 -J -u -c $EAST -b "${LAB_BULK_MBIT:-50}M" -l 8000 -t 1 >"$LAB/udp.json" 2>/dev/null
lost=$(python3 -c '
import json, sys
print(int(json.load(open(sys.argv[1]))["end"]["sum"]["lost_percent"]))' "$LAB/udp.json" 2>/dev/null)
check "large UDP datagrams arrive" test "${lost:-100}" -le 5

lab_capture_stop west
same "nothing in the clear, IPv4" "$(lab_stray west $EAST)" 0
same "nothing in the clear, IPv6" "$(lab_stray west $EAST6)" 0
# The kernel's own ESP of a large datagram without DF is cut behind the tunnel.
[ "${LAB_PLANE:-}" = --use-netkey ] ||
	same "no ESP packet went in fragments" "$(lab_count west 'ip[6:2] & 0x3fff != 0 or ip6[6] = 44')" 0

# Begun in the clear, upgraded when the peer's daemon starts.
tap_show "$LAB/west/pluto.log" "$LAB/late/pluto.log" "$LAB/stream"
lab_capture west "$LAB/late.pcap"
lab_run west python3 tests/lab/talk.py stream $WEST $LATE "$LAB/enough" >"$LAB/stream" 2>&1 &
stream=$!
for _i in $(seq 50); do
	[ "$(lab_stray west $LATE)" -gt 10 ] && break
	sleep 0.2
done
check "a connection begins in the clear: the peer has a key but no daemon" \
	test "$(lab_stray west $LATE)" -gt 10
lab_pluto late && lab_whack late --listen >"$LAB/late/listen"
lab_until 8 sh -c "$BIN/whack --ctlbase $LAB/late/pluto --trafficstatus | grep -q '$WEST'"
tap_result $? "the peer's daemon starts and the pair is keyed"
sleep 1
lab_capture_stop west
before=$(lab_stray west $LATE)
lab_capture west "$LAB/late2.pcap"
sleep 1
lab_capture_stop west
same "from then on nothing is in the clear" "$(lab_stray west $LATE)" 0
check "and something is encrypted" test "$(lab_count west "host $LATE and (esp or udp port 4500)")" -gt 10
: >"$LAB/enough"
wait $stream
same "the connection survived" "$?" 0
check "lines went both ways all the time" test "$(cat "$LAB/stream")" -gt 50
echo "# $(cat "$LAB/stream") lines, $before packets in the clear before"
tap_done
