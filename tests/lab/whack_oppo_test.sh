#!/bin/sh
# What whack says: trials of opportunism with their transcripts and codes, the
# reports, and connections that were described by hand, between two plutos.
# Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23 EAST_N=192.1.2.24 WEST6=2001:db8:1:2::45 EAST6=2001:db8:1:2::23
PLAIN=192.1.2.77 SILENT=192.1.2.79 LIAR=192.1.2.80 FORGED=192.1.3.99 CLEAR=192.1.2.90
NORTH=192.1.2.61 SOUTH=192.1.2.62
SECRET='"a shared secret of north and south"'

publish_foreign() {
	"$BIN/oe-zone" record -k "$LAB/east/ipsec.d/private/host.pem" "$1" | grep -v '^;' >"$LAB/foreign"
	read -r owner ttl _in type rdata <"$LAB/foreign"
	zones_record "$owner" "$ttl" "$type" "$rdata"
}

begin() {
	lab_begin && lab_nic && lab_host west $WEST $WEST6 && lab_host east $EAST $EAST6 || return 1
	lab_host others $PLAIN && lab_host liar $LIAR && lab_host north $NORTH && lab_host south $SOUTH || return 1
	lab_addr east $EAST_N
	lab_addr others $SILENT $FORGED $CLEAR
	zones_begin "$LAB/zones" && zones_lab || return 1
	for h in west east liar; do lab_key $h || return 1; done
	for h in north south; do lab_key $h rsa || return 1; done
	lab_publish west $WEST $WEST6 && lab_publish east $EAST $EAST_N $EAST6 192.1.2.91 || return 1
	for a in $SILENT $LIAR $FORGED; do publish_foreign $a || return 1; done
	zones_record east.oe.lab. 600 A $EAST_N &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	lab_policy west private-or-clear 192.1.2.0/23 2001:db8:1:2::/64
	for h in east liar; do lab_policy $h private-or-clear $WEST $WEST6; done
	lab_policy west clear $CLEAR
	echo "$NORTH $SOUTH : PSK $SECRET" >>"$LAB/north/ipsec.secrets"
	echo "$NORTH $SOUTH : PSK $SECRET" >>"$LAB/south/ipsec.secrets"
	for h in west east liar north south; do
		lab_policy $h clear 192.1.2.254
		lab_pluto $h && lab_whack $h --listen >"$LAB/$h/listen" || return 1
	done
	lab_capture west
}

# whack on HOST; output in $LAB/out, exit status in $status.
say() {
	_w=$1; shift
	lab_whack "$_w" "$@" >"$LAB/out" 2>&1
	status=$?
}

last() { tail -n 1 "$LAB/out"; }

# NAME STATUS PATTERN: of the last line.
expect() {
	[ "$status" = "$2" ] && last | grep -qE -- "$3"
	tap_result $? "$1" || echo "# exit status $status, wanted $2 and a last line like: $3"
}

all_json() {
	python3 -c '
import json, sys
lines = [json.loads(l) for l in open(sys.argv[1])]
assert lines, "nothing was printed"
assert all("code" in l for l in lines), "a line without a code"
assert [l.get("event") for l in lines].count("result") == 1 and lines[-1]["event"] == "result"
' "$LAB/out"
}

json() {	# WORDS HOST argument...
	_n=$1; shift
	_who=$1; shift
	say "$_who" --json "$@"
	check "--json: $_n" all_json
}

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/out" "$LAB/west/pluto.log"

# Trials.
say west --oppohere $WEST --oppothere $EAST
expect "trial: encrypted" 0 '^004 result: ENCRYPTED and authenticated \(.*\) in [0-9.]+ s  SA #[0-9]+/#[0-9]+$'
for stage in policy dns key ike auth child kernel; do
	holds "trial: has a line of stage $stage" "$LAB/out" "^0[0-9][0-9] +[0-9]+\.[0-9]{3} $stage "
