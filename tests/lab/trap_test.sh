#!/bin/bash
# The trap against the real kernel: two namespaces, real packets. Needs root.
# Prints TAP. Usage: tests/lab/trap_test.sh [path of trap_probe]
set -u
PROBE=${1:-${BIN:-$(dirname "$0")/../../build/bin}/trap_probe}
A=trap_a$$ B=trap_b$$
OUT=$(mktemp -d "${TMPDIR:-/tmp}/trap_test.XXXXXX")
n=0 failed=0 pid=

cleanup() {
	[ -n "$pid" ] && kill -9 "$pid" 2>/dev/null
	ip netns del $A 2>/dev/null
	ip netns del $B 2>/dev/null
	rm -rf "$OUT"
}
trap cleanup EXIT

ok() {	# ok STATUS DESCRIPTION
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
		sed 's/^/# /' "$OUT/log"
	fi
}
check() { local d=$1; shift; "$@" >/dev/null 2>&1; ok $? "$d"; }
a() { ip netns exec $A "$@"; }
b() { ip netns exec $B "$@"; }

start() {	# start ARGS...: the trap in A, until it says ready
	: >"$OUT/log"	# not the word of the one before
	ip netns exec $A "$PROBE" "$@" >"$OUT/log" 2>&1 &
	pid=$!
	for _ in $(seq 100); do
		grep -q ^ready "$OUT/log" && return 0
		kill -0 $pid 2>/dev/null || break
		sleep 0.05
	done
	echo "# the trap did not start"; sed 's/^/# /' "$OUT/log"
	return 1
}
stop() { [ -n "$pid" ] && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; pid=; }
kill9() { kill -9 "$pid"; wait "$pid" 2>/dev/null; pid=; }
held() { grep -c "^held $1" "$OUT/log"; }
ping_ok() { a ping -q -n -c "${2:-1}" -i 0.2 -W "${3:-1}" "$1" | grep -q ' 0% packet loss'; }
ping_lost() { ! a ping -q -n -c 1 -W 0.5 "$1" >/dev/null; }
seen() { b nft list counter inet count "$1" | awk '/packets/ { print $2 }'; }
counter() { a nft list counter inet pluto "$1" | awk '/packets/ { print $2 }'; }

ip netns add $A && ip netns add $B || { echo "1..0 # SKIP needs root"; exit 0; }
ip link add v0 netns $A type veth peer name v0 netns $B
for i in $A $B; do ip -n $i link set lo up; ip -n $i link set v0 up; done
a sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.v0.accept_dad=0
b sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.v0.accept_dad=0
ip -n $A addr add 10.99.0.1/24 dev v0
ip -n $A addr add fd99::1/64 dev v0 nodad
for i in 2 3 4 5 6; do
	ip -n $B addr add 10.99.0.$i/24 dev v0
	ip -n $B addr add fd99::$i/64 dev v0 nodad
done
# What reaches B, and no ICMP error from B that would wake a sender.
b nft -f - <<EOF
table inet count {
	counter c2 { } ; counter c3 { } ; counter c4 { } ; counter c5 { }
	chain in { type filter hook prerouting priority -300;
		ip daddr 10.99.0.2 counter name c2
		ip daddr 10.99.0.3 counter name c3
		ip daddr 10.99.0.4 counter name c4
		ip daddr 10.99.0.5 counter name c5
	}
	chain out { type filter hook output priority 0;
		icmp type destination-unreachable drop
	}
}
EOF

# First packets are held, then pass.
start -d 300 -w 60 open:10.99.0.0/24 closed:10.99.0.3/32 block:10.99.0.4/32 \
	open:fd99::/64 closed:fd99::3/128 closed:0.0.0.0/0 closed:::/0 \
	pass=10.99.0.2 hold=10.99.0.3 pass=fd99::2 reject=10.99.0.5 \
	reject=fd99::5 || exit 1
echo "# $(grep ^ready "$OUT/log")"
a ping -n -c 3 -i 0.5 -W 1 10.99.0.2 >"$OUT/ping"
check "three pings through a held first packet: none lost" \
	grep -q ' 0% packet loss' "$OUT/ping"
check "the first was held for 300 ms" \
	awk -F'time=' '/icmp_seq=1 / { split($2, t, " "); exit !(t[1] >= 290) }' "$OUT/ping"
check "one caught packet; the shunt passes the others" \
	[ "$(held '10.99.0.1 -> 10.99.0.2')" -eq 1 ]
