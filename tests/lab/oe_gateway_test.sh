#!/bin/sh
# Opportunism on behalf of hosts that know nothing of it (RFC 4322): their gateways
# find each other by the reverse names of the hosts, in IPSECKEY records, and with
# --oe-legacy in TXT and KEY records, in IKEv2 and in IKEv1. Nobody speaks for a
# host whose own reverse name does not say so. Prints TAP.
#
#	sunset 10.1.0.x --- west 192.1.2.45 === 192.1.2.23 east --- 10.2.0.x sunrise
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23 OTHER=192.1.2.66
WEST6=2001:db8:1:2::45 EAST6=2001:db8:1:2::23
NEAR6=fd01::/64 FAR6=fd02::/64
NEAR=10.1.0.0/24 FAR=10.2.0.0/24 UNSIGNED=10.3.0.0/24
WORDS="--rsasig --encrypt --pfs"

# OWNER-ADDRESS GATEWAY HOST [option...]: a record of HOST's key.
record() {
	_o=$1 _g=$2 _k=$3; shift 3
	"$BIN/oe-zone" record -k "$LAB/$_k/ipsec.d/private/host.pem" ${_g:+-g "$_g"} "$@" "$_o" |
		sed '/^;/d' | while read -r owner ttl _in type rdata; do
			zones_record "$owner" "$ttl" "$type" "$rdata" || exit 1
		done
}
keyless() { zones_record "$(zones_reverse "$1")" 3600 TXT "\"X-IPsec-Server(10)=$2\""; }
forget() { zones_forget "$(zones_reverse "$1")" "$2"; }

# West has its prefixes in a file, as a group; east says them.
west_policies() {
	lab_whack west --name clients --host $WEST --client $NEAR --to \
		--host %opportunisticgroup $WORDS --failpass --route &&
	lab_whack west --name unsigned --host $WEST --client $UNSIGNED --to \
		--host %opportunistic --client $FAR $WORDS --failpass --route &&
	lab_whack west --name clients6 --host $WEST --client $NEAR6 --to \
		--host %opportunistic --client $FAR6 $WORDS --faildrop --route
}
policies() {
	west_policies &&
	lab_whack east --name clients --host $EAST --client $FAR --to \
		--host %opportunistic --client 10.0.0.0/8 $WORDS --failpass --route &&
	lab_whack east --name clients6 --host $EAST --client $FAR6 --to \
		--host %opportunistic $WORDS --faildrop --route
}
start() {	# OPTION...
	for h in west east; do
		lab_pluto $h --oe-deadline "${DEADLINE:-3000}" "$@" && lab_whack $h --listen >/dev/null || return 1
	done
	policies
} >>"$LAB/start" 2>&1
begin() {
	lab_nic && lab_host west $WEST $WEST6 && lab_host east $EAST $EAST6 || return 1
	lab_behind sunset west 10.1.0.10 10.1.0.1 fd01::10 fd01::1 &&
		lab_behind sunrise east 10.2.0.10 10.2.0.1 fd02::10 fd02::1 || return 1
	lab_via west $EAST $FAR && lab_via east $WEST $NEAR $UNSIGNED &&
		lab_via west $EAST6 $FAR6 && lab_via east $WEST6 $NEAR6 || return 1
	for i in 11 12 13 14 15 16; do
		ip -n "$(lab_ns sunset)" addr add 10.1.0.$i/24 dev eth0
		ip -n "$(lab_ns sunrise)" addr add 10.2.0.$i/24 dev eth0
	done
	ip -n "$(lab_ns sunset)" addr add 10.3.0.10/32 dev eth0
	ip -n "$(lab_ns west)" route add 10.3.0.10/32 via 10.1.0.10
	for h in west east; do lab_key $h rsa || return 1; done
	printf '%s\n' $FAR $UNSIGNED >"$LAB/west/ipsec.d/policies/clients"
	zones_begin "$LAB/zones" && zones_lab && zones_new 0.1.10.in-addr.arpa. signed &&
		zones_new 0.2.10.in-addr.arpa. signed && zones_new 0.3.10.in-addr.arpa. insecure &&
		zones_new 0.0.0.0.0.0.0.0.0.0.0.0.1.0.d.f.ip6.arpa. signed &&
		zones_new 0.0.0.0.0.0.0.0.0.0.0.0.2.0.d.f.ip6.arpa. signed || return 1
	record $WEST "" west && record $EAST "" east &&
		record 10.1.0.10 $WEST west && record 10.2.0.10 $EAST east &&
		record fd01::10 $WEST west && record fd02::10 $EAST east &&
		zones_record east.oe.lab. 3600 A $EAST && record 10.2.0.14 east.oe.lab east &&
		zones_record west.oe.lab. 3600 A $WEST && record 10.1.0.14 west.oe.lab west &&
		record 10.1.0.11 $OTHER west &&			# names another gateway
		record 10.1.0.15 $WEST west &&
		record 10.1.0.12 $WEST east &&			# names west with another key
		record 10.3.0.10 $WEST west &&			# nobody vouches for it
		record 10.2.0.13 $OTHER west -p 1 && record 10.2.0.13 $EAST east -p 20 || return 1
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 && start
}

