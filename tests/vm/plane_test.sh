#!/bin/sh
# Hosts for the XFRM plane, and its tests. Prints TAP. A word: that part alone.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${BIN:=build/bin}"
west=w$$ east=e$$ server=s$$
finish() {
	echo 7 2>/dev/null >/sys/bus/netdevsim/del_device
	for h in $west $east $server; do ip netns del $h 2>/dev/null; done
}
trap finish EXIT
trap 'exit 1' INT TERM
in_batch() { ip -n "$1" -batch -; }

ip -batch - <<EOF || exit 1
netns add $west
netns add $east
netns add $server
link add wire netns $west type veth peer name wire netns $east
link add inside netns $east type veth peer name inside netns $server
EOF
# Until duplicates of its link-local address were looked for, a host asks for no
# neighbour when it forwards.
ip netns exec $west sysctl -qw net.ipv6.conf.wire.accept_dad=0
ip netns exec $east sysctl -qw net.ipv6.conf.wire.accept_dad=0 net.ipv6.conf.inside.accept_dad=0
ip netns exec $server sysctl -qw net.ipv6.conf.inside.accept_dad=0
in_batch $west <<EOF || exit 1
link set lo up
link set wire up
addr add 192.0.2.1/24 dev wire
addr add 192.0.2.11/24 dev wire
addr add 2001:db8::1/64 dev wire nodad
addr add 2001:db8::11/64 dev wire nodad
addr add 10.1.0.1/32 dev lo
addr add fd01::1/128 dev lo nodad
route add 10.2.0.0/16 via 192.0.2.2
route add fd02::/16 via 2001:db8::2
EOF
# Somebody else's, which must survive us.
in_batch $west <<EOF || exit 1
xfrm state add src 198.51.100.1 dst 198.51.100.2 proto esp spi 0x999 reqid 5 mode tunnel aead rfc4106(gcm(aes)) 0x00112233445566778899aabbccddeeff00112233 128
xfrm policy add src 198.51.100.1/32 dst 198.51.100.2/32 dir out tmpl src 198.51.100.1 dst 198.51.100.2 proto esp reqid 5 mode tunnel
EOF
in_batch $east <<EOF || exit 1
link set lo up
link set wire up
link set inside up
addr add 192.0.2.2/24 dev wire
addr add 2001:db8::2/64 dev wire nodad
addr add 10.2.0.1/24 dev inside
addr add fd02::1/64 dev inside nodad
route add 10.1.0.0/16 via 192.0.2.1
route add fd01::/16 via 2001:db8::1
EOF
in_batch $server <<EOF || exit 1
link set lo up
link set inside up
addr add 10.2.0.9/24 dev inside
addr add fd02::9/64 dev inside nodad
route add default via 10.2.0.1
route add default via fd02::1
EOF
# A device that says it can do ESP; the kernel lists its SAs in debugfs.
grep -q debugfs /proc/mounts || mount -t debugfs none /sys/kernel/debug 2>/dev/null
ip netns exec $server sh -c 'echo "7 1" >/sys/bus/netdevsim/new_device &&
	nic=$(ls /sys/bus/netdevsim/devices/netdevsim7/net) && ip link set "$nic" name nic &&
	ip addr add 198.51.100.1/24 dev nic && ip link set nic up' 2>/dev/null
for f in ipv4/conf/all ipv6/conf/all; do
	ip netns exec $east sh -c "echo 1 >/proc/sys/net/$f/forwarding"
done
"$BIN/xfrm_plane" $west $east $server "$@"
