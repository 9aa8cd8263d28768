#!/bin/sh
# NAT keepalives on the wire (RFC 3948 2.3): one octet, when nothing else is sent,
# and no harm to the traffic. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23

lab_begin && lab_host west $WEST 2001:db8:1:2::45 && lab_host east $EAST 2001:db8:1:2::23 || exit 1
ZONES_ANCHOR=/usr/share/dns/root.key
for h in west east; do
	echo ": PSK \"a secret that both know\"" >>"$LAB/$h/ipsec.secrets"
	case $h in
	west) lab_pluto $h --force_keepalive --keep_alive 1 ;;
	east) lab_pluto $h ;;
	esac && lab_whack $h --listen >/dev/null || exit 1
	lab_whack $h --name c --host $WEST --to --host $EAST --psk --encrypt --forceencaps >/dev/null || exit 1
done
tap_show "$LAB/west/pluto.log"
lab_capture west || exit 1
lab_whack west --name c --initiate >"$LAB/initiate"
holds "a connection comes up" "$LAB/initiate" '^004 '
octets() { lab_count west "udp port 4500 and src $1 and udp[4:2] = 9 and udp[8] = 0xff"; }
four() { [ "$(octets $WEST)" -ge 4 ]; }
# By the clock of the capture: how many gaps are longer or shorter than a second.
gaps() {
	tcpdump -tt -n -r "$LAB_PCAP_west" "udp port 4500 and src $1 and udp[4:2] = 9" 2>/dev/null |
		awk 'NR > 1 && ($1 - at < 0.9 || $1 - at > 1.5) {n++} {at = $1} END {print n + 0}'
}
check "octets are sent while nothing else is" lab_until 10 four
same "one a second" "$(gaps $WEST)" 0
same "none from the end that sees no NAT" "$(octets $EAST)" 0
check "traffic passes" lab_run west ping -n -c 20 -i 0.1 -W 2 -I $WEST $EAST
before=$(octets $WEST)
lab_run west ping -n -c 20 -i 0.1 -W 2 -I $WEST $EAST >/dev/null
same "none while traffic flows" "$(($(octets $WEST) - before <= 1))" 1
tap_done
