#!/bin/bash
# oe-zone roll against two BINDs, one that takes updates and one that follows, while two hosts
# of group private talk: each step, with new negotiations from both sides, and no packet in the
# clear. What comes too early is refused. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh
. tests/lab/roll.sh
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
command -v named >/dev/null && command -v nsupdate >/dev/null || { echo "1..0 # SKIP needs BIND"; exit 0; }

roll_hosts() {
	for h in west east; do
		lab_key $h || return 1
	done
	"$BIN/newhostkey" --type rsa --bits 2048 --output "$LAB/rsa.pem" >/dev/null 2>&1
}
roll_zone() {
	"$BIN/oe-zone" record -t $TTL -k "$LAB/west/ipsec.d/private/host.pem" $WEST
	"$BIN/oe-zone" record -t $TTL -k "$LAB/east/ipsec.d/private/host.pem" $EAST $EAST_TOO
	"$BIN/oe-zone" record -t $TTL -k "$LAB/rsa.pem" 192.1.2.46
	"$BIN/oe-zone" record -t $TTL -k "$LAB/rsa.pem" --txt 192.1.2.46
	echo "23.$zone $TTL IN TXT \"not ours\""
}
begin() { roll_begin && roll_pluto && lab_capture west; }
says() { holds "$1" "$LAB/out" "$2"; }

