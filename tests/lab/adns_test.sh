#!/bin/bash
# Runs adns against a real NSD and a real validating unbound, in a network
# namespace of its own, and checks each verdict. Prints TAP. Needs root.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=${BUILD:-build}/bin
adns=$bin/adns
if [ "${ADNS_TEST_INSIDE:-}" != yes ]; then
	if [ "$(id -u)" != 0 ]; then
		echo "1..0 # SKIP needs root for a network namespace"
		exit 0
	fi
	ADNS_TEST_INSIDE=yes exec unshare --net -- "$0" "$@"
fi
. tests/lab/zones.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/adns_test.$$.XXXXXX")
chmod 755 "$work"
trap 'zones_stop; rm -rf "$work"' EXIT
ip link set lo up

n=0 bad=0
result() {	# STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' "$work/out" 2>/dev/null
		bad=$((bad + 1))
	fi
}

ask_at() {	# RESOLVER ARGUMENTS of adns; into $work/out
	timeout 20 "$adns" --anchor "$ZONES_ANCHOR" --resolver "$@" \
		> "$work/out" 2> "$work/err"
	status=$?
	cat "$work/err" >> "$work/out"
	return 0
}

ask() { ask_at 127.0.0.1 "$@"; }

expect() {	# NAME STATUS PATTERN
	[ "$status" = "$2" ] && grep -qE -- "$3" "$work/out"
	result $? "$1"
}

key=DHkk5ELqV2CEY2mNIIQFejoq74Y6+Tz178vQekWQwB0=
six=$(zones_reverse 2001:db8:1:2::45)
{
	zones_begin "$work/zones" && zones_lab &&
	zones_new 64-127.2.1.192.in-addr.arpa. signed &&
	zones_record 45.2.1.192.in-addr.arpa. 3600 IPSECKEY "10 1 4 192.1.2.45 $key" &&
	zones_record 45.2.1.192.in-addr.arpa. 3600 IPSECKEY "20 0 4 . $key" &&
	zones_record 47.2.1.192.in-addr.arpa. 600 TXT '"no key here"' &&
	for i in $(seq 30); do
		zones_record 48.2.1.192.in-addr.arpa. 600 TXT "\"$i is one of many records that no UDP answer has room for\""
	done &&
	zones_record 46.2.1.192.in-addr.arpa. 3600 IPSECKEY "10 0 4 . $key" &&
	zones_record 66.2.1.192.in-addr.arpa. 3600 CNAME 66.64-127.2.1.192.in-addr.arpa. &&
	zones_record 66.64-127.2.1.192.in-addr.arpa. 120 IPSECKEY "10 0 4 . $key" &&
	zones_record 5.3.1.192.in-addr.arpa. 3600 IPSECKEY "10 0 4 . $key" &&
	zones_record 5.4.1.192.in-addr.arpa. 1800 IPSECKEY "10 0 4 . $key" &&
	zones_record "$six" 3600 IPSECKEY "10 2 4 2001:db8:1:2::45 $key" &&
	zones_record west.oe.lab. 900 IPSECKEY "10 3 4 gw.oe.lab. $key" &&
	zones_new 2.0.192.in-addr.arpa. signed &&
	zones_record 7.2.0.192.in-addr.arpa. 900 IPSECKEY "10 0 4 . $key" &&
	zones_sign &&
	zones_break 46.2.1.192.in-addr.arpa. IPSECKEY &&
	ip addr add 192.0.2.254/32 dev lo &&
	zones_start "" 127.0.0.1 ::1 192.0.2.254
} > "$work/out" 2>&1
result $? "NSD and unbound serve signed zones"
[ $bad = 0 ] || { echo "1..$n"; exit 1; }

