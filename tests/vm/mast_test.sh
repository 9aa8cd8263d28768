#!/bin/sh
# --use-mast on a kernel with xfrm interfaces: keyed traffic goes through a device
# into the kernel's ESP. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
export LAB_PLANE=--use-mast LAB_INNER=ipsec0
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

WEST=192.1.2.45 WEST6=2001:db8:1:2::45 EAST=192.1.2.23 EAST6=2001:db8:1:2::23

begin() {
	lab_begin && lab_nic && lab_host west $WEST $WEST6 && lab_host east $EAST $EAST6 || return 1
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east &&
		lab_publish west $WEST $WEST6 && lab_publish east $EAST $EAST6 &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		lab_policy $h private 192.1.2.0/24 2001:db8:1:2::/64
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
	lab_capture west
}

pinged() { lab_run west ping -n -c "$2" -i 0.2 -W 3 "$1" | grep -c 'bytes from'; }
through() { lab_run west cat /sys/class/net/ipsec0/statistics/"$1"_packets; }

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"
holds "the kernel's ESP, and an interface" "$LAB/west/pluto.log" "data plane: xfrm: .*interface ipsec0"
same "first packets arrive, IPv4" "$(pinged $EAST 3)" 3
same "first packets arrive, IPv6" "$(pinged $EAST6 3)" 3
check "they went through the interface" test "$(through tx)" -ge 6
check "and came through it" test "$(through rx)" -ge 6
same "nothing between the two was clear" \
	"$(lab_count west "(icmp or icmp6) and (host $EAST or host $EAST6) and not ip6[40] >= 130")" 0
check "but sealed" test "$(lab_count west "esp and src $WEST")" -ge 3

# East's SAs are gone, and its packets marked as its daemon's own (MARK_BYPASS).
lab_run east ip xfrm policy flush
same "packets in the clear from a keyed peer are not answered" \
	"$(lab_run east ping -n -c 2 -i 0.2 -W 1 -m 1048576 $WEST | grep -c 'bytes from')" 0

kill -9 "$(lab_pluto_pid west)"
lab_until 2 sh -c "! kill -0 $(lab_pluto_pid west)"
check "a crash leaves the interface" lab_run west ip link show ipsec0
lab_pluto west
check "the next start has one" lab_run west ip link show ipsec0
lab_pluto_stop west
check "an orderly end has none" sh -c "! ip -n $(lab_ns west) link show ipsec0 2>/dev/null"
same "and no rule" "$(lab_run west ip rule | grep -c 2540)" 0
lab_capture_stop west
tap_done
