#!/bin/bash
# oe-zone diff and push against BIND and Knot, which take updates signed with a key.
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
	check "push changes the zone" run 0 push -y "$work/tsig" -z $zone "$work/first" "@$2"
	holds "and tells how much" "$work/out" "^4 changes, and the server has what the file says$"
	check "diff: it is the same" run 0 diff -q "$work/first" "@$2"
	same "one name has two keys" "$(servers_ask "$2" 23.$zone IPSECKEY | wc -l)" 2
	before=$(serial "$2")
	check "push again has nothing to do" run 0 push -y "$work/tsig" -z $zone - "@$2" <"$work/first"
	same "the serial stays" "$(serial "$2")" "$before"
	check "diff with the next file" run 1 diff "$work/second" "@$2"
	same "a record less, one with another time" "$(signs)" "1+2-"
	check "push takes away, too" run 0 push -y "$work/tsig" -z $zone "$work/second" "@$2"
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
check "a server's name is not asked for" run 64 diff "$work/first" @ns.oe.lab
tap_done
