#!/bin/bash
# The user-space plane between two network namespaces, with static keys: ESP and
# AH, tunnel and transport mode, with IPComp and without, the ciphers that only a
# name offers. Judged by captures. Prints TAP. Needs root.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=${BIN:-${BUILD:-build}/bin}
if [ "$(id -u)" != 0 ]; then
	echo "1..0 # SKIP needs root for network namespaces"
	exit 0
fi
. tests/lab/tun_net.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/tun_modes.$$.XXXXXX")
trap 'net_stop; rm -rf "$work"' EXIT

n=0 bad=0
result() {	# STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
		return
	fi
	echo "not ok $n - $2"
	tail -n 5 "$work"/out "$work"/a.log "$work"/b.log 2>/dev/null | sed 's/^/# /'
	bad=$((bad + 1))
}
in_a() { timeout 30 ip netns exec "$HOST_A" "$@" > "$work/out" 2>&1; }

capture_start() {
	ip netns exec "$HOST_A" tcpdump --immediate-mode -i out -U -nn -w "$work/wire.pcap" \
		> /dev/null 2>"$work/tcpdump" &
	capture=$!
	net_pids+=("$capture")
	for _ in $(seq 50); do
		grep -q listening "$work/tcpdump" && return
		sleep 0.1
	done
}
capture_stop() {
	sleep 0.3
	kill "$capture"
	wait "$capture" 2>/dev/null
}
frames() {	# BPF
	tcpdump -nn -r "$work/wire.pcap" "$1" 2>/dev/null | wc -l
}
# Is PATTERN, which the pings carry, in what was captured?
readable() { tcpdump -nn -x -r "$work/wire.pcap" 2>/dev/null | grep -q '6261 6463 6261 6463'; }
ND='(icmp6 and ip6[40] >= 133 and ip6[40] <= 143) or ip6[6] == 0'
ESP='udp port 4500'
AH='(ip proto 51 or ip6 proto 51)'

# Pings of 1000 bytes that deflate makes short: 12 frames, and what TCP of the test
# before may still repeat.
talk() {
	in_a ping -c 3 -i 0.1 -W 2 -s 1000 -p 62616463 $B4 &&
		in_a ping -c 3 -i 0.1 -W 2 -s 1000 -p 62616463 $B6
}
bulk() {
	in_a iperf3 -J -t 1 -c "$1" || return 1
	cp "$work/out" "$work/json"
	[ "$(iperf_value "$work/json" end.sum_received.bits_per_second)" -gt 20000000 ]
}

# NEXT: what AH's or ESP's payload is, where the capture shows it (AH alone).
try() {	# NAME WHAT COMPRESSED READABLE NEXT OPTION...
	local name=$1 what=$2 comp=$3 clear=$4 next=$5 limit
	shift 5
	plane_start "$@" && mark_on || { result 1 "$name: the planes start"; return; }
	capture_start
	talk
	result $? "$name: pings"
	capture_stop
	[ "$(frames "$what")" -ge 12 ]
	result $? "$name: is what goes over the wire"
	[ "$(frames "(ip or ip6) and not ($what) and not ($ND)")" = 0 ]
	result $? "$name: and nothing else"
	if [ "$comp" = yes ]; then limit=500; [ "$(frames "greater $limit")" = 0 ]
	else limit=1000; [ "$(frames "greater $limit")" -ge 12 ]
	fi
	result $? "$name: shortened: $comp"
	if [ "$clear" = yes ]; then readable; else ! readable; fi
	result $? "$name: can be read: $clear"
	if [ "$next" != - ]; then
		[ "$(frames "ip proto 51 and ip[20] == $next")" -ge 6 ]
		result $? "$name: AH's next header is $next"
	fi
	bulk $B4 && bulk $B6
	result $? "$name: TCP"
	plane_stop
	mark_off
	! grep "replayed [1-9]\|bad ICV [1-9]\|bad inner [1-9]" "$work"/[ab].log > "$work/out"
	result $? "$name: nothing was refused"
}

