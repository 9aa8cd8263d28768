#!/bin/bash
# oe-zone verify against signed zones, NSD and a validating unbound: what is ready, and
# each way not to be. In a namespace of its own. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for a network namespace"; exit 0; }
if [ -z "${ZONE_VERIFY_INSIDE:-}" ]; then
	exec env ZONE_VERIFY_INSIDE=1 unshare -n bash "tests/lab/$(basename "$0")"
fi
bin=${BIN:-build/bin}
. tests/lab/zones.sh
. tests/lab/servers.sh
. tests/lab/tap.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/zone_verify.$$.XXXXXX") || exit 1
ns=$(basename "$work" | tr . -)
daemon=
chmod 755 "$work"
trap 'zones_stop; servers_stop; [ -n "$daemon" ] && kill "$daemon" && wait "$daemon"; ip netns del "$ns"; rm -rf "$work"' EXIT
ip link set lo up && ip addr add 192.1.2.254/32 dev lo
servers_begin "$work/servers"
tap_show "$work/out"

publish() {	# ADDR|NAME [OPTION...]
	"$bin/oe-zone" record -k "$work/key.pem" "${@:2}" "$1" | grep -v '^;' >"$work/line"
	read -r owner ttl _ type data <"$work/line" && zones_record "$owner" "$ttl" "$type" "$data"
}

begin() {
	"$bin/newhostkey" --output "$work/key.pem" >/dev/null 2>&1
	zones_begin "$work/zones" && zones_lab || return 1
	publish 192.1.2.23 && publish 192.1.2.26 && publish 2001:db8:1:2::23 && publish 192.1.3.23 &&
		publish 192.1.4.23 && publish east.oe.lab || return 1
	zones_record 23.2.1.192.in-addr.arpa. 300 PTR east.oe.lab. &&
	zones_record 26.2.1.192.in-addr.arpa. 300 PTR east.oe.lab. &&
	zones_record east.oe.lab. 300 A 192.1.2.23 &&
	zones_record 27.2.1.192.in-addr.arpa. 300 IPSECKEY "10 1 4 192.1.2.27 AAAA" &&
	zones_new 64-26.2.1.192.in-addr.arpa. signed &&
	zones_record 70.2.1.192.in-addr.arpa. 300 CNAME 70.64-26.2.1.192.in-addr.arpa. &&
	"$bin/oe-zone" reverse -k "$work/key.pem" --rfc2317 %f-26 192.1.2.64/26 192.1.2.70 |
		grep -v '^;' >"$work/line" &&
	read -r owner ttl _ type data <"$work/line" && zones_record "$owner" "$ttl" "$type" "$data" &&
	for i in 1 2 3; do
		"$bin/newhostkey" --type rsa --bits 4096 --output "$work/big$i.pem" >/dev/null 2>&1
		"$bin/oe-zone" record -p $i -k "$work/big$i.pem" 192.1.2.29 | grep -v '^;' >"$work/line"
		read -r owner ttl _ type data <"$work/line" && zones_record "$owner" "$ttl" "$type" "$data"
	done
	# What else can be wrong.
	ZONES_SOON=6.1.192.in-addr.arpa. &&
	zones_new 5.1.192.in-addr.arpa. nods && zones_new $ZONES_SOON signed &&
	publish 192.1.5.23 && publish 192.1.6.23 && publish 192.1.2.30 -g 192.1.2.23 &&
	publish 192.1.2.31 -g 192.1.2.99 && publish 192.1.2.32 && publish 192.1.2.33 -t 200000 &&
	publish 192.1.2.34 && zones_record 34.2.1.192.in-addr.arpa. 300 TXT '"X-IPsec-Server(ten)=192.1.2.34 AQOF"' &&
	zones_record 35.2.1.192.in-addr.arpa. 300 IPSECKEY "10 1 9 192.1.2.35 AAAA" &&
	"$bin/oe-zone" record -k "$work/big1.pem" --txt 192.1.2.32 | grep -v '^;' >"$work/line" &&
	read -r owner ttl _ type data <"$work/line" && zones_record "$owner" "$ttl" "$type" "$data" || return 1
	# A second server of oe.lab, which knows nothing yet.
	zones_record oe.lab. 3600 NS ns2.oe.lab. && zones_record ns2.oe.lab. 300 A 127.0.0.54 &&
	zones_sign && zones_start "" 192.1.2.254 &&
	zones_soa oe.lab. >"$work/old" && servers_run nsd oe.lab. "$work/old" 127.0.0.54
}

