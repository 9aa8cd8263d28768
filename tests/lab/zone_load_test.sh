#!/bin/bash
# Loads the records that oe-zone, newhostkey and showhostkey print with the
# tools of four name servers, for each kind of key. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=${BIN:-${BUILD:-build}/bin}
work=$(mktemp -d "${TMPDIR:-/tmp}/zone_load_test.$$.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

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

check() {	# NAME COMMAND...
	local name=$1
	shift
	"$@" >"$work/out" 2>&1 </dev/null
	result $? "$name"
}

ends_with() {	# NAME STATUS COMMAND...
	local name=$1 want=$2 got
	shift 2
	"$@" >"$work/out" 2>&1 </dev/null
	got=$?
	[ "$got" = "$want" ] || echo "status $got, not $want" >>"$work/out"
	[ "$got" = "$want" ]
	result $? "$name"
}

# Each server's own reader, for the zone $2 in the file $3.
load() {	# TOOL ZONE FILE
	case $1 in
	named-checkzone) timeout 60 named-checkzone -q -i local "$2" "$3" ;;
	nsd-checkzone) timeout 60 nsd-checkzone "$2" "$3" ;;
	ldns-read-zone) timeout 60 ldns-read-zone "$3" ;;
	kzonecheck) timeout 60 kzonecheck -o "$2" "$3" ;;
	esac
}

head_of() {	# ZONE
	printf '%s 3600 IN SOA ns.oe.lab. root.oe.lab. 1 3600 600 86400 300\n' "$1"
	printf '%s 3600 IN NS ns.oe.lab.\n' "$1"
}

# One zone of reverse names and one of forward names, in both spellings.
make_zones() {	# KEY FORMAT
	{
		head_of 2.1.192.in-addr.arpa.
		"$bin/oe-zone" record -k "$1" -o "$2" 192.1.2.23 &&
		"$bin/oe-zone" record -k "$1" -o "$2" -p 20 -g none 192.1.2.23 &&
		"$bin/oe-zone" record -k "$1" -o "$2" -g 2001:db8::1 192.1.2.24 &&
		case $1 in
		*rsa*|*public*)		# RFC 4322 has no other
			"$bin/oe-zone" record -k "$1" -o "$2" --txt -g 192.1.2.45 192.1.2.25 &&
			"$bin/oe-zone" record -k "$1" -o "$2" --txt -g gw.example.net 192.1.2.25 &&
			"$bin/oe-zone" record -k "$1" -o "$2" --rrkey 192.1.2.25 ;;
		esac
	} >"$work/reverse" 2>"$work/err" || return 1
	{
		head_of oe.lab.
		printf 'ns.oe.lab. 3600 IN A 192.1.2.254\n'
		"$bin/oe-zone" record -k "$1" -o "$2" east.oe.lab &&
		"$bin/oe-zone" record -k "$1" -o "$2" -p 0 -g gw.example.net west.oe.lab
	} >"$work/forward" 2>>"$work/err"
}

tools=
for tool in named-checkzone nsd-checkzone ldns-read-zone kzonecheck; do
	if PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null; then
		tools="$tools $tool"
	else
		n=$((n + 1))
		echo "ok $n - records load with $tool # SKIP not installed"
	fi
done
PATH=$PATH:/usr/sbin:/sbin

for type in ed25519 p256 p384 rsa public; do
	case $type in
	rsa) args="--type rsa --bits 2048" ;;
	public) args= ;;
	*) args="--type $type" ;;
	esac
	key=$work/$type.pem
	if [ -n "$args" ]; then
		# shellcheck disable=SC2086
		check "newhostkey makes $type" timeout 60 "$bin/newhostkey" $args --output "$key"
	else
		# Only the public half, of a key longer than most.
		openssl genrsa 4096 2>/dev/null |
			openssl pkey -pubout >"$key" 2>/dev/null
		result $? "openssl makes a public RSA key of 4096 bits"
	fi
	for format in zone generic; do
		make_zones "$key" $format
		result $? "oe-zone prints $type records, -o $format"
		for tool in $tools; do
			check "$tool loads $type, reverse, $format" \
				load "$tool" 2.1.192.in-addr.arpa. "$work/reverse"
			check "$tool loads $type, forward, $format" \
				load "$tool" oe.lab. "$work/forward"
		done
	done
done

# That the tools read the records at all: a broken one is refused.
{
	head_of 2.1.192.in-addr.arpa.
	echo "23 3600 IN IPSECKEY 10 1 4 . $(head -c 32 /dev/zero | base64)"
} >"$work/broken"
for tool in $tools; do
	! load "$tool" 2.1.192.in-addr.arpa. "$work/broken" >"$work/out" 2>&1 </dev/null
	result $? "$tool refuses a record with a broken gateway"
done