ask -q 192.1.2.45
expect "secure: records of a signed zone" 0 '^45.*IPSECKEY ANSWERED SECURE ttl 3600$'
grep -qF "  10 1 4 192.1.2.45 $key" "$work/out" && grep -qF "  20 0 4 . $key" "$work/out"
result $? "both records are there, in the portable spelling"
ask -q 2001:db8:1:2::45
expect "secure: IPv6 under the documentation prefix" 0 'ANSWERED SECURE ttl 3600$'
ask -q 192.0.2.7
expect "secure: IPv4 documentation prefix is asked, not answered locally" 0 'ANSWERED SECURE'
ask -q west.oe.lab --json
expect "secure: forward name, as JSON" 0 '"status":"ANSWERED","security":"SECURE","ttl":900,.*10 3 4 gw.oe.lab. DHkk'
ask -q 192.1.2.99
expect "absent: no such name, proved" 28 'NXDOMAIN SECURE ttl (300|299)$'
ask -q 192.1.2.47
expect "absent: name without such a record, proved" 28 'NODATA SECURE ttl (300|299)$'
ask -q 192.1.2.47 --type TXT
expect "other types are asked too" 0 'ANSWERED SECURE ttl (600|599)$'
ask -q 192.1.4.5
expect "insecure: delegation without DS" 0 'ANSWERED INSECURE ttl 1800$'
ask -q 192.1.4.6
expect "insecure denial" 28 'NXDOMAIN INSECURE'
ask -q 192.1.2.46
expect "bogus: broken signature" 60 'ANSWERED BOGUS ttl (60|[0-5]?[0-9])$'
ask -q 192.1.3.5
expect "bogus: DS of another key" 60 'BOGUS'
ask -q 192.1.2.66
expect "CNAME of RFC 2317 is followed, lowest TTL" 0 'ANSWERED SECURE ttl 120$'
ask -q 192.1.2.45 --resolver 127.0.0.9
expect "a dead resolver beside a live one" 0 'ANSWERED SECURE'

timeout 20 "$adns" --resolver 127.0.0.9 --anchor "$ZONES_ANCHOR" -q 192.1.2.45 \
	--timeout 300 > "$work/out" 2>&1
status=$?
expect "all resolvers dead, within the deadline" 61 'TIMED_OUT'
timeout 20 "$adns" --resolver 127.0.0.9 --anchor "$ZONES_ANCHOR" -q 192.1.2.45 \
	--timeout 19000 > "$work/out" 2>&1
status=$?
expect "all resolvers dead, waited for" 61 'FAILED|TIMED_OUT'

other=$work/other.key
echo '. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D' > "$other"
timeout 20 "$adns" --resolver 127.0.0.1 --anchor "$other" -q 192.1.2.45 > "$work/out" 2>&1
status=$?
expect "an anchor of another root makes everything bogus, and says so" 60 'BOGUS'
for f in /nonexistent /dev/null; do
	timeout 5 "$adns" --resolver 127.0.0.1 --anchor $f -q 192.1.2.45 > "$work/out" 2>&1
	status=$?
	expect "no trust anchor ($f): refuses to start" 7 'no trust anchor: '
done
timeout 5 "$adns" --resolver 127.0.0.1@x -q 192.1.2.45 > "$work/out" 2>&1
status=$?
expect "a bad option is named" 33 '127.0.0.1@x'

# Negative trust anchors (RFC 7646), of NSD itself: a resolver that validates would
# refuse what is bogus.
nsd() { ask_at "$ZONES_NSD" "$@"; }
nsd -q 192.1.3.5 --negative-anchor 3.1.192.in-addr.arpa@2099-12-31
expect "a negative trust anchor: insecure, not bogus" 0 'ANSWERED INSECURE'
expect "and that is said" 0 '3.1.192.in-addr.arpa. is not validated until 2099-12-31'
nsd -q 192.1.2.45 --negative-anchor 3.1.192.in-addr.arpa@2099-12-31
expect "other zones are validated as ever" 0 'ANSWERED SECURE'
nsd -q 192.1.3.5 --negative-anchor 3.1.192.in-addr.arpa@2020-01-01
expect "an expired one has no effect" 60 'BOGUS'
expect "and that is said" 60 'has expired .2020-01-01.'
nsd -q 192.1.3.5 --negative-anchor .@2099-12-31
expect "the root cannot be excepted" 33 'below the root'
NEGATIVE="3.1.192.in-addr.arpa@$(date -u -d '+2 seconds' +%FT%TZ)" \
	"$bin/adns_many" "$adns" 127.0.0.9 "$ZONES_ANCHOR" 5 0 > "$work/out" 2>&1
grep -q 'is not validated until' "$work/out" && grep -q 'starts anew: a negative trust anchor' "$work/out" &&
	grep -q 'has expired' "$work/out"
result $? "one that expires while adns runs"

