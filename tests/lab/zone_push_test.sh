#!/bin/bash
# oe-zone diff and push against BIND and Knot, which take updates signed with a key, and by
# knotc and PowerDNS's HTTP API.
# In a namespace of its own. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for a network namespace"; exit 0; }
if [ -z "${ZONE_PUSH_INSIDE:-}" ]; then
	exec env ZONE_PUSH_INSIDE=1 unshare -n bash "tests/lab/$(basename "$0")"
fi
bin=${BIN:-build/bin}
. tests/lab/servers.sh
. tests/lab/tap.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/zone_push.$$.XXXXXX") || exit 1
trap 'servers_stop; rm -rf "$work"' EXIT
ip link set lo up
servers_begin "$work/servers"
tap_show "$work/out"

zone=2.1.192.in-addr.arpa.
cat >"$work/empty" <<END
$zone 3600 IN SOA ns.oe.lab. root.oe.lab. 1 3600 600 86400 300
$zone 3600 IN NS ns.oe.lab.
23.$zone 3600 IN TXT "not ours"
END
key_of() { printf 'key "%s" { algorithm hmac-sha256; secret "bGFibGFibGFibGFibGFibA=="; };\n' "$1"; }
key_of lab >"$work/tsig"
key_of other >"$work/wrong"
"$bin/newhostkey" --type rsa --bits 2048 --output "$work/a.pem" 2>/dev/null
"$bin/newhostkey" --output "$work/b.pem" 2>/dev/null
{
	"$bin/oe-zone" record -k "$work/a.pem" 192.1.2.23
	"$bin/oe-zone" record -k "$work/a.pem" --txt 192.1.2.23
	"$bin/oe-zone" record -k "$work/b.pem" -p 20 192.1.2.23
	"$bin/oe-zone" record -k "$work/b.pem" -g gw.example.net 192.1.2.24
} >"$work/first"
# A key in pieces and a relative name, as other tools write them; one key less, another time.
{
	echo "\$ORIGIN $zone"
	"$bin/oe-zone" record -t 60 -k "$work/a.pem" 192.1.2.23 | sed 's/^23[^ ]*/23/; s/\(AwEAA.\{40\}\)/\1 /'
	"$bin/oe-zone" record -k "$work/b.pem" -g gw.example.net 192.1.2.24
} >"$work/second"

"$bin/oe-zone" record -o json -k "$work/b.pem" 192.1.2.23 >"$work/out" 2>&1
check "the keys of record -o json are those of oe-zone-json(5)" \
	tests/lab/zone_json_fields "oe-zone record -o json" "$work/out"
echo "23.$zone 3600 IN KEY 0x4200 4 1 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no" |
	"$bin/oe-zone" check --json - >"$work/out" 2>&1
check "so are those of check --json" tests/lab/zone_json_fields "oe-zone check --json" "$work/out"

run() {	# STATUS COMMAND...
	_want=$1; shift
	timeout 60 "$bin/oe-zone" "$@" >"$work/out" 2>&1
	_got=$?
	[ $_got = "$_want" ] || { echo "status $_got, not $_want" >>"$work/out"; return 1; }
}
signs() { grep -o '^[-+]' "$work/out" | sort | uniq -c | tr -d ' \n'; }
serial() { dig +short "@$1" $zone SOA | cut -d' ' -f3; }

