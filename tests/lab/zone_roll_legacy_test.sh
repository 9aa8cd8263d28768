#!/bin/bash
# oe-zone roll of a host whose key is in TXT and KEY records (RFC 4322) alone, with a peer that
# believes them: each step changes both types together, and negotiations go on. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh
. tests/lab/roll.sh
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
command -v named >/dev/null && command -v nsupdate >/dev/null || { echo "1..0 # SKIP needs BIND"; exit 0; }

roll_hosts() { lab_key west rsa && lab_key east; }
roll_zone() {
	for form in --txt --rrkey; do
		"$BIN/oe-zone" record -t $TTL -k "$LAB/west/ipsec.d/private/host.pem" $form $WEST
	done
	"$BIN/oe-zone" record -t $TTL -k "$LAB/east/ipsec.d/private/host.pem" $EAST $EAST_TOO
	echo "45.$zone $TTL IN TXT \"not ours\""
}
says() { holds "$1" "$LAB/out" "$2"; }
has() { same "$1" "$(roll_keys $FIRST TXT) $(roll_keys $FIRST KEY) $(roll_keys $FIRST IPSECKEY)" "$2"; }
begin() { roll_begin && roll_pluto --oe-legacy && lab_capture west; }

begin || { tap_show "$LAB/spawned" "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/out" "$LAB/trial" "$LAB/west/pluto.log" "$LAB/east/pluto.log"
old=$(roll_print "$key")
has "at first there is a TXT and a KEY record" "1 1 0"
roll_negotiate "before"
roll_signs_with "$old" "west signs with the old key"

tell="--ctlbase $LAB/west/pluto" server="-y $LAB/tsig @$FIRST"
start="-k $key --secrets $LAB/west/ipsec.secrets $tell --sa-life 8"
check "start -n" roll 0 start -n $start $WEST $server
has "changes nothing in the zone" "1 1 0"
same "and no file" "$(ls "$LAB/west/roll" "$LAB/west/ipsec.d/private/host.next.pem" 2>/dev/null)" ""
same "but shows the update" "$(grep -c '^update add 45' "$LAB/out")" 2
says "and says that a key would be made" "--dry-run: a key would be made: .*/host.next.pem"
check "start" roll 0 start $start $WEST $server
new=$(roll_print "$LAB/west/ipsec.d/private/host.next.pem")
has "both types have both keys, and no IPSECKEY record is made" "2 2 0"
says "what is seen in TXT records is told" "server +ok +45.$zone ns1.roll. $FIRST has both keys in TXT, ttl $TTL"
says "and in KEY records" "server +ok +45.$zone ns1.roll. $FIRST has both keys in KEY, ttl $TTL"
says "the other server waits" "server +waits +45.$zone ns2.roll. $SECOND has the old key alone in KEY"
same "the new TXT record is tried after the old one's" \
	"$(lab_run west dig +short "@$FIRST" 45.$zone TXT | sed -n 's/.*Server(\([0-9]*\)).*/\1/p' | sort | tr '\n' ' ')" "10 20 "
roll_negotiate "started"
roll_signs_with "$old" "west signs with the old key"
roll 1 status --json
check "the keys of status --json are those of oe-zone-json(5)" \
	tests/lab/zone_json_fields "oe-zone roll status --json" "$LAB/out"
check "activate waits for the second server" roll 1 activate $tell
roll_second

# One of the two types alone is not enough.
update() { printf 'server %s\nzone %s\n%s\nsend\n' $FIRST $zone "$1" | lab_run west nsupdate -k "$LAB/tsig"; }
lab_run west dig +noall +answer "@$FIRST" 45.$zone TXT | sed -n '/Server(20)/s/^/update delete /p' >"$LAB/late"
sed 's/update delete/update add/' "$LAB/late" >"$LAB/late.again"
update "$(cat "$LAB/late")"
check "a type without the new key is waited for" roll 1 status
says "and told" "server +waits +45.$zone ns1.roll. $FIRST has the old key alone in TXT"
check "activate is refused" roll 1 activate $tell
update "$(cat "$LAB/late.again")"
roll_second
check "its time comes" lab_until 60 roll_ready
check "activate -n" roll 0 activate -n $tell
same "leaves the old key where it is" "$(roll_print "$key")" "$old"
check "activate -q" roll 0 activate -q $tell
same "says nothing" "$(cat "$LAB/out")" ""
roll_negotiate "activated"
roll_signs_with "$new" "west signs with the new key"
check "the SAs' time is over" lab_until 60 roll_ready
check "finish -n" roll 0 finish -n $tell $server
has "takes nothing away" "2 2 0"
same "but shows the update" "$(grep -c '^update delete 45' "$LAB/out")" 3
check "finish waits for the second server" roll 1 finish -v $tell $server
same "-v tells each change" "$(grep -c '^[-+]45' "$LAB/out")" 4
has "the first has the new key alone, in both types" "1 1 0"
roll_second
check "finish" roll 0 finish $tell $server
same "the TXT record has the precedence of the old one" \
	"$(lab_run west dig +short "@$FIRST" 45.$zone TXT | sed -n 's/.*Server(\([0-9]*\)).*/\1/p')" 10
same "the KEY record is what it was but for the key" \
	"$(lab_run west dig +short "@$FIRST" 45.$zone KEY | cut -d' ' -f1-3)" "16896 4 1"
roll_negotiate "finished"
roll_signs_with "$new" "west signs with the new key"
same "a TXT record that is not ours was left alone" \
	"$(lab_run west dig +short "@$FIRST" 45.$zone TXT | grep -c '^"not ours"$')" 1
lab_capture_stop west
same "no packet was in the clear" "$(lab_clear west $WEST $EAST)" 0
tap_done
