#!/bin/sh
# Routes to the clients of peers, made and removed by ipsec _updown from its
# environment, and by a daemon that runs programs of ours. Prints TAP. Needs root.
set -u
cd "$(dirname "$0")/../.." || exit 1
BIN=${BIN:-build/bin}
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
. tests/lab/tap.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/updown.XXXXXX")
ns=$(basename "$work" | tr . -)
trap 'ip netns del "$ns"; ip netns del "$ns-far"; rm -rf "$work"' EXIT

begin() {
	ip netns add "$ns" && ip netns add "$ns-far" &&
		ip link add out netns "$ns" type veth peer name out netns "$ns-far" || return 1
	ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0
	ip -n "$ns" link set lo up && ip -n "$ns" link set out up && ip -n "$ns-far" link set out up
	ip -n "$ns" addr add 192.0.2.1/24 dev out && ip -n "$ns" addr add 10.1.0.1/24 dev lo
	ip -n "$ns" addr add 2001:db8::1/64 dev out nodad && ip -n "$ns" addr add fd01::1/128 dev lo
	ip -n "$ns" route add default via 192.0.2.254
	ip -n "$ns" -6 route add default via 2001:db8::fe
}

# VERB NAME=VALUE...
updown() {
	_v=$1; shift
	ip netns exec "$ns" env -i PLUTO_VERB="$_v" PLUTO_ME=192.0.2.1 PLUTO_PEER=198.51.100.9 \
		PLUTO_MY_CLIENT=10.1.0.0/24 PLUTO_PEER_CLIENT=10.2.0.0/16 "$@" "$BIN/ipsec" _updown >"$work/out" 2>&1
}
route() { ip -n "$ns" route show "$@" proto 50 | sed 's/ *$//'; }
way() { ip -n "$ns" route get "$1" | head -1; }
all() { { ip -n "$ns" route; ip -n "$ns" -6 route; } | sort; }

tap_show "$work/out"
begin || { tap_result 1 "two namespaces"; tap_done; exit 1; }
all >"$work/before"

check "route-client by the way to the peer" updown route-client
same "it is there" "$(route)" "10.2.0.0/16 via 192.0.2.254 dev out"
check "again, with a source" updown route-client PLUTO_MY_SOURCEIP=10.1.0.1
same "it has the source" "$(route)" "10.2.0.0/16 via 192.0.2.254 dev out src 10.1.0.1"
check "up-client changes nothing" updown up-client
check "unroute-client" updown unroute-client
same "it is gone" "$(route)" ""
check "unroute-client of nothing is no error" updown unroute-client

check "by a next hop" updown route-client PLUTO_NEXT_HOP=192.0.2.7
same "it leads there" "$(route)" "10.2.0.0/16 via 192.0.2.7 dev out"
updown unroute-client
check "a peer on the link is no next hop" updown route-client PLUTO_PEER=192.0.2.9 PLUTO_NEXT_HOP=192.0.2.9
same "the route ends on the link" "$(route)" "10.2.0.0/16 dev out scope link"
updown unroute-client
check "into a device of its own" updown route-client PLUTO_VIRT_INTERFACE=lo
same "without a next hop" "$(route)" "10.2.0.0/16 dev lo scope link"
updown unroute-client

check "everything" updown route-client PLUTO_PEER_CLIENT=0.0.0.0/0 PLUTO_MY_SOURCEIP=10.1.0.1
same "goes in two halves" "$(route | tr '\n' ',')" \
	"0.0.0.0/1 via 192.0.2.254 dev out src 10.1.0.1,128.0.0.0/1 via 192.0.2.254 dev out src 10.1.0.1,"
check "and comes back" updown unroute-client PLUTO_PEER_CLIENT=0.0.0.0/0
all | cmp -s - "$work/before"
tap_result $? "the routing table is what it was"

check "a host needs no route" updown route-host PLUTO_PEER_CLIENT=198.51.100.9/32
same "there is none" "$(route)" ""
check "but one for a source" updown route-host PLUTO_PEER_CLIENT=198.51.100.9/32 PLUTO_MY_SOURCEIP=10.1.0.1
same "with that" "$(way 198.51.100.9 | sed 's/ uid.*//; s/ *$//')" "198.51.100.9 via 192.0.2.254 dev out src 10.1.0.1"
updown unroute-host PLUTO_PEER_CLIENT=198.51.100.9/32

six() {
	_w=$1; shift
	updown "$_w" PLUTO_ME=2001:db8::1 PLUTO_PEER=2001:db8:9::9 PLUTO_MY_CLIENT=fd01::/64 \
		PLUTO_PEER_CLIENT=fd02::/48 "$@"
}
check "IPv6" six route-client-v6 PLUTO_MY_SOURCEIP=fd01::1
same "it is there" "$(route | wc -l) $(ip -n "$ns" -6 route show proto 50 | sed 's/ *$//')" \
	"0 fd02::/48 via 2001:db8::fe dev out src fd01::1 metric 1024 pref medium"
