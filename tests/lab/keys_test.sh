#!/bin/sh
# Every kind of host key signs for an initiator and for a responder, and every
# way of publishing one is understood: gateway types, several records, CNAMEs
# into a delegated zone (RFC 2317). Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
KINDS="ed25519 p256 p384 rsa"
NET6=2001:db8:1:2:
# Ways to publish the key of host ed25519, each at an address of its own.
NONE=192.1.2.31 CNAMED=192.1.2.70 SEVERAL=192.1.2.33 ELSEWHERE=192.1.2.34 NAMED=192.1.2.35 TRUNCATED=192.1.2.36

addr() {
	case $1 in
	ed25519) echo 192.1.2.11 ;; p256) echo 192.1.2.12 ;; p384) echo 192.1.2.13 ;;
	rsa) echo 192.1.2.14 ;; rsa4096) echo 192.1.2.15 ;;
	esac
}
addr6() { echo "$NET6:${1##*.}"; }
shown() { case $1 in rsa*) echo "rsa[0-9]*" ;; *) echo "$1" ;; esac; }
record() { zones_record "$(zones_reverse "$1")" 300 IPSECKEY "$2"; }
base64_of() { awk '!/^;/ {print $NF; exit}' "$LAB/$1/records"; }

publish_forms() {
	_k=$(base64_of ed25519) _other=$(base64_of p256)
	record $NONE "10 0 4 . $_k" &&
	record "$(addr6 $NONE)" "10 2 4 $(addr6 $NONE) $_k" &&
	record $SEVERAL "5 1 2 $SEVERAL $_other" &&
	record $SEVERAL "10 1 4 $SEVERAL $_k" &&
	record $SEVERAL "20 1 200 $SEVERAL $_k" &&
	record $ELSEWHERE "10 1 4 192.1.2.99 $_k" &&
	record $NAMED "10 3 4 gate.oe.lab. $_k" &&
	record $TRUNCATED "10 1 2 $TRUNCATED AwEAAQ==" &&
	zones_new 64-26.2.1.192.in-addr.arpa. signed &&
	zones_record "$(zones_reverse $CNAMED)" 300 CNAME 70.64-26.2.1.192.in-addr.arpa. &&
	zones_record 70.64-26.2.1.192.in-addr.arpa. 300 IPSECKEY "10 1 4 $CNAMED $_k"
}

begin() {
	lab_begin && lab_nic || return 1
	zones_begin "$LAB/zones" && zones_lab || return 1
	for k in $KINDS rsa4096; do
		lab_host $k "$(addr $k)" "$(addr6 "$(addr $k)")" || return 1
		case $k in
		rsa4096) "$BIN/ipsec" newhostkey --type rsa --bits 4096 --output "$LAB/$k/ipsec.d/private/host.pem" \
			--secrets "$LAB/$k/ipsec.secrets" --ipsecdir "$LAB/$k/ipsec.d" >/dev/null 2>&1 ;;
		*) lab_key $k $k ;;
		esac
		lab_publish $k "$(addr $k)" "$(addr6 "$(addr $k)")" || return 1
	done
	for a in $NONE $CNAMED $SEVERAL $ELSEWHERE $NAMED $TRUNCATED; do
		lab_addr ed25519 $a "$(addr6 $a)" || return 1
	done
	publish_forms && zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for k in $KINDS rsa4096; do
		lab_policy $k clear 192.1.2.254
		lab_policy $k private-or-clear 192.1.2.0/24 $NET6:/64
		lab_pluto $k && lab_whack $k --listen >"$LAB/$k/listen" || return 1
		# Each looks for its own keys: one after another, as one name
		# server answers them all.
		lab_until 10 grep -q 'own key .*ip6.arpa' "$LAB/$k/pluto.log"
	done
}

trial() {	# HOST THERE: transcript in $LAB/out
	case $2 in *:*) _here=$(addr6 "$(addr $1)") ;; *) _here=$(addr $1) ;; esac
	timeout 15 ip netns exec "$(lab_ns $1)" "$BIN/whack" --ctlbase "$LAB/$1/pluto" \
		--oppohere "$_here" --oppothere "$2" >"$LAB/out" 2>&1
}

encrypted() {	# WORDS HOST THERE
	trial $2 $3
	holds "$1" "$LAB/out" '^004 result: ENCRYPTED and authenticated \(reverse map, DNSSEC secure\)'
}

begin || { tap_show "$LAB/ed25519/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/out" "$LAB/ed25519/pluto.log"

# Each host begins with the next one in a ring: each kind signs in both roles.
set -- $KINDS ed25519
while [ $# -gt 1 ]; do
	encrypted "$1 begins, $2 answers" $1 "$(addr $2)"
	holds "$1 signs with its key" "$LAB/out" "IKE_AUTH as .*\($(shown $1)"
	holds "$2 is known by its key" "$LAB/out" "key .*gateway .* $(shown $2) SHA256:.* -> chosen"
	check "$1 and $2: packets go through" lab_run $1 ping -n -c 2 -i 0.1 -W 2 "$(addr $2)"
	shift
done
encrypted "IPv6: p384 begins, rsa answers" p384 "$(addr6 "$(addr rsa)")"

# Messages too large for one datagram go in fragments (RFC 7383).
lab_capture rsa4096
encrypted "RSA with 4096 bits begins" rsa4096 "$(addr rsa)"
lab_capture_stop rsa4096
# On port 4500 four zeros stand before the message (RFC 3948 2.2).
frags=$(lab_count rsa4096 '(udp port 4500 and udp[8:4] = 0 and udp[28] = 53) or (udp port 500 and udp[24] = 53)')
[ "$frags" -ge 4 ]
tap_result $? "IKE_AUTH went in fragments, both ways ($frags)"
large=$(lab_count rsa4096 '((udp port 4500 and udp[8:4] = 0) or udp port 500) and ip[2:2] > 576')
same "none of them larger than 576 octets" "$large" 0
encrypted "RSA with 4096 bits answers" p256 "$(addr rsa4096)"

encrypted "gateway type 0" p256 $NONE
encrypted "gateway type 2" p256 "$(addr6 $NONE)"
encrypted "a CNAME into a delegated zone" p256 $CNAMED
encrypted "several records: a damaged and an unknown one do no harm" p256 $SEVERAL
trial p256 $ELSEWHERE
holds "a gateway that is another host is not used, and named" "$LAB/out" 'gateway 192.1.2.99'
holds "and the pair is not encrypted" "$LAB/out" '^0[23].* result: CLEAR'
trial p256 $NAMED
holds "gateway type 3 is not used, and named" "$LAB/out" 'gate.oe.lab'
holds "and the pair is not encrypted" "$LAB/out" '^0[23].* result: CLEAR'
trial p256 $TRUNCATED
holds "a record whose key is damaged: one line names the field" "$LAB/out" '< no usable IPSECKEY or TXT, SECURE: RSA exponent or modulus'
holds "and so does the result" "$LAB/out" 'no usable key in DNS \(RSA exponent or modulus'
holds "and the pair is not encrypted" "$LAB/out" '^0[23].* result: CLEAR'
tap_done
