#!/bin/sh
# whack --watch and ipsec top: what happens is told, a line or an object each; who does
# not read is dropped and counted, and nobody waits for him; watchers have a bound; the
# table on a terminal and in a pipe. Every key of --json is in whack-json(5). Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23 PLAIN=192.1.2.77 FORGED=192.1.3.99

lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST && lab_host others $PLAIN || exit 1
zones_begin "$LAB/zones" && zones_lab || exit 1
for h in west east; do lab_key $h || exit 1; done
lab_publish west $WEST && lab_publish east $EAST $FORGED &&
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || exit 1
lab_policy west private-or-clear 192.1.0.0/16
lab_policy east private-or-clear $WEST
for h in west east; do
	lab_policy $h clear 192.1.2.254
	lab_pluto $h && lab_whack $h --listen >"$LAB/out" 2>&1 || exit 1
done
tap_show "$LAB/stream" "$LAB/west/pluto.log"

watch() {	# FILE [option...]
	_f=$1; shift
	ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" "$@" --watch >"$_f" 2>&1 </dev/null &
	WATCH=$!
	LAB_PIDS="$LAB_PIDS $!"
	lab_until 5 grep -q watching "$_f"
}
stream() { lab_until 5 grep -qE -- "$2" "$LAB/stream${3:-}"; tap_result $? "$1" || echo "# no line like: $2"; }
json() { lab_whack west --json "$@" >>"$LAB/json" 2>&1; }

watch "$LAB/stream"
plain=$WATCH
watch "$LAB/stream.json" --json
lab_run west ping -n -c 2 -i 0.2 -W 3 $EAST >"$LAB/ping" 2>&1
at='^000 [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}'
stream "DNS answers" "$at dns $(zones_reverse $EAST) type 45 ANSWERED SECURE, 1 records in [0-9]+ ms\$"
stream "an SA comes" "$at sa child_up #[0-9]+/#[0-9]+ \"private-or-clear\" $EAST"
stream "a shunt is set" "$at shunt $WEST -> $EAST %keyed\$"
stream "an attempt ends" "$at attempt $WEST -> $EAST ENCRYPTED: authenticated \(reverse map, DNSSEC secure\) in"
lab_whack west --oppohere $WEST --oppothere $FORGED >"$LAB/out" 2>&1
stream "and another" "$at attempt $WEST -> $FORGED BLOCKED: Can not opportunistically initiate"
lab_whack west --crash $EAST >"$LAB/out" 2>&1
stream "an SA goes" "$at sa child_down #[0-9]+/#[0-9]+ "
lab_whack west --listen >"$LAB/out" 2>&1
stream "it listens" "$at listening on [0-9]+ addresses\$"
pkill -9 -P "$(lab_pluto_pid west)" -x adns
stream "adns is another" "$at adns ready\$"
stream "as objects too" '"event":"attempt".*"outcome":"ENCRYPTED"' .json
same "the numbers of the stream have no gap" "$(python3 -c '
import json, sys
seq = [o["seq"] for o in map(json.loads, open(sys.argv[1])) if "seq" in o]
print(len(seq) > 8 and seq == list(range(seq[0], seq[0] + len(seq))))' "$LAB/stream.json")" True
kill "$plain" "$WATCH"
wait "$plain" "$WATCH" 2>/dev/null
counts() { lab_whack west --status | grep -E '^000 control:'; }
watched_by() { counts | grep -q ", $1 watch,"; }
check "who goes is forgotten" lab_until 5 watched_by 0

# The bound.
lab_run west python3 -c '
import json, socket, struct, sys
def watcher():
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[1])
    body = json.dumps({"version": 1, "command": "watch"}).encode()
    s.sendall(struct.pack(">I", len(body)) + body)
    n = struct.unpack(">I", s.recv(4, socket.MSG_WAITALL))[0]
    return s, json.loads(s.recv(n, socket.MSG_WAITALL))
all_ = [watcher() for _ in range(18)]
print([o["code"] for _, o in all_])
' "$LAB/west/pluto.ctl" >"$LAB/out" 2>&1
same "sixteen may watch" "$(cat "$LAB/out")" "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 32]"

# One who reads nothing, while hundreds of pairs are decided.
before=$(counts | sed 's/.* \([0-9]*\) too slow$/\1/')
lab_run west python3 -c '
import json, socket, struct, sys, time
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
body = json.dumps({"version": 1, "command": "watch"}).encode()
s.sendall(struct.pack(">I", len(body)) + body)
print("there", flush=True)
time.sleep(60)
' "$LAB/west/pluto.ctl" >"$LAB/slow" 2>&1 &
LAB_PIDS="$LAB_PIDS $!"
lab_until 5 watched_by 1
watch "$LAB/stream2"
lab_via west 192.1.2.254 192.1.16.0/20
lab_spawn west python3 -c '
import socket, time
for i in range(1500):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setblocking(False)
    try:
        s.sendto(b"x", (f"192.1.{16 + i // 250}.{1 + i % 250}", 9))
    except OSError:
        pass
    s.close()
    time.sleep(0.005)