check "is taken away" six unroute-client-v6
check "IPv6 everything" six route-client-v6 PLUTO_PEER_CLIENT=::/0
same "two halves" "$(ip -n "$ns" -6 route show proto 50 | cut -d' ' -f1 | tr '\n' ' ')" "::/1 8000::/1 "
six unroute-client-v6 PLUTO_PEER_CLIENT=::/0
check "IPv4 inside IPv6 ends on the device" updown route-client-v6 PLUTO_ME=2001:db8::1 PLUTO_PEER=2001:db8:9::9
same "it is there" "$(route)" "10.2.0.0/16 dev out scope link"
updown unroute-client-v6 PLUTO_ME=2001:db8::1 PLUTO_PEER=2001:db8:9::9
check "IPv6 inside IPv4" six route-client PLUTO_ME=192.0.2.1 PLUTO_PEER=198.51.100.9
same "it is there" "$(ip -n "$ns" -6 route show proto 50 | sed 's/ *$//')" "fd02::/48 dev out metric 1024 pref medium"
six unroute-client PLUTO_ME=192.0.2.1 PLUTO_PEER=198.51.100.9

# What is wrong is refused with a sentence, and what others made stays.
refused() { ! updown "$@"; }
ip -n "$ns" route add 10.2.0.0/16 via 192.0.2.5
all >"$work/before"
check "another's route is not replaced" refused route-client
holds "which is said" "$work/out" "a route to 10.2.0.0/16 already that is not ours"
check "nor removed" updown unroute-client
all | cmp -s - "$work/before"
tap_result $? "it is still there"
check "a source that is not ours" refused route-client PLUTO_PEER_CLIENT=10.3.0.0/16 PLUTO_MY_SOURCEIP=10.9.9.9
holds "which is said" "$work/out" "source 10.9.9.9: is that an address of this machine"
check "a next hop behind another" refused route-client PLUTO_NEXT_HOP=203.0.113.1
holds "which is said" "$work/out" "next hop 203.0.113.1 is not on a network of this machine"
check "half of everything is taken" ip -n "$ns" route add 128.0.0.0/1 via 192.0.2.5
check "then none" refused route-client PLUTO_PEER_CLIENT=0.0.0.0/0
same "nothing of ours is left" "$(route)" ""
ip -n "$ns" route del default
check "no route to the peer" refused route-client PLUTO_PEER_CLIENT=10.3.0.0/16 PLUTO_PEER=100.64.0.1
holds "which is said" "$work/out" "no route to the peer, 100.64.0.1"
check "a verb that is none" refused route-everything
check "a client that is none" refused route-client PLUTO_PEER_CLIENT=10.2.0.0-10.2.0.9
check "no device of that name" refused route-client PLUTO_VIRT_INTERFACE=gone0

# Name servers that the peer told: by whatever there is, and not otherwise.
mkdir "$work/none" "$work/rc" "$work/ctl" "$work/face"
for p in rc/resolvconf ctl/resolvectl; do
	printf '#!/bin/sh\necho "$*" >>%s/asked\n/bin/cat >>%s/asked\n' "$work" "$work" >"$work/$p"
	chmod 755 "$work/$p"
done
ln -s "$work/ctl/resolvectl" "$work/face/resolvconf"
dns() {	# FOLDER VERB [VARIABLE] [ARGUMENT]
	_f=$1 _v=$2 _x=${3:-A=} _a=${4:-}
	: >"$work/asked"
	env -i PATH="$work/$_f:/nowhere" PLUTO_VERB="$_v" PLUTO_ME=192.0.2.1 PLUTO_PEER=198.51.100.9 \
		PLUTO_MY_CLIENT=10.9.0.1/32 PLUTO_PEER_CLIENT=10.2.0.0/16 PLUTO_CONNECTION=a%3Bb \
		PLUTO_PEER_DNS_INFO="10.9.0.53 10.9.0.55" "$_x" "$BIN/_updown" $_a >"$work/out" 2>&1
}
asked() { tr '\n' ',' <"$work/asked"; }
check "the peer's name servers" dns rc updateresolvconf-client
same "go to resolvconf" "$(asked)" "-a tun-a-3Bb,nameserver 10.9.0.53,nameserver 10.9.0.55,"
check "and are taken back" dns rc restoreresolvconf-client
same "by the same name" "$(asked)" "-d tun-a-3Bb,"
check "or to resolvectl" dns ctl updateresolvconf-client PLUTO_VIRT_INTERFACE=ipsec0
same "with the traffic's device" "$(asked)" "dns ipsec0 10.9.0.53 10.9.0.55,domain ipsec0 ~.,"
check "and are taken back" dns ctl restoreresolvconf-client PLUTO_VIRT_INTERFACE=ipsec0
same "from that" "$(asked)" "revert ipsec0,"
check "a resolvconf that is resolvectl" dns face updateresolvconf-client
same "is not asked without a device" "$(asked)" ""
holds "but what it would have been is said" "$work/out" '"nameserver 10.9.0.53" is not used'
printf '#!/bin/sh\nexit 3\n' >"$work/rc/resolvconf"
check "a resolvconf that fails" test "$(dns rc updateresolvconf-client; echo $?)" = 1
printf '# mine\nnameserver 192.0.2.53\nsearch example' >"$work/resolv.conf"
cp "$work/resolv.conf" "$work/resolv.before"
for _i in 1 2; do
	check "a file" dns none updateresolvconf-client A= --resolv-conf="$work/resolv.conf"
	same "has a block at its top" "$(tr '\n' ',' <"$work/resolv.conf")" \
		"# pluto a%3Bb: begin,nameserver 10.9.0.53,nameserver 10.9.0.55,# pluto a%3Bb: end,# mine,nameserver 192.0.2.53,search example"
