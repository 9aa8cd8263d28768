#!/bin/sh
# A daemon that catches by the kernel's acquires is killed and starts again while packets
# come: between whack --listen and whack --route what a connection kept closed stays closed
# (CTLBASE.kept), and so does a pair of the group private. Judged by a capture. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh
export LAB_PLANE="--use-netkey --trap acquire" LAB_INNER=eth0

WEST=192.1.2.45 EAST=192.1.2.23 PRIVATE=192.1.2.24

conn() {	# HOST
	lab_whack "$1" --name kept --host $WEST --to --host $EAST --psk --encrypt --tunnel \
		--faildrop >>"$LAB/$1/conn" 2>&1
}

begin() {
	lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST && lab_addr east $PRIVATE || return 1
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east &&
		lab_publish west $WEST && lab_publish east $PRIVATE && zones_sign &&
		zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		echo "$WEST $EAST : PSK \"kept closed\"" >>"$LAB/$h/ipsec.secrets"
	done
	lab_policy west private $PRIVATE
	lab_policy east clear-or-private $WEST
	for h in west east; do
		lab_pluto $h && lab_whack $h --listen >/dev/null && conn $h || return 1
	done
	lab_capture west
}

answers() { cat "$LAB/$1" 2>/dev/null | grep -c 'bytes from'; }
more() { [ "$(answers "$1")" -gt "$2" ]; }
# NAME WORDS: answers come.
goes_on() {
	_n=$(answers "$1")
	check "$2" lab_until 60 more "$1" "$_n"
}

begin || { tap_show "$LAB/west/pluto.log" "$LAB/west/conn"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"
holds "policies of the kernel catch packets" "$LAB/west/pluto.log" "caught by acquires"
lab_whack west --name kept --route >"$LAB/west/route" 2>&1
tap_result $? "the connection is routed" || sed "s|^|# |" "$LAB/west/route"
check "and noted" test -s "$LAB/west/pluto.kept"
lab_spawn west sh -c "ping -n -i 0.02 $EAST >'$LAB/routed'"
lab_spawn west sh -c "ping -n -i 0.02 $PRIVATE >'$LAB/private'"
goes_on routed "the routed connection comes up by its packets"
goes_on private "so does the private pair"

for round in 1 2 3; do
	kill -9 "$(lab_pluto_pid west)"
	wait "$(lab_pluto_pid west)" 2>/dev/null
	# Nothing may be left to encrypt with: what leaves now would be in the clear.
	[ $round = 3 ] && lab_run west ip xfrm state flush
	lab_pluto west && lab_whack west --listen >/dev/null
	tap_result $? "round $round: started again"
	sleep 2		# an operator's time, with nothing but the note
	conn west && lab_whack west --name kept --route >>"$LAB/west/conn" 2>&1
	goes_on routed "round $round: routed again, it comes up"
	goes_on private "round $round: and the private pair"
done
holds "what it kept closed was told" "$LAB/west/pluto.log" 'of the run before kept closed stays closed'
lab_capture_stop west
# What west sends; east answers as its policy says.
sent() { lab_count west "ip and src $WEST and dst $1 and not esp and not udp port 500 and not udp port 4500"; }
same "packets of the routed pair in the clear" "$(sent $EAST)" 0
same "packets of the private pair in the clear" "$(sent $PRIVATE)" 0
check "ESP was seen (the capture works)" test "$(lab_count west esp)" -ge 20
tap_done
