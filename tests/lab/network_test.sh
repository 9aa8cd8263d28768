#!/bin/bash
# A network that loses three of ten packets, doubles, reorders, delays, corrupts: what
# two hosts do ends as it should all the same, and nothing of a private pair is ever
# in the clear. Judged by captures. Prints TAP.
#
# Reads: FAULTS (the names of some rows below), CASES, SEED, DEBUG (options of pluto). Nine attempts at a question and its
# answer suffice on such a wire (bad_wire.c), which is at most 92 s.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
# Each fault has ten addresses of east, from this number on; and the seconds after which
# a silent peer is dead: twice of what an answer may take.
rows="loss:100:50:loss=30
double:110:12:double=10
reorder:120:12:reorder=30
delay:130:12:delay=300
corrupt:140:12:corrupt=10"
FAULTS=${FAULTS:-loss double reorder delay corrupt}
all_cases="open private plain both two one dead moves"
CASES=${CASES:-$all_cases}
SEED=${SEED:-1}
DEADLINE=${DEADLINE:-100}
net=192.1.2
# East asks nothing of .44 in return; of the others it wants encryption, or nothing.
OPEN=$net.44 WEST=$net.45 TWO=$net.46 ONE=$net.47 DEAD=$net.48 HERE=$net.49 THERE=$net.50

begin() {
	lab_begin && lab_nic && lab_host west $WEST && lab_host east $net.23 || return 1
	lab_addr west $OPEN $TWO $ONE $DEAD $HERE
	lab_run west ip address add 10.1.0.1/32 dev lo
	for h in west east; do
		lab_run $h sysctl -qw net.ipv4.conf.all.promote_secondaries=1
	done
	keyed= closed= all=
	for b in 100 110 120 130 140; do
		keyed="$keyed $net.$((b + 1)) $net.$((b + 2)) $net.$((b + 5))"
		for n in 2 4 5 6 7 8 9; do closed="$closed $net.$((b + n))"; done
		for n in 1 2 3 4 5 6 7 8 9; do all="$all $net.$((b + n))"; done
		lab_run east ip address add 10.2.0.$b/32 dev lo
		lab_run west ip route add 10.2.0.$b/32 dev eth0 src 10.1.0.1
	done
	lab_addr east $all
	lab_run east ip route add 10.1.0.1/32 dev eth0
	zones_begin "$LAB/zones" && zones_lab && lab_key west rsa && lab_key east rsa &&
		lab_publish west $OPEN $WEST && lab_publish east $keyed &&
		zones_sign && zones_start "$(lab_ns nic)" $net.254 || return 1
	lab_policy west private-or-clear $net.0/24
	lab_policy west private $closed
	lab_policy east private-or-clear $OPEN
	lab_policy east private $WEST $TWO $ONE $DEAD $HERE $THERE
	for h in west east; do
		echo ": PSK \"a secret that both know\"" >>"$LAB/$h/ipsec.secrets"
		lab_policy $h clear $net.254
		lab_pluto $h ${DEBUG:-} && lab_whack $h --listen >/dev/null || return 1
	done
}

