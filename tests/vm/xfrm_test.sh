#!/bin/sh
# What is peculiar to ESP in the kernel: chosen by itself, only our own SAs and
# policies are touched, a crash leaves nothing for good. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh
LAB_PLANE=--use-auto

WEST=192.1.2.45 WEST6=2001:db8:1:2::45 EAST=192.1.2.23 EAST6=2001:db8:1:2::23

begin() {
	lab_begin && lab_nic && lab_host west $WEST $WEST6 && lab_host east $EAST $EAST6 || return 1
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east &&
		lab_publish west $WEST $WEST6 && lab_publish east $EAST $EAST6 &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	# Somebody else's, which must survive us.
	lab_run west ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x999 reqid 5 \
		mode tunnel aead 'rfc4106(gcm(aes))' 0x00112233445566778899aabbccddeeff00112233 128 &&
		lab_run west ip xfrm policy add src 192.0.2.1/32 dst 192.0.2.2/32 dir out \
			tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 5 mode tunnel || return 1
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		lab_policy $h private 192.1.2.0/24 2001:db8:1:2::/64
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
	lab_capture west
}

states() { lab_run "$1" ip xfrm state | grep -c 'reqid 1862270'; }	# 0x6f00....
policies() { lab_run "$1" ip xfrm policy | grep -c "^src $2"; }
pinged() { lab_run west ping -n -c "$2" -i 0.2 -W 3 "$1" | grep -c 'bytes from'; }

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"
holds "the kernel's ESP is chosen by itself" "$LAB/west/pluto.log" "data plane: xfrm"
same "first packets arrive, IPv4" "$(pinged $EAST 3)" 3
same "first packets arrive, IPv6" "$(pinged $EAST6 3)" 3
same "two pairs of SAs" "$(states west)" 4
check "policies in, out and forwarded" lab_run east ip xfrm policy get src $WEST/32 dst $EAST/32 dir fwd
lab_whack west --trafficstatus >"$LAB/traffic"
holds "counters come from the kernel" "$LAB/traffic" "[1-9][0-9]* packets|packets.*[1-9]|[1-9][0-9]*/[1-9]"

child() { lab_whack west --trafficstatus | sed -n "s/.*#\([0-9]*\): .*$EAST\/32.*/\1/p" | head -1; }
ike_seen() { lab_count west 'udp port 500'; }
wire_spis() { tcpdump -n -r "$LAB/west.pcap" "esp and src $WEST" 2>/dev/null | grep -oE 'spi=0x[0-9a-f]+' | uniq | wc -l; }
before=$(ike_seen) old=$(child)
check "a Child SA is rekeyed" lab_whack west --rekeystate "$old"
lab_until 3 sh -c "[ \$(ip -n $(lab_ns west) xfrm state | grep -c 'reqid 1862270') = 4 ]"
check "IKE passes the policies in the clear" test "$(ike_seen)" -ge $((before + 2))
same "traffic goes on" "$(pinged $EAST 2)" 2
same "by the new SA" "$(wire_spis)" 2

# The neighbour cache is empty: discovery passes the policies.
advertised() { lab_count west "icmp6 and ip6[40] = 136 and src $EAST6"; }
before=$(advertised)
lab_run west ip -6 neigh flush dev eth0
same "a neighbour is found again" "$(pinged $EAST6 2)" 2
check "its advertisement came in the clear" test "$(advertised)" -gt "$before"

# East forgets its policies and marks its packets as its daemon's own, which are
# not trapped (MARK_BYPASS).
lab_run east ip xfrm policy flush
same "packets in the clear from a keyed peer are not answered" \
	"$(lab_run east ping -n -c 2 -i 0.2 -W 1 -m 1048576 $WEST | grep -c 'bytes from')" 0

kill -9 "$(lab_pluto_pid west)"
lab_until 2 sh -c "! kill -0 $(lab_pluto_pid west)"
same "a crash leaves SAs" "$(states west)" 4
lab_pluto west
same "the next start removes them" "$(states west)" 0
same "and the policies" "$(policies west $WEST)" 0
same "but nobody else's" "$(lab_run west ip xfrm state | grep -c 0x00000999) $(policies west 192.0.2.1)" "1 1"

lab_pluto_stop east
lab_pluto east && lab_whack east --listen >/dev/null && lab_whack west --listen >/dev/null
same "after both start again" "$(pinged $EAST 3)" 3
lab_pluto_stop west
same "an orderly end leaves no SA" "$(states west)" 0
same "and no policy, but nobody else's" "$(lab_run west ip xfrm policy | grep -c '^src') $(policies west 192.0.2.1)" "1 1"
lab_capture_stop west
tap_done
