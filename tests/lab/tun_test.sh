#!/bin/bash
# The user-space ESP plane between two network namespaces, with static keys:
# ping, UDP, bulk TCP, MTU edges, a running connection that moves into the
# tunnel, hostile datagrams; a narrow hop is path_test.sh's. Prints TAP. Needs root.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=${BIN:-${BUILD:-build}/bin}
if [ "$(id -u)" != 0 ]; then
	echo "1..0 # SKIP needs root for network namespaces"
	exit 0
fi
. tests/lab/tun_net.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/tun_test.$$.XXXXXX")
trap 'net_stop; rm -rf "$work"' EXIT

n=0 bad=0
result() {	# STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		tail -n 5 "$work"/out "$work"/a.log "$work"/b.log 2>/dev/null |
			sed 's/^/# /'
		bad=$((bad + 1))
	fi
}

in_a() { timeout 30 ip netns exec "$HOST_A" "$@" > "$work/out" 2>&1; }
in_b() { timeout 30 ip netns exec "$HOST_B" "$@" > "$work/out" 2>&1; }

at_least() {	# NUMBER LEAST
	[ -n "$1" ] && [ "$1" -ge "$2" ]
}

capture_start() {
	ip netns exec "$HOST_A" tcpdump -i out -U -nn -w "$work/wire.pcap" \
		> /dev/null 2>&1 &
	capture=$!
	net_pids+=("$capture")
	sleep 0.7
}

capture_stop() {
	sleep 0.3
	kill "$capture"
	wait "$capture" 2>/dev/null
}

# What is not UDP 4500 between the two, neighbour discovery apart.
in_the_clear() {
	tcpdump -nn -r "$work/wire.pcap" \
		'(ip or ip6) and not udp port 4500 and not
		 (icmp6 and (ip6[40] == 133 or ip6[40] == 134 or
		  ip6[40] == 135 or ip6[40] == 136 or ip6[40] == 143)) and
		 not ip6[6] == 0' 2>/dev/null | tee "$work/out" | wc -l
}

bulk() {	# NAME ADDRESS LEAST-MBIT OPTIONS...
	local name=$1 to=$2 least=$3 rate again
	shift 3
	in_a iperf3 -J -t 3 -c "$to" "$@"
	cp "$work/out" "$work/json"
	rate=$(iperf_value "$work/json" end.sum_received.bits_per_second)
	again=$(iperf_value "$work/json" end.sum_sent.retransmits)
	at_least "$rate" $((least * 1000000))
	result $? "$name: $((${rate:-0} / 1000000)) Mbit/s"
	# A lost packet now and then is TCP probing; one in a hundred is not.
	local sent
	sent=$(iperf_value "$work/json" end.sum_sent.bytes)
	[ $((${again:-999999} * 1400 * 100)) -lt "${sent:-0}" ]
	result $? "$name: no storm of retransmissions (${again:-?})"
}

edge() {	# NAME ADDRESS PACKET-SIZE HEADERS
	local name=$1 to=$2 size=$(($3 - $4))
	in_a ping -c 1 -W 2 -M do -s $size "$to"
	result $? "$name: $3 bytes pass"
	in_a ping -c 1 -W 2 -M do -s $((size - 1)) "$to"
	result $? "$name: $(($3 - 1)) bytes pass"
	in_a ping -c 1 -W 2 -M do -s $((size + 1)) "$to"
	[ $? != 0 ] && grep -qi "too \(long\|big\)\|frag needed\|mtu" "$work/out"
	result $? "$name: $(($3 + 1)) bytes are refused, not lost"
}

# Datagrams that found no room at their sockets of host B.
udp_overflows() {
	ip netns exec "$HOST_B" nstat -asz UdpRcvbufErrors | awk '/UdpRcvbuf/ {print $2}'
}

basic_tests() {
	local overflowed lost
	in_a ping -c 3 -i 0.2 -W 2 $B4
	result $? "ping IPv4"
	in_a ping -c 3 -i 0.2 -W 2 $B6
	result $? "ping IPv6"
	in_b ping -c 2 -i 0.2 -W 2 $A4
	result $? "ping IPv4 the other way"
	in_a ping -c 2 -i 0.2 -W 2 -s 4000 $B4
	result $? "ping IPv4 in fragments"
	in_a ping -c 2 -i 0.2 -W 2 -s 4000 $B6
	result $? "ping IPv6 in fragments"
	overflowed=$(udp_overflows)
	in_a iperf3 -J -u -b 20M -l 1000 -t 2 -c $B4
	cp "$work/out" "$work/json"
	# What waits too long at iperf3's own socket has been through the tunnel.
	lost=$(iperf_value "$work/json" end.sum.lost_packets)
	[ "${lost:-1}" -le $(($(udp_overflows) - overflowed)) ]
	result $? "UDP without loss"
	[ "$(in_the_clear_now)" = 0 ]
	result $? "only UDP 4500 on the wire"
}

in_the_clear_now() {
	capture_stop
	in_the_clear
}

direct() {
	net_start direct || exit 1
	# Both settings of the reverse path filter must do.
	ip netns exec "$HOST_B" sysctl -qw net.ipv4.conf.all.rp_filter=1
	iperf_server
	plane_start && mark_on
	result $? "plane: $(head -n 1 "$work/a.log")"
	capture_start
	basic_tests
	bulk "TCP IPv4" $B4 100
	bulk "TCP IPv6" $B6 100
	bulk "TCP back" $B4 100 -R
	bulk "four TCP" $B4 100 -P 4
	edge "device MTU, IPv4" $B4 1390 28
	edge "device MTU, IPv6" $B6 1390 48
	hostile
	plane_stop
	grep -m 1 ^in "$work/b.log" |
		grep -q "replayed 3, bad ICV 1, bad inner 0"
	result $? "forged packets were counted: three with number 0, one other"
	sed 1d "$work/b.log" | grep ^in | sed 1d | cat - "$work/a.log" |
		grep "replayed [1-9]\|bad ICV [1-9]\|bad inner [1-9]" > "$work/out"
	[ $? = 1 ]
	result $? "nothing else was refused"
	leftovers
	net_stop
}

