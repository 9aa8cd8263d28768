#!/bin/sh
# Faults by name (whack --impair-*), each seen on the wire or in what it leads to;
# and debug lines by class. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23

result() { sed -n 's/^\([0-9]*\) result: \([A-Z]*\).*/\1 \2/p' "$LAB/out"; }
up() {	# NAME -> the last code
	timeout 40 ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" \
		--name "$1" --initiate >"$LAB/out" 2>&1
	result
}
add() {	# NAME OPTION...: on both
	_n=$1; shift
	for _x in west east; do
		lab_whack $_x --name "$_n" --host $WEST --to --host $EAST --psk --encrypt \
			--keyingtries 1 "$@" >/dev/null || return 1
	done
}
drop() { for _x in west east; do lab_whack $_x --name "$1" --delete >/dev/null; done; }
trial() {
	timeout 60 ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" \
		--oppohere $WEST --oppothere $EAST >"$LAB/out" 2>&1
	result
}

lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST || exit 1
zones_begin "$LAB/zones" && zones_lab || exit 1
lab_key west && lab_key east && lab_publish west $WEST && lab_publish east $EAST || exit 1
zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || exit 1
for h in west east; do
	echo "$WEST $EAST : PSK \"a secret of the lab\"" >>"$LAB/$h/ipsec.secrets"
	lab_policy $h clear 192.1.2.254
	lab_policy $h private-or-clear 192.1.2.0/24
	lab_pluto $h && lab_whack $h --listen >/dev/null || exit 1
done
tap_show "$LAB/out" "$LAB/west/pluto.log" "$LAB/east/pluto.log"
same "without a fault" "$(trial)" "004 ENCRYPTED"

# What the DNS helper answers comes too late, and nobody is confused by it.
lab_whack west --impair-delay-adns-key-answer --debug-dns >/dev/null
for _s in $(lab_whack west --status | sed -n 's/^000 #\([0-9]*\): "private.*rekey.*/\1/p'); do
	lab_whack west --deletestate "$_s" >/dev/null
done
same "keys that come late" "$(trial)" "061 CLEAR"
holds "debug-dns tells of the question" "$LAB/west/pluto.log" 'dns: .*in-addr.arpa.* is asked'
lab_whack west --impair-delay-adns-txt-answer >/dev/null
same "TXT that comes late, where IPSECKEY is there" "$(trial)" "004 ENCRYPTED"
lab_whack west --debug-none >/dev/null

# The data plane takes nothing.
add two --ikev2
lab_whack west --impair-sa-fail >/dev/null
same "no SA is taken, IKEv2" "$(up two | cut -c1-3)" 032
drop two
add one --ikev1
same "no SA is taken, IKEv1" "$(up one | cut -c1-3)" 032
lab_whack west --debug-none >/dev/null
same "and it is, again" "$(up one)" "004 ENCRYPTED"
drop one

# Messages that no path takes in one piece.
for fault in "west --impair-bust-mi2" "east --impair-bust-mr2"; do
	lab_capture west || exit 1
	lab_whack "${fault% *}" "${fault#* }" --debug-all >/dev/null
	add one --ikev1
	same "${fault#* }: is put together again" "$(up one)" "004 ENCRYPTED"
	lab_whack "${fault% *}" --debug-none >/dev/null
	drop one
	lab_capture_stop west
	# Of IP, or of IKEv1 (payload 132).
	check "${fault#* }: was in fragments" test "$(lab_count west 'ip[6:2] & 0x3fff != 0 or udp port 500 and udp[24] = 132')" -ge 2
done
holds "debug-all: messages" "$LAB/west/pluto.log" 'to 192.1.2.23:500, 192.1.2.45:500: IKEv1 Main Mode 00000000: SA VID .*, [0-9]+ bytes'
holds "debug-all: bytes" "$LAB/west/pluto.log" 'from 192.1.2.23:500: [0-9]* bytes [0-9a-f]{200}'

# Everything twice.
lab_capture west || exit 1
lab_whack west --impair-jacob-two-two >/dev/null
add two --ikev2
same "everything twice" "$(up two)" "004 ENCRYPTED"
lab_whack west --debug-none >/dev/null
lab_capture_stop west
same "and it was" "$(lab_count west "src $WEST and udp port 500 and udp[36:4] = 0 or src $WEST and udp[26] = 34")" 2
drop two

# An informational exchange ends the SA: a liveness check, here.
sas() { lab_whack east --status | grep -c '"two" 192.*rekey'; }
add two --ikev2 --dpddelay 1
same "up" "$(up two)" "004 ENCRYPTED"
sleep 3
same "and asked, it stays" "$(sas)" 1
lab_whack east --impair-die-oninfo >/dev/null
sleep 3
same "die-oninfo" "$(sas)" 0
lab_whack east --debug-none >/dev/null
drop two

# Classes: of one connection alone, and none.
: >"$LAB/west/pluto.log"
add two --ikev2
add other --ikev2 --clientprotoport 6/0
lab_whack west --name two --debug-lifecycle >/dev/null
up other >/dev/null
same "nothing is told of others" "$(grep -c 'child up' "$LAB/west/pluto.log")" 0
up two >/dev/null
holds "one connection is watched" "$LAB/west/pluto.log" 'child up'
# A log for each peer; and what is lost is not sent again.
lab_pluto_stop west
lab_pluto west --no-oe --perpeerlog --perpeerlogbase "$LAB/peers" --noretransmits &&
	lab_whack west --listen >/dev/null || exit 1
lab_whack west --name two --host $WEST --to --host $EAST --psk --encrypt --ikev2 --keyingtries 1 >/dev/null
same "with a log for each peer" "$(up two)" "004 ENCRYPTED"
holds "which tells of the SA" "$LAB/peers/192/1/2/23.log" '"two" #.* child up'
for v in --ikev2 --ikev1; do
	lab_whack west --name lost --host $WEST --to --host 192.1.2.99 --psk --encrypt $v --keyingtries 1 >/dev/null
	ip -n "$(lab_ns west)" neigh replace 192.1.2.99 lladdr 02:00:00:00:00:99 dev eth0
	lab_capture west || exit 1
	timeout 4 ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" \
		--name lost --initiate >"$LAB/out" 2>&1
	lab_capture_stop west
	same "noretransmits, ${v#--}: once, in four seconds" "$(lab_count west "dst 192.1.2.99 and udp port 500")" 1
	lab_whack west --name lost --delete >/dev/null
done

lab_whack west --listevents >"$LAB/out"
holds "listevents: a rekey" "$LAB/out" '^000 in [0-9]+ s: #[0-9]+ "two" rekey'
holds "listevents: an end" "$LAB/out" '^000 in [0-9]+ s: #[0-9]+ "two" end'
sed -n 's/^000 in \([0-9]*\) s.*/\1/p' "$LAB/out" >"$LAB/due"
check "listevents: the next one first" sort -c -n "$LAB/due"
tap_done
