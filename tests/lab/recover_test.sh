#!/bin/bash
# What becomes of pairs as the world changes around them: a peer that comes after all,
# keys that are rolled and withdrawn, tunnels that nobody uses, peers that die, an
# anonymous peer whose key appears. Judged by captures. Prints TAP.
#
# Six hosts, each pair a story of its own, told side by side, as most of it is waiting:
#	west <-> late	late's daemon is not there yet: west passes in the clear
#	west <-> roll	roll's key is replaced, step by step, and withdrawn in the end
#	west  -> dead	goes without a word; one address of it is private to west
#	nemo <-> anon	--oe-null; anon's key is published later
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 LATE=192.1.2.31 ROLL=192.1.2.32 ROLL_IDLE=192.1.2.33
DEAD=192.1.2.34 DEAD_P=192.1.2.35 NEMO=192.1.2.36 ANON=192.1.2.37
IDLE=8 TTL=2
ZONES_NEG_TTL=2

# ADDR KEYFILE: its record, of a short life.
publish() {
	"$BIN/oe-zone" record -k "$2" "$1" | grep -v '^;' >"$LAB/record"
	read -r owner _ _in type rdata <"$LAB/record"
	zones_record "$owner" $TTL "$type" "$rdata"
}
withdraw() { zones_forget "$(zones_reverse "$1")" IPSECKEY; }
zones_again() { zones_sign && zones_reload && sleep $((TTL + 1)); }
key_of() { echo "$LAB/$1/ipsec.d/private/${2:-host}.pem"; }
start() { h=$1; shift; lab_pluto "$h" --oe-idle $IDLE "$@" && lab_whack "$h" --listen >"$LAB/$h/listen"; }

begin() {
	lab_begin && lab_nic || return 1
	for h in "west $WEST" "late $LATE" "roll $ROLL" "dead $DEAD" "nemo $NEMO" "anon $ANON"; do
		# shellcheck disable=SC2086
		lab_host $h || return 1
	done
	lab_addr roll $ROLL_IDLE && lab_addr dead $DEAD_P || return 1
	zones_begin "$LAB/zones" && zones_lab || return 1
	for h in west late roll dead nemo anon; do
		lab_key $h || return 1
		lab_policy $h clear 192.1.2.254
		lab_policy $h private-or-clear 192.1.2.0/24
	done
	lab_policy west private $DEAD_P
	publish $WEST "$(key_of west)" && publish $LATE "$(key_of late)" &&
		publish $ROLL "$(key_of roll)" && publish $ROLL_IDLE "$(key_of roll)" &&
		publish $DEAD "$(key_of dead)" && publish $DEAD_P "$(key_of dead)" &&
		publish $NEMO "$(key_of nemo)" || return 1
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west roll dead; do start $h || return 1; done
	for h in nemo anon; do start $h --oe-null || return 1; done
	lab_capture west && lab_capture nemo
}

