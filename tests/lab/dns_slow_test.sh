#!/bin/sh
# A name server that takes 200 ms: what a pair needs is asked at once, identical questions
# are one, an answer that comes too late is there for the next packet, and what is not there
# is remembered as long as the zone says. Counted by the name server. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 WEST_B=192.1.2.47 SLOW=192.1.2.253
LATE=192.0.2.26		# in a zone not asked before: question after question
ABSENT=192.1.2.77
ZONES_NEG_TTL=4

begin() {
	lab_begin && lab_nic && lab_host west $WEST && lab_host east 192.1.2.23 || return 1
	lab_addr west $WEST_B && lab_addr nic $SLOW && lab_addr east 192.1.2.24 192.1.2.25 $LATE || return 1
	zones_begin "$LAB/zones" && zones_lab && zones_new 2.0.192.in-addr.arpa. signed && lab_key west rsa && lab_key east rsa || return 1
	"$BIN/oe-zone" record --txt --rrkey --ipseckey -k "$LAB/west/ipsec.d/private/host.pem" $WEST $WEST_B >"$LAB/west/records" &&
		"$BIN/oe-zone" record --txt --ipseckey -k "$LAB/east/ipsec.d/private/host.pem" \
			192.1.2.23 192.1.2.24 192.1.2.25 $LATE >"$LAB/east/records" || return 1
	cat "$LAB/west/records" "$LAB/east/records" >"$LAB/records"
	grep -v '^;' "$LAB/records" | while read -r owner ttl _in type rdata; do
		zones_record "$owner" "$ttl" "$type" "$rdata" || exit 1
	done
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	lab_spawn nic python3 tests/lab/bad_resolver.py slow $SLOW 192.1.2.254 200 "$LAB/asked"
	lab_run west ip route add 192.0.2.0/24 dev eth0
	lab_policy west private-or-clear 192.1.2.0/24 192.0.2.0/24
	lab_policy east clear-or-private 192.1.2.0/24
	for h in west east; do lab_policy $h clear 192.1.2.254 $SLOW; done
	lab_pluto east --oe-legacy && lab_whack east --listen >"$LAB/east/listen" || return 1
	lab_until 10 lab_run nic drill @$SLOW . SOA || return 1
	# The resolver itself knows it all: what takes time is what is slow.
	for a in $WEST $WEST_B 192.1.2.23 192.1.2.24 192.1.2.25; do
		for t in TYPE45 TXT KEY; do lab_run nic drill @192.1.2.254 "$(name_of $a)" $t; done
	done >"$LAB/warm" 2>&1
	LAB_RESOLVER=$SLOW lab_pluto west --oe-legacy --oe-deadline 450
}

