#!/bin/sh
# Starting where something is missing: each has its own sentence and exit status,
# and nothing is left behind. What a running daemon may do. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 WEST6=2001:db8:1:2::45

# WORDS STATUS PATTERN command...: it ends by itself, with this status, and the
# last line says why.
ends() {
	_w=$1 _s=$2 _p=$3; shift 3
	timeout 10 "$@" >"$LAB/out" 2>&1 </dev/null
	same "$_w: exit status" $? "$_s"
	holds "$_w: says so" "$LAB/out" "$_p"
	same "$_w: in one line" "$(grep -vc "^data plane:" "$LAB/out")" 1
	lab_run west nft list tables >"$LAB/tables" 2>&1
	lab_run west ip link >>"$LAB/tables" 2>&1
	lab_run west ip rule >>"$LAB/tables" 2>&1
	same "$_w: leaves nothing behind" "$(grep -cE 'pluto|ipsec0' "$LAB/tables")$(find "$LAB/west" -maxdepth 1 -name 'pluto.*' | wc -l)" 00
}

# The daemon's command line, in west, after a shell command in a mount namespace.
without() {
	_hide=$1; shift
	echo ip netns exec "$(lab_ns west)" unshare -m sh -c "'$_hide; exec $BIN/pluto $*'"
}

OPTIONS() {
	echo "--nofork --stderrlog --ctlbase $LAB/west/pluto --secretsfile $LAB/west/ipsec.secrets" \
		"--ipsecdir $LAB/west/ipsec.d --resolver 192.1.2.254"
}

lab_begin && lab_host west $WEST $WEST6 || exit 1
zones_begin "$LAB/zones" && zones_sign && lab_key west || exit 1
: >"$LAB/empty"
tap_show "$LAB/out" "$LAB/tables"
good="$(OPTIONS) --rootkey-file $ZONES_ANCHOR"

eval ends '"without TUN"' 5 "'cannot make a TUN device: No such file'" \
	"$(without "mount -t tmpfs none /dev/net" $good --use-klips)"
hide=
for p in /usr/sbin/iptables-nft-restore /usr/sbin/iptables-legacy-restore; do
	[ -e $p ] && hide="$hide mount --bind $LAB/empty $(readlink -f $p);"
done
if ip netns exec "$(lab_ns west)" sh -c 'nft add table inet x && nft add chain inet x c &&
	nft add rule inet x c queue to 4500' 2>/dev/null; then
	tap_skip "without NFQUEUE" "this kernel can always queue"
else
	eval ends '"without NFQUEUE"' 4 "'no way to queue packets'" "$(without "$hide true" $good)"
fi
ip netns exec "$(lab_ns west)" nft delete table inet x 2>/dev/null
ends "without privilege" 2 'must be started as root' \
	ip netns exec "$(lab_ns west)" setpriv --reuid 65534 --clear-groups "$BIN/pluto" $good
ends "root without CAP_NET_ADMIN" 5 'TUN|capab' \
	ip netns exec "$(lab_ns west)" setpriv --bounding-set -net_admin "$BIN/pluto" $good
# shellcheck disable=SC2046
ends "without a trust anchor" 7 'no DNSSEC trust anchor: /nonexistent' \
	ip netns exec "$(lab_ns west)" "$BIN/pluto" $(OPTIONS) --rootkey-file /nonexistent
# shellcheck disable=SC2046
ends "with a trust anchor that is none" 7 'no DNSSEC trust anchor: .*/empty holds no DS or DNSKEY record' \
	ip netns exec "$(lab_ns west)" "$BIN/pluto" $(OPTIONS) --rootkey-file "$LAB/empty"

# The port is opened by --listen.
lab_pluto west || exit 1
lab_spawn west python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("192.1.2.45", 4500)); print("bound", flush=True); time.sleep(60)'
lab_until 20 grep -q bound "$LAB/spawned"
lab_whack west --listen >"$LAB/out" 2>&1
same "port taken: status of --listen" $? 23
holds "port taken: which one" "$LAB/out" '^023 UDP port 4500 on 192.1.2.45: '
kill "$LAB_SPAWNED"
wait "$LAB_SPAWNED" 2>/dev/null
lab_whack west --listen >"$LAB/out" 2>&1
same "when it is free again --listen succeeds" $? 0
for s in "$WEST:500" "$WEST:4500" "\[$WEST6\]:500" "\[$WEST6\]:4500"; do
	lab_run west ss -Hlun >"$LAB/sockets"
	holds "serves $s" "$LAB/sockets" "$s "
