# Hosts in network namespaces on one bridge, with a signed DNS and pluto in
# each: a library for sh. Source zones.sh first.
#
#	. tests/lab/zones.sh; . tests/lab/lab.sh
#	lab_begin			a work directory, $LAB; everything of the
#					lab is named after it and removed at exit
#	lab_host west 192.1.2.45 2001:db8:1:2::45
#	lab_nic				nic 192.1.2.254: NSD and unbound to come
#	lab_behind sunset west 10.1.0.10 10.1.0.1 fd01::10 fd01::1
#					a host without IPsec behind west, which is its
#					gateway (10.1.0.1, device lan-sunset) and forwards
#	lab_via west 192.1.2.23 10.2.0.0/24	west's routes to what is behind another
#	lab_key west			makes west's host key and secrets file
#	lab_publish west 192.1.2.45	its IPSECKEY into the zones (before zones_sign)
#	lab_policy west private-or-clear 192.1.2.0/24
#	lab_capture west		tcpdump of west's wire, from the switch's side
#	lab_pluto west [option...]	starts pluto and waits until it answers
#	lab_whack west --listen
#	lab_run west ping -c1 192.1.2.23
#	lab_capture_stop west; lab_clear west A B	packets in the clear, counted
#	lab_addr east 192.1.2.24 2001:db8:1:2::24	more addresses of one host
#	lab_bad_wire west 7 loss=30	its wire misbehaves from now on (bad_wire.c says how)
#	lab_bad_wire_stop west		and no more; what it did is in $LAB/west/bad_wire
#	lab_spawn east command...	in the background, ended with the lab
#	lab_until 5 command...		tries until it succeeds or 5 s are over
#	lab_capture_inner east		what comes out of its tunnel device, ipsec0
#	lab_count_inner east FILTER; lab_capture_inner_stop east
#	lab_stray west ADDR		packets of ADDR in the clear, counted
#	lab_end
#
# Reads: BIN (build/bin); LAB_RESOLVER (192.1.2.254); LAB_PLANE, the data plane of every pluto (--use-klips);
# LAB_INNER, where decrypted packets are seen (ipsec0); LAB_END_S, how long a pluto may take to end. Sets: LAB, LAB_SW (the switch's namespace).

BIN=${BIN:-build/bin}
LAB=
LAB_PIDS=

lab_begin() {
	LAB=$(mktemp -d "${TMPDIR:-/tmp}/oelab.XXXXXX") || return 1
	LAB_ID=$(basename "$LAB" | tr -c 'a-zA-Z0-9\n' '-')
	LAB_SW=$LAB_ID-sw
	trap 'lab_end' EXIT
	trap 'exit 130' INT TERM
	chmod 755 "$LAB"
	ip netns add "$LAB_SW" || return 1
	ip -n "$LAB_SW" link add br0 type bridge stp_state 0 forward_delay 0
	ip netns exec "$LAB_SW" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	ip -n "$LAB_SW" link set br0 up
}

lab_ns() { echo "$LAB_ID-$1"; }

lab_run() {
	_h=$1; shift
	ip netns exec "$(lab_ns "$_h")" "$@"
}

# NAME IPV4 [IPV6]: a host with one wire to the switch.
lab_host() {
	_n=$(lab_ns "$1")
	ip netns add "$_n" || return 1
	ip -n "$LAB_SW" link add "p-$1" type veth peer name eth0 netns "$_n" || return 1
	ip -n "$LAB_SW" link set "p-$1" master br0 up
	ip netns exec "$_n" sysctl -qw net.ipv6.conf.eth0.accept_dad=0 \
		net.ipv6.conf.eth0.router_solicitations=0
	ip -n "$_n" link set lo up
	ip -n "$_n" link set eth0 up
	ip -n "$_n" addr add "$2/23" dev eth0
	[ -n "${3:-}" ] && ip -n "$_n" addr add "$3/64" dev eth0 nodad
	mkdir -p "$LAB/$1/ipsec.d/policies" "$LAB/$1/ipsec.d/private"
	(umask 077; : >"$LAB/$1/ipsec.secrets")
}

# NAME GATEWAY IPV4 ITS-IPV4 [IPV6 ITS-IPV6]: a host with one wire to a gateway.
lab_behind() {
	_n=$(lab_ns "$1") _g=$(lab_ns "$2")
	ip netns add "$_n" || return 1
	ip -n "$_g" link add "lan-$1" type veth peer name eth0 netns "$_n" || return 1
	ip netns exec "$_n" sysctl -qw net.ipv6.conf.eth0.accept_dad=0 \
		net.ipv6.conf.eth0.router_solicitations=0
	ip netns exec "$_g" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		"net.ipv6.conf.lan-$1.accept_dad=0"
	ip -n "$_n" link set lo up
	ip -n "$_n" link set eth0 up
	ip -n "$_g" link set "lan-$1" up
	ip -n "$_n" addr add "$3/24" dev eth0
	ip -n "$_g" addr add "$4/24" dev "lan-$1"
	ip -n "$_n" route add default via "$4"
	[ -n "${5:-}" ] || return 0
	ip -n "$_n" addr add "$5/64" dev eth0 nodad
	ip -n "$_g" addr add "$6/64" dev "lan-$1" nodad
	ip -n "$_n" route add default via "$6"
}