name_of() { zones_reverse "$1"; }
asked() { awk -v n="$(name_of "$1")" -v t="$2" '$2 == n && $3 == t { k++ } END { print k + 0 }' "$LAB/asked"; }
spread_ms() {	# ADDR: from the first to the last question about it
	awk -v n="$(name_of "$1")" '$2 == n { if (!a) a = $1; b = $1 } END { printf "%d\n", 1000 * (b - a) }' "$LAB/asked"
}
trial() { timeout 20 ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" --oppohere "$1" --oppothere "$2" >"$LAB/trial" 2>&1; }
dns_ms() {	# from the question to the answer, by the transcript
	awk '$3 == "dns" && $4 == ">" { a = $2 + 0 } $3 == "dns" && $4 == "<" { b = $2; n = 1 } END { printf "%d\n", n ? 1000 * (b - a) : 9999 }' "$LAB/trial"
}
between() { [ "$2" -ge "$1" ] && [ "$2" -le "$3" ]; }

begin || { tap_show "$LAB/west/pluto.log" "$LAB/spawned"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/trial" "$LAB/asked" "$LAB/west/pluto.log"

# Our own: three kinds at once, of both addresses.
lab_whack west --listen >"$LAB/west/listen"
lab_until 10 grep -q "published at $(name_of $WEST_B)" "$LAB/west/pluto.log"
same "our own IPSECKEY, TXT and KEY are asked, each once" \
	"$(asked $WEST 45) $(asked $WEST 16) $(asked $WEST 25)" "1 1 1"
check "all at once ($(spread_ms $WEST) ms)" between 0 "$(spread_ms $WEST)" 100

# A peer, its zone known by now.
trial $WEST 192.1.2.23
holds "a pair is encrypted" "$LAB/trial" '^004 result: ENCRYPTED'
same "its IPSECKEY and TXT are asked, each once" "$(asked 192.1.2.23 45) $(asked 192.1.2.23 16)" "1 1"
check "both at once ($(spread_ms 192.1.2.23) ms)" between 0 "$(spread_ms 192.1.2.23)" 50
check "so DNS takes $(dns_ms) ms, not 400" between 195 "$(dns_ms)" 250

# Two pairs with one peer, at the same time: one lookup.
for a in $WEST $WEST_B; do
	timeout 20 ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" --oppohere $a --oppothere 192.1.2.24 >"$LAB/trial.$a" 2>&1 &
	eval "job_$(echo $a | tr . _)=$!"
done
wait "$job_192_1_2_45" "$job_192_1_2_47"
same "two pairs with one peer are encrypted" "$(cat "$LAB/trial.$WEST" "$LAB/trial.$WEST_B" | grep -c '^004 result: ENCRYPTED')" 2
same "identical questions are one" "$(asked 192.1.2.24 45) $(asked 192.1.2.24 16)" "1 1"

# Too late for this packet, in time for the next.
trial $WEST $LATE
holds "past the deadline the answer is unknown" "$LAB/trial" '^061 result: CLEAR'
sleep 2
first=$(asked $LATE 45)
trial $WEST $LATE
holds "the lookup went on: the next attempt is encrypted" "$LAB/trial" '^004 result: ENCRYPTED'
check "and DNS takes $(dns_ms) ms" between 0 "$(dns_ms)" 50
same "nothing was asked again" "$(asked $LATE 45)" "$first"

# What is proved not to be there lasts as long as the zone's SOA says.
trial $WEST $ABSENT
holds "no key, proved" "$LAB/trial" 'NXDOMAIN|none|ABSENT|no key'
first=$(asked $ABSENT 45)
trial $WEST $ABSENT
check "asked again at once: from the cache, in $(dns_ms) ms" between 0 "$(dns_ms)" 50
same "without a question" "$(asked $ABSENT 45)" "$first"
sleep $ZONES_NEG_TTL
sleep 2
trial $WEST $ABSENT
check "after $ZONES_NEG_TTL s, the SOA's minimum, it is asked anew" [ "$(asked $ABSENT 45)" -gt "$first" ]

# Another way out, the addresses stay: DNS begins anew, and loses no question.
anew_is() { [ "$(anew)" = "$1" ]; }
anew() { grep -c 'starts anew: the network' "$LAB/west/pluto.log"; }
lab_run west ip route add 10.9.0.0/16 via 192.1.2.23
sleep 1.5
same "a route to somewhere changes nothing" "$(anew)" 0
lab_run west ip route add default via 192.1.2.254
sleep 0.05
trial $WEST 192.1.2.25
lab_until 5 anew_is 1
same "with another default route there is a new adns" "$(anew)" 1
holds "and what was asked meanwhile was answered" "$LAB/trial" '^004 result: ENCRYPTED|^061 result'
encrypts() { trial "$1" "$2"; grep -q '^004 result: ENCRYPTED' "$LAB/trial"; }
check "the pair is encrypted" lab_until 10 encrypts $WEST 192.1.2.25
lab_run west ip route replace default via 192.1.2.23
lab_until 5 anew_is 2
same "and with another gateway in it, too" "$(anew)" 2

# A name server that strips signatures: everything is bogus, and no zone is blamed.
lab_addr nic 192.1.2.252
lab_spawn nic python3 tests/lab/bad_resolver.py strip 192.1.2.252 $ZONES_NSD
lab_pluto_stop west
LAB_RESOLVER=192.1.2.252 lab_pluto west && lab_whack west --listen >"$LAB/west/listen"
lab_until 10 grep -q 'DNS: the resolver passes no signatures' "$LAB/west/pluto.log"
trial $WEST 192.1.2.24
holds "signatures are stripped: unknown, not bogus" "$LAB/trial" '^061 result: CLEAR'
holds "and the failure says whose fault it is" "$LAB/trial" 'dns +< .*the resolver passes no signatures'
tap_done
