#!/bin/bash
# The MTU of the path and "do not fragment", through a tunnel with a narrow hop in
# the middle: hosts and gateways, IPv4, IPv6 and one inside the other. One test
# for both planes: TUN, or the kernel's with LAB_PLANE=--use-netkey. Static keys,
# no IKE. Prints TAP. Needs root.
#
# The kernel does not forward IPv6 packets of 1280 bytes when the path is known to
# be less than what they need in the tunnel (1334 or 1354): they pass without DF.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=${BIN:-build/bin}
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
. tests/lab/tun_net.sh
. tests/lab/tap.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/path_test.XXXXXX")
trap 'net_stop; rm -rf "$work"' EXIT
tap_show "$work/out" "$work/a.log" "$work/b.log"

in_a() { timeout 30 ip netns exec "$HOST_A" "$@" >"$work/out" 2>&1; }
in_near() { timeout 30 ip netns exec "$NEAR_A" "$@" >"$work/out" 2>&1; }

edge() {	# WORDS ADDRESS LARGEST HEADERS [FROM]
	local name=$1 to=$2 size=$(($3 - $4)) from=${5:-in_a}
	check "$name: $3 bytes pass" "$from" ping -c 1 -W 3 -M do -s $size "$to"
	"$from" ping -c 1 -W 3 -M do -s $((size + 1)) "$to"
	[ $? != 0 ] && grep -qi "too \(long\|big\)\|frag needed\|mtu" "$work/out"
	tap_result $? "$name: $(($3 + 1)) bytes are refused, not lost"
}

# The first large packet is lost, and the narrow hop's router says why.
learn() { "${2:-in_a}" ping -c 2 -i 0.3 -W 1 -M do -s "${3:-1300}" "$1"; true; }

bulk() {	# WORDS ADDRESS LEAST-MBIT FROM
	local name=$1 rate
	"$4" iperf3 -J -t 1 -c "$2"
	cp "$work/out" "$work/json"
	rate=$(iperf_value "$work/json" end.sum_received.bits_per_second)
	[ "${rate:-0}" -ge $(($3 * 1000000)) ]
	tap_result $? "$name: $((${rate:-0} / 1000000)) Mbit/s"
}

hop_mtu() {
	ip -n "$ROUTER" link set rb mtu "$1"
	ip -n "$HOST_B" link set out mtu "$1"
}

# OVER4 and OVER6: what the tunnel adds to a packet of either family.
hosts() {	# WORDS OVER4 OVER6 OPTIONS
	local name=$1 over4=$2 over6=$3
	shift 3
	net_start routed
	iperf_server
	check "$name: it starts" planes_on "$@"
	edge "$name, IPv4" $B4 $((1500 - over4)) 28
	edge "$name, IPv6" $B6 $((1500 - over6)) 48
	hop_mtu 1400
	learn $B4 in_a 1372
	learn $B6 in_a 1352
	edge "$name, narrow hop, IPv4" $B4 $((1400 - over4)) 28
	edge "$name, narrow hop, IPv6" $B6 $((1400 - over6)) 48
	check "$name: without DF it is fragmented" in_a ping -c 2 -i 0.2 -W 3 -M dont -s 1400 $B4
	bulk "$name: TCP through the narrow hop, IPv4" $B4 10 in_a
	bulk "$name: TCP through the narrow hop, IPv6" $B6 10 in_a
	planes_off
	net_stop
}

# WORDS OUTER4-OR-6 NEAR FAR TO LARGEST HEADERS
gateways() {
	local name=$1 outer=$2 near=$3 far=$4 to=$5 largest=$6 headers=$7
	net_start routed && net_behind
	ip netns exec "$NEAR_B" iperf3 -s >"$work/server.log" 2>&1 &
	net_pids+=($!)
	local a=$A4 b=$B4
	[ "$outer" = 4 ] || a=$A6 b=$B6
	PAIRS_A=$a,$b,1001,2001,$near,$far PAIRS_B=$b,$a,2001,1001,$far,$near
	check "$name: it starts" planes_on
	PAIRS_A='' PAIRS_B=''
	hop_mtu 1400
	learn "$to" in_near 1340
	edge "$name, narrow hop" "$to" "$largest" "$headers" in_near
	bulk "$name: TCP through the narrow hop" "$to" 10 in_near
	[ "$headers" != 28 ] ||
		check "$name: without DF it is fragmented" in_near ping -c 2 -i 0.2 -W 3 -M dont -s 1400 "$to"
	planes_off
	net_stop
}

# Without DF the router cuts the tunnel's packets, and nobody is told.
uncut() {
	net_start routed && net_behind
	PAIRS_A="$A4,$B4,1001,2001,10.1.0.0/24,10.2.0.0/24 $A4,$B4,1002,2002,fd01::/64,fd02::/64"
	PAIRS_B="$B4,$A4,2001,1001,10.2.0.0/24,10.1.0.0/24 $B4,$A4,2002,1002,fd02::/64,fd01::/64"
	check "without DF outside: it starts" planes_on -f
	PAIRS_A='' PAIRS_B=''
	# One way: B's own link must take the answers.
	ip -n "$ROUTER" route add $B4/32 dev rb mtu 1290
	edge "without DF outside, IPv4" 10.2.0.10 1446 28 in_near
	edge "without DF outside, IPv6" fd02::10 1446 48 in_near
	planes_off
	net_stop
}

if [ -n "$NET_KERNEL" ]; then
	hosts "ESP" 54 74
	hosts "ESP in UDP" 62 82 -u
	gateways "IPv4 in IPv4" 4 10.1.0.0/24 10.2.0.0/24 10.2.0.10 1346 28
	gateways "IPv6 in IPv6" 6 fd01::/64 fd02::/64 fd02::10 1326 48
	gateways "IPv4 in IPv6" 6 10.1.0.0/24 10.2.0.0/24 10.2.0.10 1326 28
	gateways "IPv6 in IPv4" 4 fd01::/64 fd02::/64 fd02::10 1346 48
	uncut
else
	hosts "ESP in UDP" 62 82 -m 1500
fi
tap_done