say() { echo "$1 $fault: $2"; }		# STATUS WORDS, for tell_all
whack() {	# HOST OPTION...: within the deadline
	_x=$1; shift
	timeout $DEADLINE ip netns exec "$(lab_ns "$_x")" "$BIN/whack" --ctlbase "$LAB/$_x/pluto" "$@" 2>&1
}
ping_from() { lab_run "$1" ping -n -c 1 -W 3 -I "$2" "$3" >/dev/null 2>&1; }
# By the daemon; or by the kernel, where the sums of packets are complete.
malformed() {
	{
		lab_whack "$1" --status | sed -n 's/.* \([0-9]*\) malformed.*/\1/p'
		lab_run "$1" nstat -asz UdpInCsumErrors | awk '/UdpInCsumErrors/ {print $2}'
	} | lab_sum
}
children() {	# HOST ADDRESS: Child SAs with it, either side's
	lab_whack "$1" --trafficstatus | grep -c "^000 #.*[ >]$2[/ ;]"
}
serial() {	# HOST ike|child NAME: the last one's number
	lab_whack "$1" --json --status | grep "\"event\":\"$2_sa\"" | grep "\"$3\"" |
		sed -n 's/.*"serial":\([0-9]*\),.*/\1/p' | tail -1
}
encrypted() { [ "$(children west "$1")" -gt 0 ]; }
gone() { [ "$(children west "$1")$(children east "$1")" = 00 ]; }
add() {	# NAME WEST EAST WEST-OPTIONS OPTION...
	_n=$1 _w=$2 _e=$3; shift 3
	for _x in west east; do
		lab_whack $_x --name "$_n" --host "$_w" --to --host "$_e" --psk --encrypt "$@" >/dev/null
	done
}
up() {	# NAME: tries again until its deadline is over
	lab_until $DEADLINE eval "whack west --name $1 --initiate | grep -q 'result: ENCRYPTED'"
}
replaced() {	# HOST KIND NAME BEFORE
	_s=$(serial "$1" "$2" "$3")
	[ -n "$_s" ] && [ "$_s" != "$4" ]
}
rekey() {	# HOST KIND NAME
	_before=$(serial "$1" "$2" "$3")
	whack "$1" --rekeystate "$_before" >/dev/null
	lab_until $DEADLINE replaced "$1" "$2" "$3" "$_before"
}

# The cases, side by side. Each says "STATUS words" for each of its checks.
case_open() {
	lab_run west ping -n -i 0.5 -w $DEADLINE -I $OPEN "$net.$((b + 1))" >/dev/null 2>&1 &
	_p=$!
	lab_until $DEADLINE encrypted "$net.$((b + 1))"
	say $? "a host with a key is encrypted in the end"
	kill $_p
}
case_private() {
	lab_until $DEADLINE ping_from west $WEST "$net.$((b + 2))"
	say $? "a private pair: packets arrive"
}
case_plain() {
	lab_until $DEADLINE ping_from west $OPEN "$net.$((b + 3))"
	say $? "a host without a key: clear, by its group"
	! lab_until 3 ping_from west $OPEN "$net.$((b + 4))"
	say $? "a private one without a key: no answer"
}
case_both() {
	lab_until $DEADLINE ping_from east "$net.$((b + 5))" $WEST &
	_p=$!
	lab_until $DEADLINE ping_from west $WEST "$net.$((b + 5))"
	say $? "both start at once: west's packets arrive"
	wait $_p
	say $? "both start at once: east's do"
}
case_two() {
	e=$net.$((b + 6)) n=two$b
	add $n $TWO "$e" --ikev2 --pfs
	up $n
	say $? "IKEv2 comes up"
	rekey west child $n && rekey east child $n
	say $? "IKEv2: Child SAs replaced by either side"
	rekey west ike $n && rekey east ike $n
	say $? "IKEv2: IKE SAs replaced by either side"
	_old=$(serial west child $n)
	whack east --rekeystate "$(serial east child $n)" >/dev/null &
	whack west --rekeystate "$_old" >/dev/null
	lab_until $DEADLINE replaced west child $n "$_old"
	say $? "IKEv2: both replace it at once"
	wait
	lab_until $DEADLINE ping_from west $TWO "$e"
	say $? "IKEv2: packets arrive after all that"
	whack west --name $n --terminate >/dev/null
	lab_until $DEADLINE gone "$e"
	say $? "IKEv2: deleted at both ends"
}
case_one() {
	e=$net.$((b + 7)) n=one$b
	add $n $ONE "$e" --ikev1 --dpddelay 3 --dpdtimeout 30 --dpdaction clear
	up $n
	say $? "IKEv1, Main and Quick Mode, comes up"
	rekey west child $n && rekey east child $n
	say $? "IKEv1: SAs replaced by either side"
	lab_until $DEADLINE ping_from west $ONE "$e"
	say $? "IKEv1: packets arrive"
	whack west --name $n --terminate >/dev/null
	lab_until $DEADLINE gone "$e"
	say $? "IKEv1: deleted at both ends, though nobody acknowledges"
}
case_dead() {
	e=$net.$((b + 8)) n=dead$b
	add $n $DEAD "$e" --ikev2 --dpddelay 1 --dpdtimeout $dead --dpdaction clear
	up $n
	_s=$(serial west ike $n)
	sleep 10
	[ -n "$_s" ] && [ "$(serial west ike $n)" = "$_s" ]
	say $? "a peer that lives is not taken for dead"
	lab_run east ip addr del "$e/23" dev eth0
	lab_until $DEADLINE eval "! encrypted $e"
	say $? "one that is gone is"
}
case_moves() {
	e=$net.$((b + 9)) n=moves$b
	for _x in west east; do
		lab_whack $_x --name $n --host $HERE --client 10.1.0.1/32 --to --host "$e" \
			--client 10.2.0.$b/32 --psk --encrypt --ikev2 --tunnel >/dev/null
	done
	up $n
	lab_until $DEADLINE ping_from west 10.1.0.1 10.2.0.$b
	say $? "a pair that will move comes up"
	_s=$(serial west child $n)
	lab_run west ip addr add $THERE/23 dev eth0
	lab_run west ip addr del $HERE/23 dev eth0
	lab_until $DEADLINE grep -q "moved: .* to $e:" "$LAB/west/pluto.log"
	say $? "it moves to another address (MOBIKE)"
	lab_until $DEADLINE ping_from west 10.1.0.1 10.2.0.$b
	say $? "and packets arrive there"
	[ -n "$_s" ] && [ "$(serial west child $n)" = "$_s" ]
	say $? "by the same Child SA"
	lab_whack west --name $n --delete >/dev/null
	lab_run west ip addr add $HERE/23 dev eth0
	lab_run west ip addr del $THERE/23 dev eth0
}

