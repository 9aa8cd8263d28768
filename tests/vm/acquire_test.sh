#!/bin/sh
# First packets caught by the kernel's own policies (--trap acquire): ICMP, TCP
# and UDP arrive, nothing private is in the clear, no larval SA stays, settings
# are put back, also after a crash. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh
export LAB_PLANE="--use-netkey --trap acquire" LAB_INNER=eth0

WEST=192.1.2.45 WEST6=2001:db8:1:2::45
v4() { echo 192.1.2.$1; }
v6() { echo 2001:db8:1:2::$1; }
# East: 21-23 private, 26 private-or-clear. Plain has no key: 31-33 are
# private-or-clear, 41 private. 99 has a key, and nobody is there.
east_numbers="21 22 23 26"

begin() {
	lab_begin && lab_nic && lab_host west $WEST $WEST6 && lab_host east "$(v4 20)" "$(v6 20)" &&
		lab_host plain "$(v4 30)" "$(v6 30)" || return 1
	for n in $east_numbers; do lab_addr east "$(v4 $n)" "$(v6 $n)"; done
	for n in 31 32 33 41; do lab_addr plain "$(v4 $n)" "$(v6 $n)"; done
	zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east &&
		lab_publish west $WEST $WEST6 || return 1
	for n in $east_numbers 99; do lab_publish east "$(v4 $n)" "$(v6 $n)"; done
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	lab_policy west private-or-clear 0.0.0.0/0 ::/0
	for n in 21 22 23 41; do lab_policy west private "$(v4 $n)" "$(v6 $n)"; done
	lab_policy east private-or-clear $WEST $WEST6
	lab_run plain sh -c 'for i in $(seq 100); do ip addr add 10.77.0.$i/32 dev lo; done'
	lab_run west ip route add 10.77.0.0/24 via "$(v4 30)"
	lab_run plain ip route add 10.77.0.0/24 dev lo
	for h in west east; do
		lab_pluto $h && lab_whack $h --listen >/dev/null || return 1
	done
	lab_spawn east python3 tests/lab/talk.py serve "$LAB/received"
	lab_spawn plain python3 tests/lab/talk.py serve "$LAB/received.plain"
	lab_until 60 test -s "$LAB/received" && lab_until 60 test -s "$LAB/received.plain" &&
		lab_capture west
}

setting() { lab_run west sysctl -n "net.core.$1"; }
larval() { lab_run "$1" ip xfrm state | grep -c 'spi 0x00000000'; }
answered() { lab_run west ping -n -c "$2" -i 0.3 -W "$3" "$1" | grep -c 'bytes from'; }
wire() { sleep 0.3; lab_count west "$1"; }
soon() { for _i in 1 2 3 4 5 6 7 8 9 10 11 12; do "$@" && return 0; sleep 1; done; return 1; }
pairs_of() { lab_run west ip xfrm policy | grep -c "^src $WEST/32 dst $1"; }
decided() { [ "$(pairs_of 10.77.0)" = 100 ]; }
no_larval() { [ "$(larval west)$(larval east)" = 00 ]; }
no_default() { ! lab_run west ip xfrm policy get src 0.0.0.0/0 dst 0.0.0.0/0 dir out >/dev/null 2>&1; }
talk_udp() { lab_run west python3 tests/lab/talk.py udp "$@"; }
got() { sed -n "s/^$1 to-$2 //p" "$3" | sort -n | tr '\n' ' '; }

# GROUP V SRC FILE PING TCP UDP: to three addresses that are new.
kinds() {
	same "ICMP echo, $1, $2" "$(answered "$5" 1 8)" 1
	same "and its larval SA is gone at once" "$(larval west)" 0
	check "TCP connects, $1, $2" lab_run west python3 tests/lab/talk.py tcp "$3" "$6" 8
	talk_udp "$3" "$7" 10 "to-$7"
	lab_until 8 sh -c "[ \$(grep -c '^$3 to-$7 ' '$4') -ge 10 ]"
	same "ten UDP datagrams at once, $1, $2" "$(got "$3" "$7" "$4")" "0 1 2 3 4 5 6 7 8 9 "
}

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"
holds "policies of the kernel catch packets" "$LAB/west/pluto.log" "caught by acquires"
same "the kernel keeps packets, and forgets its question in time" \
	"$(setting xfrm_larval_drop) $(setting xfrm_acq_expires)" "0 6"
