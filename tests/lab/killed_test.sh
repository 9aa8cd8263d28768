#!/bin/bash
# The daemon is killed again and again, at any moment of its life: while it starts,
# while its policies come, while it negotiates, while it carries traffic. Nothing of a
# private pair is ever in the clear on the wire, hosts behind a gateway included; what
# is left in the kernel has an end; tunnels come back by themselves. Prints TAP.
#
#	sunset 10.1.0.10 --- west 192.1.2.45 === 192.1.2.23 east --- 10.2.0.10 sunrise
#
# Reads: COUNT (25 kills), SEED, MOST_MS (1500: the longest life).
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23 WEST6=2001:db8:1:2::45 EAST6=2001:db8:1:2::23
SECRETIVE=192.1.2.78 NEAR=10.1.0.10 FAR=10.2.0.10 ROUTED=10.9.0.7/32
WORDS="--rsasig --encrypt --pfs --faildrop"
RANDOM=${SEED:=$RANDOM}
COUNT=${COUNT:-25} MOST_MS=${MOST_MS:-1500}

# OWNER-ADDRESS GATEWAY HOST: a record of HOST's key.
record() {
	"$BIN/oe-zone" record -k "$LAB/$3/ipsec.d/private/host.pem" ${2:+-g "$2"} "$1" |
		sed '/^;/d' | while read -r owner ttl _in type rdata; do
			zones_record "$owner" "$ttl" "$type" "$rdata" || exit 1
		done
}
begin() {
	lab_begin && lab_nic && lab_host west $WEST $WEST6 && lab_host east $EAST $EAST6 || return 1
	lab_behind sunset west $NEAR 10.1.0.1 && lab_behind sunrise east $FAR 10.2.0.1 || return 1
	lab_via west $EAST 10.2.0.0/24 $ROUTED && lab_via east $WEST 10.1.0.0/24 || return 1
	zones_begin "$LAB/zones" && zones_lab && zones_new 0.1.10.in-addr.arpa. signed &&
		zones_new 0.2.10.in-addr.arpa. signed && lab_key west && lab_key east || return 1
	record $WEST "" west && record $EAST "" east && record $WEST6 "" west && record $EAST6 "" east &&
		record $NEAR $WEST west && record $FAR $EAST east &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		lab_policy $h private 192.1.2.0/24 2001:db8:1:2::/64
		echo "$WEST $EAST : PSK \"a secret of the lab\"" >>"$LAB/$h/ipsec.secrets"
	done
}

# What an operator's script says, each time and in the usual order: serve, then add,
# then route. Half of it is never said when the kill comes in between.
say_all() {	# HOST
	lab_whack "$1" --listen || return
	case $1 in
	west)	lab_whack west --name behind --host $WEST --client 10.1.0.0/24 --to \
			--host %opportunistic --client 10.2.0.0/24 $WORDS --route
		lab_whack west --name routed --host $WEST --client $NEAR/32 --to --host $EAST \
			--client $ROUTED --psk --drop --route ;;
	east)	lab_whack east --name behind --host $EAST --client 10.2.0.0/24 --to \
			--host %opportunistic --client 10.1.0.0/24 $WORDS --route ;;
	esac
}

# Whoever dies is started again at once, as by an init system.
supervise() {	# HOST
	local ns
	ns=$(lab_ns "$1")
	while [ ! -e "$LAB/stop" ]; do
		ip netns exec "$ns" "$BIN/pluto" --nofork --stderrlog --ctlbase "$LAB/$1/pluto" \
			--secretsfile "$LAB/$1/ipsec.secrets" --ipsecdir "$LAB/$1/ipsec.d" \
			--resolver 192.1.2.254 --rootkey-file "$ZONES_ANCHOR" ${LAB_PLANE:---use-klips} \
			>/dev/null 2>>"$LAB/$1/pluto.log" &
		echo $! >"$LAB/$1/pid"
		lab_until 20 lab_started "$1" && say_all "$1" >>"$LAB/$1/said" 2>&1
		wait $! 2>/dev/null
	done
}
lab_pluto_pid() { cat "$LAB/$1/pid" 2>/dev/null; }

stream() {	# HOST FROM TO
	lab_spawn "$1" ping -n -q -i 0.01 -W 1 -I "$2" "$3"
}
answers() { lab_run "$1" ping -n -c 1 -W 1 -I "$2" "$3"; }
talk() { answers west $WEST $EAST && answers west $WEST6 $EAST6 && answers east $EAST $WEST &&
	answers sunset $NEAR $FAR; }