conn() {	# HOST OPTION...: a connection between the gateways themselves, by name
	_h=$1; shift
	lab_whack "$_h" --name byname "$@" --encrypt --pfs --rsasig
}
once() { lab_run sunset ping -n -c 1 -W "${WAIT:-6}" -I "$1" "$2"; }
children() { lab_whack "$1" --trafficstatus | grep -c "$2/32.* <-> $3/32\|$2 <-> $3"; }
path_told() {
	lab_run sunset ping -n -c 2 -i 0.3 -W 3 -s 1450 -M "do" -I 10.1.0.10 10.2.0.10 2>&1 | grep -q 'mtu'
}
# On the wire between the gateways: what is of these two and in the clear.
clear_seen() { lab_count west "not arp and host $1 and host $2"; }
esp_seen() { lab_count west "esp or (udp port 4500 and udp[8:4] != 0)"; }
capture() { lab_capture west "$LAB/west.$1.pcap"; }
v1_seen() { lab_count west "udp port 500 and udp[25] & 0xf0 = 0x10"; }
said() { grep -q "$2" "$LAB/$1/pluto.log"; }
stop() { for h in west east; do lab_pluto_stop $h; done; }
LAB_CAPTURE="not port 53"

lab_begin || exit 1
begin || { tap_show "$LAB/start" "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/start" "$LAB/west/pluto.log" "$LAB/east/pluto.log"

capture ipseckey
check "the first packet of a host behind west reaches one behind east" once 10.1.0.10 10.2.0.10
same "one pair of SAs for the two hosts, at west and at east" \
	"$(children west 10.1.0.10 10.2.0.10) $(children east 10.2.0.10 10.1.0.10)" "1 1"
check "and more of them" lab_run sunset ping -q -n -c 5 -i 0.2 -W 2 -I 10.1.0.10 10.2.0.10
check "and from the other side" lab_run sunrise ping -q -n -c 1 -W 5 -I 10.2.0.10 10.1.0.10
check "and big ones, in fragments" lab_run sunset ping -q -n -c 2 -i 0.2 -s 3000 -W 5 -I 10.1.0.10 10.2.0.10
check "and the host is told how long they may be" path_told
check "and IPv6, between gateways that speak IPv4" once fd01::10 fd02::10
lab_capture_stop west
same "none of it in the clear between the gateways" \
	"$(clear_seen 10.1.0.10 10.2.0.10) $(clear_seen fd01::10 fd02::10)" "0 0"
check "but encrypted" test "$(esp_seen)" -ge 14

capture refused
once 10.1.0.11 10.2.0.10 >/dev/null
check "a host whose record names another gateway: the responder refuses" \
	lab_until 10 said east 'may not speak for 10.1.0.11: its records name another gateway'
once 10.1.0.12 10.2.0.10 >/dev/null
check "one whose record names that gateway with another key: refused" \
	lab_until 10 said east 'may not speak for 10.1.0.12: its records name that gateway with another key'
once 10.3.0.10 10.2.0.10 >/dev/null
check "a forged record in an unsigned zone: refused" \
	lab_until 10 said east 'may not speak for 10.3.0.10: DNSSEC does not vouch'
lab_whack east --name fixed --host $EAST --client 10.2.0.10/32 --to --host $OTHER \
	--client 10.1.0.15/32 --psk --encrypt --route >>"$LAB/start"
once 10.1.0.15 10.2.0.10 >/dev/null
same "one that somebody has configured: refused" "$(children east 10.2.0.10 10.1.0.15)" 0
lab_whack east --name fixed --delete >>"$LAB/start"
same "no SAs for any of them" "$(for a in 10.1.0.11 10.1.0.12 10.3.0.10; do
	children east 10.2.0.10 $a; done | lab_sum)" 0
same "and nothing becomes of what was there before" "$(children west 10.1.0.10 10.2.0.10)" 1
lab_capture_stop west
check "what was refused passed, as its group says" test "$(clear_seen 10.1.0.11 10.2.0.10)" -ge 1

