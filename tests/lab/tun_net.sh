# Two hosts with a data plane between them, for the lab and the benchmark.
# Sourced. Sets HOST_A, HOST_B, ROUTER, NEAR_A, NEAR_B (namespaces); net_stop
# removes them all.
HOST_A=tun-a-$$
HOST_B=tun-b-$$
ROUTER=tun-r-$$
NEAR_A=tun-na-$$
NEAR_B=tun-nb-$$
net_key=$(printf '5a%.0s' $(seq 64))
net_pids=()
NET_KERNEL=	# not empty: the kernel's plane
[ "${LAB_PLANE:-}" = --use-netkey ] && NET_KERNEL=yes

net_start() {	# direct | routed
	local ns
	for ns in "$HOST_A" "$HOST_B" "$ROUTER"; do
		ip netns add "$ns" && ip -n "$ns" link set lo up || return 1
		# A router cannot ask for neighbours while its address is tried.
		ip netns exec "$ns" sysctl -qw net.ipv6.conf.default.accept_dad=0
	done
	if [ "$1" = direct ]; then
		ip link add out netns "$HOST_A" type veth peer name out netns "$HOST_B"
		A4=10.99.0.1 B4=10.99.0.2 A6=fd99::1 B6=fd99::2
		net_addr "$HOST_A" out $A4/24 $A6/64
		net_addr "$HOST_B" out $B4/24 $B6/64
		return
	fi
	ip link add out netns "$HOST_A" type veth peer name ra netns "$ROUTER"
	ip link add out netns "$HOST_B" type veth peer name rb netns "$ROUTER"
	A4=10.99.1.1 B4=10.99.2.1 A6=fd99:1::1 B6=fd99:2::1
	net_addr "$HOST_A" out $A4/24 $A6/64
	net_addr "$HOST_B" out $B4/24 $B6/64
	net_addr "$ROUTER" ra 10.99.1.254/24 fd99:1::fe/64
	net_addr "$ROUTER" rb 10.99.2.254/24 fd99:2::fe/64
	ip netns exec "$ROUTER" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1
	ip -n "$HOST_A" route add default via 10.99.1.254
	ip -n "$HOST_B" route add default via 10.99.2.254
	ip -n "$HOST_A" route add default via fd99:1::fe
	ip -n "$HOST_B" route add default via fd99:2::fe
}

# A host behind each of the two, which are gateways then: 10.1.0.10 and fd01::10
# behind A, 10.2.0.10 and fd02::10 behind B.
net_behind() {
	net_client "$NEAR_A" "$HOST_A" 1 && net_client "$NEAR_B" "$HOST_B" 2
}

net_client() {	# NAMESPACE GATEWAY NUMBER
	ip netns add "$1" && ip -n "$1" link set lo up || return 1
	ip netns exec "$1" sysctl -qw net.ipv6.conf.default.accept_dad=0
	ip link add eth0 netns "$1" type veth peer name lan netns "$2"
	net_addr "$1" eth0 10.$3.0.10/24 fd0$3::10/64
	net_addr "$2" lan 10.$3.0.1/24 fd0$3::1/64
	ip netns exec "$2" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ip -n "$1" route add default via 10.$3.0.1
	ip -n "$1" route add default via fd0$3::1
}

net_addr() {	# NAMESPACE DEVICE V4 V6
	ip -n "$1" addr add "$3" dev "$2"
	ip -n "$1" addr add "$4" dev "$2" nodad
	ip -n "$1" link set "$2" up
}

# Starts the plane on both sides; $work/a.log and $work/b.log. The pairs are
# those of the hosts, or those in PAIRS_A and PAIRS_B; OPT_A and OPT_B are options of
# one side alone.
plane_start() {	# OPTIONS of tun_pair
	: >"$work/a.log"	# not the word of the ones before
	: >"$work/b.log"
	ip netns exec "$HOST_A" "$bin/tun_pair" ${OPT_A:-} "$@" "$net_key" \
		${PAIRS_A:-$A4,$B4,1001,2001 $A6,$B6,1002,2002} > "$work/a.log" 2>&1 &
	plane_a=$!
	ip netns exec "$HOST_B" "$bin/tun_pair" ${OPT_B:-} "$@" "$net_key" \
		${PAIRS_B:-$B4,$A4,2001,1001 $B6,$A6,2002,1002} > "$work/b.log" 2>&1 &
	plane_b=$!
	net_pids+=("$plane_a" "$plane_b")
	local i
	for i in $(seq 50); do
		grep -q ^ready "$work/a.log" && grep -q ^ready "$work/b.log" &&
			return 0
		sleep 0.1
	done
	return 1
}

plane_stop() {
	kill "$plane_a" "$plane_b" 2>/dev/null
	wait "$plane_a" "$plane_b" 2>/dev/null
}

# Pair traffic into the tunnel, as the trap's table does it: everything to the
# peer but our own packets and neighbour discovery.
mark_on() {
	mark_one "$HOST_A" $B4 $B6 && mark_one "$HOST_B" $A4 $A6
}

mark_one() {	# NAMESPACE PEER4 PEER6
	ip netns exec "$1" nft -f - <<-END
	table inet pair {
		chain out {
			type route hook output priority mangle;
			meta mark & 0x00f00000 == 0x00100000 accept
			icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
			ip daddr $2 meta mark set 0x00200000
			ip6 daddr $3 meta mark set 0x00200000
		}
	}
	END
}

mark_off() {
	ip netns exec "$HOST_A" nft delete table inet pair
	ip netns exec "$HOST_B" nft delete table inet pair
}

# The plane of LAB_PLANE, with what brings traffic to it.
planes_on() {	# OPTIONS of tun_pair
	plane_start ${NET_KERNEL:+-x} "$@" || return 1
	[ -n "$NET_KERNEL" ] || mark_on
}

planes_off() {
	plane_stop
	[ -n "$NET_KERNEL" ] || mark_off
}

iperf_server() {
	ip netns exec "$HOST_B" iperf3 -s > "$work/server.log" 2>&1 &
	iperf_pid=$!
	net_pids+=("$iperf_pid")
	sleep 0.3
}

# One value of an iperf3 JSON report, or nothing.
iperf_value() {	# FILE PATH, e.g. end.sum_sent.bits_per_second
	python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
for k in sys.argv[2].split("."):
    d = d[int(k)] if isinstance(d, list) else d[k]
print(int(d))' "$1" "$2" 2>/dev/null
}

net_stop() {
	local pid ns
	for pid in "${net_pids[@]}"; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	net_pids=()
	for ns in "$HOST_A" "$HOST_B" "$ROUTER" "$NEAR_A" "$NEAR_B"; do
		ip netns del "$ns" 2>/dev/null
	done
}