no_ike=--no-ike
verify() {	# STATUS ARGUMENT...
	_want=$1; shift
	timeout 60 "$bin/oe-zone" verify -r 192.1.2.254 -a "$ZONES_ANCHOR" $no_ike "$@" >"$work/out" 2>&1
	_got=$?
	[ $_got = "$_want" ] || { echo "status $_got, not $_want" >>"$work/out"; return 1; }
}
says() { holds "$1" "$work/out" "$2"; }

begin >"$work/out" 2>&1
tap_result $? "servers run" || { tap_done; exit 1; }
check "an address that is published well is ready" verify 0 --strict 192.1.2.23
says "the chain is secure" "DNSSEC +ok +secure: \. [0-9]+ -> 2.1.192.in-addr.arpa. [0-9]+$"
says "its signature lives long" "signature +ok +of 2.1.192.in-addr.arpa. [0-9]+ until 20"
says "there is no TXT record, and that is proven" "TXT +ok +none of RFC 4322, which is proven"
says "the key is shown" "IPSECKEY +ok +10 1 4 192.1.2.23 ed25519 SHA256:.* ttl 3600"
says "the server has it" "server +ok +ns. 127.0.0.53 has the same 1"
says "forward and reverse agree" "forward +ok +PTR east.oe.lab. has the address"
says "the last line says so" "^ready: yes"
check "an address of IPv6" verify 0 2001:db8:1:2::23
says "without PTR is a warning" "forward +warning +no PTR.*OE013"
check "which counts with --strict" verify 2 --strict 2001:db8:1:2::23
check "--quiet says nothing" verify 0 -q 192.1.2.23
same "not a line" "$(cat "$work/out")" ""
check "another host's PTR is a warning" verify 0 192.1.2.26
says "which is told" "forward +warning +PTR east.oe.lab. has not the address"
check "a name without a record is not ready" verify 1 192.1.2.99
says "and that is proven" "error +there is no IPSECKEY record, which is proven .OE027"
check "a broken key is not ready" verify 1 192.1.2.27
says "and what is wrong with it" "IPSECKEY +error .*OE011"
check "a name in a zone of RFC 2317 is ready" verify 0 192.1.2.70
says "its own server is asked" "server +ok +ns. 127.0.0.53 has the same 1"
check "three large keys are a warning" verify 2 --strict 192.1.2.29
says "for their size" "size +warning +[0-9]{4} octets.*OE012"
check "a zone without DS is not ready" verify 1 192.1.4.23
says "nobody vouches for it" "error +nobody vouches for 4.1.192.in-addr.arpa.: it is not signed: .*OE010"
check "nor is one that is signed, without a DS" verify 1 192.1.5.23
says "which is another thing" "error +nobody vouches for 5.1.192.in-addr.arpa.: it is signed, and the zone above.*OE010"
check "signatures that end soon are a warning" verify 2 --strict 192.1.6.23
says "for what caches and servers keep" "signature +warning +.*keep it 7200 seconds .OE019"
verify 0 192.1.2.30
says "a gateway that is another host confirms" "gateway +ok +192.1.2.23 has the key under its own name"
check "one that does not is a warning" verify 2 --strict 192.1.2.31
says "by its address" "gateway +warning +192.1.2.99 has not this key.*OE020"
check "a TXT record with another key is a warning" verify 2 --strict 192.1.2.32
says "and told" "TXT +warning .*OE021"
check "a time to live of more than a day is a warning" verify 2 --strict 192.1.2.33
says "as the servers have it" "server +warning +ns. 127.0.0.53: 200000 seconds.*OE009"
check "a malformed TXT record is an error" verify 1 192.1.2.34
says "and told" "TXT +error .*OE023"
check "an algorithm that nobody takes is an error" verify 1 192.1.2.35
says "and told" "IPSECKEY +error .*OE006"
json() { python3 -c "import json, sys
rows = [json.loads(line) for line in open('$work/out')]
$1"; }
check "--json" verify 2 --strict --json 192.1.2.31
check "has an object a step, and one at the end" json "
assert [r['event'] for r in rows] == ['step'] * (len(rows) - 1) + ['result']
assert all(set(r) - {'id', 'finding', 'fix'} == {'event', 'name', 'step', 'status', 'text'} for r in rows[:-1])
assert rows[-1] == {'event': 'result', 'name': '192.1.2.31', 'owner': '31.2.1.192.in-addr.arpa.', 'status': 'warning', 'ready': True}"
check "what is wrong has its id and what to do" json "
assert [r['id'] for r in rows[:-1] if r['status'] != 'ok'] == ['OE020', 'OE013']
assert all(r['fix'] and r['finding'] for r in rows[:-1] if r['status'] != 'ok')"
check "a zone with a DS of another key is bogus" verify 3 192.1.3.23
says "which is told as such" "DNSSEC +bogus .*OE025"
check "the worst of several decides" verify 3 192.1.2.23 192.1.3.23 192.1.2.99
check "a server that has not the records is found" verify 1 east.oe.lab
says "by its name" "server +error +ns2.oe.lab. 127.0.0.54 has 0 records.*OE018"
says "beside the one that has them" "server +ok +ns. 127.0.0.53 has the same 1"
# Somebody at 192.1.2.23, with pluto and without.
ip netns add "$ns" && ip link add wire type veth peer name wire netns "$ns" &&
	ip link set wire up && ip addr add 192.1.2.253/24 dev wire && ip -n "$ns" link set lo up &&
	ip -n "$ns" link set wire up && ip -n "$ns" addr add 192.1.2.23/24 dev wire
no_ike=
check "a host without IKE is a warning" verify 2 --strict 192.1.2.23
says "which says what to look at" "IKE +warning +192.1.2.23:500: Connection refused .OE014"
mkdir -p "$work/ipsec.d/policies"
: >"$work/secrets"
ip netns exec "$ns" "$bin/pluto" --nofork --stderrlog --ctlbase "$work/pluto" --secretsfile "$work/secrets" \
	--ipsecdir "$work/ipsec.d" --use-nostack --no-oe --resolver 127.0.0.1 >"$work/pluto.log" 2>&1 &
daemon=$!
for _i in $(seq 100); do
	ip netns exec "$ns" "$bin/whack" --ctlbase "$work/pluto" --listen >"$work/out" 2>&1 && break
	sleep 0.1
done
ip netns exec "$ns" "$bin/whack" --ctlbase "$work/pluto" --name any --host 192.1.2.23 --to --host %any \
	--psk >>"$work/out" 2>&1
check "one with pluto is ready" verify 0 --strict 192.1.2.23
says "and answers" "IKE +ok +192.1.2.23:500 answered in [0-9]+ ms"
no_ike=--no-ike
servers_stop
check "a server that does not answer is found" verify 1 east.oe.lab
says "by its name, too" "server +error +ns2.oe.lab.: 127.0.0.54:53 does not answer.*OE028"
check "watch looks once" timeout 60 "$bin/oe-zone" watch -c 1 --no-ike -r 192.1.2.254 -a "$ZONES_ANCHOR" 192.1.2.23
timeout 60 "$bin/oe-zone" watch -c 5 -i 1 --no-ike -r 192.1.2.254 -a "$ZONES_ANCHOR" 192.1.2.23 >"$work/watched" 2>&1 &
watching=$!
for _i in $(seq 100); do [ -s "$work/watched" ] && break; sleep 0.1; done
zones_stop
wait $watching
cp "$work/watched" "$work/out"
same "watch tells each change, and only those" "$(sed 's/^[^ ]* //' "$work/watched" | tr '\n' ,)" \
	"192.1.2.23 ready,192.1.2.23 unknown,"
check "no resolver: nothing is known" verify 4 192.1.2.23
says "and said" "DNSSEC +unknown .*OE026"
check "an anchor that is not there" verify 4 -a "$work/none" 192.1.2.23
tap_done
