#!/bin/sh
# Routes and source addresses of connections with subnets, on the kernel's ESP:
# made when a connection is routed or comes up, used by the gateway's own
# traffic, gone afterwards, whatever the end. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

WEST=192.1.2.45 WEST6=2001:db8:1:2::45 EAST=192.1.2.23 EAST6=2001:db8:1:2::23
NEAR=10.1.0.0/24 FAR=10.2.0.0/24 NEAR6=fd01::/64 FAR6=fd02::/64

# NAME OPTIONS-OF-WEST OPTIONS-OF-EAST [IPv6]: the same description for both.
connection() {
	_w=$WEST _e=$EAST
	[ -n "${4:-}" ] && _w=$WEST6 _e=$EAST6
	for _h in west east; do
		# shellcheck disable=SC2086
		lab_whack $_h --name "$1" --host $_w $2 --to --host $_e $3 --psk --encrypt --pfs || return 1
	done
}

begin() {
	lab_begin && lab_nic && lab_host west $WEST $WEST6 && lab_host east $EAST $EAST6 || return 1
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	_n=1
	for h in west east; do
		ip -n "$(lab_ns $h)" addr add 10.$_n.0.1/24 dev lo
		ip -n "$(lab_ns $h)" addr add fd0$_n::1/64 dev lo nodad
		_n=2
		echo ": PSK \"between the gateways\"" >>"$LAB/$h/ipsec.secrets"
		lab_pluto $h --no-oe && lab_whack $h --listen >/dev/null || return 1
	done
	cat >"$LAB/program" <<-END
		#!/bin/sh
		echo "\$PLUTO_VERB \$PLUTO_PEER_CLIENT" >>$LAB/verbs
		exec $(realpath "$BIN/ipsec") _updown
	END
	chmod 755 "$LAB/program"
	connection net "--client $NEAR" "--client $FAR" &&
		connection net6 "--client $NEAR6" "--client $FAR6 --updown $LAB/program" v6 &&
		connection src "--id @w.lab --client 10.1.0.1/32 --srcip 10.1.0.1" \
			"--id @e.lab --client 10.7.0.0/16 --nexthop $WEST" &&
		lab_capture west
}

route() { { ip -n "$(lab_ns "$1")" route show proto 50; ip -n "$(lab_ns "$1")" -6 route show proto 50; } |
	sed 's/ *$//; s/ metric.*//' | tr '\n' ','; }
# The gateway's own traffic, which names no source.
pinged() { lab_run "$1" ping -n -c 3 -i 0.2 -W 2 "$2" | grep -c 'bytes from'; }
inner_clear() { lab_count west "net $NEAR or net 10.2.0.0/15 or net $NEAR6 or net $FAR6"; }
comes_up() { lab_whack west --name "$1" --initiate; }
none_left() { [ "$(route west)$(route east)" = "" ]; }

begin >/dev/null 2>&1 || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"

same "no route before" "$(route west)" ""
check "a tunnel between subnets comes up" comes_up net
same "its route has our address inside as source" "$(route west)" "10.2.0.0/24 dev eth0 scope link src 10.1.0.1,"
same "at the peer's too" "$(route east)" "10.1.0.0/24 dev eth0 scope link src 10.2.0.1,"
same "traffic of the gateway itself goes through it" "$(pinged west 10.2.0.1) $(pinged east 10.1.0.1)" "3 3"

check "IPv6 comes up" comes_up net6
lab_until 5 sh -c "[ \$(wc -l <$LAB/verbs) = 3 ] && ip -n $(lab_ns east) -6 route show proto 50 | grep -q src"
same "its route, ours" "$(route west)" "10.2.0.0/24 dev eth0 scope link src 10.1.0.1,fd02::/64 dev eth0 src fd01::1,"
same "and the one that a program made" "$(route east)" "10.1.0.0/24 dev eth0 scope link src 10.2.0.1,fd01::/64 dev eth0 src fd02::1,"
same "traffic of the gateway itself" "$(pinged west fd02::1) $(pinged east fd01::1)" "3 3"

lab_whack west --name net6 --terminate >/dev/null
lab_until 5 sh -c "[ \$(wc -l <$LAB/verbs) = 5 ]"
same "a program sees each verb once" "$(tr '\n' ',' <"$LAB/verbs")" \
	"prepare-client-v6 $NEAR6,route-client-v6 $NEAR6,up-client-v6 $NEAR6,down-client-v6 $NEAR6,unroute-client-v6 $NEAR6,"
lab_whack west --name net --terminate >/dev/null
lab_until 5 none_left
tap_result $? "terminated: no route is left"

check "routed by hand" lab_whack west --name net --route
same "the route is there before the tunnel" "$(route west)" "10.2.0.0/24 dev eth0 scope link src 10.1.0.1,"
check "it comes up" comes_up net
check "a rekey" lab_whack west --rekeystate "$(lab_whack west --trafficstatus | sed -n 's/.*#\([0-9]*\): .*10.2.0.0.*/\1/p' | head -1)"
sleep 0.5
same "leaves it" "$(route west)" "10.2.0.0/24 dev eth0 scope link src 10.1.0.1,"
lab_whack west --name net --terminate >/dev/null
lab_until 5 sh -c "! ip -n $(lab_ns east) route show proto 50 | grep -q ."
same "and so does its end" "$(route west)" "10.2.0.0/24 dev eth0 scope link src 10.1.0.1,"
check "unrouted" lab_whack west --name net --unroute
same "it is gone" "$(route west)" ""

check "with its own source and next hop" comes_up src
same "ours has the source" "$(route west)" "10.7.0.0/16 dev eth0 scope link src 10.1.0.1,"
same "the peer's the next hop" "$(route east)" "10.1.0.1 dev eth0 scope link,"
check "a route that is there" ip -n "$(lab_ns west)" route add 10.2.0.0/24 via 192.1.2.254
check "serves who asks for nothing" comes_up net
same "and is not ours" "$(route west)" "10.7.0.0/16 dev eth0 scope link src 10.1.0.1,"
ip -n "$(lab_ns west)" route del 10.2.0.0/24

kill -9 "$(lab_pluto_pid west)"
lab_until 2 sh -c "! kill -0 $(lab_pluto_pid west)"
same "a crash leaves a route" "$(route west)" "10.7.0.0/16 dev eth0 scope link src 10.1.0.1,"
lab_pluto west --no-oe
same "the next start removes it" "$(route west)" ""
lab_pluto_stop east
same "an orderly end leaves none" "$(route east)" ""
lab_capture_stop west
same "nothing of the subnets was in the clear" "$(inner_clear)" 0
check "ESP was seen (the capture works)" test "$(lab_count west esp)" -ge 24
tap_done
