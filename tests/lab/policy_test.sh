#!/bin/sh
# What happens to packets where encryption cannot be had, and while daemons die:
# the failure table, judged by captures. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23 EAST_B=192.1.2.24 EAST_P=192.1.2.25 EAST_Q=192.1.2.26
PLAIN=192.1.2.77 SECRETIVE=192.1.2.78 SILENT=192.1.2.79 LIAR=192.1.2.80 PLAIN_B=192.1.2.81
SILENT_P=192.1.2.82 PLAIN_C=192.1.2.83 SHY=192.1.2.84 SHY_P=192.1.2.85
TOLD=192.1.2.86 REFUSED=192.1.2.87
PLAIN6=2001:db8:1:2::77 SECRETIVE6=2001:db8:1:2::78 LIAR6=2001:db8:1:2::80 SHY6=2001:db8:1:2::84
WEST6=2001:db8:1:2::45 EAST6=2001:db8:1:2::23
FORGED=192.1.3.99 UNSIGNED=192.1.4.9 NULLED=192.1.4.10

# NAME ADDRESS: a record of EAST's key for a host that is not east.
publish_foreign() {
	"$BIN/oe-zone" record -k "$LAB/east/ipsec.d/private/host.pem" "$1" | grep -v '^;' >"$LAB/foreign"
	read -r owner ttl _in type rdata <"$LAB/foreign"
	zones_record "$owner" "$ttl" "$type" "$rdata"
}

begin() {
	lab_begin && lab_nic && lab_host west $WEST $WEST6 && lab_host east $EAST $EAST6 &&
		lab_host others $PLAIN $PLAIN6 && lab_host shy $SHY $SHY6 || return 1
	lab_addr shy $SHY_P; lab_addr others $SECRETIVE6 $TOLD $REFUSED
	lab_addr east $EAST_B $EAST_P $EAST_Q
	lab_addr others $SECRETIVE $SILENT $SILENT_P $PLAIN_B $PLAIN_C $FORGED $UNSIGNED $NULLED
	lab_host liar $LIAR $LIAR6
	ip -n "$(lab_ns west)" route add 192.1.4.0/24 dev eth0
	zones_begin "$LAB/zones" && zones_lab || return 1
	for h in west east liar shy; do lab_key $h || return 1; done
	lab_publish shy $SHY $SHY_P $SHY6 && publish_foreign $LIAR6 || return 1
	lab_publish west $WEST $WEST6 && lab_publish east $EAST $EAST6 $EAST_B $EAST_P $EAST_Q || return 1
	for a in $SILENT $SILENT_P $LIAR $FORGED $UNSIGNED; do publish_foreign $a || return 1; done
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	lab_policy west private-or-clear 192.1.2.0/23 192.1.4.0/24 2001:db8:1:2::/64
	lab_policy west private $SECRETIVE $SILENT_P $EAST_P $EAST_Q $SHY_P $SECRETIVE6
	lab_policy east private-or-clear $WEST $WEST6
	lab_policy liar private-or-clear $WEST $WEST6
	lab_policy shy clear $WEST $WEST6
	for h in west east liar shy; do
		lab_policy $h clear 192.1.2.254
		start $h || return 1
	done
	lab_capture west
}

start() { lab_pluto "$1" && lab_whack "$1" --listen >"$LAB/$1/listen"; }

# ADDR [SECONDS]: one packet; the answer's milliseconds or "none".
try() {
	lab_run west ping -n -c 1 -W "${2:-1}" "$1" >"$LAB/ping" 2>&1
	sed -n 's/.*time=\([0-9]*\).*/\1/p' "$LAB/ping" | grep . || echo none
}

