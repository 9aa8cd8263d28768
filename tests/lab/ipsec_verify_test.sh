#!/bin/bash
# ipsec verify on a host that is ready, and each way not to be. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23 OTHER=192.1.2.46

begin() {
	lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST || return 1
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_publish west $WEST &&
		lab_key east && lab_publish east $EAST || return 1
	zones_record 45.2.1.192.in-addr.arpa. 300 PTR west.oe.lab. && zones_record west.oe.lab. 300 A $WEST &&
	"$BIN/newhostkey" --output "$LAB/other.pem" >/dev/null 2>&1 &&
	zones_record 46.2.1.192.in-addr.arpa. 300 IPSECKEY \
		"$("$BIN/oe-zone" record -k "$LAB/other.pem" $OTHER | sed -n 's/.* IPSECKEY //p')" || return 1
	# The host asks NSD, too, as oe-zone verify does: not at a loopback address.
	lab_addr nic 192.1.2.253 && ZONES_NSD=192.1.2.253 && sed -i 's/127.0.0.53/192.1.2.253/' "$LAB/zones/plain/root" &&
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	lab_policy west clear 192.1.2.252/30
	lab_policy west private-or-clear 192.1.2.0/24
	lab_policy east private-or-clear $WEST
	for h in west east; do
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
}
files() { echo --ctlbase "$LAB/west/pluto" --secrets "$LAB/west/ipsec.secrets" --ipsecdir "$LAB/west/ipsec.d" \
	-r 192.1.2.254 -a "$ZONES_ANCHOR"; }
verify() {	# STATUS OPTION...
	_want=$1; shift
	# shellcheck disable=SC2046
	timeout 60 ip netns exec "$(lab_ns west)" "$BIN/ipsec" verify $(files) "$@" >"$LAB/out" 2>&1
	_got=$?
	[ $_got = "$_want" ] || { echo "status $_got, not $_want" >>"$LAB/out"; return 1; }
}
says() { holds "$1" "$LAB/out" "$2"; }
inside() { ip netns exec "$(lab_ns west)" "$@" >"$LAB/out" 2>&1; }

begin || { tap_show "$LAB/west/pluto.log" "$LAB/zones/nsd.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/out"
check "a host that is ready" verify 0
for w in "programs +ok" "kernel +ok +.*TUN" "pluto +ok +.*[0-9]+ attempts" "secrets +ok" "key +ok +ed25519 SHA256:" \
	"policies +ok +private-or-clear" "resolver +ok" "anchor +ok" "clock +(ok|warning)" \
	"DNSSEC +ok +secure" "server +ok" "forward +ok" "IKE +ok" "own key +ok +is published"; do
	says "${w%% *} is looked at" "^  $w"
done
same "its one address is looked at" "$(grep -- ' -> .*arpa.$' "$LAB/out")" "$WEST -> 45.2.1.192.in-addr.arpa."
check "--quiet" verify 0 -q
same "says nothing" "$(cat "$LAB/out")" ""
check "--json" verify 0 --json
check "is an object a line" python3 -c "import json
rows = [json.loads(line) for line in open('$LAB/out')]
assert [r['event'] for r in rows] == ['step'] * (len(rows) - 1) + ['result'] and rows[-1]['ready']
assert {r['name'] for r in rows} == {'host', '$WEST'}"
cp "$LAB/out" "$LAB/json"
verify 1 --json --no-ike $OTHER
check "the keys of --json are those of oe-zone-json(5)" \
	tests/lab/zone_json_fields "oe-zone verify --json" "$LAB/json" "$LAB/out"
check "--no-dns asks nobody" verify 0 --no-dns
same "of a name" "$(grep -c -- ' -> .*arpa.$' "$LAB/out")" 0
check "another host's key is an error" verify 1 --no-ike $OTHER
says "which has its id" "own key +error +no record has the key of this host .OE061"
lab_run west ping -n -c 1 -W 10 $EAST >/dev/null
check "a peer's key is an error too" verify 1 $EAST
says "but it speaks IKE: this host is encrypting to it" "IKE +ok +$EAST:500: this host is encrypting to it"
check "a name without a record" verify 1 --host 192.1.2.99
says "is told as that" "IPSECKEY +error .*OE027"

inside env IPSEC_EXECDIR="$LAB/none" "$BIN/verify" --no-dns
says "they are missing" "programs +error +pluto is not .*OE050"
check "no secrets" verify 1 --no-dns --secrets "$LAB/none"
says "with its id" "secrets +error .*OE054"
chmod 644 "$LAB/west/ipsec.secrets"
check "secrets that others can read are a warning" verify 2 --no-dns --strict
says "with its id" "secrets +warning .*OE055"
chmod 600 "$LAB/west/ipsec.secrets"
check "no key" verify 1 --no-dns --key "$LAB/none"
says "with its id" "key +error .*OE056"
check "no anchor" verify 1 --no-dns -a "$LAB/none"
says "with its id" "anchor +error .*OE059"
mkdir -p "$LAB/empty/private" && cp "$LAB/west/ipsec.d/private/host.pem" "$LAB/empty/private"
check "no policies are a warning" verify 2 --no-dns --strict --ipsecdir "$LAB/empty"
says "with its id" "policies +warning .*OE057"
# This pluto is another one.
check "another program with pluto's port is an error" verify 1 --no-dns --ctlbase "$LAB/none"
says "with its id" "pluto +error .*OE053"
: >"$LAB/resolv.conf"
inside unshare -m sh -c "mount --bind '$LAB/resolv.conf' /etc/resolv.conf && exec '$BIN/verify' --no-dns"
says "no resolver" "resolver +error .*OE058"
lab_pluto_stop west
check "no pluto is a warning" verify 2 --no-dns --strict
says "with its id" "pluto +warning .*OE052"
check "an address that is none" verify 64 --host "a b"
tap_done
