#!/bin/sh
# ESP, AH and IPCOMP, in tunnel and in transport mode, between two of ours by IKEv1
# and by IKEv2: agreed, seen on the wire, new SAs under traffic without a loss.
# Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23
WEST6=2001:db8:1:2::45 EAST6=2001:db8:1:2::23
# What the planes do on the wire: user-space ESP is in UDP always.
ESP='(udp port 4500 and not (ip and udp[8:4] = 0) and not (ip6 and ip6[48:4] = 0))'
[ "${LAB_PLANE:-}" = --use-netkey ] && ESP='(ip proto 50 or ip6 proto 50)'
AH='(ip proto 51 or ip6 proto 51)'

add() {	# HOST OPTION...
	_h=$1; shift
	_me=$NEAR _to=$FAR; [ "$_h" = east ] && _me=$FAR _to=$NEAR
	lab_whack "$_h" --name m --delete >/dev/null 2>&1
	lab_whack "$_h" --name m --host "$_me" --to --host "$_to" --psk --pfs "$@" >"$LAB/$_h/add" 2>&1 ||
		cat "$LAB/$_h/add" >>"$LAB/out"
}
begin() {
	lab_begin && lab_host west $WEST $WEST6 && lab_host east $EAST $EAST6 || return 1
	ZONES_ANCHOR=/usr/share/dns/root.key
	for h in west east; do
		echo "$WEST6 $EAST6 : PSK \"a shared secret of two\"" >>"$LAB/$h/ipsec.secrets"
		echo "$WEST $EAST : PSK \"a shared secret of two\"" >>"$LAB/$h/ipsec.secrets"
		lab_pluto $h --no-oe && lab_whack $h --listen >"$LAB/$h/listen" || return 1
	done
}
serial() {
	lab_whack "$1" --json --status | sed -n 's/.*"event":"child_sa","serial":\([0-9]*\),.*/\1/p' | tail -1
}
replaced() { _now=$(serial "$1"); [ -n "$_now" ] && [ "$_now" != "$2" ]; }
gone() { lab_whack "$1" --trafficstatus | grep -q '^000 0 Child SAs'; }
# The pings carry "abcd", which deflate makes short.
ping_of() { lab_run west ping -n -s 900 -p 61626364 -W 3 "$@" $FAR; }
readable() {
	tcpdump -nn -x -r "$LAB/west.pcap" "$1" 2>/dev/null | grep -q '6162 6364 6162 6364\|6263 6461 6263 6461'
}

# The kernel writes an identification of its own into an IPv4 packet that somebody
# sends with 0 there, and without DF, as whoever carries it for the device does.
unnumbered() {
	lab_run east timeout 20 python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 7000))
print("ready", flush=True)
print(s.recv(99).decode())' >"$LAB/unnumbered" &
	_reader=$!
	lab_until 20 grep -q ready "$LAB/unnumbered"
	lab_run west python3 -c '
import socket, struct, sys
def ip(check):
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 32, 0, 0, 64, 17, check,
                       *map(socket.inet_aton, sys.argv[1:3]))
sum = sum(struct.unpack("!10H", ip(0)))
udp = struct.pack("!HHHH4s", 7000, 7000, 12, 0, b"abcd")
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("ipsec0", 0x800))
s.send(ip(~(sum + (sum >> 16)) & 0xffff) + udp)' "$NEAR" "$FAR"
	wait $_reader
	grep -q abcd "$LAB/unnumbered"
}

# New SAs from both ends while pings go on.
rekeyed() {
	ping_of -i 0.01 -c 400 >"$LAB/ping" &
	_ping=$!
	LAB_PIDS="$LAB_PIDS $_ping"
	sleep 0.5
	for h in west east; do
		_old=$(serial $h)
		lab_whack $h --rekeystate "$_old" >>"$LAB/out" 2>&1
		lab_until 5 replaced $h "$_old"
		sleep 1.2
	done
	check "$_w: replaced from both ends" replaced east "$_old"
	wait $_ping
	same "$_w: pings lost meanwhile" "$(sed -n 's/.* received, \([0-9.]*\)% packet loss.*/\1/p' "$LAB/ping")" 0
}

