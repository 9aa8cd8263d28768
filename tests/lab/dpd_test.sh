#!/bin/sh
# A peer that dies: --dpdaction hold, clear and restart, by both versions of IKE;
# and --crash, for one that has started again. Judged by captures. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23

up() {
	timeout 40 ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" \
		--name c --initiate >"$LAB/out" 2>&1
	sed -n 's/^\([0-9]*\) result: \([A-Z]*\).*/\1 \2/p' "$LAB/out"
}
add() {	# HOST OPTION...
	_x=$1; shift
	lab_whack "$_x" --name c --host $WEST --to --host $EAST --psk --encrypt "$@" >"$LAB/out"
}
die() {	# HOST: without a word
	kill -9 "$(lab_pluto_pid "$1")"
	wait "$(lab_pluto_pid "$1")" 2>/dev/null
	lab_run "$1" nft delete table inet pluto 2>/dev/null
	# As after a loss of power: its kernel knows no SA either.
	lab_run "$1" ip xfrm state flush
	lab_run "$1" ip xfrm policy flush
}
begin() { lab_pluto "$1" --no-oe && lab_whack "$1" --listen >/dev/null; }
children() { lab_whack west --trafficstatus | grep -c '^000 #'; }
gone() { [ "$(children)" = 0 ]; }
here() { [ "$(children)" -gt 0 ]; }
# What the dead peer's kernel says of its closed ports is no traffic of ours.
clear() { lab_count west "icmp and icmp[icmptype] = icmp-echo and host $EAST"; }
ping() { lab_run west ping -c 1 -W "${1:-2}" $EAST; }

lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST || exit 1
zones_begin "$LAB/zones" && zones_lab && zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || exit 1
for h in west east; do
	echo "$WEST $EAST : PSK \"a secret of the lab\"" >>"$LAB/$h/ipsec.secrets"
	begin $h || exit 1
done
tap_show "$LAB/out" "$LAB/west/pluto.log" "$LAB/east/pluto.log"

for v in --ikev2 --ikev1; do
	for action in hold clear restart; do
		w="${v#--}, $action"
		add east $v
		add west $v --dpddelay 1 --dpdtimeout 3 --dpdaction $action --keyingtries 0
		same "$w: up" "$(up)" "004 ENCRYPTED"
		lab_capture west || exit 1
		die east
		check "$w: the SA goes" lab_until 15 gone
		holds "$w: is told" "$LAB/west/pluto.log" 'the peer is silent: (its traffic is|brought up)'
		case $action in
		hold)
			ping 1 >/dev/null
			same "$w: nothing is in the clear" "$(clear)" 0
			begin east && add east $v
			check "$w: a next packet brings it up" lab_until 40 ping 2
			;;
		clear)
			check "$w: traffic is clear" ping
			begin east && add east $v
			;;
		restart)
			begin east && add east $v
			check "$w: comes up by itself" lab_until 30 here
			check "$w: and carries a packet" ping 5
			;;
		esac
		lab_capture_stop west
		[ $action = clear ] || same "$w: and never was" "$(clear)" 0
		for h in west east; do lab_whack $h --name c --delete >/dev/null; done
	done
	# The peer forgot everything, and we are told before we notice.
	add east $v
	add west $v --keyingtries 0
	same "${v#--}, crash: up" "$(up)" "004 ENCRYPTED"
	before=$(lab_whack west --trafficstatus | sed -n 's/^000 \(#[0-9]*\).*/\1/p')
	die east
	begin east && add east $v
	lab_whack west --crash $EAST >"$LAB/out"
	holds "${v#--}, crash: one IKE SA" "$LAB/out" '^000 1 IKE SAs with'
	replaced() { here && ! lab_whack west --trafficstatus | grep -q "^000 $before:"; }
	check "${v#--}, crash: is replaced" lab_until 15 replaced
	for h in west east; do lab_whack $h --name c --delete >/dev/null; done
done
lab_whack west --crash somewhere >"$LAB/out"
same "--crash needs an address" $? 29
add west --dpdaction clear
same "--dpdaction needs --dpddelay" $? 30
add west --dpddelay 1 --dpdaction often
same "--dpdaction has three words" $? 30
tap_done
