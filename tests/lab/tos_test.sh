#!/bin/bash
# DSCP and ECN between the inner and the outer header, by captures on the wire and
# behind it: RFC 4301 5.1.2, RFC 6040. One test for both planes: TUN, or the
# kernel's with LAB_PLANE=--use-netkey. Static keys, no IKE. Prints TAP. Needs root.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=${BIN:-build/bin}
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
. tests/lab/tun_net.sh
. tests/lab/tap.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/tos_test.XXXXXX")
trap 'net_stop; rm -rf "$work"' EXIT
tap_show "$work/out" "$work/a.log" "$work/b.log"

in_a() { timeout 30 ip netns exec "$HOST_A" "$@" >"$work/out" 2>&1; }

tos_list() {	# FILE FILTER: "length:tos" of each, in order; the length inside
	tcpdump -n -v -r "$1" "$2" 2>/dev/null | sed -n \
		's/^.*IP (tos 0x\([0-9a-f]*\),.*length \([0-9]*\)).*/\2:\1/p
		 s/^.*IP6 (class 0x\([0-9a-f]*\),.*payload length: \([0-9]*\)).*/\2:\1/p
		 s/^.*IP6 (flowlabel.*payload length: \([0-9]*\)).*/\1:0/p
		 s/^.*IP6 (hlim.*payload length: \([0-9]*\)).*/\1:0/p'
}

capture() {	# NAME NAMESPACE DEVICE FILTER
	: >"$work/$1.err"
	ip netns exec "$2" tcpdump -n -U --immediate-mode -i "$3" -w "$work/$1.pcap" "$4" 2>"$work/$1.err" &
	net_pids+=($!)
	for _ in $(seq 50); do grep -q listening "$work/$1.err" && return; sleep 0.1; done
}

# The router writes this ECN field into what goes to B, "-": leaves it.
router_ecn() {
	ip netns exec "$ROUTER" nft delete table inet path 2>/dev/null
	[ "$1" = - ] || ip netns exec "$ROUTER" nft -f - <<-END
	table inet path {
		chain path {
			type filter hook forward priority 0;
			oifname rb ip ecn set $1
			oifname rb ip6 ecn set $1
		}
	}
	END
}

outer_tos() {	# FAMILY
	tos_list "$work/outer.pcap" "$1" | cut -d: -f2 | sed 's/^\(.\)$/0\1/' | tr '\n' ' '
}

# What a ping of each TOS looked like outside: DSCP copied, ECN too; CE as told.
encapsulation() {	# WORDS TO FAMILY CE-OUTSIDE
	capture outer "$ROUTER" ra "$3 and (src $A4 or src $A6) and (esp or udp port 4500)"
	for tos in 0x00 0x28 0xb8 0x01 0x02 0x03 0xbb; do
		in_a ping -c 1 -W 2 -Q $tos "$2"
	done
	sleep 0.5
	same "$1: DSCP and ECN outside" "$(outer_tos "$3")" "00 28 b8 01 02 $4"
}

# Each inner field (rows of RFC 6040 figure 4) under each outer one: what came out.
decapsulation() {	# WORDS TO FAMILY WANTED
	local n=0 size got=
	capture inner "$HOST_B" "$inner_dev" "$3 and (src $A4 or src $A6) and (icmp or icmp6)"
	for outer in not-ect ect1 ect0 ce; do
		router_ecn $outer
		for tos in 0 1 2 3; do
			in_a ping -c 1 -W 1 -Q $tos -s $((200 + n)) "$2"
			n=$((n + 1))
		done
	done
	router_ecn -
	sleep 0.5
	[ "$3" = ip ] && size=228 || size=208
	tos_list "$work/inner.pcap" "$3" >"$work/inner.list"
	for n in $(seq 0 15); do
		[ $((n % 4)) = 0 ] && got="$got "
		got=$got$(sed -n "s/^$((size + n)):0*\([0-9a-f]\).*/\1/p" "$work/inner.list" | head -1 | grep . || echo -)
	done
	same "$1" "$got" " $4"
}

# Outer not-ECT, ECT(1), ECT(0), CE in turn; in each the inner 0 1 2 3; "-" is a
# packet that was dropped.
RFC6040="0123 0113 0123 -333"
# The kernel's XFRM follows RFC 3168: it lets a packet live that cannot be marked,
# and keeps ECT(0) under ECT(1); a CE inside is ECT(0) outside.
RFC3168="0123 0123 0123 0333"

ce="03 bb " table=$RFC6040 which="RFC 6040" inner_dev=ipsec0
[ -z "$NET_KERNEL" ] || ce="02 ba " table=$RFC3168 which="RFC 3168, as the kernel has it" inner_dev=out
net_start routed
check "the planes start" planes_on
check "IPv4 passes" in_a ping -c 1 -W 2 $B4
check "IPv6 passes" in_a ping -c 1 -W 2 $B6
encapsulation "IPv4" $B4 ip "$ce"
encapsulation "IPv6" $B6 ip6 "$ce"
decapsulation "IPv4: marks come inside ($which)" $B4 ip "$table"
decapsulation "IPv6: marks come inside ($which)" $B6 ip6 "$table"
planes_off
tap_done