stream() {	# HOST TO: ten a second, each answer with its time
	lab_spawn "$1" sh -c "ping -n -D -i 0.1 -W 1 $2 >'$LAB/stream.$2'"
}
now() { date +%s.%N; }
# Seconds from T0 to the last packet of the pair that was in the clear, in FILE.
last_clear() {	# HOST FILTER T0
	tcpdump -tt -n -r "$LAB/$1.pcap" "$2" 2>/dev/null | awk -v t="$3" '{l = $1} END {printf "%.1f\n", l ? l - t : 0}'
}
ping_once() { lab_run "$1" ping -n -c 1 -W "${3:-4}" "$2"; }
trial() {	# HOST FROM TO: code and outcome
	timeout 30 ip netns exec "$(lab_ns "$1")" "$BIN/whack" --ctlbase "$LAB/$1/pluto" \
		--oppohere "$2" --oppothere "$3" >"$LAB/trial" 2>&1
	sed -n 's/^\([0-9]*\) result: \([A-Z]*\).*/\1 \2/p' "$LAB/trial"
}
pairs() { lab_whack "$1" --trafficstatus | grep -c "$2/32 <-> $3/32\|$3/32 <-> $2/32"; }
is_gone() { [ "$(pairs "$@")" = 0 ]; }
drop_pair() {	# both sides forget what they have, in order
	for s in $(lab_whack west --status | sed -n "s/^000 #\([0-9]*\): .*$1.*IKE_EST.*/\1/p"); do
		lab_whack west --deletestate "$s" >/dev/null
	done
	lab_until 5 is_gone west $WEST "$1" && lab_until 5 is_gone roll $WEST "$1"
}
both_ways() {	# WORDS
	drop_pair $ROLL
	same "$1: west begins" "$(trial west $WEST $ROLL)" "004 ENCRYPTED"
	drop_pair $ROLL
	same "$1: roll begins" "$(trial roll $ROLL $WEST)" "004 ENCRYPTED"
}
authenticated() { lab_whack nemo --trafficstatus | grep "$ANON/32" | grep -vq 'unauthenticated'; }
kind_of() { lab_whack west --listshunts | sed -n "s/.* -> $1 %\([a-z]*\) .*/\1/p"; }
is_kind() { [ "$(kind_of "$1")" = "$2" ]; }

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/trial" "$LAB/west/pluto.log" "$LAB/nemo/pluto.log"

# The stories that take long begin.
check "an anonymous peer is encrypted" ping_once nemo $ANON
stream nemo $ANON
same "... and is called so" "$(authenticated && echo yes || echo no)" no
check "the one that will die is encrypted" ping_once west $DEAD
check "... at its private address, too" ping_once west $DEAD_P
stream west $DEAD; stream west $DEAD_P
check "a peer that is not there yet passes in the clear" ping_once west $LATE 5
stream west $LATE
sleep 1
kill -9 "$(lab_pluto_pid dead)"	# and not even its kernel says that it is dead
lab_run dead nft 'add table inet mute
	add chain inet mute in { type filter hook input priority -300; }
	add rule inet mute in udp dport { 500, 4500 } drop
	add rule inet mute in ip protocol esp drop'
died=$(now)
publish $ANON "$(key_of anon)"
same "it is a pass shunt" "$(kind_of $LATE)" pass

# The peer comes after all.
start late
came=$(now)
check "late comes" ping_once late $WEST
check "the pass shunt dies at once" lab_until 1 is_kind $LATE keyed

# A key is rolled: old; both, signing with the old; both, with the new; new alone.
both_ways "the old key"
"$BIN/ipsec" newhostkey --type ed25519 --output "$(key_of roll new)" --secrets "$LAB/roll/new.secrets" \
	--ipsecdir "$LAB/roll/ipsec.d" >/dev/null 2>&1
publish $ROLL "$(key_of roll new)" && zones_again
both_ways "both keys in DNS, it signs with the old one"
cp "$LAB/roll/new.secrets" "$LAB/roll/ipsec.secrets" && lab_whack roll --rereadsecrets >/dev/null
both_ways "both keys in DNS, it signs with the new one"
withdraw $ROLL; publish $ROLL "$(key_of roll new)" && zones_again
both_ways "the new key alone"
cp "$LAB/roll/ipsec.secrets" "$LAB/roll/new.secrets"
sed 's/new\.pem/host.pem/' "$LAB/roll/new.secrets" >"$LAB/roll/ipsec.secrets"
lab_whack roll --rereadsecrets >/dev/null
drop_pair $ROLL
same "the old one is not accepted any more" "$(trial roll $ROLL $WEST)" "064 CLEAR"
cp "$LAB/roll/new.secrets" "$LAB/roll/ipsec.secrets" && lab_whack roll --rereadsecrets >/dev/null

# A key that is gone from DNS.
sleep 1
withdraw $ROLL; zones_again
drop_pair $ROLL
same "a peer whose key is gone is not accepted again" "$(trial roll $ROLL $WEST)" "064 CLEAR"
same "... nor looked for" "$(trial west $WEST $ROLL)" "028 CLEAR"

