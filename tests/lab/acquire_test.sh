#!/bin/sh
# Acquires of the kernel in use, with real packets and without ESP: what it keeps
# leaves when it may, and a full socket is survived.
# Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/lab.sh
. tests/lab/tap.sh

HERE=192.1.2.45 THERE=192.1.2.23
[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }

begin() {
	lab_begin && lab_host here $HERE && lab_host there $THERE || return 1
	for n in 24 25 26; do lab_addr there 192.1.2.$n; done
	lab_run here sysctl -qw net.core.xfrm_larval_drop=0 net.core.xfrm_acq_expires=30
	lab_run there ip addr add 10.0.0.1/8 dev lo
	lab_run here ip route add 10.0.0.0/8 via $THERE
	lab_spawn there python3 tests/lab/talk.py serve "$LAB/received"
	lab_until 60 test -s "$LAB/received"
}

probe() {	# pass|drop PREFIX...
	: >"$LAB/probe"		# what the one before said is not waited for
	ip netns exec "$(lab_ns here)" "$BIN/acquire_probe" "$@" >"$LAB/probe" 2>"$LAB/probe.err" &
	PROBE=$!
	LAB_PIDS="$LAB_PIDS $!"
	lab_until 10 grep -q ready "$LAB/probe"
}
probe_end() { kill "$PROBE"; wait "$PROBE"; }
larval() { lab_run here ip xfrm state | grep -c 'spi 0x00000000'; }
pairs() { lab_run here ip xfrm policy | grep -c "^src $HERE/32 dst 10\."; }
ping_once() { lab_run here ping -n -c 1 -W 5 "$1"; }
all_decided() { [ "$(larval)" = 0 ] && [ "$(pairs)" -ge 16000 ]; }


ip xfrm policy >/dev/null 2>&1 || { echo "ok 1 - lab # SKIP no XFRM in this kernel"; exit 0; }
begin || { tap_result 1 "the lab starts"; tap_done; exit 1; }
probe pass 192.1.2.0/24 10.0.0.0/8
tap_show "$LAB/probe.err"
check "the first ICMP packet arrives" ping_once 192.1.2.23
check "a TCP connection, and its SYN once" sh -c "ip netns exec $(lab_ns here) python3 \
	tests/lab/talk.py tcp $HERE 192.1.2.24 4 && [ \$(ip netns exec $(lab_ns here) nstat -asz TcpRetransSegs |
	awk '/TcpRetransSegs/ {print \$2}') = 0 ]"
lab_run here python3 tests/lab/talk.py udp $HERE 192.1.2.25 10 burst
lab_until 5 sh -c "[ \$(grep -c burst '$LAB/received') -ge 10 ]"
same "ten UDP datagrams at once, in order" \
	"$(sed -n "s/^$HERE burst //p" "$LAB/received" | tr '\n' ' ')" "0 1 2 3 4 5 6 7 8 9 "
same "no larval SA is left" "$(larval)" 0

# It sleeps while the kernel asks for sixteen thousand pairs.
kill -STOP "$PROBE"
lab_run here python3 tests/lab/talk.py spray $HERE 10.1.0.1 16000
kill -CONT "$PROBE"
lab_until 10 sh -c "[ \$(ip -n $(lab_ns here) xfrm state | grep -c 'spi 0x00000000') = 0 ]"
same "more questions than the socket holds: no larval SA is left" "$(larval)" 0
check "what was lost is lost to the first packet alone" sh -c "[ $(pairs) -ge 1000 ] && [ $(pairs) -lt 16000 ]"
lab_run here python3 tests/lab/talk.py spray $HERE 10.1.0.1 16000
check "and the next packets are all decided" lab_until 20 all_decided
probe_end
holds "and the socket was too small for them" "$LAB/probe" "overruns [1-9]"
same "at the end no rule is left" "$(lab_run here ip xfrm policy | grep -c "^src")" 0

probe drop 192.1.2.0/24
check "what is dropped does not leave" sh -c "! ip netns exec $(lab_ns here) ping -n -c 1 -W 1 192.1.2.26"
same "and is not asked for again" "$(larval)" 0
probe_end
tap_done