# Straight to the socket of B, from an address that may speak to it.
hostile() {
	ip netns exec "$HOST_A" python3 - $B4 <<-'END'
	import socket, sys, os
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 0x100000)
	to = (sys.argv[1], 4500)
	for n in range(0, 41):
	    s.sendto(bytes(n), to)
	    s.sendto(b"\0\0\x07\xd1" + bytes(n), to)
	    s.sendto(os.urandom(n), to)
	s.sendto(b"\xff", to)
	s.sendto(b"\0\0\x07\xd1" + b"\xff" * 60, to)
	s.sendto(b"\0\0\0\0" + b"IKE-message", to)
	s.sendto(b"\0\0\x30\x39" + bytes(60), to)
	END
	sleep 0.5
	grep -q "^ike $B4:4500 $A4:[0-9]* 11$" "$work/b.log"
	result $? "IKE comes out, with its addresses"
	grep -q "^unknown 12345 $A4" "$work/b.log" ||
		[ "$(grep -c ^unknown "$work/b.log")" = 10 ]
	result $? "unknown SPIs are told, at a limited rate"
	in_a ping -c 2 -i 0.2 -W 2 $B4
	result $? "hostile datagrams do no harm"
}

leftovers() {
	! ip -n "$HOST_A" rule | grep -q 2540 &&
		! ip -n "$HOST_A" -6 rule | grep -q 2540 &&
		[ -z "$(ip -n "$HOST_A" route show table 2540 2>/dev/null)" ] &&
		[ -z "$(ip -n "$HOST_A" -6 route show table 2540 2>/dev/null)" ] &&
		! ip -n "$HOST_A" link show ipsec0 > /dev/null 2>&1
	result $? "closing removes device and rules"
}

# TCP that began in the clear, with segments as large as the wire takes.
moving() {
	net_start direct || exit 1
	iperf_server
	plane_start
	ip netns exec "$HOST_A" timeout 30 iperf3 -J -b 300M -t 6 -c $B4 \
		> "$work/json" 2>&1 &
	local client=$!
	sleep 2.2
	mark_on
	wait $client
	local rate
	rate=$(iperf_value "$work/json" intervals.5.sum.bits_per_second)
	at_least "$rate" 200000000
	result $? "a running connection goes on in the tunnel: $((${rate:-0} / 1000000)) of 300 Mbit/s"
	plane_stop
	[ "$(sed -n 's/.*out \([0-9]*\) packets.*/\1/p' "$work/a.log" | head -n 1)" -gt 10000 ]
	result $? "it was in the tunnel"
	net_stop
}

# A NAT appears between them: B follows the authenticated packets.
nat() {
	net_start routed || exit 1
	plane_start && mark_on
	in_a ping -c 1 -W 2 $B4
	ip netns exec "$ROUTER" nft -f - <<-END
	table ip nat {
		chain post {
			type nat hook postrouting priority srcnat;
			oifname rb udp sport 4500 snat to 10.99.2.254:5000
		}
	}
	END
	if [ $? != 0 ]; then
		result 0 "the peer moves # SKIP no NAT in this kernel"
	else
		ip netns exec "$ROUTER" conntrack -F > /dev/null 2>&1
		in_a ping -c 4 -i 0.5 -W 2 $B4
		grep -q "^moved 2001 10.99.2.254:5000" "$work/b.log"
		result $? "a new address of the peer is told"
		in_a ping -c 1 -W 2 $B4
		result $? "and the SAs follow it"
	fi
	plane_stop
	net_stop
}

# What is marked for the tunnel never leaves in the clear, even without us.
killed() {
	net_start direct || exit 1
	plane_start && mark_on
	in_a ping -c 1 -W 2 $B4 && in_a ping -c 1 -W 2 $B6
	result $? "ping before the kill"
	kill -9 "$plane_a"
	wait "$plane_a" 2> /dev/null
	capture_start
	! in_a ping -c 2 -i 0.3 -W 1 $B4 && ! in_a ping -c 2 -i 0.3 -W 1 $B6
	result $? "no ping without the plane"
	[ "$(in_the_clear_now)" = 0 ]
	result $? "and nothing in the clear"
	mark_off
	plane_stop
	plane_start && mark_on
	in_a ping -c 2 -i 0.3 -W 2 $B4 && in_a ping -c 2 -i 0.3 -W 2 $B6
	result $? "it starts again over what was left"
	plane_stop
	leftovers
	net_stop
}

ciphers() {
	local c
	net_start direct || exit 1
	for c in "-c gcm256 -n" "-c chacha" "-c chacha -n" "-c cbc128" \
		 "-c cbc128 -n -q 1"; do
		plane_start $c && mark_on
		in_a ping -c 2 -i 0.2 -W 2 -s 1300 $B4 &&
			in_a ping -c 2 -i 0.2 -W 2 $B6
		result $? "tun_pair $c"
		plane_stop
		mark_off
	done
	net_stop
}

direct
moving
nat
killed
ciphers
echo "1..$n"
[ $bad = 0 ]
