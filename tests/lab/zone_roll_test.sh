#!/bin/bash
# oe-zone roll against two BINDs, one that takes updates and one that follows, while two hosts
# of group private talk: each step, with new negotiations from both sides, and no packet in the
# clear. What comes too early is refused. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
command -v named >/dev/null && command -v nsupdate >/dev/null || { echo "1..0 # SKIP needs BIND"; exit 0; }

WEST=192.1.2.45 EAST=192.1.2.23 EAST_TOO=192.1.2.24 FIRST=192.1.2.251 SECOND=192.1.2.252
zone=2.1.192.in-addr.arpa.
TTL=3

named_run() {	# NAME ADDR ZONE-LINES
	mkdir -p "$LAB/$1"
	cat >"$LAB/$1/conf" <<-END
	options { directory "$LAB/$1"; pid-file none; session-keyfile none; recursion no;
	  dnssec-validation no; listen-on { $2; }; listen-on-v6 { none; }; notify no;
	  managed-keys-directory "$LAB/$1"; lock-file none; key-directory "$LAB/zones/keys"; };
	controls { };
	key lab { algorithm hmac-sha256; secret "bGFibGFibGFibGFibGFibA=="; };
	zone "$zone" { $3 };
	END
	lab_spawn nic named -g -c "$LAB/$1/conf"
	lab_until 20 answers "$2"
}
answers() { [ "$(soa "$1")" != "" ]; }
soa() { lab_run nic dig +short +tries=1 +time=1 "@$1" $zone SOA; }
second_run() {
	rm -f "$LAB/second/zone"
	named_run second $SECOND "type secondary; file \"zone\"; masterfile-format text; primaries { $FIRST; };"
	second=$LAB_SPAWNED
}

# The lab's root delegates the zone to the two, which sign with a key that the root vouches for.
servers() {
	zones_begin "$LAB/zones" || return 1
	_key=$(dnssec-keygen -K "$LAB/zones/keys" -a ECDSAP256SHA256 -f KSK $zone 2>/dev/null) || return 1
	for a in 1 2; do
		zones_record $zone 3600 NS ns$a.roll. && zones_record ns$a.roll. 3600 A 192.1.2.25$a || return 1
	done
	zones_record $zone 3600 DS "$(dnssec-dsfromkey -2 "$LAB/zones/keys/$_key.key" | cut -d' ' -f4-)" || return 1
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	mkdir -p "$LAB/first"
	{
		echo "$zone 3600 IN SOA ns1.roll. root.roll. 1 3600 600 86400 $TTL"
		for a in 1 2; do echo "$zone 3600 IN NS ns$a.roll."; done
		for h in west east; do grep -v '^;' "$LAB/$h/record"; done
		"$BIN/oe-zone" record -t $TTL -k "$LAB/rsa.pem" 192.1.2.46
		"$BIN/oe-zone" record -t $TTL -k "$LAB/rsa.pem" --txt 192.1.2.46
		echo "23.$zone $TTL IN TXT \"not ours\""
	} >"$LAB/first/zone"
	named_run first $FIRST "type primary; file \"zone\"; allow-update { key lab; }; auto-dnssec maintain;
		update-check-ksk no; dnssec-dnskey-kskonly no;" && second_run
}

begin() {
	lab_begin && lab_nic && lab_addr nic $FIRST $SECOND || return 1
	lab_host west $WEST && lab_host east $EAST && lab_addr east $EAST_TOO || return 1
	for h in west east; do
		lab_key $h || return 1
	done
	"$BIN/oe-zone" record -t $TTL -k "$LAB/west/ipsec.d/private/host.pem" $WEST >"$LAB/west/record"
	"$BIN/oe-zone" record -t $TTL -k "$LAB/east/ipsec.d/private/host.pem" $EAST $EAST_TOO >"$LAB/east/record"
	"$BIN/newhostkey" --type rsa --bits 2048 --output "$LAB/rsa.pem" >/dev/null 2>&1
	echo 'key "lab" { algorithm hmac-sha256; secret "bGFibGFibGFibGFibGFibA=="; };' >"$LAB/tsig"
	servers || return 1
	for h in west east; do
		lab_policy $h clear 192.1.2.254 $FIRST $SECOND
		lab_policy $h private 192.1.2.0/24
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
	lab_capture west
}

roll() {	# STATUS STEP OPTION...
	_want=$1 _step=$2; shift 2
	timeout 60 ip netns exec "$(lab_ns west)" "$BIN/oe-zone" roll "$_step" --file "$LAB/west/roll" \
		-r 192.1.2.254 -a "$ZONES_ANCHOR" "$@" >"$LAB/out" 2>&1
	_got=$?
	[ $_got = "$_want" ] || { echo "status $_got, not $_want" >>"$LAB/out"; return 1; }
}
keys_at() { lab_run west dig +short "@$1" 45.$zone IPSECKEY | wc -l; }
says() { holds "$1" "$LAB/out" "$2"; }

