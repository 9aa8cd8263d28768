#!/bin/sh
# The first packet of every kind survives, and nothing crosses the wire in the
# clear: judged by what the other side receives and by a capture. Prints TAP.
#
# Every kind is tried between a pair of addresses that is new to both hosts.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 WEST6=2001:db8:1:2::45
WEST_B=192.1.2.47 WEST6_B=2001:db8:1:2::47	# east only answers these
v4() { echo 192.1.2.$1; }
v6() { echo 2001:db8:1:2::$1; }

# 21-23: group private-or-clear; 31-33: private; 41: both start; 51: responder.
east_numbers="21 22 23 31 32 33 41 51"

begin() {
	lab_begin && lab_nic && lab_host west $WEST $WEST6 && lab_host east 192.1.2.20 2001:db8:1:2::20 || return 1
	lab_addr west $WEST_B $WEST6_B
	all=
	for n in $east_numbers; do all="$all $(v4 $n) $(v6 $n)"; done
	lab_addr east $all
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east &&
		lab_publish west $WEST $WEST6 $WEST_B $WEST6_B && lab_publish east $all &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 2001:db8:1:2::254 || return 1
	lab_policy west private-or-clear 192.1.2.0/24 2001:db8:1:2::/64
	for n in 31 32 33; do lab_policy west private "$(v4 $n)" "$(v6 $n)"; done
	lab_policy east private-or-clear $WEST $WEST6
	lab_policy east clear-or-private $WEST_B $WEST6_B
	for h in west east; do
		lab_policy $h clear 192.1.2.254 2001:db8:1:2::254
		lab_pluto $h && lab_whack $h --listen >"$LAB/$h/listen" || return 1
	done
	lab_capture west && lab_capture_inner east || return 1
	lab_spawn east python3 tests/lab/talk.py serve "$LAB/received"
	lab_until 60 test -s "$LAB/received"
}

retransmitted() { lab_run west nstat -asz TcpRetransSegs | awk '/TcpRetransSegs/ {print $2}'; }

ping_once() { lab_run west ping -n -c 1 -W 4 -I "$1" "$2" >"$LAB/ping" 2>&1; }

udp_in_order() {	# SRC DST WORDS: the other side received 0..9, in that order
	lab_run west python3 tests/lab/talk.py udp "$1" "$2" 10 "to-$2"
	lab_until 5 sh -c "[ \$(grep -c '^$1 to-$2 ' '$LAB/received') -ge 10 ]"
	same "ten UDP datagrams at once, in order, $3" \
		"$(sed -n "s/^$1 to-$2 //p" "$LAB/received" | tr '\n' ' ')" "0 1 2 3 4 5 6 7 8 9 "
}

syns() {	# ADDRESS: SYNs that reached it through the tunnel
	case $1 in
	*:*) lab_count_inner east "ip6 and dst $1 and ip6[6] = 6 and ip6[53] & 0x12 = 2" ;;
	*) lab_count_inner east "dst $1 and tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn" ;;
	esac
}

kinds() {	# GROUP TENS V SRC: ping, TCP and UDP to three new addresses
	_d=$3
	check "ICMP echo, $1, $3" ping_once "$4" "$($_d "${2}1")"
	check "TCP connects, $1, $3" lab_run west python3 tests/lab/talk.py tcp "$4" "$($_d "${2}2")" 4
	udp_in_order "$4" "$($_d "${2}3")" "$1, $3"
}

begin || { tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"

kinds private-or-clear 2 v4 $WEST
kinds private-or-clear 2 v6 $WEST6
kinds private 3 v4 $WEST
kinds private 3 v6 $WEST6

for v in v4 v6; do
	[ $v = v4 ] && w=$WEST || w=$WEST6
	e=$($v 41)
	lab_run east ping -n -c 3 -i 0.2 -W 4 -I "$e" "$w" >"$LAB/ping.east" 2>&1 &
	other=$!
	lab_run west ping -n -c 3 -i 0.2 -W 4 -I "$w" "$e" >"$LAB/ping.west" 2>&1
	wait $other
	same "both sides start at once, all answered, $v" \
		"$(grep -c 'bytes from' "$LAB/ping.west") $(grep -c 'bytes from' "$LAB/ping.east")" "3 3"
done

check "a host that only answers (clear-or-private), v4" ping_once $WEST_B "$(v4 51)"
check "a host that only answers (clear-or-private), v6" ping_once $WEST6_B "$(v6 51)"

lab_capture_stop west
lab_capture_inner_stop east
for e in 22 32; do
	same "one SYN arrived, to $(v4 $e)" "$(syns "$(v4 $e)")" 1
	same "one SYN arrived, to $(v6 $e)" "$(syns "$(v6 $e)")" 1
done
same "no SYN was sent twice" "$(retransmitted)" 0
same "packets in the clear, IPv4" "$(for n in $east_numbers; do lab_stray west "$(v4 $n)"; done | lab_sum)" 0
same "packets in the clear, IPv6" "$(for n in $east_numbers; do lab_stray west "$(v6 $n)"; done | lab_sum)" 0
check "ESP was seen (the capture works)" test "$(lab_count west 'esp or udp port 4500')" -ge 60
lab_whack west --trafficstatus >"$LAB/traffic"
same "each pair has a Child SA at west" \
	"$(grep -oE '<-> [0-9a-f:.]+' "$LAB/traffic" | sort -u | wc -l)" 16
tap_done