ours() { case $1 in *:*) echo $WEST6 ;; *) echo $WEST ;; esac; }
left() { sleep 0.1; lab_count west "src $(ours "$1") and dst $1 and not esp and not udp port 500 and not udp port 4500 and not arp and not (icmp6 and ip6[40] >= 133 and ip6[40] <= 137)"; }
explain() { lab_whack west --explain "$(ours "$1")" "$1" >"$LAB/explain" 2>&1; }
within() { [ "$1" != none ] && [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; }

begin || { tap_show "$LAB/west/pluto.log" "$LAB/liar/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/explain"

check "no key: passes, at once" within "$(try $PLAIN 2)" 0 1000
explain $PLAIN
holds "no key: --explain says CLEAR" "$LAB/explain" 'result: CLEAR'

same "no key, private: no answer" "$(try $SECRETIVE)" none
same "no key, private: nothing left" "$(left $SECRETIVE)" 0
explain $SECRETIVE
holds "no key, private: --explain says BLOCKED" "$LAB/explain" 'result: BLOCKED'

same "bogus zone: no answer" "$(try $FORGED)" none
same "bogus zone: nothing left" "$(left $FORGED)" 0
explain $FORGED
holds "bogus zone: --explain names it" "$LAB/explain" '[Bb][Oo][Gg][Uu][Ss]'

check "unsigned zone with a key: passes, the key is not used" within "$(try $UNSIGNED 2)" 0 1000
explain $UNSIGNED
holds "unsigned zone: --explain says insecure" "$LAB/explain" '[Ii][Nn][Ss][Ee][Cc][Uu][Rr][Ee]'

check "peer with a key but silent: passes after the deadline" within "$(try $SILENT 5)" 1500 3700
same "silent peer, private: no answer" "$(try $SILENT_P 4)" none
same "silent peer, private: nothing left" "$(left $SILENT_P)" 0
lab_until 3 grep -q 'is not the one we sign' "$LAB/liar/pluto.log"
holds "wrong key published: its own daemon says so" "$LAB/liar/pluto.log" 'the key published at .* is not the one we sign with'
lab_whack liar --status >"$LAB/liar.status"
holds "and so does its --status" "$LAB/liar.status" 'is not the one we sign with'
same "key mismatch: no answer" "$(try $LIAR 4)" none
same "key mismatch: nothing left in the clear" "$(left $LIAR)" 0
explain $LIAR
holds "key mismatch: --explain says BLOCKED" "$LAB/explain" 'result: BLOCKED'

# The peer refuses: its own policy is clear.
check "peer refuses, which nothing proves: passes at the deadline" within "$(try $SHY 5)" 1500 3700
explain $SHY
holds "peer refuses: --explain says so" "$LAB/explain" 'result: CLEAR.*the peer refused'
same "peer refuses, private: no answer" "$(try $SHY_P 5)" none
same "peer refuses, private: nothing left" "$(left $SHY_P)" 0

# The same by IPv6.
check "IPv6, no key: passes, at once" within "$(try $PLAIN6 2)" 0 1000
same "IPv6, no key, private: no answer" "$(try $SECRETIVE6)" none
same "IPv6, no key, private: nothing left" "$(left $SECRETIVE6)" 0
same "IPv6, key mismatch: no answer" "$(try $LIAR6 4)" none
same "IPv6, key mismatch: nothing left in the clear" "$(left $LIAR6)" 0
check "IPv6, peer refuses: passes" within "$(try $SHY6 5)" 1500 3700
check "IPv6, east is encrypted" within "$(try $EAST6 4)" 0 1000
same "IPv6, nothing to east in the clear" "$(left $EAST6)" 0

# By hand: what is not encrypted is refused, and senders are told.
by_hand() {	# NAME ADDRESS WORDS...
	_n=$1 _a=$2; shift 2
	lab_whack west --name "$_n" --host $WEST --to --host %opportunistic --client "$_a/32" "$@" --route >"$LAB/explain"
}
refused() { lab_run west ping -n -c 1 -W 1 "$1" 2>&1 | grep -q 'filtered\|prohibited\|not permitted' && echo told; }
by_hand told $TOLD --rsasig --encrypt --pfs --failreject
same "--failreject: the first packet's sender is told" "$(refused $TOLD)" told
same "--failreject: so is the next" "$(refused $TOLD)" told
explain $TOLD
holds "--failreject: it is blocked, for want of a key" "$LAB/explain" 'result: BLOCKED.*no key'
mkdir -p "$LAB/west/ipsec.d/policies"; echo $REFUSED >"$LAB/west/ipsec.d/policies/never"
lab_whack west --name never --host $WEST --to --host %group --reject --route >"$LAB/explain"
same "%group --reject: senders are told" "$(refused $REFUSED)" told
same "neither left" "$(left $TOLD) $(left $REFUSED)" "0 0"

check "east is encrypted" within "$(try $EAST 4)" 0 1000
same "nothing to east in the clear" "$(left $EAST)" 0

kill -STOP "$ZONES_UNBOUND_PID"
check "DNS silent: passes within the deadline" within "$(try $PLAIN_B 5)" 0 3700
explain $PLAIN_B
holds "DNS silent: remembered for a short time" "$LAB/explain" 'result: CLEAR.*([0-9]|10) s'
same "DNS silent, private: no answer" "$(try $EAST_P 4)" none
same "DNS silent, private: nothing left" "$(left $EAST_P)" 0
kill -CONT "$ZONES_UNBOUND_PID"

adns=$(pgrep -P "$(lab_pluto_pid west)" -x adns)
[ -n "$adns" ] && kill -9 "$adns" 2>/dev/null
check "adns killed: the next peer is encrypted all the same" within "$(try $EAST_B 4)" 0 3700
same "adns killed: nothing to it in the clear" "$(left $EAST_B)" 0
check "adns was there to be killed, and is there again" test -n "$adns" -a ! -d "/proc/${adns:-self}"

# The daemon dies while traffic to a private and to an open group goes on; nobody
# has decided about EAST_Q before.
before=$(left $SECRETIVE)
kill -9 "$(lab_pluto_pid west)"
lab_until 2 sh -c "! kill -0 $(lab_pluto_pid west)"
check "pluto killed: private-or-clear passes" within "$(try $PLAIN_C 2)" 0 1000
same "pluto killed: private without a key is blocked" "$(try $SECRETIVE)" none
same "pluto killed: private with a key is blocked" "$(try $EAST_P)" none
lab_run west ping -n -q -c 400 -i 0.01 -W 1 $SECRETIVE >"$LAB/stream1" 2>&1 &
one=$!
lab_run west ping -n -q -c 400 -i 0.01 -W 1 $EAST_Q >"$LAB/stream2" 2>&1 &
two=$!
lab_pluto west
sleep 0.5	# it is asked already, and knows no group yet
check "pluto starts again after a crash" lab_whack west --listen
sleep 0.5
lab_pluto_stop west
check "and again after a shutdown" start west
wait $one $two
check "after the restarts east is encrypted again" within "$(try $EAST_Q 4)" 0 3000
lab_capture_stop west
same "no packet of group private left meanwhile" "$(left $SECRETIVE) $(left $EAST_Q)" "$before 0"
check "packets of group private were sent meanwhile" grep -q '^400 packets transmitted' "$LAB/stream1"
tap_done