modes() {
	net_start direct || exit 1
	iperf_server
	try "ESP, tunnel" "$ESP" no no -
	try "ESP, tunnel, IPComp" "$ESP" yes no - -C
	try "ESP, transport" "$ESP" no no - -t
	try "ESP, transport, IPComp" "$ESP" yes no - -t -C
	try "AH, tunnel" "$AH" no yes 4 -a
	try "AH, tunnel, IPComp" "$AH" yes no 108 -a -C
	try "AH, transport" "$AH" no yes 1 -a -t
	try "AH, transport, IPComp, ESN" "$AH" yes no 108 -a -t -C -n
	try "AH with SHA2-512, ESN" "$AH" no yes 4 -a -n -c sha512
	try "AH with SHA1" "$AH" no yes 4 -a -c sha1
	try "NULL" "$ESP" no yes - -c null
	try "3DES" "$ESP" no no - -c 3des
	try "AES-CTR, ESN" "$ESP" no no - -c ctr256 -n
	try "AES-CCM" "$ESP" no no - -c ccm128
	net_stop
}

# From an address that may speak to it: AH of an SA with a wrong ICV, of none, cut.
hostile() {
	net_start direct || exit 1
	plane_start -a -t -C && mark_on
	ip netns exec "$HOST_A" python3 - $B4 $B6 <<-'END'
	import socket, struct, sys, os
	for family, to in ((socket.AF_INET, sys.argv[1]), (socket.AF_INET6, sys.argv[2])):
	    s = socket.socket(family, socket.SOCK_RAW, 51)
	    s.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 0x100000)
	    spi = 2001 if family == socket.AF_INET else 2002
	    words = 5 if family == socket.AF_INET else 6
	    for n in range(0, 48):
	        s.sendto(os.urandom(n), (to, 0))
	        s.sendto(struct.pack(">BBHII", 6, words, 0, spi, n)[:n] + bytes(n), (to, 0))
	    s.sendto(struct.pack(">BBHII", 4, 255, 0, spi, 99) + bytes(16), (to, 0))
	    s.sendto(struct.pack(">BBHII", 4, words, 0, spi, 99) + os.urandom(400), (to, 0))
	    s.sendto(struct.pack(">BBHII", 4, words, 0, 12345, 1) + bytes(64), (to, 0))
	END
	sleep 0.5
	talk
	result $? "hostile AH does no harm"
	plane_stop
	[ "$(grep -c "^in [0-9]* packets.*bad ICV [1-9]" "$work/b.log")" = 2 ]
	result $? "and wrong ICVs were counted, of both SAs"
	net_stop
}

# RFC 4303 3.3.4: in transport mode only whole packets are protected. What the
# device's MTU has cut is put together for ESP, whose packets are fragmented then; for
# AH it is refused. Nothing is sent in the clear.
fragments() {
	net_start direct || exit 1
	plane_start -a -t && mark_on
	capture_start
	! in_a ping -c 1 -W 1 -s 4000 $B4
	result $? "transport mode, AH: no fragments"
	capture_stop
	[ "$(frames "(ip or ip6) and not ($AH) and not ($ND)")" = 0 ]
	result $? "transport mode, AH: nothing in the clear"
	plane_stop
	mark_off
	plane_start -t && mark_on
	capture_start
	in_a ping -c 3 -i 0.2 -W 2 -s 4000 $B4
	result $? "transport mode: pings of 4000 bytes"
	in_a ping -c 3 -i 0.2 -W 2 -s 4000 $B6
	result $? "transport mode: pings of 4000 bytes, IPv6"
	in_a ping -c 2 -i 0.2 -W 2 -s 60000 $B4
	result $? "transport mode: pings of 60000 bytes"
	in_a ping -c 1 -W 2 -M do -s 1362 $B4
	result $? "transport mode: what the device takes passes"
	capture_stop
	[ "$(frames "(ip or ip6) and not ($ESP) and not (ip[6:2] & 0x1fff != 0) and not ip6[6] = 44 and not ($ND)")" = 0 ]
	result $? "transport mode: nothing in the clear"
	plane_stop
	net_stop
}

modes
hostile
fragments
echo "1..$n"
[ $bad = 0 ]
