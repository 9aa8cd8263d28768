#!/bin/sh
# Hostile input for a daemon at work: broken datagrams, forged ones, a flood of
# first messages from many addresses, garbage for the control socket. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23 EAST_B=192.1.2.24 EAST_C=192.1.2.25 EVIL=192.1.2.66 MANY=10.66.0.0
GROWTH_KB=8192
[ -n "${SAN:-}" ] && GROWTH_KB=400000	# sanitizers keep what is freed
nm "$BIN/pluto" 2>/dev/null | grep -q __asan_init && GROWTH_KB=400000

begin() {
	lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST && lab_host evil $EVIL || return 1
	lab_addr east $EAST_B $EAST_C
	# Everybody of MANY lives at evil's, who counts and says nothing.
	ip -n "$(lab_ns evil)" route add local $MANY/16 dev lo
	ip -n "$(lab_ns east)" route add $MANY/16 via $EVIL
	lab_run evil nft -f - <<-EOF || return 1
	table inet count {
		counter sent { }
		counter got { }
		chain out {
			type filter hook output priority 0;
			ip saddr $MANY/16 udp dport 500 counter name sent
			icmp type destination-unreachable drop
		}
		chain in {
			type filter hook input priority 0;
			ip daddr $MANY/16 counter name got drop
		}
	}
	EOF
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east || return 1
	lab_publish west $WEST && lab_publish east $EAST $EAST_B $EAST_C || return 1
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	lab_policy west private 192.1.2.0/28 $EAST $EAST_B $EAST_C
	lab_policy east private-or-clear 192.1.2.0/24 $MANY/16
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
}

evil() { lab_run evil python3 tests/lab/hostile.py "$@"; }
answers() { lab_run west ping -n -c 1 -W "${2:-1}" "$1" >/dev/null 2>&1; }
lines() { wc -l <"$LAB/east/pluto.log"; }
bytes() { lab_run evil nft list counter inet count "$1" | sed -n 's/.*bytes \([0-9]*\).*/\1/p'; }
memory() { sed -n 's/^VmRSS: *\([0-9]*\).*/\1/p' "/proc/$(lab_pluto_pid east)/status"; }
counter() { lab_whack east --status | sed -n "s/.* \([0-9]*\) $1.*/\1/p" | head -1; }
child_of() { lab_whack east --trafficstatus | sed -n "s/.*#\([0-9]*\): .*$1.*/\1/p" | head -1; }
alive() { lab_whack east --status | grep -q '^000 pluto'; }

begin || { tap_show "$LAB/east/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/east/pluto.log" "$LAB/sent"

check "an honest pair" answers $EAST 3
child=$(child_of $WEST)
spi=$(lab_whack east --trafficstatus | sed -n 's/.* in \([0-9a-f]\{8\}\) out.*/\1/p' | head -1)
said=$(lines) began=$(date +%s)
check "broken datagrams are sent" evil malformed $EVIL $EAST
check "... and forged ones in the peer's name" evil spoof $WEST $EAST "$spi"
took=$(($(date +%s) - began + 1))
check "the daemon answers whack" alive
check "the honest pair goes on" answers $EAST
same "... with the same Child SA" "$(child_of $WEST)" "$child"
check "malformed messages are counted" [ "$(counter malformed)" -gt 500 ]
lines=$(($(lines) - said))
check "... and said in few lines: $lines in $took s" [ $lines -le $((took * 20)) ]

check "garbage for the control socket" evil whack "$LAB/east/pluto.ctl"
lab_until 12 alive
check "... does no harm" alive

sleep 1
before=$(memory) said=$(lines) began=$(date +%s)
evil flood $MANY $EAST 20000 2 >"$LAB/sent" 2>&1 &
flooding=$!
sleep 0.7
check "an honest peer connects within a second of the flood" answers $EAST_B 1
check "... while it lasts" kill -0 $flooding
wait $flooding
holds "20,000 first messages are sent" "$LAB/sent" '^20000 in'
took=$(($(date +%s) - began + 1))
sleep 0.5
grown=$(($(memory) - before)) sent=$(bytes sent) got=$(bytes got)
check "memory stays: $grown KB more" [ $grown -lt $GROWTH_KB ]
check "at most the bytes that came are sent: $got for $sent" [ "$got" -le "$sent" ]
check "cookies are asked for" [ "$(counter cookies)" -gt 5000 ]
lines=$(($(lines) - said))
check "few lines: $lines in $took s" [ $lines -le $((took * 20)) ]
check "an honest peer connects after it" answers $EAST_C 1
check "the daemon answers whack" alive
sleep 10
same "half-open SAs are given up" "$(counter half-open)" 0
check "the daemon never ended" kill -0 "$(lab_pluto_pid east)"
tap_done
