#!/bin/sh
# Hosts of connections by name, and public keys from DNS (--keyid without a key):
# what is found, what is refused. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23 EAST6=2001:db8:1:2::23
key() { awk '!/^;/ {print $NF; exit}' "$LAB/$1/records"; }
west() { timeout 40 ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" "$@" >"$LAB/out" 2>&1; }
result() { sed -n 's/^\([0-9]*\) result: \([A-Z]*\).*/\1 \2/p' "$LAB/out"; }

lab_begin && lab_nic && lab_host west $WEST 2001:db8:1:2::45 && lab_host east $EAST $EAST6 || exit 1
zones_begin "$LAB/zones" && zones_lab || exit 1
lab_key west && lab_key east && lab_publish west $WEST && lab_publish east $EAST || exit 1
zones_record east.oe.lab. 300 A $EAST
zones_record east.oe.lab. 300 AAAA $EAST6
zones_record east.oe.lab. 300 IPSECKEY "10 0 4 . $(key east)"
zones_record six.oe.lab. 300 AAAA $EAST6
zones_record elsewhere.oe.lab. 300 IPSECKEY "10 3 4 east.oe.lab. $(key east)"
zones_record text.oe.lab. 300 TXT '"no address"'
zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || exit 1
for h in west east; do
	lab_pluto $h --no-oe && lab_whack $h --listen >/dev/null || exit 1
done
tap_show "$LAB/out" "$LAB/west/pluto.log"

# A host by name, and its key by name.
west --name c --host $WEST --to --host east.oe.lab --id @east.oe.lab --rsasig --encrypt --pfs --keyingtries 1
same "a host by name" $? 0
holds "its address is told" "$LAB/out" '^000 east.oe.lab. is 192.1.2.23 \(SECURE\)'
lab_whack west --status >"$LAB/status"
holds "and is the connection's" "$LAB/status" '"c": 192.1.2.45:500 <-> 192.1.2.23:500'
west --keyid @east.oe.lab
same "its key from DNS" $? 0
holds "where it was found" "$LAB/out" '@east.oe.lab: 1 keys added, from east.oe.lab. \(SECURE\)'
west --listpubkeys
holds "is known" "$LAB/out" '@east.oe.lab ed25519 SHA256:'
lab_whack east --name c --host $WEST --to --host $EAST --id @east.oe.lab --rsasig --encrypt --pfs >/dev/null
lab_whack east --keyid $WEST >"$LAB/out"
holds "by address: from the reverse map" "$LAB/out" 'keys added, from 45.2.1.192.in-addr.arpa'
west --name c --initiate
same "and both prove themselves with them" "$(result)" "004 ENCRYPTED"
west --name c --delete

# Which family.
west --name s --host 2001:db8:1:2::45 --to --host six.oe.lab --psk
same "a name that has an IPv6 address alone" $? 0
holds "that one" "$LAB/out" 'six.oe.lab. is 2001:db8:1:2::23'
west --name t --host 2001:db8:1:2::45 --to --host east.oe.lab --psk --ipv6
holds "--ipv6: the other one" "$LAB/out" 'east.oe.lab. is 2001:db8:1:2::23'

# What is not found.
west --name n --host $WEST --to --host nobody.oe.lab --psk
same "no such name" $? 29
west --name n --host $WEST --to --host text.oe.lab --psk
same "a name without an address" $? 29
west --name n --host $WEST --to --host "not a name" --psk
same "what is no name" $? 29
west --keyid @nobody.oe.lab
same "no key in DNS" $? 28
holds "is told why" "$LAB/out" 'no key at nobody.oe.lab. \(ABSENT'
west --keyid @elsewhere.oe.lab
same "another host's key is not his" $? 28
tap_done
