#!/bin/sh
# The kernel's own policies catch first packets (--trap acquire), and resolv.conf names
# another name server: its policies are others then, and DNS works though the group is
# private. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

WEST=192.1.2.45 EAST=192.1.2.23 FIRST=192.1.2.254 SECOND=192.1.2.253

begin() {
	lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST && lab_addr nic $SECOND || return 1
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east && lab_publish west $WEST &&
		lab_publish east $EAST && zones_sign && zones_start "$(lab_ns nic)" $FIRST $SECOND || return 1
	lab_policy west private 192.1.2.0/24
	lab_policy east private-or-clear $WEST
	lab_policy east clear 192.1.2.254
	lab_pluto east && lab_whack east --listen >"$LAB/east/listen" || return 1
	echo "nameserver $FIRST" >"$LAB/resolv.conf"
	# As lab_pluto, but for the name server.
	lab_run west unshare -m sh -c 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"' sh "$LAB/resolv.conf" \
		"$BIN/pluto" --nofork --stderrlog --ctlbase "$LAB/west/pluto" --secretsfile "$LAB/west/ipsec.secrets" \
		--ipsecdir "$LAB/west/ipsec.d" --rootkey-file "$ZONES_ANCHOR" --use-netkey --trap acquire \
		>"$LAB/west/pluto.out" 2>"$LAB/west/pluto.log" &
	LAB_PLUTO_west=$! LAB_PIDS="$LAB_PIDS $!"
	lab_until 30 lab_answers west && lab_whack west --listen >"$LAB/west/listen"
}

let_by() { lab_run west ip xfrm policy | grep -A4 "dst $1/32.*dport 53 " | grep -c 'dir out'; }
is_let_by() { [ "$(let_by "$1")" -gt 0 ]; }
knows() { lab_whack west --status | grep -q "adns ready, resolvers $1,"; }

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/out" "$LAB/west/pluto.log"
check "the first name server is let by" lab_until 20 is_let_by $FIRST
check "and asked" lab_until 20 knows $FIRST
same "the second is not" "$(let_by $SECOND)" 0
echo "nameserver $SECOND" >"$LAB/resolv.conf"
check "resolv.conf names another: a new adns asks it" lab_until 30 knows $SECOND
check "it is let by" lab_until 10 is_let_by $SECOND
same "the first no more" "$(let_by $FIRST)" 0
lab_whack west --oppohere $WEST --oppothere $EAST >"$LAB/out" 2>&1
holds "DNS answers: the pair is encrypted" "$LAB/out" '^004 result: ENCRYPTED'
tap_done
