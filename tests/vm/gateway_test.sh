#!/bin/sh
# Two gateways, with a host behind each: the first packets of a host that knows
# nothing of IPsec survive, and no packet between the subnets is ever in the
# clear on the wire between the gateways. Prints TAP.
#
#	sunset 10.1.0.10 --- west 192.1.2.45 === 192.1.2.23 east --- 10.2.0.10 sunrise
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh
LAB_PLANE=--use-netkey	# no other plane carries subnets

WEST=192.1.2.45 WEST6=2001:db8:1:2::45 EAST=192.1.2.23 EAST6=2001:db8:1:2::23
SUNSET=10.1.0.10 SUNSET6=fd01::10 SUNRISE=10.2.0.10 SUNRISE6=fd02::10
NEAR=10.1.0.0/24 NEAR6=fd01::/64 FAR=10.2.0.0/24 FAR6=fd02::/64

# HOST NAME OURS THEIRS [option...]: a connection of west, or its mirror at east.
conn() {
	_h=$1 _name=$2 _l=$3 _r=$4; shift 4
	# shellcheck disable=SC2086
	lab_whack "$_h" --name "$_name" --host $WEST ${_l:+--client "$_l"} --to \
		--host $EAST ${_r:+--client "$_r"} --psk --encrypt --pfs --dpddelay 5 --dpdtimeout 15 "$@"
}

begin() {
	lab_begin && lab_nic && lab_host west $WEST $WEST6 && lab_host east $EAST $EAST6 || return 1
	lab_behind sunset west $SUNSET 10.1.0.1 $SUNSET6 fd01::1 &&
		lab_behind sunrise east $SUNRISE 10.2.0.1 $SUNRISE6 fd02::1 || return 1
	ip -n "$(lab_ns sunset)" link set eth0 mtu 1300
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east &&
		lab_publish west $WEST && lab_publish east $EAST &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		lab_policy $h private 192.1.2.0/24
		echo "$WEST $EAST : PSK \"between the gateways\"" >>"$LAB/$h/ipsec.secrets"
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
		conn $h net $NEAR $FAR && conn $h net6 $NEAR6 $FAR6 && conn $h tohost $NEAR "" &&
			conn $h tonet "" $FAR || return 1
		for c in net net6 tohost tonet; do lab_whack $h --name $c --route || return 1; done
	done >"$LAB/begin" 2>&1
	lab_capture west || return 1
	lab_spawn sunrise python3 tests/lab/talk.py serve "$LAB/received"
	lab_until 60 test -s "$LAB/received"
}

