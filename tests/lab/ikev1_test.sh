#!/bin/sh
# IKEv1 between two of ours: Main Mode with a shared secret and with RSA, traffic,
# new SAs under it, deletes, and a peer that only speaks the other version. Prints
# TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23

add() {	# HOST OTHER-ADDRESS OPTION...
	_h=$1 _a=$2; shift 2
	_me=$WEST; [ "$_h" = east ] && _me=$EAST
	lab_whack "$_h" --name v1 --host "$_me" --to --host "$_a" --encrypt --tunnel "$@" >"$LAB/$_h/add"
}
both() { add west $EAST "$@" && add east $WEST "$@"; }
begin() {
	lab_begin && lab_host west $WEST && lab_host east $EAST || return 1
	ZONES_ANCHOR=/usr/share/dns/root.key
	for h in west east; do
		lab_key $h rsa || return 1
		echo "$WEST $EAST : PSK \"a shared secret of two\"" >>"$LAB/$h/ipsec.secrets"
		lab_pluto $h --no-oe && lab_whack $h --listen >"$LAB/$h/listen" || return 1
	done
	lab_capture west
}
children() { lab_whack "$1" --trafficstatus | grep -c ' <-> '; }
serial() {	# HOST child_sa|ike_sa
	lab_whack "$1" --json --status | sed -n "s/.*\"event\":\"$2\",\"serial\":\([0-9]*\),.*/\1/p" | tail -1
}
gone() { lab_until 3 sh -c "$BIN/whack --ctlbase $LAB/$1/pluto --trafficstatus | grep -q '^000 0 Child SAs'"; }
pings() { lab_run west ping -n -c 5 -i 0.1 -W 2 $EAST | grep -c 'bytes from'; }
modes() { tcpdump -n -r "$LAB/west.pcap" "$1" 2>/dev/null | grep -c "isakmp: phase $2"; }

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log" "$LAB/out"

both --ikev1 --psk
lab_whack west --name v1 --initiate >"$LAB/out" 2>&1
holds "Main Mode with a shared secret" "$LAB/out" '^004 result: ENCRYPTED'
same "pings through the tunnel" "$(pings)" 5
lab_run west ping -n -i 0.01 -c 400 -W 2 $EAST >"$LAB/ping" &
ping=$!
LAB_PIDS="$LAB_PIDS $ping"
sleep 0.3
for h in west east; do
	old=$(serial $h child_sa)
	check "a new pair of SAs, by $h" lab_whack $h --rekeystate "$old"
	lab_until 3 sh -c "[ \"\$($BIN/whack --ctlbase $LAB/$h/pluto --json --status | sed -n 's/.*\"event\":\"child_sa\",\"serial\":\([0-9]*\),.*/\1/p')\" != $old ]"
	sleep 1.5
	same "and one of them alone, $h" "$(children west) $(children east)" "1 1"
done
old=$(serial west ike_sa)
check "a new ISAKMP SA" lab_whack west --rekeystate "$old"
wait $ping
same "pings lost meanwhile" "$(sed -n 's/.* received, \([0-9.]*\)% packet loss.*/\1/p' "$LAB/ping")" 0
lab_whack east --name v1 --terminate >"$LAB/out"
check "deleted at both ends" gone west

lab_whack west --name v1 --delete >/dev/null; lab_whack east --name v1 --delete >/dev/null
for h in west east; do
	o=east a=$EAST; [ $h = east ] && o=west a=$WEST
	key=$("$BIN/ipsec" showhostkey --ipseckey --file "$LAB/$o/ipsec.d/private/host.pem" x.example |
		sed -n 's/.*IPSECKEY *[0-9]* *[0-9]* *[0-9]* *[^ ]* *//p' | tr -d ' ()')
	lab_whack $h --keyid $a --pubkeyrsa "0s$key" >"$LAB/out" 2>&1
done
both --ikev1 --rsasig
lab_whack west --name v1 --initiate >"$LAB/out" 2>&1
holds "Main Mode with RSA" "$LAB/out" '^004 result: ENCRYPTED'
same "pings through the tunnel" "$(pings)" 5
lab_whack west --name v1 --terminate >"$LAB/out"
check "deleted at both ends" gone east

# Aggressive Mode, with RSA and with the secret of an identity; not where it was not
# asked for.
for how in rsasig psk; do
	lab_whack west --name v1 --delete >/dev/null; lab_whack east --name v1 --delete >/dev/null
	both --aggrmode --$how --ike aes256-sha2_256-modp2048
	lab_whack west --name v1 --initiate >"$LAB/out" 2>&1
	holds "Aggressive Mode, $how" "$LAB/out" '^004 result: ENCRYPTED'
	same "pings through the tunnel" "$(pings)" 5
	lab_whack west --name v1 --terminate >"$LAB/out"
	check "deleted at both ends" gone east
done
lab_whack east --name v1 --delete >/dev/null
add east $WEST --ikev1 --psk
timeout 20 "$BIN/whack" --ctlbase "$LAB/west/pluto" --name v1 --initiate --async >/dev/null
sleep 1
same "a connection that does not allow it does not answer" "$(children west) $(children east)" "0 0"
lab_whack west --name v1 --delete >/dev/null

# East answers whichever version comes; west insists on one.
lab_whack east --name v1 --delete >/dev/null
add east $WEST --rsasig
for v in 1 2; do
	lab_whack west --name v1 --delete >/dev/null
	add west $EAST --rsasig --ikev$v
	lab_whack west --name v1 --initiate >"$LAB/out" 2>&1
	holds "a connection that names no version answers IKEv$v" "$LAB/out" '^004 result: ENCRYPTED'
	lab_whack west --name v1 --terminate >/dev/null
	gone east
done
lab_whack east --name v1 --delete >/dev/null
add east $WEST --rsasig --ikev2
lab_whack west --name v1 --delete >/dev/null
add west $EAST --rsasig --ikev1
timeout 20 "$BIN/whack" --ctlbase "$LAB/west/pluto" --name v1 --initiate --async >/dev/null
sleep 1
same "one that insists on IKEv2 does not answer IKEv1" "$(children west) $(children east)" "0 0"

lab_capture_stop west
same "packets in the clear" "$(lab_clear west $WEST $EAST)" 0
check "Aggressive Mode was seen on the wire" test "$(tcpdump -n -r "$LAB/west.pcap" 'udp port 500' 2>/dev/null | grep -c 'phase 1 [IR] agg')" -ge 4
check "IKEv1 was seen on the wire" test "$(modes 'udp port 500' 1)" -ge 8
tap_done
