#!/bin/bash
# The trap of a gateway against the real kernel: packets of a host behind it are
# caught before they are routed, by the selectors of connections. Needs root.
# Prints TAP. Usage: tests/lab/trap_forward_test.sh [path of trap_probe]
#
#	C 10.98.1.2 --- 10.98.1.1 A 10.99.0.1 --- 10.99.0.2 B (10.98.2.0/24)
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/tap.sh
PROBE=${1:-${BIN:-build/bin}/trap_probe}
A=trap_a$$ B=trap_b$$ C=trap_c$$
OUT=$(mktemp -d "${TMPDIR:-/tmp}/trap_forward.XXXXXX")
pid=

cleanup() {
	[ -n "$pid" ] && kill -9 "$pid" 2>/dev/null
	for i in $A $B $C; do ip netns del $i 2>/dev/null; done
	rm -rf "$OUT"
}
trap cleanup EXIT
tap_show "$OUT/log"

a() { ip netns exec $A "$@"; }
b() { ip netns exec $B "$@"; }
c() { ip netns exec $C "$@"; }

start() {	# ARGS...: the trap in A, until it says ready
	: >"$OUT/log"
	ip netns exec $A "$PROBE" -w 60 "$@" >"$OUT/log" 2>&1 &
	pid=$!
	for _ in $(seq 100); do
		grep -q ^ready "$OUT/log" && return 0
		kill -0 $pid 2>/dev/null || break
		sleep 0.05
	done
	tap_result 1 "the trap starts"
	tap_done
	exit 1
}
stop() { [ -n "$pid" ] && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; pid=; }
kill9() { kill -9 "$pid"; wait "$pid" 2>/dev/null; pid=; }
ping_ok() { c ping -q -n -c "${2:-1}" -i 0.2 -W 3 "$1" | grep -q ' 0% packet loss'; }
ping_lost() { ! c ping -q -n -c 1 -W 0.5 "$1" >/dev/null; }
seen() { b nft list counter inet count far | awk '/packets/ { print $2 }'; }
leaves() { for _ in $(seq 60); do [ "$(seen)" = "$1" ] && return; sleep 0.05; done; }
caught() { grep -c "^$1 $2" "$OUT/log"; }
counter() { a nft list counter inet pluto "$1" | awk '/packets/ { print $2 }'; }

# SRC_NS SRC DST BYTES: one datagram; B says how much of it came.
datagram() {
	: >"$OUT/got"
	b timeout 40 python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 7777)); s.settimeout(15); print("bound", flush=True)
print(len(s.recv(65535)), flush=True)' "$3" >"$OUT/got" 2>/dev/null &
	local receiver=$!
	until grep -q bound "$OUT/got" || ! kill -0 $receiver 2>/dev/null; do sleep 0.02; done
	ip netns exec "$1" python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 0)); s.sendto(bytes(int(sys.argv[3])), (sys.argv[2], 7777))' "$2" "$3" "$4"
	wait $receiver
	[ "$(tail -1 "$OUT/got")" = "$4" ]
}

{ ip netns add $A && ip netns add $B && ip netns add $C; } 2>/dev/null || { echo "1..0 # SKIP needs root"; exit 0; }
ip link add v0 netns $A type veth peer name v0 netns $B
ip link add v1 netns $A type veth peer name v0 netns $C
for i in $A $B $C; do
	ip netns exec $i sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.v0.accept_dad=0
	ip -n $i link set lo up; ip -n $i link set v0 up
done
ip -n $A link set v1 up
a sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n $A addr add 10.99.0.1/24 dev v0; ip -n $A addr add fd99::1/64 dev v0 nodad
ip -n $A addr add 10.98.1.1/24 dev v1; ip -n $A addr add fd98:1::1/64 dev v1 nodad
ip -n $B addr add 10.99.0.2/24 dev v0; ip -n $B addr add fd99::2/64 dev v0 nodad
ip -n $C addr add 10.98.1.2/24 dev v0; ip -n $C addr add fd98:1::2/64 dev v0 nodad
for i in 2 3 4 5; do
	ip -n $B addr add 10.98.$i.2/24 dev lo; ip -n $B addr add fd98:$i::2/64 dev lo nodad