at_sunset() { lab_run sunset python3 tests/lab/talk.py "$@"; }
ping_once() { lab_run "$1" ping -n -c 1 -W 5 -I "$2" "$3"; }
children() { lab_whack "$1" --trafficstatus | grep -c "\"$2\""; }
down() {	# CONN: the next packet is a first one again
	for h in west east; do lab_whack $h --name "$1" --terminate >/dev/null; done
	lab_until 5 sh -c "[ \$($BIN/whack --ctlbase $LAB/west/pluto --trafficstatus | grep -c '\"$1\"') = 0 ]"
}
came() {	# TAG N: that many datagrams at sunrise
	lab_until 8 sh -c "[ \$(grep -c ' $1 ' '$LAB/received') -ge $2 ]"
}
big() {	# WORDS CONN SRC DST TAG
	down "$2"
	at_sunset big "$3" "$4" 5000 "$5"
	came "$5" 1
	same "a datagram of 5000 bytes is complete, $1" \
		"$(awk -v t="$5" '$2 == t {print length($3)}' "$LAB/received")" $((4999 - ${#5}))
}
# Between the subnets, whatever it is, on the wire of the gateways; they may speak
# IKE also between their addresses inside (MOBIKE), and while a daemon is dead its
# kernel says so: port unreachable, about the port of IKE.
UNREACHED="icmp[icmptype] = icmp-unreach and icmp[icmpcode] = 3 and icmp[17] = 17 and icmp[30:2] = 500"
CLEAR="not arp and not esp and not udp port 500 and not udp port 4500 and not ($UNREACHED) and (net $NEAR or net $FAR or net $NEAR6 or net $FAR6)"
clear_seen() { lab_count west "$CLEAR"; }
echoes() { lab_run sunset nstat -asz IcmpInEchos | awk '/IcmpInEchos/ {print $2}'; }

begin || { tap_show "$LAB/begin" "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"

check "ICMP echo from host to host, the first" ping_once sunset $SUNSET $SUNRISE
same "one Child SA" "$(children west net)" 1
check "IPv6 between IPv4 gateways" ping_once sunset $SUNSET6 $SUNRISE6
check "subnet to host: the far gateway itself" ping_once sunset $SUNSET $EAST
check "host to subnet: from the near gateway" ping_once west $WEST $SUNRISE
check "the gateway, from its address inside" ping_once west 10.1.0.1 $SUNRISE
check "beside them, host to host by opportunism" ping_once west $WEST $EAST
same "... by a Child SA of its own" "$(lab_whack west --trafficstatus | grep -c "$WEST/32 <-> $EAST/32")" 1
check "from the other side, while it is up" ping_once sunrise $SUNRISE $SUNSET

down net
check "TCP connects" at_sunset tcp $SUNSET $SUNRISE 6
down net6
check "TCP connects, IPv6" at_sunset tcp $SUNSET6 $SUNRISE6 6
same "no SYN was sent twice" "$(lab_run sunset nstat -asz TcpRetransSegs | awk '/TcpRetransSegs/ {print $2}')" 0
down net
at_sunset udp $SUNSET $SUNRISE 10 ten
came ten 10
same "ten UDP datagrams at once, in order" "$(sed -n 's/.* ten //p' "$LAB/received" | tr '\n' ' ')" "0 1 2 3 4 5 6 7 8 9 "
down net
lab_run sunset ping -n -c 2 -i 0.2 -W 5 $SUNRISE >"$LAB/ping.a" 2>&1 &
lab_run sunrise ping -n -c 2 -i 0.2 -W 5 $SUNSET >"$LAB/ping.b" 2>&1
wait $!
same "both sides start at once" "$(grep -c 'bytes from' "$LAB/ping.a") $(grep -c 'bytes from' "$LAB/ping.b")" "2 2"

big "each fragment held by itself" net $SUNSET $SUNRISE frag
big "IPv6, each fragment held by itself" net6 $SUNSET6 $SUNRISE6 frag6
for h in west east; do
	check "connection tracking at $h" lab_run $h nft \
		'table inet track { chain c { type filter hook forward priority 0; ct state invalid counter; }; }'
done
big "put together by conntrack" net $SUNSET $SUNRISE whole
big "IPv6, put together by conntrack" net6 $SUNSET6 $SUNRISE6 whole6

# Somebody on the wire says that it is of the far subnet.
ip -n "$(lab_ns nic)" addr add 10.2.0.99/32 dev lo
lab_via nic $WEST $NEAR
before=$(echoes)
lab_run nic ping -n -c 2 -i 0.2 -W 1 -I 10.2.0.99 $SUNSET >/dev/null
same "in the clear from the far subnet: does not get through" "$(echoes)" "$before"
lab_capture_stop west
same "packets in the clear but those, so far" "$(($(clear_seen) - $(lab_count west 'host 10.2.0.99')))" 0
check "ESP was seen (the capture works)" test "$(lab_count west esp)" -ge 40
lab_capture west "$LAB/later.pcap"

# Masquerading takes packets away from the policies that are for them; without
# the connection from west itself, that is.
lab_whack west --name tonet --terminate >/dev/null
lab_whack west --name tonet --unroute >/dev/null
lab_run west nft 'table ip masq { chain c { type nat hook postrouting priority 100; oifname "eth0" masquerade; }; }'
check "masqueraded: lost" eval '! lab_run sunset ping -n -c 2 -i 0.3 -W 1 $SUNRISE'
check "... and stopped" test "$(lab_run west nft list counter inet pluto leak_stopped | awk '/packets/ {print $2}')" -ge 1
lab_run west nft delete table ip masq

# A part of the far subnet passes, within the tunnel of the whole.
lab_run sunrise ip addr add 10.2.0.200/32 dev eth0
lab_via west $EAST 10.2.0.192/26
lab_via east $WEST $SUNSET/32
in_clear() { sleep 0.3; lab_count west "host 10.2.0.200 and icmp"; }
check "one more host of the far subnet" ping_once sunset $SUNSET 10.2.0.200
same "... by the tunnel" "$(in_clear)" 0
for h in west east; do
	conn $h part $NEAR 10.2.0.192/26 --pass && lab_whack $h --name part --route
done >"$LAB/part"
tap_show "$LAB/part" "$LAB/west/pluto.log" "$LAB/east/pluto.log"
check "a part of it that passes" ping_once sunset $SUNSET 10.2.0.200
same "... question and answer in the clear" "$(in_clear)" 2
check "... and nothing else of it" ping_once sunset $SUNSET $SUNRISE
for h in west east; do lab_whack $h --name part --unroute; done >"$LAB/part"
check "and when it is unrouted" ping_once sunset $SUNSET 10.2.0.200
same "... all goes by the tunnel again" "$(in_clear)" 2

# A peer that is dead, and one that was never there.
kill -9 "$(lab_pluto_pid east)"
lab_run east sh -c 'ip xfrm state flush; ip xfrm policy flush'
down net
check "the peer is dead: lost" eval '! lab_run sunset ping -n -c 1 -W 1 $SUNRISE'
conn west fails $NEAR 10.9.0.0/24 --failpass >/dev/null && lab_whack west --name fails --route >/dev/null
check "failure is not yet known: lost" eval '! lab_run sunset ping -n -c 1 -W 1 10.9.0.1'
lab_until 15 sh -c "$BIN/whack --ctlbase $LAB/west/pluto --status | grep -q '\"fails\".*pass for 1'"
tap_result $? "--failpass: known, for a while"
ip -n "$(lab_ns nic)" addr add 10.9.0.1/32 dev eth0
before=$(lab_count west "ip and dst net 10.9.0.0/24")
check "... it passes in the clear, and the answer too" lab_run sunset ping -n -c 1 -W 2 10.9.0.1
same "... after none before" "$before" 0
lab_whack west --name fails --delete >/dev/null

# Ours dies under traffic, and its SAs with it.
lab_pluto east >/dev/null && lab_whack east --listen >/dev/null
for c in net net6; do
	[ $c = net ] && conn east net $NEAR $FAR || conn east net6 $NEAR6 $FAR6
	lab_whack east --name $c --route
done >/dev/null
check "the peer is back, and the next packet finds it" ping_once sunset $SUNSET $SUNRISE
lab_run sunset ping -n -c 40 -i 0.1 -W 1 $SUNRISE >/dev/null 2>&1 &
traffic=$!
kill -9 "$(lab_pluto_pid west)"
sleep 1
lab_run west sh -c 'ip xfrm policy flush; ip xfrm state flush'
check "without daemon and policies: lost" eval '! lab_run sunset ping -n -c 1 -W 1 $SUNRISE6'
wait $traffic
lab_capture_stop west
CLEAR="$CLEAR and not net 10.9.0.0/24 and not host 10.2.0.200"
same "nothing in the clear meanwhile" "$(clear_seen)" 0
tcpdump -n -r "$LAB/later.pcap" "$CLEAR" 2>/dev/null | sed 's/^/# /'
tap_done