try() {	# WORDS WHAT COMPRESSED READABLE OPTION...; ONLY_TRY: a word of those to run
	case $1 in *"${ONLY_TRY:-}"*) ;; *) return ;; esac
	_w=$1 _what=$2 _comp=$3 _clear=$4; shift 4
	: >"$LAB/out"
	add west "$@"; add east "$@"
	lab_capture west
	lab_whack west --name m --initiate >>"$LAB/out" 2>&1
	holds "$_w: agreed" "$LAB/out" '^004 result: ENCRYPTED' || { lab_capture_stop west; return; }
	same "$_w: pings" "$(ping_of -c 4 -i 0.1 | grep -c 'bytes from')" 4
	lab_capture_stop west
	check "$_w: on the wire" test "$(lab_count west "$_what")" -ge 8
	same "$_w: and nothing else" "$(lab_count west "(ip or ip6) and host $FAR and not $_what and not udp port 500 and not udp port 4500 and not (icmp6 and ip6[40] >= 133 and ip6[40] <= 137)")" 0
	_long=$(lab_count west "$_what and greater 800")
	if [ "$_comp" = yes ]; then same "$_w: shortened" "$_long" 0
	else same "$_w: as long as it was" "$_long" 8
	fi
	if [ "$_clear" = yes ]; then check "$_w: can be read" readable "$_what"
	else check "$_w: cannot be read" eval '! readable "$_what"'
	fi
	case ${LAB_PLANE:-tun}.$NEAR.$* in
	tun.$WEST.*--authenticate\ --transport*) check "$_w: a packet without a number" unnumbered ;;
	esac
	[ "$TRY_REKEY" = no ] || rekeyed
	lab_whack west --name m --terminate >/dev/null
	check "$_w: deleted at both ends" lab_until 3 gone east
}

# The first packet of a routed connection starts it, and is not lost. Both ends are
# routed: IKEv1's responder sends nothing by the new SAs before QM3, which the packet
# may overtake, and what is not routed is answered in the clear until then.
routed() {	# WORDS WHAT OPTION...
	case $1 in *"${ONLY_TRY:-}"*) ;; *) return ;; esac
	_w=$1 _what=$2; shift 2
	: >"$LAB/out"
	add west "$@"; add east "$@"
	lab_whack west --name m --route >>"$LAB/out" 2>&1
	lab_whack east --name m --route >>"$LAB/out" 2>&1
	lab_capture west
	lab_run west ping -n -c 1 -W 5 $FAR >>"$LAB/out" 2>&1
	check "$_w: the first packet is answered" grep -q '1 received' "$LAB/out"
	lab_capture_stop west
	check "$_w: and went over the wire" test "$(lab_count west "$_what")" -ge 2
	same "$_w: nothing in the clear" "$(lab_count west "(ip or ip6) and host $FAR and not $_what and not udp port 500 and not udp port 4500 and not (icmp6 and ip6[40] >= 133 and ip6[40] <= 137)")" 0
	for h in west east; do
		lab_whack $h --name m --unroute >/dev/null 2>&1
		lab_whack $h --name m --delete >/dev/null
	done
	check "$_w: deleted at both ends" lab_until 3 gone east
}

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/out" "$LAB/west/pluto.log" "$LAB/east/pluto.log"
NEAR=$WEST FAR=$EAST TRY_REKEY=yes
for v in 1 2; do
	try "IKEv$v, ESP, tunnel" "$ESP" no no --ikev$v --encrypt --tunnel
	try "IKEv$v, ESP, tunnel, IPCOMP" "$ESP" yes no --ikev$v --encrypt --tunnel --compress
	try "IKEv$v, ESP, transport" "$ESP" no no --ikev$v --encrypt --transport
	try "IKEv$v, ESP, transport, IPCOMP" "$ESP" yes no --ikev$v --encrypt --transport --compress
	try "IKEv$v, AH, tunnel" "$AH" no yes --ikev$v --authenticate --tunnel
	try "IKEv$v, AH, tunnel, IPCOMP" "$AH" yes no --ikev$v --authenticate --tunnel --compress
	try "IKEv$v, AH, transport" "$AH" no yes --ikev$v --authenticate --transport
	try "IKEv$v, AH, transport, IPCOMP" "$AH" yes no --ikev$v --authenticate --transport --compress
done
TRY_REKEY=no
for v in 1 2; do
	try "IKEv$v, NULL with SHA1" "$ESP" no yes --ikev$v --encrypt --esp null-sha1
	try "IKEv$v, 3DES with MD5" "$ESP" no no --ikev$v --encrypt --esp 3des-md5
	try "IKEv$v, AES-CTR" "$ESP" no no --ikev$v --encrypt --esp aes_ctr256-sha2_256
	try "IKEv$v, AES-CCM" "$ESP" no no --ikev$v --encrypt --esp aes_ccm128
	try "IKEv$v, AH with SHA1" "$AH" no yes --ikev$v --authenticate --ah sha1
done
routed "routed, IKEv1, AH, transport" "$AH" --ikev1 --authenticate --transport
routed "routed, IKEv2, AH, tunnel, IPCOMP" "$AH" --ikev2 --authenticate --compress
routed "routed, IKEv1, ESP, transport, IPCOMP" "$ESP" --ikev1 --encrypt --transport --compress
NEAR=$WEST6 FAR=$EAST6
try "IPv6, IKEv1, ESP, transport, IPCOMP" "$ESP" yes no --ikev1 --encrypt --transport --compress
try "IPv6, IKEv2, ESP, tunnel, IPCOMP" "$ESP" yes no --ikev2 --encrypt --tunnel --compress
try "IPv6, IKEv1, AH, tunnel, IPCOMP" "$AH" yes no --ikev1 --authenticate --tunnel --compress
try "IPv6, IKEv2, AH, transport" "$AH" no yes --ikev2 --authenticate --transport
tap_done