begin || { tap_show "$LAB/spawned" "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/out" "$LAB/trial" "$LAB/west/pluto.log" "$LAB/east/pluto.log"
old=$(roll_print "$key")
roll_negotiate "before"
roll_signs_with "$old" "west signs with the old key"
# A key that nobody can find, first in the file: the one that is published counts.
"$BIN/newhostkey" --output "$LAB/west/ipsec.d/private/spare.pem" >/dev/null 2>&1
cp "$LAB/west/ipsec.secrets" "$LAB/west/before"
{ echo ": PUBKEY spare.pem"; cat "$LAB/west/before"; } >"$LAB/west/ipsec.secrets"
lab_whack west --rereadsecrets >/dev/null
check "a first key that is not published is noticed" lab_until 20 grep -q \
	'the first of our keys, .* is not published at 45.2.1.192.in-addr.arpa.: signing with' "$LAB/west/pluto.log"
roll_negotiate "with another key in front"
roll_signs_with "$old" "west signs with the one that is published"
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
new=$(roll_print "$LAB/west/ipsec.d/private/host.next.pem")
check "start again, with the server's key, goes on" roll 0 start $start $WEST @$FIRST
same "with the key that was made" "$(roll_print "$LAB/west/ipsec.d/private/host.next.pem")" "$new"
says "one server has both" "server +ok +45.$zone ns1.roll. $FIRST has both keys in IPSECKEY, ttl $TTL"
says "the other is told" "server +waits +45.$zone ns2.roll. $SECOND has the old key alone in IPSECKEY"
same "the first server has both keys" "$(roll_keys $FIRST IPSECKEY)" 2
same "the second has one" "$(roll_keys $SECOND IPSECKEY)" 1
lab_whack west --listpubkeys >"$LAB/west/pubkeys"
same "pluto has both, too" "$(grep -cF -e "$(echo "$old" | cut -c8-11)" -e "$(echo "$new" | cut -c8-11)" "$LAB/west/pubkeys")" 2
same "the secrets file names both" "$(grep -c PUBKEY "$LAB/west/ipsec.secrets")" 2
check "a start for other names is refused" roll 1 start $start $WEST $EAST @$FIRST
says "and says since when" "a roll-over is under way since"
roll_negotiate "published at one server"
roll_signs_with "$old" "west signs with the old key"
check "activate is refused while a server lacks the new record" roll 1 activate --ctlbase "$LAB/west/pluto"
says "and says so" "not every server has the new record"
same "the key is the old one" "$(roll_print "$key")" "$old"
check "status waits" roll 1 status
says "and says for what" "^next: wait until every server has both records"

kill $second; wait $second 2>/dev/null
check "a server that is silent" roll 4 status
says "is told as such" "server +unknown .*$SECOND:53 does not answer"
check "is waited for" roll 1 activate --ctlbase "$LAB/west/pluto"
roll_second
second_has_both() { [ "$(roll_keys $SECOND IPSECKEY)" = 2 ]; }
check "now the second has both keys" lab_until 20 second_has_both
check "activate is refused while caches hold the old answer" roll 1 activate --ctlbase "$LAB/west/pluto"
says "and says until when" "caches may hold the old answer until 20"
same "the key is the old one still" "$(roll_print "$key")" "$old"
roll 1 status --json
same "status --json says so" "$(tail -1 "$LAB/out" | grep -o '"step":"[a-z]*"')" '"step":"waiting"'
roll_negotiate "both published"
roll_signs_with "$old" "west signs with the old key"
check "its time comes" lab_until 60 roll_ready
check "activate" roll 0 activate --ctlbase "$LAB/west/pluto"
same "the key is the new one" "$(roll_print "$key")" "$new"
says "pluto was told" "pluto was told: it signs with the new key"
roll_negotiate "activated"
roll_signs_with "$new" "west signs with the new key"
check "a start after that is refused" roll 1 start $start $WEST @$FIRST
check "a second activate changes nothing" roll 0 activate --ctlbase "$LAB/west/pluto"
same "the key is the new one still" "$(roll_print "$key")" "$new"
same "pluto takes the published key for its own" "$(grep -c 'is not the one we sign with' "$LAB/west/pluto.log")" 0

roll 1 finish --ctlbase "$LAB/west/pluto" -y "$LAB/tsig" @$FIRST && early=1 || early=0
[ $early = 1 ] && says "finish is refused while SAs of the old key may live" "SAs of the old key may live until 20" ||
	tap_skip "finish is refused while SAs of the old key may live" "this machine was too slow"
check "their time is over" lab_until 60 roll_ready
check "finish waits for the second server" roll 1 finish --ctlbase "$LAB/west/pluto" -y "$LAB/tsig" @$FIRST
says "and says so" "not every server has taken the old record away"
same "the first has the new key alone" "$(roll_keys $FIRST IPSECKEY)" 1
roll_second
check "finish" roll 0 finish --ctlbase "$LAB/west/pluto" -y "$LAB/tsig" @$FIRST
same "the record has the precedence of the old one" \
	"$(lab_run west dig +short "@$FIRST" 45.$zone IPSECKEY | cut -c1-6)" "10 1 4"
same "the secrets file names one key" "$(grep -c PUBKEY "$LAB/west/ipsec.secrets")" 1
same "the old key is put aside" "$(roll_print "$LAB/west/ipsec.d/private/host.old.pem")" "$old"
same "nothing is left to do" "$(ls "$LAB/west/roll" 2>/dev/null)" ""
roll_negotiate "finished"
roll_signs_with "$new" "west signs with the new key"
same "what else is in the zone was left alone" "$(lab_run west dig +short "@$FIRST" 23.$zone TXT | wc -l)" 1

# Without a server the records are printed, of each type that has the key.
: >"$LAB/other.secrets"
other="--file $LAB/other -k $LAB/rsa.pem --secrets $LAB/other.secrets --ctlbase $LAB/none"
check "a key that a TXT record cannot hold is refused" roll 1 start $other --type ed25519 192.1.2.46
says "and says what to do" "192.1.2.46 has a TXT record with the old key, and such records hold RSA keys alone"
same "no key was made" "$(ls "$LAB/rsa.next.pem" 2>/dev/null)" ""
check "start without a server prints" roll 0 start $other 192.1.2.46
same "both records, the new one behind" "$(sed -n 's/^46.*IPSECKEY[\t ]*\([0-9]*\) .*/\1/p' "$LAB/out" | tr '\n' ' ')" "10 20 "
same "in TXT too" "$(sed -n 's/^46.*X-IPsec-Server(\([0-9]*\))=192.1.2.46 .*/\1/p' "$LAB/out" | tr '\n' ' ')" "10 20 "
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
