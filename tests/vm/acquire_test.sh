#!/bin/sh
# First packets caught by the kernel's own policies (--trap acquire): ICMP, TCP
# and UDP, nothing in the clear, no larval SA left, settings put back. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh
export LAB_PLANE="--use-netkey --trap acquire" LAB_INNER=eth0

WEST=192.1.2.45 WEST6=2001:db8:1:2::45 EAST=192.1.2.23 EAST6=2001:db8:1:2::23
CLEAR=192.1.2.31 CLEAR6=2001:db8:1:2::31 DEAD=192.1.2.99

begin() {
	lab_begin && lab_nic && lab_host west $WEST $WEST6 && lab_host east $EAST $EAST6 &&
		lab_host plain $CLEAR $CLEAR6 || return 1
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east &&
		lab_publish west $WEST $WEST6 && lab_publish east $EAST $EAST6 &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		lab_policy $h private $EAST/32 $WEST/32 $EAST6/128 $WEST6/128 $DEAD/32
		lab_policy $h private-or-clear 0.0.0.0/0 ::/0
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
	lab_capture west
}

setting() { lab_run "$1" sysctl -n "net.core.$2"; }
larval() { lab_run "$1" ip xfrm state | grep -c 'spi 0x00000000'; }
pinged() { lab_run west ping -n -c "$2" -i 0.2 -W 5 "$1" | grep -c 'bytes from'; }

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"
holds "acquires were chosen" "$LAB/west/pluto.log" "caught by acquires"
same "the kernel keeps packets" "$(setting west xfrm_larval_drop)" 0
same "first packets arrive, IPv4" "$(pinged $EAST 3)" 3
same "first packets arrive, IPv6" "$(pinged $EAST6 3)" 3
same "first packets in the clear, IPv4" "$(pinged $CLEAR 3)" 3
same "first packets in the clear, IPv6" "$(pinged $CLEAR6 3)" 3
lab_run west ip xfrm state
lab_run west ip xfrm policy | grep -A3 "$EAST"
same "no larval SA on west" "$(larval west)" 0
same "no larval SA on east" "$(larval east)" 0
lab_capture_stop west
same "nothing in the clear, IPv4" "$(lab_clear west $WEST $EAST)" 0
same "nothing in the clear, IPv6" "$(lab_clear west $WEST6 $EAST6)" 0
lab_whack west --status | grep -E "trap|first"
grep -vi debug $LAB/west/pluto.log
lab_pluto_stop west
same "settings are put back" "$(setting west xfrm_larval_drop) $(setting west xfrm_acq_expires)" "1 30"
lab_run west ip xfrm policy | grep -E "^src.*dst $EAST/32" -A1
tap_done