lab_via() {
	_n=$(lab_ns "$1") _g=$2; shift 2
	for _a in "$@"; do ip -n "$_n" route add "$_a" via "$_g" || return 1; done
}

lab_addr() {
	_n=$(lab_ns "$1"); shift
	for _a in "$@"; do
		case $_a in
		*:*) ip -n "$_n" addr add "$_a/64" dev eth0 nodad ;;
		*) ip -n "$_n" addr add "$_a/23" dev eth0 ;;
		esac || return 1
	done
}

# Between its port and the switch; captures of its port see what it sends and gets.
lab_bad_wire() {
	_h=$1 _seed=$2; shift 2
	ip -n "$LAB_SW" link add "b-$_h" type veth peer name "w-$_h" || return 1
	ip -n "$LAB_SW" link set "p-$_h" nomaster
	ip -n "$LAB_SW" link set "b-$_h" master br0 up
	ip -n "$LAB_SW" link set "w-$_h" up
	: >"$LAB/$_h/bad_wire"
	ip netns exec "$LAB_SW" "$BIN/bad_wire" "p-$_h" "w-$_h" "$_seed" "$@" >"$LAB/$_h/bad_wire" 2>&1 </dev/null &
	eval "LAB_BAD_$_h=$!"
	LAB_PIDS="$LAB_PIDS $!"
	lab_until 20 grep -q carries "$LAB/$_h/bad_wire"
}

lab_bad_wire_stop() {
	eval "_p=\$LAB_BAD_$1"
	kill "$_p" 2>/dev/null
	wait "$_p" 2>/dev/null
	ip -n "$LAB_SW" link del "b-$1"
	ip -n "$LAB_SW" link set "p-$1" master br0
}

lab_spawn() {
	_n=$(lab_ns "$1"); shift
	ip netns exec "$_n" "$@" >>"$LAB/spawned" 2>&1 </dev/null &
	LAB_SPAWNED=$!
	LAB_PIDS="$LAB_PIDS $!"
}

# By the clock, as a command may itself take long.
lab_until() {	# SECONDS command...
	read -r _until _ </proc/uptime
	_until=$((${_until%.*} + $1 + 1)); shift
	until "$@" >/dev/null 2>&1; do
		read -r _now _ </proc/uptime
		[ "${_now%.*}" -lt $_until ] || return 1
		sleep 0.05
	done
}

lab_sum() { awk '{n += $1} END {print n + 0}'; }

lab_nic() {
	lab_host nic 192.1.2.254 2001:db8:1:2::254
}

# NAME [TYPE]: a host key and the secrets that name it.
lab_key() {
	"$BIN/ipsec" newhostkey --type "${2:-ed25519}" --output "$LAB/$1/ipsec.d/private/host.pem" \
		--secrets "$LAB/$1/ipsec.secrets" --ipsecdir "$LAB/$1/ipsec.d" >"$LAB/$1/newhostkey.out" 2>&1
}

# NAME ADDR...: its key under these addresses' reverse names.
lab_publish() {
	_h=$1; shift
	"$BIN/oe-zone" record -k "$LAB/$_h/ipsec.d/private/host.pem" "$@" >"$LAB/$_h/records" || return 1
	grep -v '^;' "$LAB/$_h/records" | while read -r owner ttl _in type rdata; do
		zones_record "$owner" "$ttl" "$type" "$rdata" || exit 1
	done
}

lab_policy() {
	_h=$1; _g=$2; shift 2
	for _p in "$@"; do echo "$_p"; done >>"$LAB/$_h/ipsec.d/policies/$_g"
}

lab_whack() {
	_h=$1; shift
	ip netns exec "$(lab_ns "$_h")" "$BIN/whack" --ctlbase "$LAB/$_h/pluto" "$@"
}

# NAME [option...]: resolver and anchor are the lab's unless given.
lab_pluto() {
	_h=$1; shift
	ip netns exec "$(lab_ns "$_h")" "$BIN/pluto" --nofork --stderrlog \
		--ctlbase "$LAB/$_h/pluto" --secretsfile "$LAB/$_h/ipsec.secrets" \
		--ipsecdir "$LAB/$_h/ipsec.d" --resolver ${LAB_RESOLVER:-192.1.2.254} \
		--rootkey-file "$ZONES_ANCHOR" ${LAB_PLANE:---use-klips} "$@" >"$LAB/$_h/pluto.out" 2>>"$LAB/$_h/pluto.log" &
	eval "LAB_PLUTO_$_h=$!"
	LAB_PIDS="$LAB_PIDS $!"
	lab_until 30 lab_started "$_h" && lab_answers "$_h" >/dev/null 2>&1 && return 0
	echo "lab: pluto on $_h did not start:" >&2
	tail -5 "$LAB/$_h/pluto.log" >&2
	return 1
}

