#!/bin/sh
# A host behind a NAT begins with one that is not: it has the address that is seen, and
# no other, whoever it says it is. What its policy says becomes of the rest. Judged by
# captures. Prints TAP.
#
#	inner 10.1.0.10 --- 10.1.0.1 nic 192.1.2.254 (masquerade) === 192.1.2.23 east
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
INNER=10.1.0.10 SEEN=192.1.2.254 EAST=192.1.2.23 EAST_P=192.1.2.24

record() {	# OWNER-ADDRESS HOST
	"$BIN/oe-zone" record -k "$LAB/$2/ipsec.d/private/host.pem" "$1" | sed '/^;/d' |
		while read -r owner ttl _in type rdata; do zones_record "$owner" "$ttl" "$type" "$rdata"; done
}
begin() {
	lab_begin && lab_nic && lab_host east $EAST && lab_addr east $EAST_P || return 1
	lab_behind inner nic $INNER 10.1.0.1 || return 1
	mkdir -p "$LAB/inner/ipsec.d/policies" "$LAB/inner/ipsec.d/private"
	lab_run nic nft 'add table ip lab; add chain ip lab post { type nat hook postrouting priority 100; };
		add rule ip lab post oifname "eth0" ip saddr 10.1.0.0/24 masquerade' || return 1
	zones_begin "$LAB/zones" && zones_lab && zones_new 0.1.10.in-addr.arpa. signed || return 1
	lab_key inner && lab_key east && record $INNER inner && record $EAST east && record $EAST_P east || return 1
	key=$("$BIN/oe-zone" record -k "$LAB/inner/ipsec.d/private/host.pem" $SEEN | awk '!/^;/ {print $NF; exit}')
	zones_record nat.oe.lab. 300 A $SEEN && zones_record nat.oe.lab. 300 IPSECKEY "10 0 4 . $key" &&
		zones_sign && zones_start "$(lab_ns nic)" $SEEN || return 1
	lab_policy inner clear $SEEN
	lab_policy inner private-or-clear 192.1.2.0/24
	lab_policy inner private $EAST_P
	lab_policy east private-or-clear 192.1.2.0/24 10.0.0.0/8 8.8.8.8
	for h in inner east; do lab_pluto $h --oe-null && lab_whack $h --listen >/dev/null || return 1; done
	lab_capture east
}
result() { sed -n 's/^\([0-9]*\) result: \([A-Z]*\).*/\1 \2/p' "$LAB/out"; }
trial() {
	timeout 20 ip netns exec "$(lab_ns inner)" "$BIN/whack" --ctlbase "$LAB/inner/pluto" \
		--oppohere $INNER --oppothere "$1" >"$LAB/out" 2>&1
	result
}
claim() {	# ADDRESS: as the host that is there
	lab_whack inner --name claim --host $INNER --id @nat.oe.lab --client "$1/32" --to --host $EAST \
		--dnskeyondemand --rsasig --encrypt --pfs --keyingtries 1 >"$LAB/out"
	timeout 20 ip netns exec "$(lab_ns inner)" "$BIN/whack" --ctlbase "$LAB/inner/pluto" \
		--name claim --initiate >"$LAB/out" 2>&1
	result
	lab_whack inner --name claim --delete >/dev/null
}

begin >"${TMPDIR:-/tmp}/oe_nat.$$" 2>&1
status=$?
mv "${TMPDIR:-/tmp}/oe_nat.$$" "$LAB/begin"
tap_show "$LAB/begin" "$LAB/out" "$LAB/inner/pluto.log" "$LAB/east/pluto.log"
tap_result $status "the lab starts" || { tap_done; exit 1; }

same "by its address inside it is not believed" "$(trial $EAST)" "064 CLEAR"
holds "... and east says why" "$LAB/east/pluto.log" '192.1.2.254 is not authenticated: no connection is for that identity'
check "private-or-clear: its packets pass" lab_run inner ping -n -c 1 -W 3 $EAST
check "private: they do not" sh -c "! ip netns exec $(lab_ns inner) ping -n -c 1 -W 4 $EAST_P >/dev/null"
lab_whack inner --myid @nat.oe.lab >/dev/null
lab_whack inner --listen >/dev/null
same "by its name it is, but not with the address that it has inside" "$(trial $EAST)" "065 CLEAR"
holds "... and east says why" "$LAB/east/pluto.log" "may not speak for $INNER"
same "nor with one that it likes" "$(claim 8.8.8.8)" "065 ERROR"
same "nothing of all that is up at east" "$(lab_whack east --trafficstatus | grep -c '^000 #')" 0
same "with the one that is seen it is up" "$(claim $SEEN)" "004 ENCRYPTED"
lab_capture_stop east
same "private: no packet of it was on the wire" \
	"$(lab_count east "host $EAST_P and not arp and not udp port 500 and not udp port 4500")" 0
tap_done