'
slow_gone() { [ "$(counts | sed 's/.* \([0-9]*\) too slow$/\1/')" -gt "$before" ]; }
worst=0
for _i in 1 2 3 4 5 6 7 8 9 10; do
	from=$(date +%s%N)
	lab_whack west --oestatus >"$LAB/out" 2>&1
	took=$((($(date +%s%N) - from) / 1000000))
	[ $took -gt $worst ] && worst=$took
	sleep 0.3
done
check "who reads nothing is dropped, and counted" lab_until 30 slow_gone
check "nobody waited for him: $worst ms at most" test $worst -lt 3000
holds "he is told of in the log" "$LAB/west/pluto.log" 'client dropped: too much output waits for it'
check "who reads is still there" kill -0 "$WATCH"
kill "$WATCH"

# The table.
lab_run west ping -n -c 3 -i 0.2 -W 3 $EAST >"$LAB/ping" 2>&1
top() { lab_run west "$BIN/ipsec" top --ctlbase "$LAB/west/pluto" "$@"; }
top | cat >"$LAB/out" 2>&1
tap_show "$LAB/out"
holds "in a pipe: how many there are" "$LAB/out" '^[0-9]+ encrypted, [0-9]+ clear, [0-9]+ blocked, [0-9]+ pending; [0-9]+ Child SAs'
holds "in a pipe: the encrypted pair" "$LAB/out" "^$EAST +private-or-clear ENCRYPTED SECURE +yes +[0-9]+s .*private-or-clear\$"
same "in a pipe: once, and no escape" "$(grep -c PEER "$LAB/out")$(grep -c "$(printf '\033')" "$LAB/out")" 10
order() { awk 'NR > 2 {print $3}' "$LAB/out" | uniq | tr '\n' ' '; }
case $(order) in
"ENCRYPTED CLEAR " | "BLOCKED ENCRYPTED CLEAR " | "PENDING "*) tap_result 0 "sorted by what matters" ;;
*) tap_result 1 "sorted by what matters: $(order)" ;;
esac
same "as many as were wanted" "$(top --rows 5 | wc -l)" 7
top --rows 0 >"$LAB/out" 2>&1
same "no rows: refused" $? 1
top --json >"$LAB/top.json" 2>&1
check "--json" grep -q '"event":"pair","state":"ENCRYPTED"' "$LAB/top.json"
lab_run west python3 -c '
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm"
    os.execv(sys.argv[1], ["ipsec", "top", "--interval", "1", "--ctlbase", sys.argv[2]])
got, until, asked = b"", time.time() + 20, False
while time.time() < until:
    if select.select([fd], [], [], 0.2)[0]:
        try:
            got += os.read(fd, 65536)
        except OSError:
            break
    if got.count(b"PEER") >= 3 and not asked:
        os.write(fd, b"q")
        asked = True
_, status = os.waitpid(pid, 0)
print("looks", min(got.count(b"\x1b[H"), 3), "status", status, "asked", asked)
' "$BIN/ipsec" "$LAB/west/pluto" >"$LAB/out" 2>&1
same "on a terminal: again and again, until q" "$(cat "$LAB/out")" "looks 3 status 0 asked True"

lab_whack west --listevents >"$LAB/out"
holds "--listevents: a decision that ends" "$LAB/out" "^000 in [0-9]+ s: $WEST -> [0-9.]+ %pass ends\$"
holds "--listevents: the end of an SA" "$LAB/out" "^000 in [0-9]+ s: #[0-9]+ \"private-or-clear[^\"]*\" end$"
same "--listevents: the next one first" "$(sed -n 's/^000 in \([0-9]*\) s: .*/\1/p' "$LAB/out" | sort -nc 2>&1)" ""

# What --json prints, all of it.
json --oppohere $WEST --oppothere $EAST
json --oppohere $WEST --oppothere $PLAIN
json --name hand --psk --encrypt --host $WEST --to --host 192.1.2.99
json --keyid @somebody --pubkeyeddsa 0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20
for form in --status --oestatus --trafficstatus --listshunts --listdns --listevents --listpubkeys; do
	json $form
done
json --explain $WEST $EAST
json --crash $EAST
tests/lab/json_fields "$LAB/json" "$LAB/stream.json" "$LAB/top.json" >"$LAB/out" 2>&1
tap_result $? "every key that was printed is in whack-json(5), and of that type"
for event in result progress daemon connection ike_sa child_sa shunt pubkey timer dns_answer attempt sa pair; do
	holds "and among them is $event" "$LAB/out" " $event="
done

# The end.
watch "$LAB/stream3"
lab_pluto_stop west
wait "$WATCH"
same "the daemon ends: the exit status of who watched" $? 0
holds "the daemon ends: he is told" "$LAB/stream3" '^000 the daemon ends$'
tap_done
