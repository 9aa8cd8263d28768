#!/bin/sh
# A peer that calls itself by name: its key stands under the forward name, and
# speaks for the address only when the name's own A record says so. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

WEST=192.1.2.45 EAST=192.1.2.23
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
zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || exit 1
tap_show "$LAB/east/pluto.log"
for h in west east; do
	lab_policy $h clear 192.1.2.254
	lab_policy $h clear-or-private 192.1.2.0/24
	lab_pluto $h && lab_whack $h --listen >/dev/null || exit 1
done

try() {	# ID -> the last code
	lab_whack west --name "$1" --host $WEST --id "@$1" --to --host $EAST --dnskeyondemand \
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
same "a name that does not exist is refused" "$(try nobody.oe.lab)" "064 ERROR"
tap_done