for v in v4 v6; do
	[ $v = v4 ] && w=$WEST || w=$WEST6
	kinds private $v $w "$LAB/received" "$($v 21)" "$($v 22)" "$($v 23)"
	kinds private-or-clear $v $w "$LAB/received.plain" "$($v 31)" "$($v 32)" "$($v 33)"
	same "private without a key: no answer, $v" "$(answered "$($v 41)" 2 1)" 0
done
same "SYNs that reached east were encrypted, one each" "$(lab_run west nstat -asz TcpRetransSegs |
	awk '/TcpRetransSegs/ {print $2}')" 0

# Nobody is at 99; its pair waits under the same policy as 26.
lab_run west ping -n -c 1 -W 1 "$(v4 99)" >/dev/null &
sleep 0.3
check "a pair that waits stalls no other" test "$(answered "$(v4 26)" 4 2)" -ge 3
wait $!
soon grep -q 'CLEAR.*192.1.2.99' "$LAB/west/pluto.log"
holds "silence passes" "$LAB/west/pluto.log" "CLEAR.*192.1.2.99"
lab_run west ip xfrm policy get src $WEST/32 dst "$(v4 99)/32" dir out >"$LAB/policy"
check "and no policy asks for it again" sh -c "[ -s $LAB/policy ] && ! grep -q tmpl $LAB/policy"

# A hundred pairs at once: what is kept is bounded, what is asked is not lost.
for i in 1 2 3; do
	lab_run west python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(1, 101):
    try: s.sendto(b"x", ("10.77.0.%d" % i, 9))
    except OSError: pass'
	soon decided
done
same "a hundred pairs at once are all decided" "$(pairs_of 10.77.0)" 100
check "and their packets leave" test "$(wire 'udp and dst net 10.77.0.0/24')" -ge 200
soon no_larval
same "no larval SA is left" "$(larval west) $(larval east)" "0 0"
lab_whack west --status >"$LAB/status"
holds "the counters tell" "$LAB/status" "trap: 1[0-9][0-9] caught.* 0 held"

# A crash: what is private stays closed, the rest passes after a while.
kill -9 "$(lab_pluto_pid west)"
lab_until 5 sh -c "! kill -0 $(lab_pluto_pid west)"
lab_run east ip xfrm state flush
lab_run west ip xfrm state flush
check "after a crash private stays closed" test "$(answered "$(v4 41)" 2 1)" = 0
same "and the settings stay" "$(setting xfrm_larval_drop)" 0
check "what need not be private passes after ten seconds" \
	soon no_default
same "and is answered" "$(answered 10.77.0.200 1 1) $(answered "$(v4 30)" 1 3)" "0 1"
lab_pluto_stop east
lab_pluto west && lab_pluto east && lab_whack east --listen >/dev/null && lab_whack west --listen >/dev/null
same "after the next start all is encrypted again" "$(answered "$(v4 21)" 3 8)" 3
lab_pluto_stop west
same "an orderly end puts back what was before the crash" \
	"$(setting xfrm_larval_drop) $(setting xfrm_acq_expires)" "1 30"
check "and leaves no note" test ! -e "$LAB/west/pluto.settings"
same "private stays closed" "$(answered "$(v4 41)" 2 1)" 0
same "the rest passes at once" "$(answered "$(v4 31)" 1 3)" 1
lab_capture_stop west
for n in 21 22 23 41; do
	same "nothing of $n was ever in the clear" \
		"$(($(lab_stray west "$(v4 $n)") + $(lab_stray west "$(v6 $n)")))" 0
done
check "ESP was seen (the capture works)" test "$(lab_count west 'esp')" -ge 30
tap_done
