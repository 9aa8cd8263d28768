#!/bin/sh
# Peers without a proven key (RFC 7619): encrypted and labelled where both allow
# it, and nowhere else. Judged by captures. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
# west and east allow it, north does not; .24 is east too, with a key in DNS.
WEST=192.1.2.45 EAST=192.1.2.23 EAST_KEY=192.1.2.24 EAST_PRIVATE=192.1.2.25 EAST_TRIAL=192.1.2.26
NORTH=192.1.2.33 NORTH_KEY=192.1.2.34 THIEF=192.1.2.66 WEST_B=192.1.2.46

begin() {
	lab_begin && lab_nic && lab_host west $WEST 2001:db8:1:2::45 &&
		lab_host east $EAST 2001:db8:1:2::23 && lab_host north $NORTH 2001:db8:1:2::33 || return 1
	lab_addr east $EAST_KEY $EAST_PRIVATE $EAST_TRIAL
	lab_addr north $NORTH_KEY
	lab_addr west $WEST_B
	lab_host thief $THIEF
	zones_begin "$LAB/zones" && zones_lab && lab_key east && lab_key north &&
		lab_publish east $EAST_KEY && lab_publish north $NORTH_KEY $THIEF &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west east north thief; do
		lab_policy $h clear 192.1.2.254
		lab_policy $h private-or-clear 192.1.2.0/24
		null=--oe-null
		[ $h = north ] && null=
		lab_policy west private $EAST_PRIVATE
		lab_pluto $h $null && lab_whack $h --listen >/dev/null || return 1
		lab_capture $h || return 1
	done
}

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"
ping_once() { lab_run west ping -n -c 1 -W 4 -I $WEST "$1" >"$LAB/ping" 2>&1; }
clear_on() { lab_count west "icmp and host $1"; }

check "the first packet to a peer without a key arrives" ping_once $EAST
same "nothing of it is clear on the wire" "$(clear_on $EAST)" 0
check "it went as ESP" test "$(lab_count west "(esp or udp port 4500) and host $EAST")" -ge 2
for h in west east; do
	same "$h: status says that the peer is unknown" \
		"$(lab_whack $h --status | grep -c '; unauthenticated (NULL)')" 2
	same "$h: so does trafficstatus" \
		"$(lab_whack $h --trafficstatus | grep -c 'unauthenticated (NULL)')" 1
done
check "explain says it" sh -c "'$BIN/whack' --ctlbase '$LAB/west/pluto' --explain $WEST $EAST |
	grep -q 'ENCRYPTED.*unauthenticated (NULL)'"
words() { sed -n 's/^004 result: \(.*\) in .*/\1/p' "$1"; }
lab_whack west --oppohere $WEST --oppothere $EAST_TRIAL >"$LAB/trial.up"
same "a trial ends with it" "$(words "$LAB/trial.up")" \
	"ENCRYPTED and NOT authenticated (unauthenticated (NULL))"
holds "and tells it on the way" "$LAB/trial.up" 'auth .*is anonymous: encrypted, unauthenticated \(NULL\)'
lab_whack west --oppohere $WEST --oppothere $EAST_TRIAL >"$LAB/trial.again"
same "a second trial does not think better of it" "$(words "$LAB/trial.again")" \
	"ENCRYPTED and NOT authenticated (encrypted already, nothing was negotiated)"

lab_whack west --oppohere $WEST --oppothere $NORTH >"$LAB/trial"
same "a peer that does not allow it refuses" "$(tail -1 "$LAB/trial" | cut -c1-18)" "065 result: CLEAR "
check "and traffic passes in the clear" ping_once $NORTH
same "as the capture shows" "$(clear_on $NORTH)" 2

# Somebody without a key has an address whose key DNS names.
lab_whack thief --oppohere $THIEF --oppothere $WEST >"$LAB/trial.key"
same "a peer with a key in DNS may not be anonymous" "$(tail -1 "$LAB/trial.key" | cut -c1-11)" "065 result:"
same "west says why" "$([ "$(grep -c 'anonymously where DNS names its key' "$LAB/west/pluto.log")" -ge 1 ]; echo $?)" 0
lab_whack east --oppohere $EAST_PRIVATE --oppothere $WEST >"$LAB/trial.private"
same "nor where the group is private" "$(tail -1 "$LAB/trial.private" | cut -c1-11)" "065 result:"

# west has no key: it stays anonymous to a peer whose key it checks.
lab_whack west --oppohere $WEST --oppothere $EAST_KEY >"$LAB/trial.one"
same "a peer with a key proves it to one that has none" "$(words "$LAB/trial.one")" \
	"ENCRYPTED and authenticated (reverse map, DNSSEC secure)"
same "which is anonymous to that peer" "$(lab_whack east --trafficstatus |
	grep "$EAST_KEY/32 <-> $WEST/32" | grep -c 'unauthenticated (NULL)')" 1
lab_whack east --oppohere $EAST_KEY --oppothere $WEST_B >"$LAB/trial.other"
same "one with a key begins with a peer that has none" "$(words "$LAB/trial.other")" \
	"ENCRYPTED and NOT authenticated (unauthenticated (NULL))"
same "to which it has proved its key" "$(lab_whack west --trafficstatus |
	grep "$WEST_B/32 <-> $EAST_KEY/32" | grep -vc 'unauthenticated (NULL)')" 1
lab_whack west --oppohere $WEST --oppothere $NORTH_KEY >"$LAB/trial.none"
same "but not to one that does not allow it" "$(tail -1 "$LAB/trial.none" | cut -c1-11)" "065 result:"

# Configured connections: both, and one side alone.
lab_whack west --name both --host $WEST --to --host $NORTH --null --encrypt >/dev/null
lab_whack north --name both --host $WEST --to --host $NORTH --null --encrypt >/dev/null
lab_whack west --name both --initiate >"$LAB/both"
same "whack --null on both sides" "$(sed -n 's/^004 result: \(.*\)  SA.*/\1/p' "$LAB/both")" \
	"ENCRYPTED and NOT authenticated (unauthenticated (NULL))"
tap_done