done

# What the processes may do. A log that is long already is no file too large for adns.
lab_pluto_stop west
head -c 2000000 /dev/zero | tr '\0' '\n' >>"$LAB/west/pluto.log"
lab_pluto west && lab_whack west --listen >"$LAB/out" 2>&1
lab_whack west --oppohere "$WEST" --oppothere 192.1.2.23 >"$LAB/out" 2>&1
check "adns says in a long log that nobody answers" lab_until 20 grep -q 'DNS: ' "$LAB/west/pluto.log"
sed -i '/^$/d' "$LAB/west/pluto.log"
same "adns lives with a long log" "$(grep -c 'adns: killed by signal' "$LAB/west/pluto.log")" 0
lab_pluto_stop west

# Into a pipe, so that no file of its may be long.
rm -f "$LAB/west/pluto.log"
mkfifo "$LAB/west/pluto.log"
cat <>"$LAB/west/pluto.log" >"$LAB/west/log" &
LAB_PIDS="$LAB_PIDS $!"
lab_pluto west && lab_whack west --listen >"$LAB/out" 2>&1 || exit 1
pluto=$(lab_pluto_pid west)
adns=$(pgrep -P "$pluto" -x adns)
status() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; }
same "adns runs as nobody of importance" "$(status "$adns" Uid | awk '{print ($1 > 0 && $1 == $2 && $2 == $3)}')" 1
same "adns has no capability" "$(status "$adns" CapPrm)$(status "$adns" CapEff)$(status "$adns" CapAmb)" \
	000000000000000000000000000000000000000000000000
same "adns has an empty root directory" "$(ls -A "/proc/$adns/root/" | wc -l) $(readlink "/proc/$adns/root" | grep -c deleted)" "0 1"
limit() { sed -nE "s/^$1 +([0-9]+) .*/\1/p" "/proc/$adns/limits"; }
same "adns may have so much of data, files of that size, processes" \
	"$(limit 'Max data size') $(limit 'Max file size') $(limit 'Max processes')" "536870912 1048576 0"
check "... and so many descriptors" test "$(limit 'Max open files')" -le 4160
same "system calls of adns are limited" "$(status "$adns" Seccomp)" 2
same "adns gets no new privilege" "$(status "$adns" NoNewPrivs)" 1
# Capabilities are a thread's own in Linux: each of them counts.
each_thread() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$pluto/task"/*/status | sort -u | tr '\n' ' '; }
if prlimit --memlock=unlimited:unlimited true 2>/dev/null; then
	check "pluto has its memory locked" test "$(status "$pluto" VmLck | tr -dc 0-9)" -gt 1000
else
	holds "memory cannot be locked here: that is said" "$LAB/west/log" 'keys may be swapped out'
fi
check "pluto has more threads than one" test "$(ls "/proc/$pluto/task" | wc -l)" -gt 1
for set in CapEff CapPrm CapBnd; do
	same "pluto keeps net_bind, net_admin and net_raw alone in each thread ($set)" \
		"$(each_thread $set)" "0000000000003400 "
done
same "pluto gets no new privilege" "$(each_thread NoNewPrivs)" "1 "
same "system calls of pluto are limited in each thread" "$(each_thread Seccomp)" "2 "
lab_run west iptables-nft -t mangle -S >"$LAB/tables"
if grep -q 'first packets: NFQUEUE.* through iptables-nft' "$LAB/out"; then
	holds "rules of iptables hand packets over" "$LAB/tables" pluto-trap
fi
lab_pluto_stop west
same "no rules of iptables stay behind pluto" "$(lab_run west iptables-nft -t mangle -S | grep -c pluto-trap)" 0
lab_pluto west --noseccomp
pluto=$(lab_pluto_pid west)
same "--noseccomp: they are not limited" "$(each_thread Seccomp)" "0 "
holds "which way of queueing was chosen is logged" "$LAB/west/log" 'first packets are caught by NFQUEUE'
tap_done