# Both forget what they have; then HOST begins, and its peer looks the key up again.
negotiates() {	# HOST PEER-ADDR WORDS
	for h in west east; do
		for _n in $(lab_whack $h --status | sed -n 's/^000 #\([0-9]*\): .*IKE.*/\1/p'); do
			lab_whack $h --deletestate "$_n" >/dev/null
		done
	done
	sleep $((TTL + 1))
	case $1 in west) _here=$WEST ;; *) _here=$EAST ;; esac
	timeout 20 ip netns exec "$(lab_ns $1)" "$BIN/whack" --ctlbase "$LAB/$1/pluto" \
		--oppohere $_here --oppothere "$2" >"$LAB/trial" 2>&1
	holds "$3: $1 negotiates" "$LAB/trial" '^004 result: ENCRYPTED and authenticated \(reverse map, DNSSEC secure\)'
	check "$3: packets go through" lab_run $1 ping -n -c 3 -i 0.1 -W 2 "$2"
}
both_negotiate() { negotiates west $EAST "$1"; negotiates east $WEST "$1"; }
# The key with which west proves itself, as east saw it.
print_of() { "$BIN/oe-zone" record -o json -k "$1" $WEST | sed 's/.*"fingerprint":"\([^"]*\)".*/\1/'; }
signs_with() {	# FINGERPRINT WORDS
	short=$(echo "$1" | sed 's/^\(SHA256:....\).*/\1/')
	same "$2" "$(grep -o 'proved key SHA256:....' "$LAB/trial" | tail -1 | cut -d' ' -f3)" "$short"
}

