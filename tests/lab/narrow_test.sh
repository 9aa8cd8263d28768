#!/bin/sh
# Two hosts that encrypt by opportunism, and a narrow hop in the middle of their
# path: its router is of no group that lets it speak in the clear, and is heard
# all the same. Both planes. Prints TAP.
#
#	west 192.1.2.45 --- 192.1.2.254 nic 192.1.7.1 -- 1400 bytes -- 192.1.7.10 far
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 WEST6=2001:db8:1:2::45 FAR=192.1.7.10 FAR6=2001:db8:1:3::10

begin() {
	lab_begin && lab_nic && lab_host west $WEST $WEST6 || return 1
	lab_behind far nic $FAR 192.1.7.1 $FAR6 2001:db8:1:3::1 || return 1
	mkdir -p "$LAB/far/ipsec.d/policies" "$LAB/far/ipsec.d/private"
	lab_via west 192.1.2.254 192.1.7.0/24 && lab_via west 2001:db8:1:2::254 2001:db8:1:3::/64 || return 1
	ip -n "$(lab_ns nic)" link set lan-far mtu 1400
	ip -n "$(lab_ns far)" link set eth0 mtu 1400
	zones_begin "$LAB/zones" && zones_lab && zones_new 7.1.192.in-addr.arpa. signed &&
		zones_new 3.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. signed &&
		lab_key west && lab_key far && lab_publish west $WEST $WEST6 && lab_publish far $FAR $FAR6 &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	lab_policy west private 192.1.0.0/16 2001:db8::/32
	lab_policy far private 192.1.0.0/16 2001:db8::/32
	for h in west far; do
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
	lab_capture west && lab_spawn far iperf3 -s && lab_spawn west iperf3 -s
}

pinged() { lab_run west ping -n -c 4 -i 0.3 -W 4 "$@" | grep -c 'bytes from'; }
clear_seen() { lab_count west "(host $FAR or host $FAR6) and not esp and not udp port 500 and not udp port 4500 and not (ip[6:2] & 0x1fff != 0)"; }

# A black hole carries the handshake and nothing more.
bulk() {	# WORDS FROM TO
	lab_run "$2" timeout 20 iperf3 -J -t 1 -c "$3" >"$LAB/json" 2>&1
	rate=$(python3 -c 'import json, sys
print(int(json.load(open(sys.argv[1]))["end"]["sum_received"]["bits_per_second"] / 1000))' "$LAB/json" 2>/dev/null)
	[ "${rate:-0}" -ge 2000 ]
	tap_result $? "$1: ${rate:-no} kbit/s"
}

begin >"${TMPDIR:-/tmp}/narrow.$$" 2>&1
status=$?
mv "${TMPDIR:-/tmp}/narrow.$$" "$LAB/begin"
tap_show "$LAB/begin" "$LAB/west/pluto.log" "$LAB/far/pluto.log"
tap_result $status "the lab starts" || { tap_done; exit 1; }
same "they talk, IPv4" "$(pinged $FAR)" 4
same "they talk, IPv6" "$(pinged $FAR6)" 4
check "what is too large for the hop is lost once" test "$(pinged -M want -s 1372 $FAR)" -ge 2
check "IPv6 too" test "$(pinged -M want -s 1352 $FAR6)" -ge 2
bulk "TCP to it, IPv4" west $FAR
bulk "TCP to it, IPv6" west $FAR6
bulk "TCP from it, IPv4" far $WEST
bulk "TCP from it, IPv6" far $WEST6
lab_capture_stop west
check "the router was heard" test "$(lab_count west "icmp[0] = 3 and icmp[1] = 4 and dst $WEST")" -ge 1
check "IPv6 too" test "$(lab_count west "icmp6 and ip6[40] = 2 and dst $WEST6")" -ge 1
same "nothing of theirs in the clear" "$(clear_seen)" 0
tap_done