against() {	# SERVER ADDR LINES
	servers_run "$1" $zone "$work/empty" "$2" "$3" >"$work/out" 2>&1
	tap_result $? "$1 runs"
	before=$(serial "$2")
	check "diff: all of the file is missing" run 1 diff "$work/first" "@$2"
	same "each record has a line" "$(signs)" "4+"
	check "push -n prints what nsupdate would do" run 0 push -n -z $zone "$work/first" "@$2"
	holds "for that server" "$work/out" "^server $2 53"
	same "and changes nothing" "$(serial "$2")" "$before"
	check "an update without a key is refused" run 1 push -z $zone "$work/first" "@$2"
	check "so is one with another key" run 1 push -y "$work/wrong" -z $zone "$work/first" "@$2"
	holds "and the sentence says what to look at" "$work/out" "does it allow this key to change"
	same "nothing has changed" "$(serial "$2")" "$before"
	check "push -v changes the zone" run 0 push -v -y "$work/tsig" -z $zone "$work/first" "@$2"
	same "and tells each change" "$(signs)" "4+"
	holds "and tells how much" "$work/out" "^4 changes, and the server has what the file says$"
	check "diff: it is the same" run 0 diff -q "$work/first" "@$2"
	same "one name has two keys" "$(servers_ask "$2" 23.$zone IPSECKEY | wc -l)" 2
	before=$(serial "$2")
	check "push again has nothing to do" run 0 push -y "$work/tsig" -z $zone - "@$2" <"$work/first"
	same "the serial stays" "$(serial "$2")" "$before"
	check "diff with the next file" run 1 diff "$work/second" "@$2"
	same "a record less, one with another time" "$(signs)" "1+2-"
	check "push -q takes away, too" run 0 push -q -y "$work/tsig" -z $zone "$work/second" "@$2"
	same "and says nothing" "$(cat "$work/out")" ""
	same "the name has one key" "$(servers_ask "$2" 23.$zone IPSECKEY | wc -l)" 1
	same "with its new time" "$(dig +noall +answer "@$2" 23.$zone IPSECKEY | awk '{ print $2 }')" 60
	same "what is not ours stays" "$(servers_ask "$2" 23.$zone TXT | grep -c notours)" 1
	servers_stop
	check "a server that is gone is told as such" run 4 diff "$work/first" "@$2"
}

for server in named knotd; do
	if ! servers_have $server || ! servers_have nsupdate; then
		tap_skip "push to $server" "not installed"
	elif [ $server = named ]; then
		against named 127.0.3.1 "allow-update { key lab; };"
	else
		against knotd 127.0.3.2 "acl: change"
	fi
done

# What all ways have in common. SERVER ADDR TXTS OPTION...
by_way() {
	_server=$1 _addr=$2 _txts=$3; shift 3
	check "$_server: push -n shows what would be sent" run 0 push -n -z $zone "$@" "$work/rsa" "@$_addr"
	check "$_server: and changes nothing" run 1 diff -q "$work/rsa" "@$_addr"
	check "$_server: push changes the zone" run 0 push -z $zone "$@" "$work/rsa" "@$_addr"
	holds "$_server: and tells how much" "$work/out" "^3 changes, and the server has what the file says$"
	check "$_server: it is the same" run 0 diff -q "$work/rsa" "@$_addr"
	same "$_server: what is not ours stays" "$(servers_ask "$_addr" 23.$zone TXT | wc -l)" "$_txts"
	check "$_server: push again has nothing to do" run 0 push -z $zone "$@" "$work/rsa" "@$_addr"
	holds "$_server: says so" "$work/out" "^0 changes"
	check "$_server: another time, a record less" run 0 push -z $zone "$@" "$work/short" "@$_addr"
	same "$_server: the name has one key, with its new time" \
		"$(dig +noall +answer "@$_addr" 23.$zone IPSECKEY | awk '{ print $2 }')" 60
	same "$_server: what is not ours is still there" "$(servers_ask "$_addr" 23.$zone TXT | grep -c notours)" 1
}
{
	"$bin/oe-zone" record -k "$work/a.pem" 192.1.2.23
	"$bin/oe-zone" record -k "$work/a.pem" -p 20 -g none 192.1.2.23
	"$bin/oe-zone" record -k "$work/a.pem" --txt 192.1.2.23
} >"$work/rsa"
"$bin/oe-zone" record -t 60 -k "$work/a.pem" 192.1.2.23 >"$work/short"
one_line() { [ "$(wc -l <"$work/out")" = 1 ] || { echo "more than one line" >>"$work/out"; return 1; }; }

