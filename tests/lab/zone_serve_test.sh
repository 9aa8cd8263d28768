#!/bin/bash
# BIND, Knot, NSD and PowerDNS load what oe-zone prints, in each format that they
# take, and serve it as it was meant. In a namespace of its own. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for a network namespace"; exit 0; }
if [ -z "${ZONE_SERVE_INSIDE:-}" ]; then
	exec env ZONE_SERVE_INSIDE=1 unshare -n bash "tests/lab/$(basename "$0")"
fi
bin=${BIN:-build/bin}
. tests/lab/servers.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/zone_serve.$$.XXXXXX") || exit 1
trap 'servers_stop; rm -rf "$work"' EXIT
ip link set lo up
servers_begin "$work/servers"

n=0 bad=0
result() {	# STATUS NAME
	n=$((n + 1))
	[ "$1" = 0 ] && echo "ok $n - $2" && return
	echo "not ok $n - $2"
	bad=$((bad + 1))
}
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }

zone=2.1.192.in-addr.arpa.
head="$zone 3600 IN SOA ns.oe.lab. root.oe.lab. 1 3600 600 86400 300
$zone 3600 IN NS ns.oe.lab."
echo "$head" >"$work/empty"
for type in ed25519 rsa; do
	"$bin/newhostkey" --type $type --bits 2048 --output "$work/$type.pem" 2>/dev/null
	result $? "newhostkey makes $type"
done

# KEY FORMAT: two records of one name, and one with a gateway of a name.
records() {
	"$bin/oe-zone" record -k "$work/$1.pem" -o "$2" -z $zone 192.1.2.23 &&
	"$bin/oe-zone" record -k "$work/$1.pem" -o "$2" -z $zone -p 20 -g none 192.1.2.23 &&
	"$bin/oe-zone" record -k "$work/$1.pem" -o "$2" -z $zone -g gw.example.net 192.1.2.24 192.1.2.25
}

# What is to be answered for $2 of the three.
want() {	# KEY ADDR
	records "$1" zone | grep "^${2##*.}\." | sed 's/.* IPSECKEY //; s/ //g' | sort
}

served() {	# KEY ADDR
	for a in 192.1.2.23 192.1.2.24 192.1.2.25; do
		got=$(servers_ask "$2" "${a##*.}.$zone" IPSECKEY)
		wanted=$(want "$1" $a)
		[ -n "$wanted" ] && [ "$got" = "$wanted" ] && continue
		echo "# $a: got $got"
		echo "# wanted $wanted"
		return 1
	done
}

serve() {	# SERVER ADDR FILE [LINES]
	servers_run "$1" $zone "$3" "$2" "${4:-}" >"$work/out" 2>&1 || sed 's/^/# /' "$work/out"
}

last=1
for server in named nsd knotd; do
	servers_have $server && servers_have dig || { skip "$server serves what is printed" "not installed"; continue; }
	for type in ed25519 rsa; do
		for format in zone generic; do
			last=$((last + 1))
			{ echo "$head"; records $type $format; } >"$work/zone"
			serve $server 127.0.0.$last "$work/zone"
			served $type 127.0.0.$last
			result $? "$server serves $type, $format"
			servers_stop
		done
	done
done

# Both halves of a delegation: the zone above has the names of the one below.
reverse() { "$bin/oe-zone" reverse -k "$work/ed25519.pem" -n ns.oe.lab "$@"; }
child=32/28.$zone
reverse --rfc2317 %f/%n --all 192.1.2.32/28 >"$work/child"
{ echo "$head"; reverse --rfc2317 %f/%n --parent 192.1.2.32/28; } >"$work/parent"
v6=0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.
reverse --wildcard -g 2001:db8:1::1 2001:db8:1::/56 >"$work/v6"
key=$(grep -o ' [^ ]*=$' "$work/v6" | head -n 1)
for server in named nsd knotd; do
	servers_have $server && servers_have dig || { skip "$server serves reverse zones" "not installed"; continue; }
	serve $server 127.0.2.1 "$work/parent"
	echo "$(servers_ask 127.0.2.1 47.$zone CNAME)" "$(servers_ask 127.0.2.1 $child NS)" >"$work/got"
	zone=$child serve $server 127.0.2.2 "$work/child"
	echo "$(servers_ask 127.0.2.2 47.$child IPSECKEY)" >>"$work/got"
	zone=$v6 serve $server 127.0.2.3 "$work/v6"
	echo "$(servers_ask 127.0.2.3 7.7.$v6 IPSECKEY)" >>"$work/got"
	printf '47.%s \n1014192.1.2.47%s\n10242001:db8:1::1%s\n' $child $key $key >"$work/wanted"
	diff "$work/wanted" "$work/got" | sed 's/^/# /'
	cmp -s "$work/wanted" "$work/got"
	result $? "$server serves both halves of a delegation, and a wildcard of IPv6"
	servers_stop
done

if servers_have named && servers_have nsupdate; then
	serve named 127.0.1.1 "$work/empty" "allow-update { key lab; };"
	! served ed25519 127.0.1.1 >"$work/out"
	result $? "BIND has none of it before"
	{ echo "server 127.0.1.1"; records ed25519 nsupdate; } >"$work/update"
	timeout 20 nsupdate -y hmac-sha256:lab:bGFibGFibGFibGFibGFibA== "$work/update" >"$work/out" 2>&1 || sed "s/^/# /" "$work/out"
	served ed25519 127.0.1.1
	result $? "nsupdate puts what is printed into BIND"
	servers_stop
else
	skip "nsupdate puts what is printed into BIND" "not installed"
fi

if servers_have knotd && servers_have knotc; then
	serve knotd 127.0.1.2 "$work/empty"
	# One transaction each.
	records ed25519 knotc >"$work/commands"
	servers_knotc <"$work/commands" >"$work/out" 2>&1
	grep -qi error "$work/out" && sed 's/^/# /' "$work/out"
	served ed25519 127.0.1.2
	result $? "knotc puts what is printed into Knot"
	servers_stop
else
	skip "knotc puts what is printed into Knot" "not installed"
fi

if servers_have pdns_server && servers_have sqlite3; then
	serve pdns_server 127.0.1.3 "$work/empty"
	records rsa pdnsutil | sed "s|^pdnsutil|timeout 20 pdnsutil --config-dir=$SERVERS_PDNS|" >"$work/lines"
	sh -e "$work/lines" >"$work/out" 2>&1 || sed 's/^/# /' "$work/out"
	served rsa 127.0.1.3
	result $? "pdnsutil puts what is printed into PowerDNS"
	! records ed25519 pdnsutil >"$work/out" 2>&1
	result $? "oe-zone refuses what PowerDNS cannot hold"
	servers_stop
else
	skip "pdnsutil puts what is printed into PowerDNS" "not installed"
fi

echo "1..$n"
[ $bad = 0 ]