done
ip -n $B addr add 10.98.2.3/24 dev lo
ip -n $C route add default via 10.98.1.1; ip -n $C route add default via fd98:1::1
ip -n $A route add 10.98.0.0/16 via 10.99.0.2; ip -n $A route add fd98::/16 via fd99::2
ip -n $B route add 10.98.1.0/24 via 10.99.0.1; ip -n $B route add fd98:1::/64 via fd99::1
b nft -f - <<END
table inet count {
	counter far { }
	chain in { type filter hook prerouting priority -300;
		ip daddr 10.98.2.0/24 counter name far
		ip6 daddr fd98:2::/64 counter name far
	}
}
END
near=10.98.1.0/24 far=10.98.2.0/24 near6=fd98:1::/64 far6=fd98:2::/64

start -d 1000 -c hold,$near,$far -c hold,$near6,$far6 -c hold,10.98.1.2/32,10.98.4.0/24 closed:10.98.3.0/24 \
	release=10.98.2.2 release=fd98:2::2 reject=10.98.4.2
echo "# $(grep ^ready "$OUT/log")"
c ping -q -n -c 1 -W 0.1 10.98.2.2 >/dev/null
same "a forwarded packet is held" "$(seen)" 0
leaves 1
same "... and leaves with its verdict" "$(seen)" 1
same "... and it was one that passes through" "$(caught through '10.98.1.2 -> 10.98.2.2')" 1
c ping -q -n -c 1 -W 0.1 fd98:2::2 >/dev/null
leaves 2
same "IPv6: held, and leaves" "$(seen)" 2
same "IPv6: it passed through" "$(caught through 'fd98:1::2 -> fd98:2::2')" 1
before=$(seen)
check "without an answer it is lost" ping_lost 10.98.2.3
same "... and nothing left" "$(seen)" "$before"
check "policy groups are not for others' packets" ping_ok 10.98.3.2
same "... and do not look at them" "$(caught through '10.98.1.2 -> 10.98.3.2')" 0
check "who is not of a selector passes" c ping -q -n -c 1 -W 1 10.99.0.2
a ping -q -n -c 1 -W 1 -I 10.98.1.1 10.98.2.2 >"$OUT/ping"
same "the gateway's own packets, from its inner address, are caught as its own" \
	"$(caught held '10.98.1.1 -> 10.98.2.2')" 1
a ping -q -n -c 1 -W 1 10.98.2.2 >/dev/null
same "... from its outer address they are not" "$(caught held '10.99.0.1 -> 10.98.2.2')" 0
stop

start -d 300 -c hold,$near,$far -c hold,$near6,$far6 -c hold,10.98.1.2/32,10.98.4.0/24 \
	release=10.98.2.2 release=fd98:2::2 reject=10.98.4.2
from=$(date +%s%3N)
c timeout 5 bash -c 'exec 3<>/dev/tcp/10.98.4.2/9' 2>/dev/null
check "a refused forwarded packet is told to its sender at once" test $(($(date +%s%3N) - from)) -lt 950

: >"$OUT/err"
b timeout 5 tcpdump -n -l -c 10 -i v0 udp and dst 10.98.2.2 >"$OUT/dump" 2>"$OUT/err" &
dump=$!
until grep -q listening "$OUT/err"; do sleep 0.05; done
c bash -c 'exec 3>/dev/udp/10.98.2.2/7; s=; for i in 1 2 3 4 5 6 7 8 9 10; do s=x$s; printf %s "$s" >&3; done'
wait $dump
same "ten datagrams in order" "$(sed 's/.*length //' "$OUT/dump" | tr '\n' ' ')" "1 2 3 4 5 6 7 8 9 10 "

