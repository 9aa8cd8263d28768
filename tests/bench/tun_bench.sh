#!/bin/bash
# The TUN plane between two namespaces of this machine: TCP and small UDP
# through the tunnel, beside the same without it and beside the bare cipher.
# Both hosts, both iperf3 and all data threads share the processors. Needs root.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=${BIN:-${BUILD:-build}/bin}
if [ "$(id -u)" != 0 ]; then
	echo "tun_bench: needs root for network namespaces" >&2
	exit 77
fi
. tests/lab/tun_net.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/tun_bench.$$.XXXXXX")
trap 'net_stop; rm -rf "$work"' EXIT
seconds=${SECONDS_EACH:-4}

tcp() {		# ADDRESS OPTIONS...: Mbit/s and retransmissions
	timeout 60 ip netns exec "$HOST_A" iperf3 -J -t "$seconds" -c "$@" \
		> "$work/json" 2>&1
	mbit=$(($(iperf_value "$work/json" end.sum_received.bits_per_second) / 1000000))
	again=$(iperf_value "$work/json" end.sum_sent.retransmits)
}

overrun() {	# datagrams for which sockets of the receiving host had no room
	ip netns exec "$HOST_B" cat /proc/net/snmp |
		awk '/^Udp:/ { n = $6 } END { print n }'
}

udp() {		# ADDRESS BITS-A-SECOND (0: a flood): packets a second that arrived
	local sent lost full
	full=$(overrun)
	timeout 60 ip netns exec "$HOST_A" iperf3 -J -u -b "$2" -l 64 \
		-t "$seconds" -c "$1" > "$work/json" 2>&1
	full=$(($(overrun) - full))
	sent=$(iperf_value "$work/json" end.sum.packets)
	lost=$(iperf_value "$work/json" end.sum.lost_packets)
	pps=$(((${sent:-0} - ${lost:-0}) / seconds))
	sent=$((${sent:-0} > 0 ? sent : 1))
	note="$((${lost:-0} * 100 / sent)) % lost"
	note="$note ($((full * 100 / sent)) % in iperf3's own buffer)"
}

ratio() {	# PART WHOLE
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", b ? a / b : 0 }'
}

"$bin/esp_bench"
cipher=$(openssl speed -evp aes-128-gcm -seconds 1 -bytes 1390 2>/dev/null |
	awk '/^AES-128-GCM/ { printf "%d", $2 * 8 / 1000 }')
echo "openssl speed aes-128-gcm, 1390 bytes, one processor: $cipher Mbit/s"

net_start direct || exit 1
iperf_server
tcp $B4
plain=$mbit
echo "plain veth, TCP: $mbit Mbit/s"
udp $B4 0
plain_pps=$pps
echo "plain veth, UDP of 64 bytes: $pps packets/s, $note"
plane_start && mark_on || exit 1
tcp $B4
echo "tunnel, TCP IPv4: $mbit Mbit/s, $again retransmissions;" \
	"$(ratio "$mbit" "$plain") of plain, $(ratio "$mbit" "$cipher") of the cipher"
tcp $B6
echo "tunnel, TCP IPv6: $mbit Mbit/s, $again retransmissions"
tcp $B4 -P 8
echo "tunnel, 8 TCP: $mbit Mbit/s, $again retransmissions"
udp $B4 $((60000 * 64 * 8))
echo "tunnel, 60000 UDP of 64 bytes a second: $pps packets/s, $note"
udp $B4 0
echo "tunnel, UDP of 64 bytes: $pps packets/s, $note;" \
	"$(ratio "$pps" "$plain_pps") of plain"
plane_stop
tail -n 1 "$work/a.log" "$work/b.log" | grep ^tun
