#!/bin/bash
# A daemon in trouble: clients that go, files that cannot be read, sockets that
# are opened anew under traffic, ends in the middle of things. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23 EAST_B=192.1.2.24 NOBODY=192.1.2.99 SECRETIVE=192.1.2.78

begin() {
	lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST || return 1
	lab_addr east $EAST_B
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east || return 1
	lab_publish west $WEST && lab_publish east $EAST $EAST_B || return 1
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west east; do
		lab_policy $h clear 192.1.2.254 $NOBODY
		lab_policy $h private-or-clear 192.1.2.0/24
		lab_policy $h private $SECRETIVE
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
}
answers() { lab_run west ping -n -c 1 -W "${2:-2}" "$1" >/dev/null 2>&1; }
west() { timeout 20 ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" "$@" >"$LAB/said" 2>&1; }
alive() { west --status && grep -q '^000 pluto' "$LAB/said"; }
child() { lab_whack west --trafficstatus | sed -n "s/.*#\([0-9]*\): .*<-> $1.*/\1/p" | head -1; }
ends() { lab_until 5 eval "! kill -0 $1"; }
add() {	# NAME PEER
	lab_whack west --name "$1" --host $WEST --to --host "$2" --psk --encrypt >/dev/null
}
bare() {	# a daemon without data plane or network, in the foreground
	timeout 10 unshare -n "$BIN/pluto" --nofork --stderrlog --use-nostack --resolver 127.0.0.1 \
		--rootkey-file "$ZONES_ANCHOR" --ipsecdir "$LAB/none" --secretsfile "$LAB/none/s" "$@"
}

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/said" "$LAB/west/pluto.log"
pid=$(lab_pluto_pid west)

check "an encrypted pair" answers $EAST 3
first=$(child $EAST)

# Sockets opened anew under traffic.
lab_run west ping -n -q -i 0.02 -c 150 $EAST >"$LAB/ping" &
for _ in 1 2 3 4 5; do lab_whack west --listen >/dev/null; sleep 0.3; done
lab_whack west --unlisten >/dev/null; sleep 0.1; lab_whack west --listen >/dev/null
wait $!
got=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$LAB/ping")
check "--listen again and again under traffic: $got of 150" [ "$got" -ge 120 ]
same "... on the same Child SA" "$(child $EAST)" "$first"
check "... and a new pair comes up" answers $EAST_B 3

# An address that is not usable yet; many addresses; one that goes.
lab_run west sysctl -qw net.ipv6.conf.eth0.accept_dad=1
ip -n "$(lab_ns west)" addr add 2001:db8:1:2::45/64 dev eth0
check "--listen while an IPv6 address is tentative" west --listen
seq 70 | sed "s|.*|addr add 10.77.0.&/32 dev eth0|" | ip -n "$(lab_ns west)" -batch -
check "--listen with seventy addresses more" west --listen
holds "... all of them" "$LAB/said" 'listening on eth0 10.77.0.70 '
ip -n "$(lab_ns west)" addr del 10.77.0.70/32 dev eth0
check "--listen after an address went" west --listen
check "... traffic goes on" answers $EAST

# Secrets read anew while they sign.
lab_whack west --terminate --name x >/dev/null 2>&1
for _ in $(seq 12); do
	lab_whack west --rereadsecrets >/dev/null
	for s in $(lab_whack west --status | sed -n 's/^000 #\([0-9]*\): "[^"]*" [0-9.:]* IKE_EST.*/\1/p'); do
		lab_whack west --deletestate "$s" >/dev/null
	done
	lab_run west ping -n -c 1 -W 0.05 $EAST >/dev/null &
	lab_whack west --rereadsecrets >/dev/null
done
wait %% 2>/dev/null
check "secrets read anew while they sign" alive
check "... and the pair comes back" lab_until 5 answers $EAST 1

# A policy that cannot be read whole: the old one stays.
mv "$LAB/west/ipsec.d/policies/private" "$LAB/private"
mkdir "$LAB/west/ipsec.d/policies/private"
west --listen
same "half a policy: status" $? 3
holds "... and the sentence" "$LAB/said" 'loaded before stay'
west --explain $WEST $SECRETIVE
holds "... private stays private" "$LAB/said" 'group private '
rmdir "$LAB/west/ipsec.d/policies/private"
mv "$LAB/private" "$LAB/west/ipsec.d/policies/private"
check "whole again" west --listen

# Clients that do not wait for the end.
add nobody $NOBODY
check "sixty-four clients went while they were served: the next is served" \
	lab_run west python3 tests/lab/talk.py crowd "$LAB/west/pluto.ctl" nobody
west --name nobody --initiate &
waiting=$!
sleep 0.5
check "a connection is deleted while it comes up" lab_whack west --name nobody --delete
check "... who waits is told at once" ends $waiting
check "a client that sends and closes its side is answered" \
	lab_run west python3 tests/lab/talk.py half "$LAB/west/pluto.ctl"
check "the DNS helper is killed" kill -9 "$(pgrep -P "$pid" -x adns)"
check "... and comes back" lab_until 5 eval "pgrep -P $pid -x adns"
check "the daemon answers" alive

# Ends in the middle of things.
add nobody $NOBODY
west --name nobody --initiate &
lab_run west ping -n -c 2 -W 1 $EAST_B >/dev/null &
sleep 0.2
kill -TERM "$pid"; kill -TERM "$pid"; kill -HUP "$pid"; kill -TERM "$pid"
check "two SIGTERM in the middle: it ends" ends "$pid"
wait "$pid"
same "... with status 0" $? 0
check "... and leaves nothing" eval '[ ! -e $LAB/west/pluto.ctl ] && [ ! -e $LAB/west/pluto.pid ]'
same "... no tunnel device" "$(ip -n "$(lab_ns west)" link | grep -c ipsec0)" 0

# Lock file.
mkdir -p "$LAB/none"; : >"$LAB/none/s"
echo $$ >"$LAB/none/stale.pid"
bare --ctlbase "$LAB/none/stale" >"$LAB/said" 2>&1 &
check "a stale lock whose number is somebody else's now" \
	lab_until 5 "$BIN/whack" --ctlbase "$LAB/none/stale" --status
same "a second daemon" "$(bare --ctlbase "$LAB/none/stale" >/dev/null 2>&1; echo $?)" 10
"$BIN/whack" --ctlbase "$LAB/none/stale" --shutdown >/dev/null
wait $!
cat >"$LAB/full.sh" <<-'EOF'
	mount -t tmpfs -o size=8k none "$1" && dd if=/dev/zero of="$1/x" bs=4k count=2 2>/dev/null
	shift
	exec "$@"
EOF
mkdir "$LAB/full"
timeout 10 unshare -m -n sh "$LAB/full.sh" "$LAB/full" "$BIN/pluto" --nofork --stderrlog --use-nostack \
	--rootkey-file "$ZONES_ANCHOR" --ctlbase "$LAB/full/p" >"$LAB/said" 2>&1
same "a full disk for the lock: status" $? 6
holds "... and the sentence" "$LAB/said" 'lock file.*No space'

# Its log's reader goes first.
bare --ctlbase "$LAB/none/pipe" 2>&1 | head -c 1 >/dev/null &
check "the reader of its log goes: it starts" \
	lab_until 5 "$BIN/whack" --ctlbase "$LAB/none/pipe" --status
"$BIN/whack" --ctlbase "$LAB/none/pipe" --listen >/dev/null 2>&1
check "... and stays" "$BIN/whack" --ctlbase "$LAB/none/pipe" --status
"$BIN/whack" --ctlbase "$LAB/none/pipe" --shutdown >/dev/null
tap_done