done
holds "trial: says who is asked" "$LAB/out" 'dns   > 23.2.1.192.in-addr.arpa IPSECKEY, TXT  \(validator, resolver 192.1.2.254\)$'
holds "trial: says how DNS was believed" "$LAB/out" 'dns   < IPSECKEY 1 record, ttl [0-9]+, SECURE$'
holds "trial: says how many packets waited" "$LAB/out" 'kernel  pair keyed; 0 packets were waiting$'
same "trial: nothing but coded lines" "$(grep -vcE '^[0-9]{3} ' "$LAB/out")" 0
say west --oppohere $WEST --oppothere $EAST
expect "trial again: still encrypted" 0 '^0(04|00) result: ENCRYPTED'
say west --oppohere $WEST6 --oppothere $EAST6
expect "trial, IPv6" 0 '^004 result: ENCRYPTED and authenticated'
say west --oppohere $WEST --oppothere east.oe.lab
expect "trial of a name" 0 '^004 result: ENCRYPTED and authenticated'
holds "trial of a name: its address is told" "$LAB/out" "$EAST_N"
say west --oppohere $WEST --oppothere nobody.oe.lab
expect "trial of a name without an address" 29 '^029 result: ERROR'
say west --oppohere $WEST --oppothere $PLAIN
expect "trial: no key" 28 "^028 result: CLEAR - Can not opportunistically initiate for $WEST to $PLAIN: "
say west --oppohere $WEST --oppothere $FORGED
expect "trial: bogus" 60 "^060 result: BLOCKED - Can not opportunistically initiate for $WEST to $FORGED: "
say west --oppohere $WEST --oppothere $SILENT
expect "trial: peer silent" 31 "^031 result: CLEAR - Can not opportunistically initiate for $WEST to $SILENT: "
say west --oppohere $WEST --oppothere $LIAR
expect "trial: the peer has another key" 64 "^064 result: BLOCKED - Can not opportunistically initiate for $WEST to $LIAR: "
say west --oppohere $WEST --oppothere $CLEAR
expect "trial: policy says clear" 63 "^063 result: CLEAR - Can not opportunistically initiate for $WEST to $CLEAR: "
say west --oppohere 192.1.2.99 --oppothere $EAST
expect "trial from an address that is not ours" 22 '^022 '
kill -STOP "$ZONES_UNBOUND_PID"
say west --oppohere $WEST --oppothere 192.1.2.91
expect "trial: DNS does not answer" 61 "^061 result: CLEAR - Can not opportunistically initiate for $WEST to 192.1.2.91: "
kill -CONT "$ZONES_UNBOUND_PID"

# Reports.
say west --explain $WEST $EAST
expect "--explain: encrypted" 0 '^000 result: ENCRYPTED'
say west --explain $WEST $PLAIN
expect "--explain: clear, and the classic words" 0 '^000 result: CLEAR - Can not opportunistically initiate'
say west --listshunts
holds "--listshunts: the clear pair" "$LAB/out" "$WEST -> $PLAIN %pass"
holds "--listshunts: the encrypted pair" "$LAB/out" "$WEST -> $EAST %keyed"
lab_run west ping -n -c 3 -i 0.1 -W 2 $EAST >"$LAB/ping"
say west --trafficstatus
holds "--trafficstatus counts packets" "$LAB/out" "$EAST.*in [1-9][0-9]* bytes 3 packets, out [1-9][0-9]* bytes 3 packets"
say west --listdns
holds "--listdns: the peer's answer" "$LAB/out" "$(zones_reverse $EAST) IPSECKEY ANSWERED SECURE, 1 records, [0-9]+ s left"
holds "--listdns: DNS is well" "$LAB/out" "resolvers 192.1.2.254, anchors .*: well, the root's keys validate"
say west --oestatus
expect "--oestatus: one line" 0 '^000 .*encrypted'
json "--oppohere --oppothere" west --oppohere $WEST --oppothere $EAST
json "--explain" west --explain $WEST $EAST
json "--listshunts" west --listshunts
json "--trafficstatus" west --trafficstatus
json "--status" west --status
json "--oestatus" west --oestatus
json "--listdns" west --listdns

# Deleting what is up: the next packet brings it up again.
say west --status
ike=$(sed -n "s/^000 #\([0-9]*\): .*$EAST:[0-9]* .*rekey.*/\1/p" "$LAB/out" | head -n 1)
say west --deletestate "${ike:-0}"
expect "--deletestate of an IKE SA" 0 '^000 '
check "after --deletestate the next packet is encrypted again" lab_run west ping -n -c 1 -W 3 $EAST
same "and none went in the clear" "$(sleep 0.2; lab_clear west $WEST $EAST)" 0
say west --deletestate 99999
expect "--deletestate of nothing" 21 '^021 '

# Connections by hand.
conn() {	# HOST NAME AUTH [option...]
	_h=$1 _c=$2 _a=$3; shift 3
	say "$_h" --name "$_c" --host $NORTH --to --host $SOUTH "$_a" --encrypt --tunnel "$@"
}