fragments() {	# WORDS
	check "a datagram in fragments, $1" datagram $C 10.98.1.2 10.98.2.2 5000
	check "IPv6: a datagram in fragments, $1" datagram $C fd98:1::2 fd98:2::2 5000
}
fragments "each held by itself"
same "... later fragments too" "$(caught through '10.98.1.2 -> 10.98.2.2 udp$')" 3
check "connection tracking is there" \
	a nft 'table inet track { chain c { type filter hook forward priority 0; ct state invalid counter; }; }'
fragments "put together by conntrack first"
a nft delete table inet track
stop

# Overlaps, lifetimes, rejects; and the other direction.
start -d 100 -t ipsec0 -T -c pass,$near,$near -c reject,$near,10.98.7.0/24 -c pass,10.98.1.2/32,10.98.2.3/32 \
	-c pass,$near,10.98.4.0/24,4 -c hold,$near,10.98.4.0/24 \
	-c tunnel,$near,$far -c hold,$near,10.98.0.0/16 -c drop,$near6,$far6
ip -n $A link set ipsec0 up
a sysctl -qw net.ipv4.conf.ipsec0.rp_filter=0
check "the more specific selector passes" ping_ok 10.98.2.3
before=$(seen)
check "a keyed selector without its tunnel" ping_lost 10.98.2.2
same "... is stopped" "$(seen) $(counter leak_stopped)" "$before 1"
ip -n $A rule add priority 2540 fwmark 0x200000/0xf00000 lookup 2540
ip -n $A route add default dev ipsec0 table 2540
c ping -q -n -c 1 -W 0.3 10.98.2.2 >/dev/null
check "... with it, is routed there" grep -q '^tun 10.98.1.2 -> 10.98.2.2 icmp' "$OUT/log"
check "a dropped one is lost" ping_lost fd98:2::2
from=$(date +%s%3N)
c timeout 5 bash -c 'exec 3<>/dev/tcp/10.98.7.1/9' 2>/dev/null
check "a rejected one is refused at once" test $(($(date +%s%3N) - from)) -lt 500
check "for a while it passes" ping_ok 10.98.4.2
check "in the clear from a far subnet: dropped" \
	eval '! b ping -q -n -c 1 -W 0.5 -I 10.98.5.2 10.98.1.2'
check "... and counted" test "$(counter clear_from_keyed)" -ge 1
check "... and for the gateway itself" eval '! b ping -q -n -c 1 -W 0.5 -I 10.98.5.2 10.98.1.1'
check "from a passed one: not" b ping -q -n -c 1 -W 1 -I 10.98.2.3 10.98.1.2
sleep 3
check "... then it is trapped" ping_lost 10.98.4.2
same "... and caught" "$(caught through '10.98.1.2 -> 10.98.4.2')" 1
stop
ip -n $A rule del priority 2540

# Dead, and gone for a while.
start -c hold,$near,$far -c hold,$near6,$far6 -c pass,$near,10.98.4.0/24
before=$(seen)
kill9
check "after kill -9: lost" ping_lost 10.98.2.2
check "IPv6 after kill -9: lost" ping_lost fd98:2::2
check "... but what passes passes" ping_ok 10.98.4.2
start -k -c hold,$near,$far -c hold,$near6,$far6 -c pass,$near,10.98.4.0/24
stop
check "gone in good order, closed: lost" ping_lost 10.98.2.2
check "... IPv6" ping_lost fd98:2::2
check "... but what passes passes" ping_ok 10.98.4.2
same "nothing left meanwhile" "$(seen)" "$before"

# One of a thousand connections changes: that must not take as long as all.
start -w 1 -M 1000
wait $pid; pid=
echo "# $(grep ^selectors "$OUT/log")"
check "... in less than half of that time" \
	awk '/^selectors n 1000/ { found = $(NF - 1) * 2 < $6 } END { exit !found }' "$OUT/log"
tap_done
