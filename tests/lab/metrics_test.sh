#!/bin/sh
# pluto --metrics: over HTTP, at a socket, in a file; checked by promtool; the numbers
# against what was done; clients that dawdle or are too many. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23 PLAIN=192.1.2.77 FORGED=192.1.3.99 AT=127.0.0.1:9168

lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST && lab_host others $PLAIN || exit 1
zones_begin "$LAB/zones" && zones_lab || exit 1
for h in west east; do lab_key $h || exit 1; done
lab_publish west $WEST && lab_publish east $EAST $FORGED &&
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || exit 1
lab_policy west private-or-clear 192.1.2.0/23
lab_policy west private 192.1.9.0/24 192.1.10.0/24
lab_policy east private-or-clear $WEST
for h in west east; do lab_policy $h clear 192.1.2.254; done
lab_pluto west --metrics $AT && lab_pluto east --metrics "$LAB/east/metrics.prom" || exit 1
for h in west east; do lab_whack $h --listen >"$LAB/out" 2>&1; done
tap_show "$LAB/metrics" "$LAB/west/pluto.log"

# PATH: the head into $LAB/head, the page into $LAB/metrics.
get() {
	lab_run west python3 -c '
import socket, sys
s = socket.create_connection(("127.0.0.1", 9168), timeout=10)
s.sendall(sys.argv[1].encode())
got = b""
while True:
    more = s.recv(65536)
    if not more:
        break
    got += more
head, page = got.split(b"\r\n\r\n", 1)
open(sys.argv[2], "wb").write(head.replace(b"\r", b"") + b"\n")
open(sys.argv[3], "wb").write(page)
assert f"Content-Length: {len(page)}".encode() in head
' "$1" "$LAB/head" "$LAB/metrics"
}
page() {
	get "GET /metrics HTTP/1.1
Host: west

"; }
value() { awk -v n="$1" '$1 == n {print $2}' "$LAB/metrics"; }
is() { same "$1 is $2" "$(value "$1")" "$2"; }
some() { awk -v n="$1" '$1 == n && $2 > 0 {ok = 1} END {exit !ok}' "$LAB/metrics"; tap_result $? "$1 is more than 0"; }

check "before anything has happened there is a page" page
lab_run west ping -n -c 3 -i 0.2 -W 3 $EAST >"$LAB/ping" 2>&1
lab_whack west --oppohere $WEST --oppothere $PLAIN >"$LAB/out" 2>&1
lab_whack west --oppohere $WEST --oppothere $FORGED >"$LAB/out" 2>&1
check "the page" page
holds "it is text of that format" "$LAB/head" '^Content-Type: text/plain; version=0.0.4'
tests/promtool check metrics <"$LAB/metrics" >"$LAB/promtool" 2>&1
case $? in
0) tap_result 0 "promtool has nothing to say" ;;
77) [ -n "${CI:-}" ]; tap_result $((! $?)) "promtool can be had, where CI says so" ;;
*) sed 's/^/# /' "$LAB/promtool"; tap_result 1 "promtool has nothing to say" ;;
esac
for name in oe_build_info oe_up oe_acquires_total oe_attempts_total oe_retries_total oe_dns_tap_total oe_dns_queries_total oe_dns_answers_total \
	oe_dns_query_duration_seconds oe_dns_in_flight oe_dns_queue_length oe_dns_rejected_total \
	oe_adns_restarts_total oe_keeper_restarts_total oe_keeper_questions_total oe_trust_anchor_info oe_trust_anchor_last_success_timestamp_seconds \
	oe_clock_synchronised oe_setup_duration_seconds oe_first_packet_delay_seconds oe_packets_held \
	oe_packets_held_total oe_packets_dropped_total oe_sas oe_shunts oe_bytes_total \
	oe_policy_groups_entries oe_key_published; do
	holds "there is $name" "$LAB/metrics" "^$name(_bucket)?[{ ]"