if servers_have knotd && servers_have knotc; then
	servers_run knotd $zone "$work/empty" 127.0.3.3 >"$work/out" 2>&1
	tap_result $? "knotd runs, and takes no updates"
	by_way knotc 127.0.3.3 2 --by knotc --socket "$SERVERS_KNOT/knot.sock"
	check "knotc: an Ed25519 key, too" run 0 push -z $zone --by knotc --socket "$SERVERS_KNOT/knot.sock" \
		"$work/second" @127.0.3.3
	check "knotc: another zone is refused" run 1 push -z 3.1.192.in-addr.arpa. --by knotc \
		--socket "$SERVERS_KNOT/knot.sock" "$work/rsa" @127.0.3.3
	check "knotc: in one line" one_line
	holds "knotc: which says what knotd says" "$work/out" "knotc zone-begin: .*no such zone"
	# Somebody else's transaction is open: ours does not begin, and theirs is not aborted.
	servers_knotc zone-begin $zone >/dev/null
	check "knotc: while another transaction is open" run 1 push -z $zone --by knotc \
		--socket "$SERVERS_KNOT/knot.sock" "$work/rsa" @127.0.3.3
	check "knotc: in one line" one_line
	check "knotc: theirs goes on" servers_knotc zone-abort $zone
	check "knotc: a socket that is not there" run 1 push -z $zone --by knotc --socket "$work/none" \
		"$work/rsa" @127.0.3.3
	check "knotc: in one line" one_line
	holds "knotc: which says what to look at" "$work/out" "does knotd run here, and may this user use"
	servers_stop
else
	tap_skip "push by knotc" "not installed"
fi

if servers_have pdns_server && servers_have sqlite3; then
	servers_run pdns_server $zone "$work/empty" 127.0.3.4 "api=yes
api-key=a-secret
webserver=yes
webserver-address=127.0.0.1
webserver-port=8081" >"$work/out" 2>&1
	tap_result $? "pdns_server runs, with its API"
	echo a-secret >"$work/apikey"
	echo b-secret >"$work/wrongkey"
	pdns="--by pdns --url http://127.0.0.1:8081 --api-key"
	by_way pdns 127.0.3.4 2 $pdns "$work/apikey"
	same "pdns: oe-zone check --profile pdns had nothing against it" \
		"$("$bin/oe-zone" check -q --profile pdns "$work/short" | grep -c OE005)" 0
	check "pdns: what PowerDNS cannot hold is refused" run 1 push -z $zone $pdns "$work/apikey" "$work/second" @127.0.3.4
	check "pdns: in one line" one_line
	holds "pdns: which says why" "$work/out" "PowerDNS did not take the change .status 422.: .*IPSECKEY"
	same "pdns: and none of it is there" "$(servers_ask 127.0.3.4 24.$zone IPSECKEY | wc -l)" 0
	check "pdns: a wrong key is refused" run 1 push -z $zone $pdns "$work/wrongkey" "$work/rsa" @127.0.3.4
	check "pdns: in one line" one_line
	holds "pdns: which names the file" "$work/out" "does not take the key of $work/wrongkey"
	check "pdns: an API that is not there" run 1 push -z $zone --by pdns --url http://127.0.0.1:8082 \
		--api-key "$work/apikey" "$work/rsa" @127.0.3.4
	check "pdns: in one line" one_line
	holds "pdns: which says what to look at" "$work/out" "does the server listen there"
	check "pdns: a zone that is not there" run 1 push -z 1.192.in-addr.arpa. $pdns "$work/apikey" \
		"$work/rsa" @127.0.3.4
	holds "pdns: is named" "$work/out" "PowerDNS has no zone 1.192.in-addr.arpa."
	check "pdns: the key does not travel in the clear" run 1 push -z $zone --by pdns \
		--url http://192.1.2.23:8081 --api-key "$work/apikey" "$work/rsa" @127.0.3.4
	holds "pdns: which is said" "$work/out" "the key must not be read on the way"
	check "pdns: without --url it is not tried" run 64 push -z $zone --by pdns "$work/rsa" @127.0.3.4
	servers_stop
else
	tap_skip "push by PowerDNS's API" "not installed"
fi
check "a server's name is not asked for" run 64 diff "$work/first" @ns.oe.lab
tap_done