both_up() { talk && settled west && settled east; }
ended() { ! kill -0 "$1" 2>/dev/null; }

kill_one() {
	local h=west life=$((RANDOM % MOST_MS)) p
	[ $((RANDOM % 2)) = 0 ] || h=east
	sleep "$(printf '%d.%03d' $((life / 1000)) $((life % 1000)))"
	p=$(lab_pluto_pid $h)
	[ -n "$p" ] && kill -9 "$p" 2>/dev/null && killed=$((killed + 1))
}

# Elements of our sets that would stay for ever, but for keyed pairs.
eternal() {
	local s
	for s in pass4 pass6 drop4 drop6 reject4 reject6; do
		lab_run "$1" nft list set inet pluto $s | tr ',' '\n' | grep -E '[0-9a-f.:]+ \. ' | grep -vc expires
	done | lab_sum
}
keyed() { for s in keyed4 keyed6; do
	lab_run "$1" nft list set inet pluto $s | grep -oE '[0-9a-f.:]+ \. [0-9a-f.:]+' | grep -vc type; done | lab_sum; }
pairs() { lab_whack "$1" --listshunts | grep -c ' %keyed '; }
settled() { [ "$(keyed "$1")" = "$(pairs "$1")" ] && [ "$(pairs "$1")" -ge 3 ]; }
helpers() { ip netns pids "$(lab_ns "$1")" | while read -r p; do cat "/proc/$p/comm" 2>/dev/null; done | grep -c "^$2\$"; }

echo "# SEED=$SEED COUNT=$COUNT"
begin || { tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/west/said"
# What passes before anybody has said what is private is nobody's fault.
supervise west 2>>"$LAB/supervised" & LAB_PIDS="$LAB_PIDS $!"
supervise east 2>>"$LAB/supervised" & LAB_PIDS="$LAB_PIDS $!"
check "both talk, encrypted" lab_until 30 both_up
LAB_CAPTURE="not port 53 and not arp" LAB_CAPTURE_ON=br0 lab_capture west
stream west $WEST $EAST; stream east $EAST $WEST; stream west $WEST6 $EAST6
stream west $WEST $SECRETIVE; stream sunset $NEAR $FAR; stream sunset $NEAR 10.9.0.7
killed=0 tries=0 begun=$(date +%s)
while [ $killed -lt "$COUNT" ] && [ $tries -lt $((3 * COUNT)) ]; do
	tries=$((tries + 1))
	kill_one
done
same "killed so often, in $(($(date +%s) - begun)) s" "$killed" "$COUNT"
t0=$(date +%s.%N)
check "they talk again, by themselves" lab_until 10 talk
echo "# $(awk -v a="$t0" -v b="$(date +%s.%N)" 'BEGIN {printf "%.1f", b - a}') s after the last kill"
same "one daemon on each, and one helper of it" \
	"$(helpers west pluto) $(helpers west adns) $(helpers east pluto) $(helpers east adns)" "1 1 1 1"
check "west: what the kernel calls keyed is what the daemon does" lab_until 10 settled west
check "east: the same" lab_until 10 settled east
for h in west east; do
	same "$h: no shunt without an end" "$(eternal $h)" 0
	same "$h: no table stands in any more" "$(lab_run $h nft list tables | grep -c pluto_bridge)" 0
	same "$h: one rule for what is marked" "$(lab_run $h ip rule | grep -c 'fwmark.*lookup 2540')" \
		"$([ "${LAB_INNER:-ipsec0}" = ipsec0 ] && echo 1 || echo 0)"
done
lab_capture_stop west
same "of the private pairs in the clear: IPv4, IPv6" \
	"$(lab_clear west $WEST $EAST) $(lab_clear west $WEST6 $EAST6)" "0 0"
same "of a private host without a key" "$(lab_stray west $SECRETIVE)" 0
same "of hosts behind: opportunistic, and of a connection" \
	"$(lab_stray west $FAR) $(lab_count west "src $NEAR and dst 10.9.0.7")" "0 0"
check "ESP was there to be seen" test "$(lab_count west "esp or (udp port 4500 and udp[8:4] != 0)")" -gt 200
[ -z "${SHOW:-}" ] || tcpdump -tt -n -r "$LAB/west.pcap" "host $FAR and not esp and not udp" | head -40; touch "$LAB/stop"
[ -z "${SHOW:-}" ] || { tail -5 $LAB/west/said; lab_whack west --listshunts; lab_run west nft list set inet pluto keyed4;  lab_whack west --status | grep routed; lab_run west nft list table inet pluto | grep -A5 'conn4_0\|chain conns'; }
tap_done