lab_started() { lab_answers "$1" || ! kill -0 "$(lab_pluto_pid "$1")"; }
lab_answers() { [ -S "$LAB/$1/pluto.ctl" ] && lab_whack "$1" --oestatus; }

lab_pluto_pid() { eval "echo \${LAB_PLUTO_$1:-}"; }

lab_pluto_stop() {
	[ -n "$(lab_pluto_pid "$1")" ] || return 0
	lab_whack "$1" --shutdown >/dev/null 2>&1
	_p=$(lab_pluto_pid "$1")
	for _i in $(seq $((${LAB_END_S:-5} * 20))); do
		kill -0 "$_p" 2>/dev/null || return 0
		sleep 0.05
	done
	kill -9 "$_p" 2>/dev/null
}

# NAME [FILE]: what crosses its wire, or the device LAB_CAPTURE_ON of the switch
# (br0 sees all that it forwards), until lab_capture_stop; LAB_CAPTURE may hold a
# filter.
lab_capture() {
	_f=${2:-$LAB/$1.pcap}
	: >"$LAB/$1.tcpdump"	# what the capture before said is not waited for
	ip netns exec "$LAB_SW" tcpdump -i "${LAB_CAPTURE_ON:-p-$1}" -U --immediate-mode -n -s 200 \
		-w "$_f" "${LAB_CAPTURE:-}" 2>"$LAB/$1.tcpdump" &
	eval "LAB_TCPDUMP_$1=$! LAB_PCAP_$1=\$_f"
	LAB_PIDS="$LAB_PIDS $!"
	lab_until 20 grep -q 'listening on' "$LAB/$1.tcpdump"
}

# The device is there once pluto has started.
lab_capture_inner() {
	: >"$LAB/$1.inner.tcpdump"
	ip netns exec "$(lab_ns "$1")" tcpdump -i "${LAB_INNER:-ipsec0}" -U --immediate-mode -n -s 200 \
		-w "$LAB/$1.inner.pcap" 2>"$LAB/$1.inner.tcpdump" &
	eval "LAB_INNER_$1=$!"
	LAB_PIDS="$LAB_PIDS $!"
	lab_until 20 grep -q 'listening on' "$LAB/$1.inner.tcpdump"
}

lab_capture_inner_stop() {
	eval "_p=\$LAB_INNER_$1"
	kill "$_p" 2>/dev/null
	wait "$_p" 2>/dev/null
}

lab_count_inner() { tcpdump -n -r "$LAB/$1.inner.pcap" "$2" 2>/dev/null | wc -l; }

lab_capture_stop() {
	sleep 0.3
	eval "_p=\$LAB_TCPDUMP_$1"
	kill "$_p" 2>/dev/null
	wait "$_p" 2>/dev/null
}

# NAME FILTER: how many captured packets match.
lab_count() {
	eval "_f=\$LAB_PCAP_$1"
	tcpdump -n -r "$_f" "$2" 2>/dev/null | wc -l
}

# NAME A B: packets between A and B that are neither IKE nor ESP nor neighbour
# discovery.
lab_clear() {
	case $2 in
	*:*) lab_count "$1" "host $2 and host $3 and not esp and not udp port 500 and not udp port 4500 and not (icmp6 and ip6[40] >= 133 and ip6[40] <= 137)" ;;
	*) lab_count "$1" "ip and host $2 and host $3 and not esp and not udp port 500 and not udp port 4500" ;;
	esac
}

# NAME ADDR: the same, to or from ADDR, whoever is at the other end.
lab_stray() {
	lab_count "$1" "host $2 and not arp and not esp and not udp port 500 and not udp port 4500 and not udp port 53 and not (icmp6 and (ip6[40] = 143 or ip6[40] >= 133 and ip6[40] <= 137))"
}

lab_end() {
	_status=$?
	trap - EXIT INT TERM
	[ -n "$LAB" ] || return "$_status"
	zones_stop 2>/dev/null
	for _p in $LAB_PIDS; do kill "$_p" 2>/dev/null; done
	for _p in $LAB_PIDS; do
		for _i in $(seq $((${LAB_END_S:-3} * 20))); do
			kill -0 "$_p" 2>/dev/null || break
			sleep 0.05
		done
		kill -9 "$_p" 2>/dev/null
		wait "$_p" 2>/dev/null
	done
	for _n in $(ip netns list | awk '{print $1}' | grep "^$LAB_ID-"); do
		for _p in $(ip netns pids "$_n" 2>/dev/null); do kill -9 "$_p" 2>/dev/null; done
		ip netns del "$_n"
	done
	[ -n "${LAB_KEEP:-}" ] && echo "lab kept in $LAB" || rm -rf "$LAB"
	LAB=
	return "$_status"
}