# What a server's own reader refuses, oe-zone check calls an error for that server;
# what all of them load has no errors.
key=DHkk5ELqV2CEY2mNIIQFejoq74Y6+Tz178vQekWQwB0=
profile_of() {
	case $1 in
	named-checkzone) echo bind ;; nsd-checkzone) echo nsd ;;
	ldns-read-zone) echo ldns ;; kzonecheck) echo knot ;;
	esac
}
while IFS='|' read -r what data; do
	{ head_of 2.1.192.in-addr.arpa.; printf '%s\n' "23 3600 IN $data"; } >"$work/one"
	refused=0
	for tool in $tools; do
		profile=$(profile_of "$tool")
		load "$tool" 2.1.192.in-addr.arpa. "$work/one" >"$work/out" 2>&1 </dev/null && continue
		refused=1
		"$bin/oe-zone" check --profile "$profile" --origin 2.1.192.in-addr.arpa. "$work/one" >"$work/out"
		[ $? = 1 ]
		result $? "check says that $tool refuses $what"
	done
	[ $refused = 1 ] && continue
	"$bin/oe-zone" check --origin 2.1.192.in-addr.arpa. "$work/one" >"$work/out"
	result $? "check finds no error in $what, which all load"
done <<END
a good record|IPSECKEY 10 1 4 192.1.2.23 $key
a relative gateway|IPSECKEY 10 3 4 gw $key
a key in two pieces|IPSECKEY 10 0 4 . DHkk5ELqV2CEY2mNIIQFejoq 74Y6+Tz178vQekWQwB0=
no key|IPSECKEY 10 0 0 .
no key of an algorithm|IPSECKEY 10 0 2 .
a gateway alone|IPSECKEY 10 1 0 192.1.2.23
type 1 with a dot|IPSECKEY 10 1 4 . $key
type 0 with an address|IPSECKEY 10 0 4 192.1.2.23 $key
a precedence of 300|IPSECKEY 300 0 4 . $key
octets|TYPE45 \\# 35 0a00040c7924e442ea57608463698d2084057a3a2aef863af93cf5efcbd07a4590c01d
octets of a wrong length|TYPE45 \\# 36 0a00040c7924e442ea57608463698d2084057a3a2aef863af93cf5efcbd07a4590c01d
KEY in hexadecimal|KEY 0x4200 4 1 $key
KEY with mnemonics|KEY HOST IPSEC RSASHA1 $key
KEY in decimal|KEY 16896 4 1 $key
a TXT string of 256|TXT "$(printf '%0256d' 0)"
END

# The front program, and what becomes of a key file.
dir=$work/ipsec.d
mkdir "$dir"
ipsec() {
	timeout 60 "$bin/ipsec" "$@"
}
ipsec newhostkey --ipsecdir "$dir" --secrets "$work/secrets" 192.1.2.23 \
	>"$work/record" 2>"$work/out"
result $? "ipsec newhostkey makes a key"
[ "$(stat -c %a "$dir/private/host.pem")" = 600 ]
result $? "only its owner can read the key"
grep -qx ": PUBKEY \"$dir/private/host.pem\"" "$work/secrets"
result $? "the secrets file names the key"
ends_with "a key is never overwritten" 1 ipsec newhostkey --ipsecdir "$dir"
ipsec showhostkey --ipseckey --ipsecdir "$dir" 192.1.2.23 >"$work/out"
cmp -s "$work/record" "$work/out"
result $? "ipsec showhostkey prints the record that newhostkey printed"
ipsec zone record -k - 192.1.2.23 <"$dir/private/host.pem" >"$work/out"
cmp -s "$work/record" "$work/out"
result $? "so does ipsec zone record, with the key on standard input"
ipsec newhostkey --type rsa --bits 2048 --output "$work/rsa.pem" >/dev/null 2>&1
for kind in --txt=TXT --key=KEY --rrkey=KEY; do
	ipsec showhostkey "${kind%=*}" --file "$work/rsa.pem" 192.1.2.23 >"$work/out"
	grep -q "^23.2.1.192.in-addr.arpa. 3600 IN ${kind#*=} " "$work/out"
	result $? "ipsec showhostkey ${kind%=*} prints a ${kind#*=} record"
done
ipsec showhostkey --file "$work/rsa.pem" | grep -q "^rsa2048 SHA256:"
result $? "without any it prints the kind and the fingerprint"
ends_with "an unknown command is a usage error" 64 ipsec nothing
ends_with "an unknown verb is a usage error" 64 ipsec zone nothing
ends_with "a bad precedence is a usage error" 64 \
	ipsec zone record -p 300 -k "$dir/private/host.pem" 192.1.2.23
ends_with "a missing key is a failure" 1 ipsec zone record -k "$work/none" 192.1.2.23

echo "1..$n"
[ $bad = 0 ]