begin || { tap_show "$LAB/spawned" "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/out" "$LAB/trial" "$LAB/west/pluto.log" "$LAB/east/pluto.log"
key=$LAB/west/ipsec.d/private/host.pem
old=$(print_of "$key")
both_negotiate "before"
signs_with "$old" "west signs with the old key"
# A key that nobody can find, first in the file: the one that is published counts.
"$BIN/newhostkey" --output "$LAB/west/ipsec.d/private/spare.pem" >/dev/null 2>&1
cp "$LAB/west/ipsec.secrets" "$LAB/west/before"
{ echo ": PUBKEY spare.pem"; cat "$LAB/west/before"; } >"$LAB/west/ipsec.secrets"
lab_whack west --rereadsecrets >/dev/null
check "a first key that is not published is noticed" lab_until 20 grep -q \
	'the first of our keys, .* is not published at 45.2.1.192.in-addr.arpa.: signing with' "$LAB/west/pluto.log"
both_negotiate "with another key in front"
signs_with "$old" "west signs with the one that is published"
cat "$LAB/west/before" >"$LAB/west/ipsec.secrets"
lab_whack west --rereadsecrets >/dev/null
# A packet each fifth of a second, through everything.
lab_spawn west ping -n -i 0.2 -W 2 $EAST_TOO
ping=$LAB_SPAWNED

start="-k $key --secrets $LAB/west/ipsec.secrets --ctlbase $LAB/west/pluto --sa-life 8 -y $LAB/tsig"
check "there is nothing to activate yet" roll 1 activate
check "start without a server's key is refused" roll 1 start -k "$key" --secrets "$LAB/west/ipsec.secrets" \
	--ctlbase "$LAB/west/pluto" --sa-life 8 $WEST @$FIRST
says "in one line that says why" "did not take the update .*REFUSED"
new=$(print_of "$LAB/west/ipsec.d/private/host.next.pem")
check "start again, with the server's key, goes on" roll 0 start $start $WEST @$FIRST
same "with the key that was made" "$(print_of "$LAB/west/ipsec.d/private/host.next.pem")" "$new"
says "one server has both" "server +ok +45.$zone ns1.roll. $FIRST has both, ttl $TTL"
says "the other is told" "server +waits +45.$zone ns2.roll. $SECOND has the old key alone"
same "the first server has both keys" "$(keys_at $FIRST)" 2
same "the second has one" "$(keys_at $SECOND)" 1
lab_whack west --listpubkeys >"$LAB/west/pubkeys"
same "pluto has both, too" "$(grep -cE "$(echo "$old" | cut -c8-11)|$(echo "$new" | cut -c8-11)" "$LAB/west/pubkeys")" 2
same "the secrets file names both" "$(grep -c PUBKEY "$LAB/west/ipsec.secrets")" 2
check "a start for other names is refused" roll 1 start $start $WEST $EAST @$FIRST
says "and says since when" "a roll-over is under way since"
both_negotiate "published at one server"
signs_with "$old" "west signs with the old key"
check "activate is refused while a server lacks the new record" roll 1 activate --ctlbase "$LAB/west/pluto"
says "and says so" "not every server has the new record"
same "the key is the old one" "$(print_of "$key")" "$old"
check "status waits" roll 1 status
says "and says for what" "^next: wait until every server has both records"

kill $second; wait $second 2>/dev/null
check "a server that is silent" roll 4 status
says "is told as such" "server +unknown .*$SECOND:53 does not answer"
check "is waited for" roll 1 activate --ctlbase "$LAB/west/pluto"
second_run
second_has_both() { [ "$(keys_at $SECOND)" = 2 ]; }
check "now the second has both keys" lab_until 10 second_has_both
check "activate is refused while caches hold the old answer" roll 1 activate --ctlbase "$LAB/west/pluto"
says "and says until when" "caches may hold the old answer until 20"
same "the key is the old one still" "$(print_of "$key")" "$old"
roll 1 status --json
same "status --json says so" "$(tail -1 "$LAB/out" | grep -o '"step":"[a-z]*"')" '"step":"waiting"'
both_negotiate "both published"
signs_with "$old" "west signs with the old key"
ready() { roll 0 status; }
check "its time comes" lab_until 30 ready
check "activate" roll 0 activate --ctlbase "$LAB/west/pluto"
same "the key is the new one" "$(print_of "$key")" "$new"
says "pluto was told" "pluto was told: it signs with the new key"
both_negotiate "activated"
signs_with "$new" "west signs with the new key"
check "a start after that is refused" roll 1 start $start $WEST @$FIRST
check "a second activate changes nothing" roll 0 activate --ctlbase "$LAB/west/pluto"
same "the key is the new one still" "$(print_of "$key")" "$new"
same "pluto takes the published key for its own" "$(grep -c 'is not the one we sign with' "$LAB/west/pluto.log")" 0

roll 1 finish --ctlbase "$LAB/west/pluto" -y "$LAB/tsig" @$FIRST && early=1 || early=0
[ $early = 1 ] && says "finish is refused while SAs of the old key may live" "SAs of the old key may live until 20" ||
	tap_skip "finish is refused while SAs of the old key may live" "this machine was too slow"
check "their time is over" lab_until 40 ready
check "finish waits for the second server" roll 1 finish --ctlbase "$LAB/west/pluto" -y "$LAB/tsig" @$FIRST
says "and says so" "not every server has taken the old record away"
same "the first has the new key alone" "$(keys_at $FIRST)" 1
kill $second; wait $second 2>/dev/null; second_run
check "finish" roll 0 finish --ctlbase "$LAB/west/pluto" -y "$LAB/tsig" @$FIRST
same "the record has the precedence of the old one" \
	"$(lab_run west dig +short "@$FIRST" 45.$zone IPSECKEY | cut -c1-6)" "10 1 4"
same "the secrets file names one key" "$(grep -c PUBKEY "$LAB/west/ipsec.secrets")" 1
same "the old key is put aside" "$(print_of "$LAB/west/ipsec.d/private/host.old.pem")" "$old"
same "nothing is left to do" "$(ls "$LAB/west/roll" 2>/dev/null)" ""
both_negotiate "finished"
signs_with "$new" "west signs with the new key"
same "what else is in the zone was left alone" "$(lab_run west dig +short "@$FIRST" 23.$zone TXT | wc -l)" 1

# Without a server the records are printed; a TXT record is not changed, and that is said.
: >"$LAB/other.secrets"
check "start without a server prints" roll 0 start --file "$LAB/other" -k "$LAB/rsa.pem" \
	--secrets "$LAB/other.secrets" --ctlbase "$LAB/none" 192.1.2.46
same "both records, the new one behind" "$(sed -n 's/^46.*IPSECKEY[\t ]*\([0-9]*\) .*/\1/p' "$LAB/out" | tr '\n' ' ')" "10 20 "
says "the TXT record is told" "192.1.2.46 has a TXT record with the old key"
same "the new key is of the same kind" "$("$BIN/ipsec" showhostkey --file "$LAB/rsa.next.pem" | cut -d' ' -f1)" rsa2048
roll 1 status --file "$LAB/other" --json
same "status --json: nothing is published" "$(tail -1 "$LAB/out" | grep -o '"step":"[a-z]*"')" '"step":"publishing"'

kill -INT $ping; wait $ping 2>/dev/null
lab_capture_stop west
for a in $EAST $EAST_TOO; do
	same "no packet from and to $a was in the clear" "$(lab_clear west $WEST $a)" 0
done
same "nobody refused a key" "$(cat "$LAB"/*/pluto.log | grep -cE 'authentication failed|AUTHENTICATION_FAILED|not in DNS')" 0
sent=$(sed -n 's/^\([0-9]*\) packets transmitted, .*/\1/p' "$LAB/spawned" | tail -1)
[ "${sent:-0}" -gt 100 ]
tap_result $? "there was traffic all the time (${sent:-0} packets)"
tap_done
