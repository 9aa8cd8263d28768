#!/bin/sh
# ESP that comes before its SA, which a kernel by itself drops: when the answer to
# IKE_AUTH is late, and when both sides begin at the same moment. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

# Pairs: west's .101 and east's .201 and so on. East only answers .100.
ROUNDS="1 2 3 4 5 6 7 8 9 10"
v4() { echo 192.1.2.$1; }
v6() { echo 2001:db8:1:2::$1; }

begin() {
	lab_begin && lab_nic && lab_host west "$(v4 100)" "$(v6 100)" &&
		lab_host east "$(v4 200)" "$(v6 200)" || return 1
	w= e=
	for n in $ROUNDS; do
		w="$w $(v4 $((100 + n))) $(v6 $((100 + n)))"
		e="$e $(v4 $((200 + n))) $(v6 $((200 + n)))"
	done
	# shellcheck disable=SC2086
	lab_addr west $w && lab_addr east $e || return 1
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east &&
		lab_publish west "$(v4 100)" "$(v6 100)" $w && lab_publish east "$(v4 200)" "$(v6 200)" $e &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	lab_policy east clear-or-private "$(v4 100)" "$(v6 100)"
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		lab_policy $h private 192.1.2.0/24 2001:db8:1:2::/64
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
	lab_capture west
}

# East's pings go in the clear, west's answers make it begin, and the first
# answer to its IKE_AUTH (exchange 35) is lost: until it comes again, half a
# second later, east encrypts to an SA that west does not have.
late_answer() {	# V
	lab_run west nft -f - <<-RULES
		table inet late {
			chain input {
				type filter hook input priority -300
				udp sport 500 @th,208,8 35 limit rate 1/hour burst 1 packets counter drop
			}
		}
	RULES
	lab_run east ping -n -i 0.1 -c 20 -W 5 -I "$($1 200)" "$($1 100)" >"$LAB/late.$1"
	same "the answer was lost once, $1" \
		"$(lab_run west nft list table inet late | grep -c 'packets 1 ')" 1
	same "its sender's packets are all answered, $1" "$(grep -c 'bytes from' "$LAB/late.$1")" 20
	lab_run west nft delete table inet late
}

early() { lab_whack west --status | sed -n 's/.*packets before their SA \([0-9]*\), lost \([0-9]*\).*/\1 \2/p'; }

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"

late_answer v4
late_answer v6
same "packets came too early, and none of them was lost" \
	"$(early | awk '{print ($1 >= 4), $2}')" "1 0"

for n in $ROUNDS; do
	for v in v4 v6; do
		a=$($v $((100 + n))) b=$($v $((200 + n)))
		lab_run east ping -n -c 3 -i 0.1 -W 5 -I "$b" "$a" >"$LAB/ping.east" 2>&1 &
		other=$!
		lab_run west ping -n -c 3 -i 0.1 -W 5 -I "$a" "$b" >"$LAB/ping.west" 2>&1
		wait $other
		same "both begin at once, all answered: $v, round $n" \
			"$(grep -c 'bytes from' "$LAB/ping.west") $(grep -c 'bytes from' "$LAB/ping.east")" "3 3"
	done
done
lab_capture_stop west
same "nothing of them was in the clear" "$(for n in $ROUNDS; do
	lab_clear west "$(v4 $((100 + n)))" "$(v4 $((200 + n)))"
	lab_clear west "$(v6 $((100 + n)))" "$(v6 $((200 + n)))"; done | lab_sum)" 0
lab_whack west --status | grep 'before their SA' | sed 's/^/# /'
tap_done