# As initiator: an unsigned record draws no packet to the gateway that it names.
capture forged
ip -n "$(lab_ns west)" route add 10.3.0.20/32 via $EAST
record 10.3.0.20 $OTHER west && zones_sign && zones_reload
WAIT=1 once 10.1.0.10 10.3.0.20 >/dev/null
lab_capture_stop west
same "an unsigned record draws nothing to the gateway that it names" "$(lab_count west "host $OTHER")" 0

capture turn
check "the second gateway is tried when the first is silent" once 10.1.0.10 10.2.0.13
lab_capture_stop west
check "and the first was tried before" test "$(lab_count west "arp and host $OTHER")" -ge 1
same "nothing of that in the clear" "$(clear_seen 10.1.0.10 10.2.0.13)" 0

capture name
check "gateways that are named by their names" once 10.1.0.14 10.2.0.14
lab_capture_stop west
same "nothing of that in the clear, either" "$(clear_seen 10.1.0.14 10.2.0.14)" 0

lab_whack west --oppohere 10.1.0.10 --oppothere 10.2.0.10 >"$LAB/trial" 2>&1
holds "a trial for a host behind us" "$LAB/trial" '^004 result: ENCRYPTED and authenticated'
lab_whack west --explain 10.1.0.10 10.2.0.10 >"$LAB/explain" 2>&1
holds "--explain, of a host behind us" "$LAB/explain" 'the pair is encrypted'
lab_whack west --oppohere 10.9.0.1 --oppothere 10.2.0.10 >"$LAB/trial" 2>&1
holds "and none for a stranger" "$LAB/trial" 'result: ERROR - 10.9.0.1 is neither'

echo 10.2.0.16 >"$LAB/west/ipsec.d/policies/fence"
lab_whack west --name fence --host $WEST --client 10.1.0.16/32 --to --host %group --drop --route >>"$LAB/start"
capture fence
lab_run sunset ping -q -n -c 1 -W 1 -I 10.1.0.16 10.2.0.16 >/dev/null
lab_capture_stop west
same "%group --drop: nothing passes" "$(clear_seen 10.1.0.16 10.2.0.16)" 0
lab_whack west --name fence --delete >>"$LAB/start"
capture unfenced
lab_run sunset ping -q -n -c 1 -W 2 -I 10.1.0.16 10.2.0.16 >/dev/null
lab_capture_stop west
check "and it does when that is deleted" test "$(clear_seen 10.1.0.16 10.2.0.16)" -ge 1

# --faildrop: closed, whoever refuses, and whatever becomes of the daemon.
ip -n "$(lab_ns sunset)" addr add fd01::11/64 dev eth0 nodad
lab_ping6() { lab_run sunset ping -q -n -c 2 -i 0.3 -W 1 -I "$1" fd02::10 >/dev/null; }
capture closed
lab_ping6 fd01::11
kill -9 "$(lab_pluto_pid west)"
sleep 0.3
lab_ping6 fd01::10
lab_ping6 fd01::11
lab_capture_stop west
same "--faildrop: no packet in the clear, without an answer and without a daemon" \
	"$(clear_seen fd01::11 fd02::10) $(clear_seen fd01::10 fd02::10)" "0 0"
lab_pluto west && lab_whack west --listen >/dev/null && west_policies >>"$LAB/start" 2>&1 ||
	tap_result 1 "west starts again"
lab_whack east --name clients6 --route >/dev/null
check "and encrypted again, after a new start" lab_until 20 once fd01::10 fd02::10

lab_whack west --name clients --unroute >>"$LAB/start"
capture unrouted
lab_run sunset ping -q -n -c 1 -W 2 -I 10.1.0.15 10.2.0.15 >/dev/null
lab_capture_stop west
check "unrouted, the policy is not in force" test "$(clear_seen 10.1.0.15 10.2.0.15)" -ge 1
stop
for h in west east; do : >"$LAB/$h/pluto.log"; done