# Whose fault it is that nothing is secure.
tests/lab/bad_resolver.py strip 127.0.0.61 "$ZONES_NSD" &
strip=$!
tests/lab/bad_resolver.py portal 127.0.0.62 &
portal=$!
sleep 0.5
health() {	# NAME RESOLVER PATTERN OPTIONS
	n_name=$1 n_resolver=$2 n_pattern=$3
	shift 3
	timeout 20 "$adns" --resolver "$n_resolver" "$@" -q 192.1.2.45 --timeout 3000 > "$work/out" 2>&1
	status=0
	expect "health: $n_name" 0 "DNS: $n_pattern"
}
health "well" 127.0.0.1 "well" --anchor "$ZONES_ANCHOR"
health "signatures are stripped" 127.0.0.61 "the resolver passes no signatures" --anchor "$ZONES_ANCHOR"
"$bin/adns_many" "$adns" 127.0.0.62 "$ZONES_ANCHOR" 1 0 1 > "$work/out" 2>&1
status=$?
expect "health: a captive portal" 0 "DNS: names that cannot exist have addresses"
health "an old anchor" "$ZONES_NSD" "the trust anchor does not fit" --anchor "$other"
health "a stub's resolver that does not validate" 127.0.0.61 "the resolver does not vouch" --backend stub
health "a stub's resolver that does" 127.0.0.1 "well" --backend stub
kill $strip $portal
wait $strip $portal 2> /dev/null

# The stub back end: the resolver on loopback validates.
stub() { ask --backend stub "$@"; }
stub -q 192.1.2.45
expect "stub: secure" 0 'IPSECKEY ANSWERED SECURE ttl (3600|3[0-9]*)$'
stub -q 192.1.2.45 --resolver ::1
expect "stub: two resolvers, IPv6" 0 'ANSWERED SECURE'
stub -q 192.1.2.99
expect "stub: absent, proved" 28 'NXDOMAIN SECURE'
stub -q 192.1.2.47
expect "stub: no such record, proved" 28 'NODATA SECURE'
stub -q 192.1.4.5
expect "stub: insecure" 0 'ANSWERED INSECURE'
stub -q 192.1.2.46
expect "stub: bogus" 60 'ANSWERED BOGUS ttl (60|[0-5]?[0-9])$'
stub -q 192.1.2.48 --type TXT
[ "$status" = 0 ] && grep -q 'ANSWERED SECURE' "$work/out" &&
	[ "$(grep -c '^  [^ ]' "$work/out")" = 30 ]
result $? "stub: a large answer comes by TCP, whole"
stub -q 192.1.2.45 --resolver 127.0.0.9
expect "stub: a dead resolver beside a live one" 0 'ANSWERED SECURE'
stub -q 192.1.2.45 --resolver 192.0.2.254
expect "stub: AD from anywhere but loopback is not believed" 0 'ANSWERED INSECURE'
expect "stub: and that is said" 0 'does not believe 192.0.2.254:53'
timeout 20 "$adns" --backend stub --resolver 127.0.0.9 -q 192.1.2.45 > "$work/out" 2>&1
status=$?
expect "stub: no resolver answers" 61 'FAILED'
timeout 5 "$adns" --backend both -q 192.1.2.45 > "$work/out" 2>&1
status=$?
expect "there are two back ends" 33 'validator or stub'
"$bin/adns_many" "$adns" 127.0.0.1 stub 200 0 > "$work/out" 2>&1
status=$?
expect "stub: 200 questions at once through the client" 0 'answered 200 secure 199 failed 0 restarts 0'

# The service under the client: unprivileged, killed, asked again.
"$bin/adns_many" "$adns" 127.0.0.1 "$ZONES_ANCHOR" 200 0 > "$work/out" 2>&1
status=$?
expect "200 questions at once through the client" 0 'answered 200 secure 199 failed 0 restarts 0'
for backend in "$ZONES_ANCHOR" stub; do
	GLIBC_TUNABLES=glibc.malloc.tcache_count=0 \
		"$bin/adns_many" "$adns" 127.0.0.1 "$backend" 40 100 2> "$work/err" > "$work/out"
	status=$?
	# The last answer may be here before its death is seen.
	awk '$1 == "answered" { ok = $2 == $4 && $6 == 0; n = $8 } END { exit !(ok && n >= 99) }' "$work/out"
	result $? "adns killed a hundred times under load: every question answered (${backend##*/})"
	expect "and nothing is left of it" 0 '^left: 0 descriptors, 0 bytes, children none'
