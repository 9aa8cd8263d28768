#!/bin/bash
# The user-space plane at one end, the kernel's at the other, with static keys: each
# opens what the other seals. ESP in UDP and AH, tunnel and transport mode, IPComp,
# and every cipher that only a name offers. Prints TAP. Needs root, and ESP, AH and
# IPComp in the kernel.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=${BIN:-${BUILD:-build}/bin}
. tests/lab/tun_net.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/tun_kernel.$$.XXXXXX")
trap 'net_stop; rm -rf "$work"' EXIT
OPT_B="-x"

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

# Only A's traffic is brought to its plane by a mark: B's policies do that.
talk() {
	mark_one "$HOST_A" $B4 $B6 || return 1
	for to in $B4 $B6; do
		ip netns exec "$HOST_A" timeout 60 ping -c 3 -i 0.3 -W 5 -s 1000 -p 61626364 $to \
			> "$work/out" 2>&1 || return 1
		ip netns exec "$HOST_A" timeout 60 ping -c 1 -W 5 -s 20 $to > "$work/out" 2>&1 || return 1
	done
}

try() {	# NAME UDP OPTION...
	local name=$1 udp=$2
	shift 2
	OPT_B="-x${udp:+ -u}"
	plane_start "$@"
	result $? "$name: the planes start"
	talk
	result $? "$name: pings"
	plane_stop
	ip netns exec "$HOST_A" nft delete table inet pair
	! grep "replayed [1-9]\|bad ICV [1-9]\|bad inner [1-9]" "$work/a.log" > "$work/out"
	result $? "$name: nothing was refused"
}

net_start direct || exit 1
ip -n "$HOST_A" -6 neigh >/dev/null
for to in 4 6; do	# neighbours are known before there are policies
	ip netns exec "$HOST_A" ping -$to -c 1 -W 5 "$([ "$to" = 4 ] && echo $B4 || echo $B6)" >/dev/null
	ip netns exec "$HOST_B" ping -$to -c 1 -W 5 "$([ "$to" = 4 ] && echo $A4 || echo $A6)" >/dev/null
done
try "ESP, tunnel" udp
try "ESP, tunnel, IPComp, ESN" udp -C -n
try "ESP, transport" udp -t
try "ESP, transport, IPComp" udp -t -C
try "AH, tunnel" "" -a
try "AH, tunnel, IPComp" "" -a -C
try "AH, transport, ESN" "" -a -t -n
try "AH, transport, IPComp" "" -a -t -C
try "AH, SHA1" "" -a -c sha1
try "AH, SHA2-384" "" -a -c sha384
try "AH, SHA2-512" "" -a -c sha512
try "ESP, NULL" udp -c null
try "ESP, 3DES" udp -c 3des
try "ESP, AES-CTR" udp -c ctr256
try "ESP, AES-CCM, ESN" udp -c ccm128 -n
net_stop
echo "1..$n"
[ $bad = 0 ]
