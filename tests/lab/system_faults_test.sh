#!/bin/bash
# The system fails under the daemon: netlink refuses or runs over, memory is out, the
# DNS helper stalls, the log's disk is full, the clock jumps. Nothing of a private pair is
# in the clear, nothing hangs, each is told, and all is well afterwards. Prints TAP.
#
# Reads: CLOCK (set where the kernel is the test's own: its clock is set then, too).
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 SOUTH=192.1.2.46 PLAIN=192.1.2.77
WAIT=${WAIT:-60}
east() { echo 192.1.2.$1; }
private="101 102 103 104 105 106 107 108 109"

begin() {
	lab_begin && lab_nic && lab_host west $WEST && lab_host east 192.1.2.23 && lab_host south $SOUTH || return 1
	all=
	for n in $private; do all="$all $(east $n)"; done
	lab_addr east $all $PLAIN
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east && lab_key south &&
		lab_publish west $WEST && lab_publish south $SOUTH && lab_publish east $all &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west south; do
		lab_policy $h private-or-clear 192.1.2.0/24
		lab_policy $h private $all
	done
	lab_policy east private-or-clear $WEST $SOUTH
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
	lab_capture west
}

answers() { lab_run "${2:-west}" ping -n -c 1 -W 3 "$1" >/dev/null 2>&1; }
impair() { lab_whack west "$@" >/dev/null; }
lines() { grep -cE -- "$1" "$LAB/west/pluto.log"; }
serial() { lab_whack west --trafficstatus | sed -n "s/^000 #\([0-9]*\):.*[ >]$1[/ ;].*/\1/p"; }
talks() { timeout 20 ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" --status; }

# FAULT ADDRESS PATTERN: while it lasts the pair has no answer, or an encrypted one.
stand() {
	_f=${1#--impair-}
	_before=$(lines "$3")
	impair "$1"
	answers "$2"
	answers "$2"
	talks >/dev/null 2>&1
	check "$_f: whack does not hang" [ $? != 124 ]
	check "$_f: it is told" lab_until "$WAIT" eval "[ \$(lines '$3') -gt $_before ]"
	echo "# $(grep -E -- "$3" "$LAB/west/pluto.log" | tail -1)"
	_n=$(($(lines "$3") - _before))
	check "$_f: and not again and again ($_n lines)" [ $_n -le 60 ]
	impair --debug-none
	check "$_f: is over, and the pair comes up" lab_until "$WAIT" answers "$2"
}

begin || { tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"
pid=$(lab_pluto_pid west)
check "without a fault" lab_until "$WAIT" answers "$(east 101)"
check "a host without a key: clear" lab_until "$WAIT" answers $PLAIN

stand --impair-netlink-refuses "$(east 102)" 'Operation not permitted'
stand --impair-no-memory "$(east 103)" 'no memory'
stand --impair-adns-stalls "$(east 104)" 'stopped answering|deadline'

# What is lost of netlink is looked up.
impair --impair-netlink-overrun
ip -n "$(lab_ns west)" addr add 192.1.2.47/23 dev eth0
check "netlink-overrun: a new address is seen all the same" lab_until "$WAIT" \
	grep -q 'address 192.1.2.47 on eth0 is new' "$LAB/west/pluto.log"
check "netlink-overrun: a new pair comes up" lab_until "$WAIT" answers "$(east 105)"
impair --debug-none

# A log without room.
impair --impair-log-full
check "log-full: a new pair comes up" lab_until "$WAIT" answers "$(east 106)"
same "log-full: nothing was written of it" "$(lines "$(east 106).*ENCRYPTED")" 0
impair --debug-none
holds "log-full: how much is missing is told" "$LAB/west/pluto.log" 'log: [0-9]+ lines are missing here: the disk was full'

# The same on a disk that is really full.
mkdir "$LAB/full" && mount -t tmpfs -o size=8k none "$LAB/full" &&
	dd if=/dev/zero of="$LAB/full/x" bs=4k count=2 2>/dev/null
: >"$LAB/full/pluto.log" && ln -sf "$LAB/full/pluto.log" "$LAB/south/pluto.log"
lab_policy south clear 192.1.2.254
check "a full disk: pluto starts" lab_pluto south
lab_whack south --listen >/dev/null
check "a full disk: a pair comes up" lab_until "$WAIT" answers "$(east 107)" south
rm "$LAB/full/x"
lab_whack south --listen >/dev/null
check "with room again it is told" lab_until "$WAIT" grep -q 'lines are missing here: the disk was full' "$LAB/full/pluto.log"
lab_pluto_stop south
umount "$LAB/full" || umount -l "$LAB/full"

# The clock: what is up stays up, what is decided stays decided.
steady() {	# WORDS [ADDRESS]: of a new pair
	check "$1: a pair that is up carries on" lab_until "$WAIT" answers "$(east 101)"
	same "$1: by the same SA" "$(serial "$(east 101)")" "$first"
	check "$1: a host without a key: still clear" lab_until "$WAIT" answers $PLAIN
	[ -z "${2:-}" ] || check "$1: a new pair comes up" lab_until "$WAIT" answers "$2"
}
first=$(serial "$(east 101)")
n=107
for f in --impair-clock-forward --impair-clock-back; do
	n=$((n + 1))
	impair $f
	sleep 3
	steady "${f#--impair-}" "$(east $n)"
	impair --debug-none
done
if [ -n "${CLOCK:-}" ]; then
	now=$(date +%s)
	for days in 1 -1; do
		date -s "@$((now + days * 86400))" >/dev/null
		sleep 3
		steady "the clock is set by $days day"
		date -s "@$now" >/dev/null
	done
fi

lab_capture_stop west
same "nothing of a private pair was clear" "$(for n in $private; do lab_stray west "$(east $n)"; done | lab_sum)" 0
check "ESP was seen (the capture works)" test "$(lab_count west 'esp or udp port 4500')" -ge 10
same "it is the same daemon" "$(lab_pluto_pid west) $(kill -0 "$pid" && echo lives)" "$pid lives"
tap_done
