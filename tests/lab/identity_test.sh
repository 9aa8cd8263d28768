#!/bin/sh
# A peer that calls itself by name: its key stands under the forward name, and
# speaks for the address only when the name's own A record says so, and the reverse
# name of the address does not name somebody else. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
# The host has another name for a while: not outside of here.
[ -n "${OWN_NAME:-}" ] || exec env OWN_NAME=1 unshare --uts "$0"
WEST=192.1.2.45 EAST=192.1.2.23
# Addresses of west: their reverse names name nobody, another key, west's own key.
NOBODYS=192.1.2.46 FOREIGN=192.1.2.47 OWN=192.1.2.48 BOGUS=192.1.3.49
forward_key() {	# HOST NAME ADDR
	b64=$("$BIN/oe-zone" record -k "$LAB/$1/ipsec.d/private/host.pem" "$3" |
		sed -n 's/.* //; /^[A-Za-z0-9+/=]*$/p' | tail -1)
	zones_record "$2" 300 A "$3"
	zones_record "$2" 300 IPSECKEY "10 0 4 . $b64"
}

lab_begin || exit 1
lab_nic && lab_host west $WEST 2001:db8:1:2::45 && lab_host east $EAST 2001:db8:1:2::23 || exit 1
zones_begin "$LAB/zones" && zones_lab || exit 1
lab_key west && lab_key east && lab_publish east $EAST || exit 1
forward_key west west.oe.lab. $WEST
forward_key west elsewhere.oe.lab. 192.1.2.99
# Whoever owns a zone may name any address in it.
forward_key west nobodys.oe.lab. $NOBODYS
forward_key west foreign.oe.lab. $FOREIGN
forward_key west own.oe.lab. $OWN
forward_key west bogus.oe.lab. $BOGUS
lab_addr west $NOBODYS $FOREIGN $OWN $BOGUS
lab_publish east $FOREIGN && lab_publish west $OWN $BOGUS || exit 1
zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || exit 1
tap_show "$LAB/east/pluto.log"
for h in west east; do
	lab_policy $h clear 192.1.2.254
	lab_policy $h clear-or-private 192.1.2.0/23
	lab_pluto $h && lab_whack $h --listen >/dev/null || exit 1
done

try() {	# ID [ADDRESS] -> the last code
	lab_whack west --name "$1" --host "${2:-$WEST}" --id "@$1" --to --host $EAST --dnskeyondemand \
		--rsasig --encrypt --pfs --keyingtries 1 >"$LAB/add" || return
	timeout 20 ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" \
		--name "$1" --initiate >"$LAB/initiate"
	sed -n 's/^\([0-9]*\) result: \([A-Z]*\).*/\1 \2/p' "$LAB/initiate"
}

same "a name with the right address is believed" "$(try west.oe.lab)" "004 ENCRYPTED"
same "the responder says who vouched" \
	"$(lab_whack east --status | grep -c 'forward name, DNSSEC secure')" 1
lab_whack west --name west.oe.lab --terminate >/dev/null
same "a name whose address is elsewhere is refused" "$(try elsewhere.oe.lab)" "064 ERROR"
same "a name whose address has no key in the reverse map" "$(try nobodys.oe.lab $NOBODYS)" "004 ENCRYPTED"
same "one whose address has the same key there" "$(try own.oe.lab $OWN)" "004 ENCRYPTED"
same "one whose address is somebody else's there is refused" "$(try foreign.oe.lab $FOREIGN)" "065 ERROR"
holds "... and east says why" "$LAB/east/pluto.log" "@?foreign.oe.lab may not speak for $FOREIGN: its reverse name names another key"
same "so is one where the reverse map is bogus" "$(try bogus.oe.lab $BOGUS)" "065 ERROR"
lab_whack west --name nobodys.oe.lab --delete >/dev/null
lab_policy east private $NOBODYS
lab_whack east --listen >/dev/null
same "in group private a name alone is not enough" "$(try nobodys.oe.lab $NOBODYS)" "065 ERROR"
holds "... and east says that, too" "$LAB/east/pluto.log" "for $NOBODYS: group private needs"
same "a name that does not exist is refused" "$(try nobody.oe.lab)" "064 ERROR"

# Nobody says what %myid is: one of west's addresses has its key, so it is that.
hostname west.oe.lab
lab_whack west --listen >/dev/null
lab_until 5 sh -c "$BIN/whack --ctlbase $LAB/west/pluto --status | grep -q '^000 our own key'"
same "%myid is the address that has our key" "$(lab_whack west --status | grep -c '^000 %myid is')" 0
for a in $NOBODYS $FOREIGN $OWN $BOGUS; do
	lab_run west ip address del "$a/23" dev eth0 2>/dev/null || lab_run west ip address del "$a/32" dev eth0
done
guessed() { lab_whack west --status | grep -q '^000 %myid is @west.oe.lab'; }
check "where no address has, it is the host's name, which has" lab_until 15 guessed
holds "which is said" "$LAB/west/pluto.log" '%myid is @west.oe.lab: our key is there'
lab_whack west --name me --host $WEST --id %myid --to --host $EAST --dnskeyondemand --rsasig --encrypt \
	--pfs --keyingtries 1 >"$LAB/add"
timeout 20 ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" --name me --initiate >"$LAB/initiate"
holds "and what east believes" "$LAB/initiate" '^004 result: ENCRYPTED'
lab_whack west --myid @nobody.oe.lab >/dev/null
lab_whack west --listen >/dev/null
sleep 1
check "--myid is not overruled" sh -c "$BIN/whack --ctlbase $LAB/west/pluto --status | grep -q '^000 %myid is @nobody.oe.lab'"
tap_done