done
check "the block goes" dns none restoreresolvconf-client A= --resolv-conf="$work/resolv.conf"
check "and the file is as before" cmp "$work/resolv.conf" "$work/resolv.before"
ln -s resolv.conf "$work/link"
check "what is a link is somebody's who knows more" test "$(dns none updateresolvconf-client A= --resolv-conf="$work/link"; echo $?)" = 1
check "and stays" cmp "$work/resolv.conf" "$work/resolv.before"

# The daemon, on one side alone: route and unroute need no peer. Its last run was
# killed, and left a route.
ip -n "$ns" route add default via 192.0.2.254
ip -n "$ns" route flush proto 50
ip -n "$ns" route del 128.0.0.0/1
ip -n "$ns" route add 10.66.0.0/16 via 192.0.2.254 proto 50
mkdir -p "$work/ipsec.d/policies"
: >"$work/secrets"
run() { ip netns exec "$ns" "$@"; }
whack() { run "$BIN/whack" --ctlbase "$work/pluto" "$@" >"$work/out" 2>&1; }
until_() { for _i in $(seq 100); do "$@" >/dev/null 2>&1 && return 0; sleep 0.05; done; return 1; }
run "$BIN/pluto" --nofork --stderrlog --ctlbase "$work/pluto" --secretsfile "$work/secrets" \
	--ipsecdir "$work/ipsec.d" --use-klips --no-oe >"$work/pluto.out" 2>"$work/pluto.log" &
daemon=$!
tap_show "$work/out" "$work/pluto.log"
until_ whack --oestatus
check "the daemon starts" whack --listen
same "and has removed the route" "$(route)" ""
connection() {
	_n=$1; shift
	whack --name "$_n" --host 192.0.2.1 "$@" --to --host 198.51.100.9 --psk
}
cat >"$work/program" <<END
#!/bin/sh
grep CapEff /proc/self/status >$work/caps
tr '\\0' '\\n' </proc/self/environ >$work/environment
echo "\$* \$PLUTO_VERB \$PLUTO_CONNECTION \$PLUTO_MY_SOURCEIP" >>$work/verbs
exec $(realpath "$BIN/ipsec") _updown
END
chmod 755 "$work/program"
check "a host pair" connection plain
check "is routed" whack --route --name plain
same "without a route" "$(route)" ""
check "it is unrouted" whack --unroute --name plain
whack --delete --name plain
check "a host pair with its source" connection here --srcip 192.0.2.1 --nexthop 192.0.2.7
check "is routed" whack --route --name here
same "with a route" "$(route)" "198.51.100.9 via 192.0.2.7 dev out src 192.0.2.1"
ip -n "$ns" route flush proto 50
check "a route that somebody removed" whack --listen
same "comes back with --listen" "$(route)" "198.51.100.9 via 192.0.2.7 dev out src 192.0.2.1"
connection other --nexthop 192.0.2.8 --clientprotoport 6/80
check "another way there at the same time" test "$(whack --route --name other; echo $?)" = 26
holds "is refused with the name of the first" "$work/out" '"here" has a route to 198.51.100.9'
check "it is deleted while it is routed" whack --delete --name here
same "and the route with it" "$(route)" ""
check "a next hop that is nowhere" test "$(whack --delete --name other
	connection far --nexthop 203.0.113.7; whack --route --name far; echo $?)" = 25
holds "is refused" "$work/out" "next hop 203.0.113.7 is not on a network"
check "a program" connection prog --srcip 192.0.2.1 --updown "$work/program  one two"
check "is run" whack --route --name prog
whack --status
holds "and stands in the status" "$work/out" '"prog": nexthop %direct, srcip 192.0.2.1, updown .*/program  one two'
until_ sh -c "[ \$(wc -l <$work/verbs) = 2 ]"
same "for each verb in turn" "$(tr '\n' ',' <"$work/verbs")" \
	"one two prepare-host prog 192.0.2.1,one two route-host prog 192.0.2.1,"
same "with few rights" "$(cat "$work/caps")" "CapEff:	0000000000003000"
same "and a clean environment" "$(grep -cv '^PLUTO_\|^PATH=' "$work/environment")" 0
until_ sh -c "ip -n $ns route show proto 50 | grep -q src"
same "and calls ours" "$(route)" "198.51.100.9 via 192.0.2.254 dev out src 192.0.2.1"
check "the daemon ends" whack --shutdown
wait $daemon
same "the program has run to its end" "$(tail -1 "$work/verbs")" "one two unroute-host prog 192.0.2.1"
same "no route is left" "$(route)" ""
tap_done