done
"$bin/adns_many" "$adns" 127.0.0.1 "$ZONES_ANCHOR" 2000 0 > "$work/out" 2>&1
status=$?
awk '$1 == "answered" { ok = $2 == 2000 && $6 > 1000 && $6 <= 1232 } END { exit !ok }' "$work/out"
result $? "2000 questions about one prefix: its tokens are used up, the rest is BUSY"

# RFC 8198: a proof that there is nothing between two names answers for all of them.
nft "add table inet count; add chain inet count out { type filter hook output priority 0; }
	add rule inet count out ip daddr 127.0.0.1 udp dport 53 counter" > "$work/out" 2>&1
ONE_BY_ONE=yes "$bin/adns_many" "$adns" 127.0.0.1 "$ZONES_ANCHOR" 40 0 >> "$work/out" 2>&1
nft list table inet count >> "$work/out"
asked=$(sed -n 's/.*counter packets \([0-9]*\).*/\1/p' "$work/out")
nft delete table inet count
grep -q 'answered 40 secure 40' "$work/out" && [ "${asked:-0}" -gt 2 ] && [ "$asked" -lt 25 ]
result $? "40 names that are not there: the resolver is asked fewer than 25 questions"

# 400 lookups wait for a server that never answers: through the resolver.
python3 tests/lab/talk.py silent 5353 > "$work/out" 2>&1 &
silent=$!
printf 'stub-zone:\n\tname: "5.1.192.in-addr.arpa."\n\tstub-addr: 127.0.0.99@5353\n' \
	>> "$work/zones/unbound.conf"
# Newer ones let one client wait for 1000 answers and no more.
! unbound-checkconf -o wait-limit > /dev/null 2>&1 ||
	printf 'server:\n\twait-limit: 0\n\tnum-queries-per-thread: 4096\n' >> "$work/zones/unbound.conf"
for backend in "$ZONES_ANCHOR" stub; do
	zones_flush >> "$work/out" 2>&1
	"$bin/adns_many" "$adns" 127.0.0.1 "$backend" 1 0 400 > "$work/out" 2>&1
	status=$?
	awk '$1 == "of" { ok = $7 <= 100 && $9 >= 390 } END { exit !ok }' "$work/out"
	result $? "behind 400 stuck lookups one is answered within 100 ms (${backend##*/})"
done
kill $silent
wait $silent 2> /dev/null

# resolv.conf names a resolver that is dead, then one that lives: what is asked before
# the change is answered after it.
echo "nameserver 127.0.0.9" > "$work/resolv.conf"
chmod 644 "$work/resolv.conf"
"$bin/adns_many" "$adns" "$work/resolv.conf" "$ZONES_ANCHOR" 50 0 > "$work/out" 2>&1 &
many=$!
sleep 1
echo "nameserver 127.0.0.1" > "$work/resolv.conf"
wait $many
status=$?
expect "resolv.conf changes: the new resolver is asked what the old one left open" 0 \
	'answered 50 secure 49 failed 0 restarts 1'
expect "and that is said" 0 'starts anew: the network or its resolvers have changed'

"$bin/adns_many" "$adns" 127.0.0.9 "$ZONES_ANCHOR" 5 0 > "$work/out" 2>&1 &
many=$!
sleep 0.5
pid=$(pgrep -P $many -x adns)
{
	[ -n "$pid" ] && cat "/proc/$pid/status" | grep -E '^(Uid|Groups|Cap|NoNewPrivs)'
	ls -l "/proc/$pid/fd"
} > "$work/out" 2>&1
! grep -qE '^Uid:.*\b0\b' "$work/out" && grep -q '^NoNewPrivs:.1' "$work/out" &&
	[ "$(grep -cE '^Cap(Inh|Prm|Eff|Amb):.0+$' "$work/out")" = 4 ]
result $? "the helper has no privilege"
kill $many
sleep 0.3
! zones_alive "$pid"
result $? "the helper ends when its pluto dies"

zones_stop
! grep -lsF "$work/zones" /proc/[0-9]*/cmdline > "$work/out"
result $? "nothing is left running"
echo "1..$n"
[ $bad = 0 ]
