#!/bin/sh
# Every datagram of the known holes (tests/holes/strangers_table.c) and ESP too short
# to be any, to a daemon at work: it answers with no more than it gets, does not grow,
# and goes on. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23 EAST_B=192.1.2.24 EVIL=192.1.2.66
GROWTH_KB=8192
nm "$BIN/pluto" 2>/dev/null | grep -q __asan_init && GROWTH_KB=400000	# it keeps what is freed

begin() {
	lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST && lab_host evil $EVIL || return 1
	lab_addr east $EAST_B
	lab_run evil nft -f - <<-EOF || return 1
	table inet count {
		counter sent { }
		counter got { }
		chain out {
			type filter hook output priority 0;
			ip daddr $EAST counter name sent
		}
		chain in {
			type filter hook input priority 0;
			ip saddr $EAST ip protocol != icmp counter name got
		}
	}
	EOF
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east || return 1
	lab_publish west $WEST && lab_publish east $EAST $EAST_B || return 1
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	lab_policy west private $EAST $EAST_B
	lab_policy east private-or-clear 192.1.2.0/24
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
	# Both versions answer, to anybody.
	lab_whack east --name any --ikev1 --psk --encrypt --host $EAST --to --host %any >/dev/null
	printf '%s : PSK "a secret of the lab, long enough"\n' "$EAST" >>"$LAB/east/ipsec.secrets"
	lab_whack east --rereadsecrets >/dev/null
}

answers() { lab_run west ping -n -c 1 -W "${2:-1}" "$1" >/dev/null 2>&1; }
bytes() { lab_run evil nft list counter inet count "$1" | sed -n 's/.*bytes \([0-9]*\).*/\1/p'; }
packets() { lab_run evil nft list counter inet count "$1" | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }
memory() { sed -n 's/^VmRSS: *\([0-9]*\).*/\1/p' "/proc/$(lab_pluto_pid east)/status"; }
counter() { lab_whack east --status | sed -n "s/.* \([0-9]*\) $1.*/\1/p" | head -1; }
child_of() { lab_whack east --trafficstatus | sed -n "s/.*#\([0-9]*\): .*$1.*/\1/p" | head -1; }
strangers() { lab_run evil "$BIN/holes_send" $EVIL $EAST >"$LAB/sent" 2>&1; }

begin || { tap_show "$LAB/east/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/east/pluto.log" "$LAB/sent"

check "an honest pair" answers $EAST 3
child=$(child_of $WEST)
pid=$(lab_pluto_pid east)
strangers	# once before what is measured: memory that stays is there then
said=$(wc -l <"$LAB/east/pluto.log")
before=$(memory) sent=$(bytes sent) got=$(bytes got) began=$(date +%s)
check "what strangers send is sent" strangers
took=$(($(date +%s) - began + 1))
check "... a lot: $(cat "$LAB/sent")" grep -qE '^[0-9]{6,} datagrams' "$LAB/sent"
sleep 2
sent=$(($(bytes sent) - sent)) got=$(($(bytes got) - got)) grown=$(($(memory) - before))
check "it is answered" [ "$(packets got)" -gt 100 ]
check "no more bytes out than in: $got for $sent" [ $got -le $sent ]
check "memory stays: $grown KB more in $took s" [ $grown -lt $GROWTH_KB ]
check "malformed messages are counted" [ "$(counter malformed)" -gt 1000 ]
lines=$(($(wc -l <"$LAB/east/pluto.log") - said))
check "few lines: $lines in $took s" [ $lines -le $((took * 25)) ]
check "the daemon answers whack" lab_whack east --status
same "... and is the same process" "$(lab_pluto_pid east)" "$pid"
check "... alive" kill -0 "$pid"
check "the honest pair goes on" answers $EAST
same "... with the same Child SA" "$(child_of $WEST)" "$child"
check "an honest peer connects anew" answers $EAST_B 2
lab_until 15 eval '[ "$(counter half-open)" = 0 ]'
same "half-open SAs are given up" "$(counter half-open)" 0
got=$(bytes got)
sleep 5
same "nothing is sent afterwards" "$(bytes got)" "$got"
tap_done