tell_all() {
	for f in "$LAB"/case.*; do
		while read -r status words; do tap_result "$status" "$words"; done <"$f"
	done
}

play() {	# FAULT FIRST-ADDRESS DEAD-AFTER HOW
	fault=$1 b=$2 dead=$3
	rm -f "$LAB"/case.*
	LAB_CAPTURE_ON=p-west lab_capture west || return 1
	lab_bad_wire west "$SEED" "$4" || return 1
	before=$(($(malformed west) + $(malformed east)))
	cases=
	for c in $CASES; do
		("case_$c" >"$LAB/case.$c" 2>"$LAB/$c.err") &
		cases="$cases $!"
	done
	# shellcheck disable=SC2086
	wait $cases
	lab_bad_wire_stop west
	lab_capture_stop west
	tell_all
	same "$fault: nothing of a private pair was clear" \
		"$(for n in 2 4 5 6 7 8 9; do lab_stray west "$net.$((b + n))"; done | lab_sum)" 0
	same "$fault: nor was what is behind them" "$(lab_stray west 10.2.0.$b)" 0
	[ "$CASES" != "$all_cases" ] || check "$fault: IKE messages were in fragments" test "$(lab_count west '(udp port 500 and udp[24] = 53) or (udp port 4500 and udp[8:4] = 0 and udp[28] = 53)')" -ge 2
	[ "$fault" != corrupt ] || check "corrupt: is counted" \
		test $(($(malformed west) + $(malformed east) - before)) -gt 0
	check "$fault: neither daemon died" kill -0 "$(lab_pluto_pid west)" "$(lab_pluto_pid east)"
	sed 's/^/# /' "$LAB/west/bad_wire"
}

begin || { tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"
for row in $rows; do
	IFS=: read -r name first dead how <<<"$row"
	case " $FAULTS " in
	*" $name "*) _t=$SECONDS; play "$name" "$first" "$dead" "$how"; echo "# $name: $((SECONDS - _t)) s" ;;
	esac
done
tap_done