tap_show "$LAB/out" "$LAB/north/pluto.log" "$LAB/south/pluto.log"
for h in north south; do conn $h pair --psk; done
expect "PSK: connection added" 0 '^000 added connection description "pair"'
conn north pair --psk
expect "a name that is there already" 20 '^020 '
lab_capture north
say north --name pair --initiate
expect "PSK: initiated" 0 '^004 result: ENCRYPTED and authenticated'
check "PSK: traffic flows" lab_run north ping -n -c 3 -i 0.1 -W 2 $SOUTH
lab_capture_stop north
same "PSK: nothing in the clear" "$(lab_clear north $NORTH $SOUTH)" 0
say north --trafficstatus
holds "PSK: counted at both ends" "$LAB/out" "$SOUTH.*in [1-9][0-9]* bytes 3 packets"
child=$(sed -n 's/^000 #\([0-9]*\): "pair".*/\1/p' "$LAB/out" | head -n 1)
say north --deletestate "${child:-0}"
expect "a Child SA deleted by number" 0 '^000 '
say north --name pair --terminate
expect "terminated" 0 '^000 '
say south --trafficstatus
lab_until 2 sh -c "$BIN/whack --ctlbase $LAB/south/pluto --trafficstatus | grep -q '^000 0 Child SAs'"
tap_result $? "the peer has no Child SA left"
say north --name pair --route
expect "routed" 0 '^000 '
lab_capture north "$LAB/north2.pcap"
check "the next packet brings a routed connection up" lab_run north ping -n -c 1 -W 3 $SOUTH
lab_capture_stop north
same "and goes encrypted" "$(lab_clear north $NORTH $SOUTH)" 0
say north --name pair --unroute
expect "unrouted" 0 '^000 '
for h in north south; do say $h --name pair --delete; done
expect "deleted" 0 '^000 deleted connection "pair"'
say north --name pair --initiate
expect "and is gone" 21 '^021 '

# A wrong secret.
echo "$NORTH $SOUTH : PSK \"something else\"" >"$LAB/south/ipsec.secrets"
say south --rereadsecrets
for h in north south; do conn $h wrong --psk; done
say north --name wrong --initiate
expect "wrong PSK: 064 and a sentence" 64 '^064 result: ERROR - .*[Aa]uth'
tap_show "$LAB/out" "$LAB/south/pluto.log"
holds "wrong PSK: one line at the responder too" "$LAB/south/pluto.log" '[Aa]uth'
tap_show "$LAB/out" "$LAB/north/pluto.log" "$LAB/south/pluto.log"
for h in north south; do say $h --name wrong --delete; done

# RSA with keys that were told, not found.
printf ': PUBKEY host.pem\n' >"$LAB/south/ipsec.secrets"
say south --rereadsecrets
for h in north south; do
	for k in north south; do
		[ $k = north ] && a=$NORTH || a=$SOUTH
		say $h --keyid $a --pubkeyrsa "0s$("$BIN/oe-zone" record -k "$LAB/$k/ipsec.d/private/host.pem" $a |
			awk '!/^;/ {print $NF; exit}')"
	done
	expect "$h is told the RSA keys" 0 '^000 .*key added'
	conn $h rsa --rsasig --ipseclifetime 60 --ikelifetime 60 --rekeymargin 57 --rekeyfuzz 0
done
say north --name rsa --initiate
expect "RSA: initiated" 0 '^004 result: ENCRYPTED and authenticated'
say north --trafficstatus
spi=$(sed -n 's/.* in \([0-9a-f]*\) out .*/\1/p' "$LAB/out" | head -n 1)
lab_run north ping -n -q -c 60 -i 0.1 -W 2 $SOUTH >"$LAB/ping"
same "no packet is lost while both SAs are rekeyed" "$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$LAB/ping")" 60
say north --trafficstatus
check "the SPI is another" sh -c "! grep -q ' in ${spi:-none} out ' '$LAB/out' && grep -q ' out ' '$LAB/out'"
for h in north south; do say $h --name rsa --delete; done
conn north sel --rsasig --ike aes_gcm256-sha2_256-x25519
conn south sel --rsasig --ike chacha20_poly1305-sha2_256-x25519
say north --name sel --initiate
expect "no common algorithm: 034" 34 '^034 result: ERROR - '
for h in north south; do say $h --name sel --delete; done
conn north nokey --rsasig --ike 'rot13-md5'
expect "an algorithm that is none" 34 '^034 '

gone=0
for h in west east liar north south; do
	say $h --shutdown
	lab_until 3 sh -c "! kill -0 $(lab_pluto_pid $h)" && gone=$((gone + 1))
done
same "all shut down when told" "$gone" 5
tap_done