done
is oe_up 1
some 'oe_acquires_total{source="nfqueue"}'
is 'oe_acquires_total{source="whack"}' 2
is 'oe_attempts_total{result="encrypted"}' 1
is 'oe_attempts_total{result="no_key"}' 1
is 'oe_attempts_total{result="bogus"}' 1
is 'oe_attempts_total{result="silent"}' 0
some 'oe_dns_answers_total{backend="validator",type="IPSECKEY",status="secure",denial="no"}'
some 'oe_dns_answers_total{backend="validator",type="IPSECKEY",status="bogus",denial="no"}'
some 'oe_dns_query_duration_seconds_count'
some 'oe_trust_anchor_last_success_timestamp_seconds'
is 'oe_setup_duration_seconds_count{phase="total"}' 1
is 'oe_first_packet_delay_seconds_count' 1
is 'oe_sas{kind="ike",auth="secure"}' 1
is 'oe_sas{kind="child",auth="secure"}' 1
is 'oe_shunts{type="keyed"}' 1
is 'oe_shunts{type="pass"}' 1
is 'oe_shunts{type="drop"}' 1
is 'oe_bytes_total{direction="out",class="encrypted"}' "$(value 'oe_bytes_total{direction="in",class="encrypted"}')"
some 'oe_bytes_total{direction="in",class="encrypted"}'
is 'oe_policy_groups_entries{group="private"}' 2
is 'oe_key_published{status="published"}' 1
bytes=$(value 'oe_bytes_total{direction="in",class="encrypted"}')

# New SAs, and none.
lab_whack west --json --status >"$LAB/out"
for kind in child_sa ike_sa; do
	serial=$(sed -n "s/.*\"event\":\"$kind\",\"serial\":\\([0-9]*\\),.*/\\1/p" "$LAB/out" | head -n 1)
	lab_whack west --rekeystate "${serial:-0}" >>"$LAB/out" 2>&1
	sleep 1
done
page
is 'oe_sas{kind="ike",auth="secure"}' 1
is 'oe_sas{kind="child",auth="secure"}' 1
lab_whack west --crash $EAST >"$LAB/out" 2>&1
gone() { page && [ "$(value 'oe_sas{kind="ike",auth="secure"}')$(value 'oe_sas{kind="child",auth="secure"}')" = 00 ]; }
check "no SA is left when all are deleted" lab_until 5 gone
is 'oe_bytes_total{direction="in",class="encrypted"}' "$bytes"

# Who asks for something else, or dawdles, or comes in crowds.
get "GET / HTTP/1.1

"
holds "another page is not there" "$LAB/head" '^HTTP/1.1 404 '
get "POST /metrics HTTP/1.1

"
holds "another method is not allowed" "$LAB/head" '^HTTP/1.1 405 '
lab_run west python3 -c '
import socket, time
crowd = []
for i in range(40):
    s = socket.create_connection(("127.0.0.1", 9168), timeout=10)
    s.sendall(b"GET /met")
    crowd.append(s)
time.sleep(6.5)
for s in crowd:
    try:
        assert s.recv(1) == b"", "somebody is answered"
    except ConnectionResetError:
        pass
' >"$LAB/out" 2>&1
tap_result $? "forty who never end their question are cut off"
check "and the page is there again" page

# The file, and a socket.
check "a file is written" lab_until 5 test -s "$LAB/east/metrics.prom"
tests/promtool check metrics <"$LAB/east/metrics.prom" >"$LAB/promtool" 2>&1
rc=$?
[ $rc = 0 ] || [ $rc = 77 ]
tap_result $? "promtool has nothing to say of it"
same "everybody may read it" "$(stat -c %a "$LAB/east/metrics.prom")" 644
lab_pluto_stop east
check "it goes with the daemon" test ! -e "$LAB/east/metrics.prom"
lab_pluto east --metrics "$LAB/east/metrics.sock" || exit 1
lab_run east python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
got = b""
while True:
    more = s.recv(65536)
    if not more:
        break
    got += more
assert b"\noe_up 1\n" in got
' "$LAB/east/metrics.sock" >"$LAB/out" 2>&1
tap_result $? "a socket serves it"
same "its mode is that of the control socket" "$(stat -c %a "$LAB/east/metrics.sock")" 660
lab_pluto_stop east
check "it goes with the daemon" test ! -e "$LAB/east/metrics.sock"
lab_run east "$BIN/pluto" --nofork --stderrlog --use-nostack --ctlbase "$LAB/east/other" --rootkey-file "$ZONES_ANCHOR" \
	--metrics 192.0.2.99:80 >"$LAB/out" 2>&1
same "an address that is not ours: exit status" $? 6
holds "an address that is not ours: a sentence" "$LAB/out" '--metrics 192.0.2.99:80: Cannot assign'
tap_done
