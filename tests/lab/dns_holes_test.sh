#!/bin/bash
# The known holes of DNS libraries against adns: signed zones that cost a validator dear,
# and name servers that answer as none should. In a network namespace of its own, with
# NSD and unbound. Prints TAP. Needs root.
set -u
cd "$(dirname "$0")/../.." || exit 1
BIN=${BIN:-build/bin}
adns=$BIN/adns
if [ "${DNS_HOLES_INSIDE:-}" != yes ]; then
	[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for a network namespace"; exit 0; }
	DNS_HOLES_INSIDE=yes exec unshare --net -- "$0" "$@"
fi
. tests/lab/zones.sh
. tests/lab/tap.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/dns_holes.$$.XXXXXX")
chmod 755 "$work"
bad=
trap 'kill $bad 2>/dev/null; zones_stop; rm -rf "$work"' EXIT
ip link set lo up
tap_show "$work/out"
KEY=DHkk5ELqV2CEY2mNIIQFejoq74Y6+Tz178vQekWQwB0=
TAG=4711 TRAP=5.1.192.in-addr.arpa. DEEP=6.1.192.in-addr.arpa.
WAIT_MS=4000

begin() {
	zones_begin "$work/zones" && zones_lab && zones_new $TRAP signed && zones_new $DEEP signed &&
	zones_record 45.2.1.192.in-addr.arpa. 3600 IPSECKEY "10 1 4 192.1.2.45 $KEY" &&
	zones_record 46.2.1.192.in-addr.arpa. 3600 IPSECKEY "10 3 4 gateway.with.a.long.name.oe.lab. $KEY" &&
	zones_record 46.2.1.192.in-addr.arpa. 3600 IPSECKEY "10 3 4 $(printf 'a%.0s' $(seq 63)).$(printf 'b%.0s' $(seq 63)).$(printf 'c%.0s' $(seq 63)).$(printf 'd%.0s' $(seq 61)). $KEY" &&
	zones_record 7.$TRAP 3600 IPSECKEY "10 0 4 . $KEY" &&
	zones_record 7.$DEEP 3600 IPSECKEY "10 0 4 . $KEY" || return 1
	tests/lab/hostile_dns.py keys $TRAP $TAG 100 >>"$work/zones/plain/${TRAP%.}"
	zones_sign || return 1
	trap_signed="$work/zones/signed/${TRAP%.}"
	# The good signature goes; a hundred others come, by keys of one tag.
	awk -v o=7.$TRAP '!($1 == o && $4 == "RRSIG" && $5 == "IPSECKEY")' "$trap_signed" >"$work/new" &&
		tests/lab/hostile_dns.py signatures 7.$TRAP $TRAP 3600 $TAG 100 >>"$work/new" &&
		cp "$work/new" "$trap_signed" || return 1
	deep
	zones_start "" 127.0.0.1
}

# Signed again, with NSEC3 of many iterations (RFC 9276: there should be none).
deep() {
	local f=${DEEP%.} k
	k=$(awk -v z=$DEEP '$1 == z { print $3 }' "$work/zones/list")
	ldns-signzone -n -t 2500 -s aabbccdd -o $DEEP -f "$work/zones/signed/$f" "$work/zones/plain/$f" "$work/zones/keys/$k"
}

ask() {	# RESOLVER ARGUMENTS of adns; MS is how long it took
	local from
	from=$(date +%s%N)
	timeout 20 "$adns" --anchor "$ZONES_ANCHOR" --resolver "$@" --timeout $WAIT_MS >"$work/out" 2>&1
	status=$?
	MS=$((($(date +%s%N) - from) / 1000000))
	echo "status $status after $MS ms" >>"$work/out"
}
says() { grep -qE -- "$1" "$work/out"; }
in_time() { [ $MS -lt $((WAIT_MS + 2000)) ]; }
server() { tests/lab/hostile_dns.py "$1" "$2" 127.0.0.1 & bad="$bad $!"; }

begin >"$work/out" 2>&1
tap_result $? "NSD and unbound serve hostile zones" || { tap_done; exit 1; }
same "a hundred keys of one tag" "$(grep -c "DNSKEY.256 3 8\|DNSKEY	256 3 8" "$work/zones/signed/${TRAP%.}")" 100
for s in storm:127.0.0.71 empty:127.0.0.72 close:127.0.0.73 options:127.0.0.74; do server ${s%:*} ${s#*:}; done
sleep 0.5

ask 127.0.0.1 -q 192.1.2.45
check "an honest zone" says 'ANSWERED SECURE'
ask 127.0.0.53 -q 192.1.2.46
check "names in RDATA" says 'ANSWERED SECURE'
for resolver in 127.0.0.1 127.0.0.53; do
	ask $resolver -q 192.1.5.7
	check "KeyTrap: an answer in time" in_time
	check "... which is not believed" eval '! says SECURE'
	check "... $MS ms" [ $status != 0 ]
done
for resolver in 127.0.0.1 127.0.0.53; do
	ask $resolver -q 192.1.6.99
	check "NSEC3 of many iterations: no proof of absence" eval '! says "(NXDOMAIN|NODATA) SECURE"'
	check "... in time: $MS ms" in_time
done
ask 127.0.0.71 -q 192.1.2.45
check "hundreds of other answers: the right one counts" says 'ANSWERED SECURE'
ask 127.0.0.74 -q 192.1.2.45
check "thousands of EDNS options: an end in time" in_time
for backend in validator stub; do
	ask 127.0.0.72 -q 192.1.2.45 --backend $backend
	check "replies of no octets: FAILED" says 'FAILED|TIMED_OUT'
	check "... in time: $MS ms ($backend)" in_time
	ask 127.0.0.73 -q 192.1.2.45 --backend $backend
	check "a connection that closes in the middle: FAILED" says 'FAILED|TIMED_OUT'
	check "... in time: $MS ms ($backend)" in_time
	check "... and it is no crash" [ $status -lt 128 -a $status != 124 ]
done
ask 127.0.0.1 -q 192.1.2.45 --backend stub
check "stub: an honest resolver" says 'ANSWERED SECURE'
tap_done
