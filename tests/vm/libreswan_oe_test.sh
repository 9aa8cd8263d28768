#!/bin/sh
# A libreswan that does opportunistic encryption of its own meets ours: it holds
# no configuration of us, nor we of it. Prints TAP, and a table.
#
# Keys are RSA, and their records name no gateway: libreswan 4.10 reads no others
# from IPSECKEY. Each case uses an
# address of ours that is new to both. libreswan drops the first packet that its
# trap catches; ours may not lose one.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh
. tests/interop/peers.sh

KEYED=192.1.2.23 BARE=192.1.2.24	# theirs, with a key in DNS and without
us() { echo "192.1.2.$1"; }
numbers="41 42 43 51 52 53 60 61 62 71"
table=
row() { table="$table$(printf '%-10s %-13s %s' "$@")
"; }

begin() {
	lab_begin && lab_nic && lab_host ours 192.1.2.40 && lab_host them $KEYED || return 1
	lab_addr them $BARE
	peers_fetch || { echo "1..0 # SKIP libreswan cannot be downloaded here"; exit 0; }
	for n in $numbers; do all="${all:-} $(us "$n")"; done
	lab_addr ours $all
	published=${all% *}	# 71 has no key in DNS
	zones_begin "$LAB/zones" && zones_lab && lab_key ours rsa && lab_key them rsa &&
		lab_publish ours -g none 192.1.2.40 $published && lab_publish them -g none $KEYED &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	lab_policy ours clear 192.1.2.254
	lab_policy ours private-or-clear 192.1.2.0/24
	mkdir -p "$LAB/all"
	peer_begin them libreswan $KEYED && them_files || return 1
	LAB_CAPTURE_ON=br0 lab_capture all
}

# What /etc of their host says, and their key in their NSS database.
them_files() {
	_k=$LAB/them/ipsec.d/private/host.pem
	peer_run them sh -c 'rm -f /etc/resolv.conf && echo "nameserver 192.1.2.254" >/etc/resolv.conf
		mkdir -p /etc/ipsec.d/policies && cd /etc/ipsec.d/policies && : >portexcludes.conf &&
		: >private && : >block && echo 192.1.2.254/32 >clear &&
		echo 192.1.2.0/24 | tee private-or-clear >clear-or-private' || return 1
	mkdir -p "$LAB/them/nss" && certutil -N -d "sql:$LAB/them/nss" --empty-password &&
	openssl req -x509 -new -key "$_k" -subj /CN=them -days 30 -out "$LAB/them/cert.pem" &&
	openssl pkcs12 -export -inkey "$_k" -in "$LAB/them/cert.pem" -name them -passout pass: \
		-out "$LAB/them/key.p12" &&
	pk12util -i "$LAB/them/key.p12" -d "sql:$LAB/them/nss" -W '' >"$LAB/them/out" 2>&1 || return 1
	ckaid=$(certutil -K -d "sql:$LAB/them/nss" | sed -n 's/^< *[0-9]*> *rsa *\([0-9a-f]*\).*/\1/p')
}

them_conf() {	# GROUP LINE...: how both ends authenticate
	_auto=ondemand
	[ "$1" = private-or-clear ] || _auto=add
	cat <<-END
	config setup
	  dnssec-enable=yes
	  dnssec-rootkey-file=$ZONES_ANCHOR
	conn clear
	  type=passthrough
	  authby=never
	  left=$THEM
	  right=%group
	  auto=ondemand
	conn $1
	  type=tunnel
	  ikev2=insist
	  left=$THEM
	  right=%opportunisticgroup
	  leftupdown=%disabled
	  negotiationshunt=hold
	  failureshunt=passthrough
	  keyingtries=1
	  retransmit-timeout=3s
	  auto=$_auto
	END
	shift
	printf '  %s\n' "$@"
}

them_start() {	# ADDRESS GROUP LINE...
	THEM=$1; shift
	them_conf "$@" >"$LAB/them/ipsec.conf"
	: >"$LAB/them/log"
	peer_run them /usr/libexec/ipsec/pluto --config "$LAB/them/ipsec.conf" \
		--rundir /run/pluto --nssdir "$LAB/them/nss" --logfile "$LAB/them/log" >>"$LAB/them/out" 2>&1 &&
	lab_until 10 grep -q 'loading secrets from' "$LAB/them/log" &&
	them_pid=$(peer_run them cat /run/pluto/pluto.pid) && LAB_PIDS="$LAB_PIDS $them_pid" &&
	peer_run them timeout 20 /usr/libexec/ipsec/addconn --config "$LAB/them/ipsec.conf" \
		--ctlsocket /run/pluto/pluto.ctl --autoall >>"$LAB/them/out" 2>&1 &&
	lab_until 10 loaded
}
loaded() { peer_run them timeout 15 /usr/libexec/ipsec/whack --ctlsocket /run/pluto/pluto.ctl --status | grep -q '192.1.2.0/24'; }

them_stop() {
	kill "$them_pid"
	lab_until 5 sh -c "! kill -0 $them_pid" || kill -9 "$them_pid"
	peer_run them sh -c 'ip xfrm policy flush; ip xfrm state flush; rm -f /run/pluto/*'
}

ours_start() {
	lab_pluto ours --use-netkey "$@" && lab_whack ours --listen >"$LAB/ours/listen" &&
		lab_until 5 grep -q 'is published at' "$LAB/ours/pluto.log"
}

answers() { grep -c 'bytes from' "$1"; }
# Of the newest SA: who began it, and who they are to us.
role() {
	lab_whack ours --status | grep "$THEM.*IKE_ESTABLISHED" | tail -n 1 |
		sed 's/.*IKE_ESTABLISHED; \([a-z]*\);.*; peer \(.*\); rekey.*/we are \1, they \2/'
}
wire() { sleep 0.3; echo "$(lab_count all "icmp and host $1 and host $THEM") clear"; }

theirs_first() {	# WORDS ADDRESS
	lab_run them ping -n -c 6 -i 0.5 -W 2 -I $THEM "$2" >"$LAB/ping.them"
	_n=$(answers "$LAB/ping.them")
	check "$1, their packet is the first: answered ($_n of 6)" test "$_n" -ge 4
	same "$1, their packet is the first: on the wire" "$(wire "$2")" "0 clear"
	row "$1" "theirs first" "$_n of 6, $(role)"
}

ours_first() {
	lab_run ours ping -n -c 4 -i 0.3 -W 4 -I "$2" $THEM >"$LAB/ping.ours"
	_n=$(answers "$LAB/ping.ours")
	same "$1, our packet is the first: answered" "$_n" 4
	same "$1, our packet is the first: on the wire" "$(wire "$2")" "0 clear"
	row "$1" "ours first" "$_n of 4, $(role)"
}

at_once() {
	lab_run them ping -n -c 6 -i 0.5 -W 2 -I $THEM "$2" >"$LAB/ping.them" &
	_other=$!
	lab_run ours ping -n -c 6 -i 0.5 -W 4 -I "$2" $THEM >"$LAB/ping.ours"
	wait $_other
	_n=$(answers "$LAB/ping.ours") _m=$(answers "$LAB/ping.them")
	same "$1, both at once: ours answered" "$_n" 6
	check "$1, both at once: theirs answered ($_m of 6)" test "$_m" -ge 4
	sleep 6
	lab_run ours ping -n -c 3 -i 0.3 -W 2 -I "$2" $THEM >"$LAB/ping.ours"
	lab_run them ping -n -c 3 -i 0.3 -W 2 -I $THEM "$2" >"$LAB/ping.them"
	same "$1, both at once: and later" "$(answers "$LAB/ping.ours") $(answers "$LAB/ping.them")" "3 3"
	same "$1, both at once: on the wire" "$(wire "$2")" "0 clear"
	row "$1" "both at once" "$_n and $_m of 6, $(role)"
}

begin || { tap_show "$LAB/them/out" "$LAB/them/log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/ours/pluto.log" "$LAB/them/log" "$LAB/them/out"

check "libreswan with IPSECKEY starts" them_start $KEYED private-or-clear \
	leftauth=rsasig "leftckaid=$ckaid" rightauth=rsasig rightrsasigkey=%dnsondemand
check "ours starts" ours_start
theirs_first IPSECKEY "$(us 41)"
ours_first IPSECKEY "$(us 42)"
at_once IPSECKEY "$(us 43)"
them_stop
lab_pluto_stop ours

check "libreswan with NULL starts" them_start $BARE private-or-clear authby=null leftid=%null rightid=%null
check "ours starts with --oe-null" ours_start --oe-null
theirs_first NULL "$(us 51)"
ours_first NULL "$(us 52)"
at_once NULL "$(us 53)"
them_stop

check "libreswan that is anonymous itself starts" them_start $BARE private-or-clear \
	leftauth=null leftid=%null rightauth=rsasig rightrsasigkey=%dnsondemand
# As a client it judges our AUTH without waiting for the key it asks DNS for, and
# fails where we are quicker than that. Its validator learns the zones' keys here.
lab_run them ping -n -c 2 -W 2 -I $THEM "$(us 60)" >/dev/null
theirs_first client "$(us 61)"
# It refuses our first attempt, at which both are anonymous; our packet passes, and
# the answer, which it loses, makes it begin on its own.
lab_run ours ping -n -c 4 -i 0.5 -W 4 -I "$(us 62)" $THEM >"$LAB/ping.ours"
_n=$(answers "$LAB/ping.ours")
check "client, our packet is the first: answered ($_n of 4)" test "$_n" -ge 3
before=$(wire "$(us 62)")
lab_run ours ping -n -c 3 -i 0.3 -W 2 -I "$(us 62)" $THEM >"$LAB/ping.ours"
same "client, our packet is the first: encrypted in the end" \
	"$(answers "$LAB/ping.ours"), $(wire "$(us 62)")" "3, $before"
row client "ours first" "$_n of 4, $before, $(role)"
them_stop

check "libreswan that takes anonymous peers starts" them_start $KEYED clear-or-private \
	leftauth=rsasig "leftckaid=$ckaid" rightauth=null rightid=%null
ours_first server "$(us 71)"
them_stop
lab_pluto_stop ours
printf '#\n# %-10s %-13s %s\n' keys case result
printf '%s' "$table" | sed 's/^/# /'
tap_done
