#!/bin/sh
# ipsec.conf as people write it: shared secret, RSA, a road warrior, the policy
# groups; ipsec start, auto, reload, restart and stop. Judged by captures. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23 ROAD=192.1.2.77 NORTH=192.1.2.33
plane=${LAB_PLANE:---use-klips}

ipsec() {	# HOST COMMAND ARGUMENT...
	_h=$1 _c=$2; shift 2
	ip netns exec "$(lab_ns "$_h")" timeout 30 "$BIN/ipsec" "$_c" --config "$LAB/$_h/ipsec.conf" \
		--ctlbase "$LAB/$_h/pluto" "$@" >"$LAB/out" 2>&1
}

# HOST: the settings that all of the lab have; what is behind it comes on stdin.
conf() {
	cat >"$LAB/$1/ipsec.conf" <<-END
		version 2.0
		config setup
			protostack=${plane#--use-}
			nat_traversal=yes
			plutostderrlog=$LAB/$1/pluto.log
			secretsfile=$LAB/$1/ipsec.secrets
			ipsecdir=$LAB/$1/ipsec.d
			resolver=192.1.2.254
			dnssec-rootkey-file=$ZONES_ANCHOR

		conn %default
			keyingtries=1
			ikelifetime=1h
			rekeymargin=9m

		include $LAB/$1/conf.d/*.conf
	END
	# The lines of a here-document lose their tabs.
	sed -i 's/^\([a-z_-]*\)=/\t\1=/' "$LAB/$1/ipsec.conf"
	mkdir -p "$LAB/$1/conf.d"
	cat >"$LAB/$1/conf.d/lab.conf"
}

key() { "$BIN/ipsec" showhostkey "--$2" --ipsecdir "$LAB/$1/ipsec.d"; }	# HOST left|right
result() { sed -n 's/^\([0-9]*\) result: \([A-Z]*\).*/\1 \2/p' "$LAB/out"; }
ping() { lab_run west ping -c 1 -W 5 "$1"; }
esp() { lab_count west "host $1 and (esp or udp port 4500)"; }
serial() { lab_whack west --trafficstatus | grep "\"$1\"" | cut -d: -f1; }

lab_begin && lab_nic || exit 1
for h in west:$WEST east:$EAST road:$ROAD north:$NORTH; do lab_host "${h%:*}" "${h#*:}" || exit 1; done
zones_begin "$LAB/zones" && zones_lab || exit 1
for h in west east road; do lab_key $h rsa || exit 1; done
lab_key north && lab_publish north $NORTH && lab_publish west $WEST && lab_publish east $EAST &&
	lab_publish road $ROAD && zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || exit 1
for h in west east; do echo "$WEST $EAST : PSK \"a secret of the lab\"" >>"$LAB/$h/ipsec.secrets"; done
for h in road east; do echo "$ROAD $EAST : PSK \"another secret\"" >>"$LAB/$h/ipsec.secrets"; done
echo '@fred : XAUTH "correct horse"' >>"$LAB/east/ipsec.secrets"
for h in west north; do
	lab_policy $h clear 192.1.2.254
	lab_policy $h private-or-clear $NORTH/32 $WEST/32
done
tap_show "$LAB/out" "$LAB/west/pluto.log" "$LAB/east/pluto.log"

conf west <<END
conn times
	salifetime=4h
conn ends
	also=times
	left=$WEST
	right=$EAST

conn secret   # host to host
	also=ends
	authby=secret
	leftprotoport=icmp
	rightprotoport=icmp
	auto=start

conn rsa
	also=ends
	leftid=@west.lab
$(key west left)
	rightid=@east.lab
$(key east right)
	leftprotoport=tcp
	rightprotoport=tcp
	ikev2=insist
	auto=add

conn roads
	left=$WEST
	leftid=@west.lab
	right=%any
	rightid=@road.lab
$(key road right)
	auto=add

conn never
	also=ends
	authby=secret
	auto=ignore
END
conf east <<END
conn secret
	left=$WEST
	right=%defaultroute
	authby=secret
	leftprotoport=icmp
	rightprotoport=icmp
	auto=add
conn rsa
	left=$WEST
	leftid=@west.lab
$(key west left)
	right=$EAST
	rightid=@east.lab
	leftprotoport=tcp
	rightprotoport=tcp
	auto=add
END
cat >"$LAB/users" <<END
conn users
	left=$EAST
	leftxauthserver=yes
	right=$ROAD
	rightxauthclient=yes
	rightxauthusername=fred
	keyexchange=ikev1
	authby=secret
	auto=add
END
cp "$LAB/users" "$LAB/east/conf.d/users.conf"
conf road <<END
include $LAB/use*
conn home
	left=%defaultroute
	leftid=@road.lab
	right=$WEST
	rightid=@west.lab
$(key west right)
	auto=route

conn strangers
	left=198.51.100.1
	right=198.51.100.2
	auto=add
END
conf north <<END
conn private-or-clear
	left=%defaultroute
	right=%opportunisticgroup
	failureshunt=passthrough
	rekey=no
	auto=route

conn clear
	type=passthrough
	authby=never
	left=%defaultroute
	right=%group
	auto=route
END

ip -n "$(lab_ns north)" route add default via 192.1.2.254
lab_capture west || exit 1
ipsec east start
same "ipsec start, the peer" $? 0
ipsec road start
same "ipsec start, the road warrior" $? 0
holds "a conn that cannot be is told, and left out" "$LAB/out" 'conn strangers is not loaded'
ipsec north start
same "ipsec start, with the policy groups as conns" $? 0
ipsec north auto --status
holds "they are routed" "$LAB/out" '"private-or-clear".*; routed'
ipsec west start
same "ipsec start" $? 0
holds "it says how many connections there are" "$LAB/out" '3 connections loaded, 0 as they were, 0 gone, 0 bad'
ipsec west start
same "ipsec start, twice: the lock" $? 10

# auto=start.
check "auto=start: a shared secret" lab_until 10 sh -c \
	"ip netns exec $(lab_ns west) $BIN/whack --ctlbase $LAB/west/pluto --trafficstatus | grep -q '\"secret\"'"
check "and a ping" ping $EAST
same "nothing of it in the clear" "$(lab_count west "icmp and host $EAST")" 0

# ipsec auto.
ipsec west auto --up rsa
same "ipsec auto --up: RSA" "$(result)" "004 ENCRYPTED"
ipsec west auto --status
holds "ipsec auto --status" "$LAB/out" '"rsa": 192.1.2.45'
same "auto=ignore is not loaded" "$(grep -c '"never"' "$LAB/out")" 0
ipsec west auto --down rsa
same "ipsec auto --down" "$?$(serial rsa)" 0
ipsec west auto --delete rsa
same "ipsec auto --delete" $? 0
ipsec west auto --up rsa
same "a connection that is gone" $? 21
ipsec west auto --add rsa
same "ipsec auto --add" $? 0
ipsec west auto --add rsa
same "ipsec auto --add, twice" $? 20
ipsec west auto --replace rsa
same "ipsec auto --replace" $? 0
ipsec west auto --route never
same "ipsec auto --route of what is not loaded" $? 21
ipsec west auto --add nothing
same "a conn that the file has not" $? 1
holds "is told" "$LAB/out" 'has no conn nothing'

# auto=route on the road: its first packet brings it up.
check "auto=route: the road warrior's first packet" lab_run road ping -c 1 -W 10 $WEST
same "is not in the clear" "$(lab_clear west $ROAD $WEST)" 0
lab_whack west --status >"$LAB/out"
holds "the gateway knows who it is" "$LAB/out" '@road.lab'

# A user, who is in the file, and his password, which is not.
ipsec road auto --up users --xauthpass "correct horse"
same "ipsec auto --up, with a user" "$(result)" "004 ENCRYPTED"
ipsec road auto --down users
ipsec road auto --up users --xauthpass "incorrect horse"
same "and a wrong password" "$(result | cut -d ' ' -f 2)" ERROR

# Several subnets: a connection for each, by one name.
cat >"$LAB/west/conf.d/subs.conf" <<END
conn subs
	left=$WEST
	leftsubnets={10.7.0.1/32, 10.7.0.2/32}
	right=$EAST
	rightsubnet=10.8.0.1/32
	authby=secret
	auto=ignore
END
cp "$LAB/west/conf.d/subs.conf" "$LAB/east/conf.d/subs.conf"
for a in 10.7.0.1 10.7.0.2; do lab_run west ip addr add $a/32 dev lo; done
lab_run east ip addr add 10.8.0.1/32 dev lo
ipsec east auto --add subs
same "leftsubnets: added" $? 0
ipsec west auto --add subs
ipsec west auto --up subs
same "ipsec auto --up, of all of them" "$?$(grep -c '^004 result: ENCRYPTED' "$LAB/out")" 02
for a in 10.7.0.1 10.7.0.2; do check "$a reaches the other end" lab_run west ping -n -c 1 -W 3 -I $a 10.8.0.1; done
lab_whack west --trafficstatus >"$LAB/out"
same "each has its SA" "$(grep -c '"subs/[12]x1"' "$LAB/out")" 2
ipsec west auto --down subs
ipsec west auto --delete subs
same "--delete is about all of them" $? 0
lab_whack west --status >"$LAB/out"
same "none is left" "$(grep -c '"subs' "$LAB/out")" 0
ipsec east auto --delete subs

# The policy groups.
check "a group's peer" ping $NORTH
check "was encrypted" test "$(esp $NORTH)" -gt 0
same "and nothing of it in the clear" "$(lab_clear west $WEST $NORTH)" 0

# reload: what is as it was keeps its SAs.
before=$(serial secret)
cat >"$LAB/west/conf.d/more.conf" <<END
conn more
	also=ends
	authby=secret
	leftprotoport=udp/7
	rightprotoport=udp/7
	auto=add
END
ipsec west auto --check
same "ipsec auto --check" "$?$(cat "$LAB/out")" 0
sed -i 's/auto=ignore/auto=add\n\tprotoport=1/' "$LAB/west/conf.d/lab.conf"
ipsec west auto --check
same "--check, of a mistake" $? 1
ipsec west reload
same "reload, with a mistake" $? 1
holds "tells where" "$LAB/out" 'lab.conf:[0-9]+: there is no keyword "protoport"'
sed -i '/\tprotoport=1/d; s/ikev2=insist/ikev2=insist\n\tsalifetime=2h/; s/^conn roads/conn street/' "$LAB/west/conf.d/lab.conf"
ipsec west reload
same "reload" $? 0
holds "one was changed, two are new, one was renamed" "$LAB/out" '4 connections loaded, 1 as they were, 1 gone, 0 bad'
same "what is as it was keeps its SA" "$(serial secret)" "$before"
lab_whack west --status >"$LAB/out"
holds "what is new is there" "$LAB/out" '"more": '
same "what is gone is not" "$(grep -c '"roads"' "$LAB/out")" 0

# A file with a mistake ends nothing.
echo '	bad=1' >>"$LAB/west/conf.d/more.conf"
ipsec west restart
same "restart, with a mistake" $? 1
check "the daemon runs on" lab_whack west --oestatus
sed -i '/bad=1/d' "$LAB/west/conf.d/more.conf"
pid=$(cat "$LAB/west/pluto.pid")
ipsec west restart
same "restart" $? 0
check "it is another daemon" test "$(cat "$LAB/west/pluto.pid")" != "$pid"

# What a conn kept closed stays so over a restart, and goes with the conn.
cat >"$LAB/west/conf.d/shut.conf" <<-END
	conn shut
	left=$WEST
	right=192.1.2.99
	type=drop
	auto=route
END
sed -i 's/^\(left\|right\|type\|auto\)=/\t&/' "$LAB/west/conf.d/shut.conf"
closed() { lab_run west nft list table inet pluto | grep -c '192\.1\.2\.99'; }
ipsec west restart
check "a conn that drops is closed" test "$(closed)" -ge 1
kill -9 "$(cat "$LAB/west/pluto.pid")"
sleep 0.3
check "... while the daemon is dead" test "$(closed)" -ge 1
ipsec west start
check "... and when it is there again" test "$(closed)" -ge 1
rm "$LAB/west/conf.d/shut.conf"
ipsec west restart
same "... until the conn is no more" "$(closed)" 0
for h in west east road north; do
	ipsec $h stop
	same "ipsec stop on $h" "$?$(find "$LAB/$h" -name 'pluto.[cp]*' | wc -l)" 00
done
ipsec west stop
same "ipsec stop, twice" $? 1
lab_capture_stop west
tap_done