# RFC 4322 as it was written: KEY for the gateways, TXT for the hosts.
for a in $WEST $EAST 10.1.0.10 10.2.0.10 10.1.0.14 10.2.0.14 10.1.0.15; do forget $a IPSECKEY; done
record $WEST "" west --rrkey && record $EAST "" east --rrkey &&
	record 10.1.0.10 $WEST west --txt && record 10.2.0.10 $EAST east --txt &&
	keyless 10.1.0.15 $WEST && keyless 10.2.0.15 $EAST && keyless 10.1.0.16 $OTHER &&
	keyless 10.2.0.16 $EAST && record 10.2.0.16 $EAST east &&
	zones_record "$(zones_reverse 10.2.0.12)" 3600 TXT '"X-IPsec-Server(010)=192.1.2.23"' &&
	zones_record "$(zones_reverse 10.2.0.11)" 3600 TXT '"X-IPsec-Server(010)=192.1.2.23"' &&
	zones_record "$(zones_reverse 10.2.0.11)" 3600 TXT '"v=spf1 -all"' &&
	record 10.2.0.11 $EAST east --txt && zones_sign && zones_reload ||
	tap_result 1 "TXT and KEY records are published"
check "started with --oe-legacy" start --oe-legacy
capture txt
check "TXT: the first packet arrives" once 10.1.0.10 10.2.0.10
check "TXT without a key, and KEY for the gateway: it arrives" once 10.1.0.15 10.2.0.15
once 10.1.0.16 10.2.0.16 >/dev/null
check "TXT that names another gateway: the responder refuses" \
	lab_until 10 said east 'may not speak for 10.1.0.16: its records name another gateway'
lab_capture_stop west
same "none of the first two in the clear" "$(clear_seen 10.1.0.10 10.2.0.10) $(clear_seen 10.1.0.15 10.2.0.15)" "0 0"
same "all of it in IKEv2" "$(v1_seen)" 0
capture malformed
lab_run sunset ping -q -n -c 1 -W 1 -I 10.1.0.10 10.2.0.12 >/dev/null
check "a malformed record among good ones and others' is no harm" once 10.1.0.10 10.2.0.11
lab_capture_stop west
lab_whack west --impair-delay-adns-txt-answer >>"$LAB/start"
check "TXT answers that are lost cost nothing that IPSECKEY has said" once 10.1.0.15 10.2.0.16
same "a malformed record alone denies" "$(clear_seen 10.1.0.10 10.2.0.12) $(clear_seen 10.1.0.10 10.2.0.11)" "0 0"
stop

# A gateway whose own reverse name is not its to fill: it calls itself by name.
forget $WEST KEY
record west.oe.lab "" west --rrkey && record 10.1.0.14 west.oe.lab west --txt &&
	record 10.2.0.14 $EAST east --txt && zones_sign && zones_reload ||
	tap_result 1 "the gateway's key is published under its name"
for h in west east; do : >"$LAB/$h/pluto.log"; done
check "started for --myid" start --oe-legacy
lab_whack west --myid @west.oe.lab >>"$LAB/start"
capture myid
check "--myid: a gateway known by name, which the host names" once 10.1.0.14 10.2.0.14
once 10.1.0.16 10.2.0.16 >/dev/null
check "--myid: refused where the host names another" \
	lab_until 10 said east 'may not speak for 10.1.0.16: its records name another gateway'
conn west --host $WEST --id %myid --to --host $EAST --id $EAST --dnskeyondemand >>"$LAB/start"
conn east --host $EAST --to --host $WEST --id @west.oe.lab --dnskeyondemand >>"$LAB/start"
lab_whack west --name byname --initiate >"$LAB/initiate" 2>&1
holds "--id %myid and --dnskeyondemand, with KEY records" "$LAB/initiate" '^004 result: ENCRYPTED'
lab_capture_stop west
same "--myid: none of the first in the clear" "$(clear_seen 10.1.0.14 10.2.0.14)" 0
stop
record $WEST "" west --rrkey && zones_sign && zones_reload

# A peer that speaks no IKEv2: what comes to it in that version is lost.
lab_run east nft 'table inet old { chain in { type filter hook input priority 0;
	udp dport 500 @th,200,8 & 0xf0 == 0x20 drop; }; }'
for h in west east; do : >"$LAB/$h/pluto.log"; done
check "started again, and east takes IKEv1 alone" start --oe-legacy
capture ikev1
check "IKEv1: the first packet arrives" once 10.1.0.10 10.2.0.10
check "IKEv1: and that of another host, with the same gateways" once 10.1.0.15 10.2.0.15
once 10.1.0.16 10.2.0.16 >/dev/null
check "IKEv1: the responder refuses in Quick Mode whom the host did not name" \
	lab_until 10 said east 'may not speak for 10.1.0.16: its records name another gateway'
lab_capture_stop west
same "IKEv1: none of the first two in the clear" \
	"$(clear_seen 10.1.0.10 10.2.0.10) $(clear_seen 10.1.0.15 10.2.0.15)" "0 0"
check "IKEv1 it was" test "$(v1_seen)" -ge 4
stop
tap_done
