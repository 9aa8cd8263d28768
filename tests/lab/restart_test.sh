#!/bin/sh
# A peer that is killed and comes back without its state: traffic goes on within
# five seconds whoever sends, and nothing of a private pair leaves in the clear.
# Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

WEST=192.1.2.45 EAST=192.1.2.23
back_within() {	# HOST TARGET SECONDS
	lab_run "$1" ping -n -i 0.1 -c $(($3 * 10)) -W 1 "$2" >"$LAB/ping.$1"
	lab_run "$1" ping -n -i 0.1 -c 5 -W 1 "$2" | grep -q ' 0% packet loss' && echo yes || echo no
}

lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST || exit 1
zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east || exit 1
lab_publish west $WEST && lab_publish east $EAST || exit 1
zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || exit 1
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log"
for h in west east; do
	lab_policy $h clear 192.1.2.254
	lab_policy $h private 192.1.2.0/24
	lab_pluto $h && lab_whack $h --listen >/dev/null || exit 1
done
lab_capture west || exit 1
same "the pair is encrypted" "$(back_within west $EAST 1)" yes

kill -9 "$(lab_pluto_pid east)"
sleep 0.5
lab_pluto east && lab_whack east --listen >/dev/null || exit 1
same "the survivor sends: traffic is back" "$(back_within west $EAST 4)" yes

kill -9 "$(lab_pluto_pid east)"
sleep 0.5
lab_pluto east && lab_whack east --listen >/dev/null || exit 1
same "the one that came back sends: traffic is back" "$(back_within east $WEST 4)" yes

lab_pluto_stop east
lab_pluto east && lab_whack east --listen >/dev/null || exit 1
same "after an orderly end and a new start" "$(back_within west $EAST 4)" yes
sleep 0.5
lab_capture_stop west
same "packets in the clear" "$(lab_clear west $WEST $EAST)" 0
tap_done