check "a closed group without an answer: lost" ping_lost 10.99.0.3
check "... and nothing left" [ "$(seen c3)" -eq 0 ]
check "a blocked group: lost" ping_lost 10.99.0.4
check "... without asking" [ "$(held '10.99.0.1 -> 10.99.0.4')" -eq 0 ]
check "... and nothing left" [ "$(seen c4)" -eq 0 ]
check "IPv6: neighbour discovery is free, the packet is held and passes" \
	ping_ok fd99::2
check "IPv6: it was caught" [ "$(held 'fd99::1 -> fd99::2')" -eq 1 ]
check "IPv6: closed: lost" ping_lost fd99::3
check "our own address is free" ping_ok 10.99.0.1
# A SYN that nobody answers is sent again after a second.
connect_fails() {	# connect_fails HOST MAX_MS
	local t0 t1
	t0=$(date +%s%3N)
	a timeout 5 bash -c "exec 3<>/dev/tcp/$1/9" 2>/dev/null && return 1
	t1=$(date +%s%3N)
	echo "# refused after $((t1 - t0)) ms"
	[ $((t1 - t0)) -lt "$2" ]
}
connect_fails 10.99.0.5 950; ok $? "verdict reject: connect fails at once (300 ms held)"
connect_fails 10.99.0.5 950; ok $? "shunt reject: connect fails at once"
connect_fails fd99::5 950; ok $? "IPv6 verdict reject"
connect_fails fd99::5 950; ok $? "IPv6 shunt reject"
check "... and nothing left" [ "$(seen c5)" -eq 0 ]
stop
check "no verdict was refused" grep -q "errors 0 held" "$OUT/log"
check "the table is gone after close" [ -z "$(a nft list tables inet)" ]
check "the queue rules are gone after close" \
	[ "$(a sh -c 'iptables-nft-save; iptables-legacy-save; ip6tables-nft-save' 2>/dev/null | grep -c NFQUEUE)" -eq 0 ]

# Ten datagrams leave in the order in which they came.
start -d 300 -w 60 open:10.99.0.0/24 pass=10.99.0.2 || exit 1
: >"$OUT/err"
b timeout 5 tcpdump -n -l -c 10 -i v0 udp and dst 10.99.0.2 >"$OUT/dump" 2>"$OUT/err" &
dump=$!
until grep -q listening "$OUT/err"; do sleep 0.05; done
a bash -c 'exec 3>/dev/udp/10.99.0.2/7777; s=; for i in 1 2 3 4 5 6 7 8 9 10; do
	s=x$s; printf %s "$s" >&3; done'
wait $dump
check "ten datagrams are held, and released in order" \
	[ "$(sed 's/.*length //' "$OUT/dump" | tr '\n' ' ')" = "1 2 3 4 5 6 7 8 9 10 " ]
check "... all ten were caught" [ "$(held '10.99.0.1 -> 10.99.0.2')" -eq 10 ]
stop
echo "# $(grep ^verdict "$OUT/log")"

# Shunts end by themselves; limits; deadlines.
start -w 60 -h 600 -n 2 -s pass,10.99.0.1,10.99.0.2,2 \
	-u 10.99.0.1,10.99.0.6 -s pass,10.99.0.1,10.99.0.6,60 \
	open:10.99.0.0/24 closed:10.99.0.3/32 || exit 1
check "a pass shunt passes without asking" ping_ok 10.99.0.2
check "... nothing was caught" [ "$(held '10.99.0.1 -> 10.99.0.2')" -eq 0 ]
ping_ok 10.99.0.6 2
sleep 2
check "open, no verdict: passes at the deadline" ping_ok 10.99.0.2 1 2
check "... the shunt had ended" [ "$(held '10.99.0.1 -> 10.99.0.2')" -eq 1 ]
check "closed, no verdict: dropped at the deadline" ping_lost 10.99.0.3
a bash -c 'exec 3>/dev/udp/10.99.0.4/7777; for i in 1 2 3 4 5; do echo $i >&3; done'
sleep 0.3
check "a pair holds only its share" [ "$(grep -c '^full' "$OUT/log")" -eq 3 ]
sleep 0.7
stop
check "bytes on a shunt are counted" grep -q '^used 168$' "$OUT/log"

# Keyed pairs: to the tunnel, and never in the clear, in or out.
before=$(seen c2)
start -d 100 -w 60 -t ipsec0 -T -r 10.99.0.2 closed:10.99.0.0/24 tunnel=10.99.0.2 \
	tunnel=fd99::2 closed:fd99::/64 || exit 1
ping_lost 10.99.0.2
check "no ip rule: what is marked for the tunnel is stopped" \
	[ "$(counter leak_stopped)" -ge 1 -a "$(seen c2)" -eq "$before" ]