# Nobody uses it.
cp "$LAB/roll/ipsec.secrets" "$LAB/roll/new.secrets"
sed 's/new\.pem/host.pem/' "$LAB/roll/new.secrets" >"$LAB/roll/ipsec.secrets"
lab_whack roll --rereadsecrets >/dev/null
same "a pair that will be idle" "$(trial west $WEST $ROLL_IDLE)" "004 ENCRYPTED"
idle=$(now)
check "... is deleted" lab_until $((3 * IDLE)) is_gone west $WEST $ROLL_IDLE
echo "# $(awk -v a="$idle" -v b="$(now)" 'BEGIN {printf "%.1f", b - a}') s after it came up, with --oe-idle $IDLE"
check "... at the peer, too" lab_until 3 is_gone roll $WEST $ROLL_IDLE
lab_capture_stop west
mv "$LAB/west.pcap" "$LAB/first.pcap"; LAB_PCAP_west=$LAB/first.pcap
lab_capture west "$LAB/second.pcap"
LAB_PCAP_west=$LAB/first.pcap
# Of the last second before it was gone: a request and its answer.
check "... which was told so (INFORMATIONAL, both ways)" sh -c "
	tcpdump -tt -n -r '$LAB/first.pcap' '(udp port 500 or udp port 4500) and host $ROLL_IDLE' 2>/dev/null |
	awk -v t=$idle '\$1 > t + $IDLE - 1 && /isakmp|NONESP/ {n++} END {exit !(n >= 2)}'"
LAB_PCAP_west=$LAB/second.pcap
check "... and its next packet brings it up" ping_once west $ROLL_IDLE

# The dead peer is noticed, and the policy says what then.
check "dead, private-or-clear: passes" lab_until 90 is_kind $DEAD pass
check "dead, private: drops" lab_until 30 is_kind $DEAD_P drop

# The anonymous one sees that its key is published, and proves it.
same "anon could not be found at first" "$(grep -c 'no IPSECKEY at' "$LAB/anon/pluto.log")" 1
check "... and sees by itself that its key is there now" \
	lab_until 90 grep -q 'our own key .* is published' "$LAB/anon/pluto.log"
check "the anonymous peer is upgraded when its key is in DNS" lab_until 150 authenticated
sleep 1
check "... and goes on talking" ping_once nemo $ANON
same "... with one pair of SAs at each end" "$(pairs nemo $NEMO $ANON) $(pairs anon $NEMO $ANON)" "1 1"
lab_capture_stop nemo
same "... nothing of it was in the clear" "$(lab_clear nemo $NEMO $ANON)" 0
lost=$(awk '/icmp_seq=/ {split($0, a, "icmp_seq="); split(a[2], b, " "); if (p && b[1] > p + 1) n += b[1] - p - 1; p = b[1]} END {print n + 0}' "$LAB/stream.$ANON")
check "... and hardly a packet was lost: $lost" [ "$lost" -le 5 ]
lab_capture_stop west
LAB_PCAP_west=$LAB/first.pcap
gap=$(tcpdump -tt -n -r "$LAB/first.pcap" "icmp and host $LATE" 2>/dev/null | awk -v t="$came" '{l = $1} END {printf "%.1f", l - t}')
check "late: nothing in the clear 5 s after it serves (the last: $gap s)" \
	awk -v g="$gap" 'BEGIN {exit !(g < 5)}'
# Sent in the clear again, once its silence was noticed.
noticed=$( (tcpdump -tt -n -r "$LAB/first.pcap" "icmp and dst $DEAD"
	tcpdump -tt -n -r "$LAB/second.pcap" "icmp and dst $DEAD") 2>/dev/null |
	awk -v t="$died" '$1 > t {printf "%.0f", $1 - t; exit}')
check "dead, private-or-clear: noticed after ${noticed:-no} s" [ "${noticed:-99}" -le 60 ]
p=$( (tcpdump -n -r "$LAB/first.pcap" "host $DEAD_P and icmp"; tcpdump -n -r "$LAB/second.pcap" "host $DEAD_P and icmp") 2>/dev/null | wc -l)
same "dead, private: never in the clear" "$p" 0
tap_done
