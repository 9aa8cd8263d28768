#!/bin/sh
# make demo: two hosts that know nothing of each other encrypt their traffic,
# first packet included. Everything happens in network namespaces that are
# removed at the end.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh

WEST=192.1.2.45 EAST=192.1.2.23 PLAIN=192.1.2.77 SECRETIVE=192.1.2.78 FORGED=192.1.3.99
WEST6=2001:db8:1:2::45 EAST6=2001:db8:1:2::23

say() { printf '\n== %s\n' "$*"; }
die() {
	echo "demo: $*" >&2
	for _h in west east; do
		[ -s "$LAB/$_h/pluto.log" ] && { echo "-- $_h:"; tail -15 "$LAB/$_h/pluto.log"; } >&2
	done
	exit 1
}

[ "$(id -u)" = 0 ] || { echo "demo: must run as root: it makes network namespaces" >&2; exit 1; }
started=$(date +%s)
failures=0
expect() {	# WORDS GOT WANTED
	if [ "$2" = "$3" ]; then
		printf '  %-58s %s\n' "$1" "$2"
	else
		printf '  %-58s %s   <- expected %s\n' "$1" "$2" "$3"
		failures=$((failures + 1))
	fi
}
received() { sed -n 's/.* \([0-9]*\) received.*/\1/p' "$1"; }

say "hosts: west $WEST, east $EAST, name server nic 192.1.2.254, and three more"
lab_begin || die "no namespaces"
lab_nic
lab_host west $WEST $WEST6
lab_host east $EAST $EAST6
lab_host plain $PLAIN
lab_host secretive $SECRETIVE
lab_host forged $FORGED

say "keys, published as IPSECKEY in signed zones (NSD, unbound validates)"
zones_begin "$LAB/zones" && zones_lab || die "no zones"
for h in west east; do
	lab_key $h || die "no key for $h: $(cat "$LAB/$h/newhostkey.out")"
done
lab_publish west $WEST $WEST6 && lab_publish east $EAST $EAST6 || die "records were not taken"
cp -r "$LAB/east/ipsec.d" "$LAB/forged/"
"$BIN/oe-zone" record -k "$LAB/east/ipsec.d/private/host.pem" $FORGED | grep -v '^;' >"$LAB/forged/records"
read -r owner ttl _in type rdata <"$LAB/forged/records"
zones_record "$owner" "$ttl" "$type" "$rdata"
grep -h . "$LAB/west/records" "$LAB/east/records" | grep -v '^;' | sed 's/^/  /'
zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 2001:db8:1:2::254 || die "no name server"

say "pluto on both; neither has been told of the other"
for h in west east; do
	lab_policy $h private-or-clear 192.1.2.0/23 2001:db8:1:2::/64
	lab_policy $h private $SECRETIVE
	lab_policy $h clear 192.1.2.254 2001:db8:1:2::254
	lab_pluto $h || die "pluto on $h"
	lab_whack $h --listen >"$LAB/$h/listen" || die "whack --listen on $h: $(cat "$LAB/$h/listen")"
done
sed 's/^/  /' "$LAB/west/listen"

lab_capture west || die "no capture"
say "west: ping -c 10 $EAST"
lab_run west ping -n -c 10 -i 0.2 -W 4 $EAST >"$LAB/ping4"
sed -n '2,4p;$p' "$LAB/ping4" | sed 's/^/  /'
say "west: ping -c 10 $EAST6"
lab_run west ping -n -c 10 -i 0.2 -W 4 $EAST6 >"$LAB/ping6"
sed -n '2,4p;$p' "$LAB/ping6" | sed 's/^/  /'
lab_capture_stop west
say "west: whack --trafficstatus"
lab_whack west --trafficstatus | sed 's/^/  /'

say "both start anew (nothing is remembered), and a person asks what happens"
lab_pluto_stop west; lab_pluto_stop east
for h in west east; do
	lab_pluto $h && lab_whack $h --listen >/dev/null || die "pluto on $h"
done
echo "\$ whack --oppohere $WEST --oppothere $EAST"
lab_whack west --oppohere $WEST --oppothere $EAST | tee "$LAB/trial"

say "others: no key, no key in group private, a zone whose signatures are forged"
lab_capture west "$LAB/others.pcap"
lab_run west ping -n -c 2 -W 3 $PLAIN >"$LAB/ping.plain"
lab_run west ping -n -c 2 -W 3 $SECRETIVE >"$LAB/ping.secretive"
lab_run west ping -n -c 2 -W 3 $FORGED >"$LAB/ping.forged"
lab_capture_stop west
for there in $PLAIN $SECRETIVE $FORGED; do
	echo "\$ whack --explain $WEST $there"
	lab_whack west --explain $WEST $there
done
plain_out=$(lab_count west "icmp and src $WEST and dst $PLAIN")
secret_out=$(lab_count west "ip and src $WEST and dst $SECRETIVE")
forged_out=$(lab_count west "ip and src $WEST and dst $FORGED")
LAB_PCAP_west=$LAB/west.pcap
# From the first DNS question about the peer to the first ESP packet.
when() { tcpdump -n -tt -r "$LAB/west.pcap" "$1" 2>/dev/null | awk 'NR==1 {print $1}'; }
tunnel=$(when "udp port 4500 and src $WEST and udp[8:4] != 0 and udp[8] != 0xff")
asked=$(tcpdump -n -tt -r "$LAB/west.pcap" "src $WEST and dst 192.1.2.254 and udp port 53" 2>/dev/null |
	awk -v before="${tunnel:-0}" '$1 < before && $1 > before - 3 {print $1; exit}')
to_tunnel=$(awk -v a="${asked:-0}" -v b="${tunnel:-0}" 'BEGIN {printf "%.1f", (b - a) * 1000}')
first4=$(sed -n 's/.*icmp_seq=1 .*time=\([0-9.]*\) ms/\1/p' "$LAB/ping4")
first6=$(sed -n 's/.*icmp_seq=1 .*time=\([0-9.]*\) ms/\1/p' "$LAB/ping6")

say "summary (what crossed the wire is counted in a capture, not in our logs)"
expect "first packet delivered, IPv4 (answer after ${first4:-?} ms)" "$([ -n "$first4" ] && echo yes || echo no)" yes
expect "first packet delivered, IPv6 (answer after ${first6:-?} ms)" "$([ -n "$first6" ] && echo yes || echo no)" yes
expect "time to tunnel, first DNS question to first ESP: $to_tunnel ms" yes yes
expect "pings answered, IPv4, of 10" "$(received "$LAB/ping4")" 10
expect "pings answered, IPv6, of 10" "$(received "$LAB/ping6")" 10
expect "packets in the clear, IPv4" "$(lab_clear west $WEST $EAST)" 0
expect "packets in the clear, IPv6" "$(lab_clear west $WEST6 $EAST6)" 0
expect "ESP packets in UDP 4500 (at least 40)" "$([ "$(lab_count west 'udp port 4500')" -ge 40 ] && echo yes || echo no)" yes
expect "trial by hand" "$(sed -n 's/^\([0-9]*\) result: \([A-Z]*\).*/\1 \2/p' "$LAB/trial")" "004 ENCRYPTED"
expect "no key: goes out in the clear, packets" "$plain_out" 2
expect "no key, group private: packets that left" "$secret_out" 0
expect "forged zone: packets that left" "$forged_out" 0
printf '\n%s in %d s\n' "$([ $failures = 0 ] && echo "demo: all as it should be" || echo "demo: $failures expectations failed")" \
	"$(($(date +%s) - started))"
[ $failures = 0 ] || die "see above"