a sysctl -qw net.ipv4.conf.ipsec0.rp_filter=0
ip -n $A link set ipsec0 up
for f in -4 -6; do
	ip -n $A $f rule add priority 2540 fwmark 0x200000/0xf00000 lookup 2540
	ip -n $A $f route add default dev ipsec0 table 2540
done
ping_lost 10.99.0.2
check "a keyed pair's packets reach the tunnel" \
	grep -q '^tun 10.99.0.1 -> 10.99.0.2 icmp' "$OUT/log"
ping_lost fd99::2
check "IPv6: the held packet itself reaches the tunnel" \
	grep -q '^tun fd99::1 -> fd99::2' "$OUT/log"
check "... nothing in the clear" [ "$(seen c2)" -eq "$before" ]
check "clear packets from a keyed peer are dropped" \
	eval '! b ping -q -n -c 2 -i 0.2 -W 0.5 -I 10.99.0.2 10.99.0.1'
check "... and counted" [ "$(counter clear_from_keyed)" -ge 2 ]
b bash -c 'exec 3>/dev/udp/10.99.0.1/500; echo x >&3' 2>/dev/null
check "... but IKE from it is not" [ "$(counter clear_from_keyed)" -eq 2 ]
: >"$OUT/err"
b timeout 3 tcpdump -n -c 1 -i v0 -Q in udp port 53 >"$OUT/dns" 2>"$OUT/err" &
dump=$!
until grep -q listening "$OUT/err"; do sleep 0.05; done
a bash -c 'exec 3>/dev/udp/10.99.0.2/53; echo x >&3'
wait $dump
check "our DNS goes to a keyed peer in the clear" grep -q ' > 10.99.0.2.53:' "$OUT/dns"
check "... and the answer may come back" \
	eval 'a nft list set inet pluto asked4 | grep -q "10.99.0.2 . "'
b ping -q -n -c 1 -W 0.3 -I 10.99.0.6 10.99.0.1 >/dev/null
check "another peer's packets come in; the answer is caught" \
	[ "$(held '10.99.0.1 -> 10.99.0.6')" -eq 1 ]
stop

# When pluto dies or goes: open passes, closed stays closed.
before=$(seen c3)
start -w 60 open:10.99.0.0/24 closed:10.99.0.3/32 || exit 1
kill9
check "after kill -9: open passes" ping_ok 10.99.0.2
check "after kill -9: closed is lost" ping_lost 10.99.0.3
ip netns exec $A timeout 8 bash -c 'exec 3>/dev/udp/10.99.0.3/7; while :; do echo x >&3; done' 2>/dev/null &
flood=$!
start -w 60 -k -h 500 open:10.99.0.0/24 closed:10.99.0.3/32 pass=10.99.0.2 || exit 1
check "started again: caught and passed" ping_ok 10.99.0.2
check "... caught once" [ "$(held '10.99.0.1 -> 10.99.0.2')" -eq 1 ]
check "nothing of the closed group left, while a flood tried" [ "$(seen c3)" -eq "$before" ]
# Once is not enough to meet a packet between the old table and the new one.
for _ in 1 2 3 4 5 6; do
	kill9
	start -w 60 -k -h 500 open:10.99.0.0/24 closed:10.99.0.3/32 || exit 1
done
stop
check "... nor when it dies and starts again and again, and goes" \
	[ "$(seen c3)" -eq "$before" ]
check "... and no second table stays" eval '[ "$(a nft list tables inet)" = "table inet pluto" ]'
start -w 60 -k -h 500 open:10.99.0.0/24 closed:10.99.0.3/32 pass=10.99.0.2 || exit 1
ping_ok 10.99.0.2
kill $flood 2>/dev/null; wait $flood 2>/dev/null
a nft flush ruleset
for _ in $(seq 40); do
	a nft list tables inet | grep -q pluto && break
	sleep 0.1
done
check "a flushed ruleset comes back: closed is lost" ping_lost 10.99.0.3
ping_ok 10.99.0.2
check "... and open is caught again" [ "$(held '10.99.0.1 -> 10.99.0.2')" -eq 2 ]
stop
check "closed and kept: open passes" ping_ok 10.99.0.2
check "closed and kept: closed is lost" ping_lost 10.99.0.3

start -w 1 -m 20000 open:10.99.0.0/24 || exit 1
wait $pid; pid=
echo "# $(grep ^shunt "$OUT/log")"
check "twenty thousand shunts" grep -q '^shunt .* n 20000' "$OUT/log"
check "everything is gone at the end" [ -z "$(a nft list tables inet)" ]
echo "1..$n"
exit $failed
