#!/bin/sh
# An address changes under traffic: the SAs move along (RFC 4555), and what has
# the address inside ends. Judged by ping and a capture. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 WEST_NEW=192.1.2.46 EAST=192.1.2.23 EAST_NEW=192.1.2.24
WEST_IN=10.1.0.1 EAST_IN=10.2.0.1

begin() {
	lab_begin && lab_nic && lab_host west $WEST 2001:db8:1:2::45 && lab_host east $EAST 2001:db8:1:2::23 || return 1
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east &&
		lab_publish west $WEST $WEST_NEW && lab_publish east $EAST &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	# Else the second address of a subnet goes with the first.
	for h in west east; do
		lab_run $h sysctl -qw net.ipv4.conf.all.promote_secondaries=1
	done
	lab_run west ip address add $WEST_IN/32 dev lo
	lab_run east ip address add $EAST_IN/32 dev lo
	lab_run west ip route add $EAST_IN/32 dev eth0
	lab_run east ip route add $WEST_IN/32 dev eth0
	for h in west east; do
		echo ": PSK \"a secret that both know\"" >>"$LAB/$h/ipsec.secrets"
		lab_policy $h clear 192.1.2.254
		lab_policy $h private-or-clear 192.1.2.0/24
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
		lab_whack $h --name moves --host $WEST --client $WEST_IN/32 --to --host $EAST \
			--client $EAST_IN/32 --psk --encrypt >"$LAB/$h/add" || return 1
		lab_capture $h || return 1
	done
	lab_whack west --name moves --initiate >"$LAB/initiate"
}

begin || { tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"
holds "a connection between two clients comes up" "$LAB/initiate" '^004 .*ENCRYPTED'

serial() { lab_whack "$1" --trafficstatus | sed -n 's/^000 #\([0-9]*\): "moves".*/\1/p'; }
first=$(serial west)
under_ping() {	# WORDS COMMAND...: at most so many of 80 pings are lost
	_w=$1; shift
	lab_run west ping -n -i 0.1 -c 80 -W 2 -I $WEST_IN $EAST_IN >"$LAB/ping" 2>&1 &
	_p=$!
	sleep 2
	"$@"
	wait $_p
	got=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$LAB/ping")
	[ "${got:-0}" -ge "$LEAST" ]
	tap_result $? "$_w" || echo "# $got of 80 arrived, wanted $LEAST"
	echo "# $got of 80 pings were answered"
}

replace() {	# HOST OLD NEW
	lab_run "$1" ip address add "$3/23" dev eth0
	lab_run "$1" ip address del "$2/23" dev eth0
}

LEAST=74
under_ping "the initiator's address is replaced by another" replace west $WEST $WEST_NEW
same "the same Child SA carries on" "$(serial west)" "$first"
holds "west says that it moved" "$LAB/west/pluto.log" "moved: $WEST_NEW:4500 to $EAST:4500"
holds "east says so too" "$LAB/east/pluto.log" "moved: $EAST:4500 to $WEST_NEW:4500"
lab_until 5 grep -q "starts anew: the network" "$LAB/west/pluto.log"
holds "a new adns asks from there" "$LAB/west/pluto.log" "starts anew: the network"
same "nothing of it was clear" "$(lab_count west "icmp and host $EAST_IN")" 0
same "ESP came from the new address" \
	"$([ "$(lab_count west "(esp or udp port 4500) and src $WEST_NEW")" -gt 20 ]; echo $?)" 0

under_ping "the responder's address is replaced" replace east $EAST $EAST_NEW
holds "west follows it" "$LAB/west/pluto.log" "moved: $WEST_NEW:4500 to $EAST_NEW:4500"

# Nothing for a while, then another address.
LEAST=50
gap() {
	lab_run west ip address del $WEST_NEW/23 dev eth0
	sleep 1
	lab_run west ip address add $WEST/23 dev eth0
	lab_run west ip route add $EAST_IN/32 dev eth0 2>/dev/null
}
under_ping "no address for a second" gap
same "still the same Child SA" "$(serial west)" "$first"
same "nothing of it all was clear" "$(lab_count west "icmp and host $EAST_IN")" 0
check "a rekey after all these moves" sh -c "ip netns exec $(lab_ns west) '$BIN/whack' --ctlbase '$LAB/west/pluto' --rekeystate $first"
LEAST=80
under_ping "and everything arrives" true

# An opportunistic pair has the address inside.
lab_run east ip address add $EAST/23 dev eth0
lab_until 5 grep -q "address $EAST on eth0 is new" "$LAB/east/pluto.log"
lab_whack west --oppohere $WEST --oppothere $EAST >"$LAB/trial"
holds "an opportunistic pair" "$LAB/trial" '^004 result: ENCRYPTED'
replace west $WEST $WEST_NEW
lab_until 5 grep -q 'our address is gone' "$LAB/west/pluto.log"
same "ends with its address" "$(lab_whack west --trafficstatus | grep -c "$WEST/32")" 0
check "and the new address has its own at once" lab_run west ping -n -c 1 -W 4 -I $WEST_NEW $EAST
same "as the capture shows" "$(lab_count west "icmp and host $WEST_NEW and host $EAST")" 0
tap_done
