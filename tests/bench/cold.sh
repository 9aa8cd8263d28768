#!/bin/sh
# From the first packet of a pair to its delivery, with nothing up before: ours
# beside the on-demand tunnels of libreswan and strongSwan, one after another in
# one kernel with ESP. Run it by tests/vm/run where the kernel in use has none.
#
# Each start: ten datagrams back to back, then one each 10 ms until one arrives
# (first_packet.c). "lost" is of the ten. The tunnels have a shared secret, X25519
# and AES-GCM-128 and are brought down before each start; opportunistic
# encryption starts with new daemons and an empty resolver, and looks the key up.
#
# Reads: BIN (build/bin); ROUNDS (20).
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/interop/peers.sh

ROUNDS=${ROUNDS:-20}
WEST=192.1.2.45 EAST=192.1.2.23
LAB_PLANE=--use-netkey
die() { echo "cold: $*" >&2; exit 1; }

shoot() {	# WHAT FROM-HOST FROM TO-HOST TO
	"$BIN/first_packet" "$(lab_ns "$2"),$3" "$(lab_ns "$4"),$5" >>"$LAB/$1.shots" 2>>"$LAB/$1.errors" ||
		echo "10000 10" >>"$LAB/$1.shots"
}

oe_begin() {
	lab_nic && lab_host west $WEST && lab_host east $EAST &&
		zones_begin "$LAB/zones" && zones_lab && lab_key west && lab_key east &&
		lab_publish west $WEST && lab_publish east $EAST &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		lab_policy $h private-or-clear 192.1.2.0/24
	done
}

oe_start() {
	for h in west east; do
		lab_pluto $h && lab_whack $h --listen >"$LAB/$h/listen" &&
			lab_until 5 grep -q 'is published at' "$LAB/$h/pluto.log" || return 1
	done
}

oe() {
	oe_begin || return 1
	for _r in $(seq "$ROUNDS"); do
		: >"$LAB/west/pluto.log"; : >"$LAB/east/pluto.log"
		oe_start && zones_flush || return 1
		shoot oe west $WEST east $EAST
		lab_pluto_stop west; lab_pluto_stop east
	done
}

# KIND NUMBER: two hosts that nobody else has used.
pair() {
	L=$1-l R=$1-r LEFT=192.1.2.$2 RIGHT=192.1.2.$(($2 + 1))
	lab_host "$L" "$LEFT" && lab_host "$R" "$RIGHT"
}

ours() {
	L=left R=right LEFT=192.1.2.61 RIGHT=192.1.2.62
	lab_host $L $LEFT && lab_host $R $RIGHT || return 1
	ZONES_ANCHOR=/usr/share/dns/root.key
	for h in $L $R; do
		echo "$LEFT $RIGHT : PSK \"$PEER_SECRET\"" >"$LAB/$h/ipsec.secrets"
		lab_pluto $h --no-oe && lab_whack $h --listen && lab_whack $h --name test \
			--host $LEFT --to --host $RIGHT --psk --encrypt --tunnel \
			--ike aes_gcm128-sha2_256-x25519 --esp aes_gcm128 || return 1
	done >"$LAB/ours.out"
	lab_whack $L --name test --route >>"$LAB/ours.out" || return 1
	for _r in $(seq "$ROUNDS"); do
		shoot ours $L $LEFT $R $RIGHT
		lab_whack $L --name test --terminate >>"$LAB/ours.out"
		sleep 0.2
	done
	lab_pluto_stop $L; lab_pluto_stop $R
}

# The peers' description of "test", made into one that waits for a packet.
on_demand_strongswan() {
	sed -i 's/mode = tunnel/&\n\t\t\t\t\tstart_action = trap/' "$LAB/$1/swanctl/swanctl.conf"
	strongswan_ctl "$1" --load-all --clear --file "$LAB/$1/swanctl/swanctl.conf" >>"$LAB/$1/out" 2>&1
}
on_demand_libreswan() { libreswan_ctl "$1" --name test --route >>"$LAB/$1/out" 2>&1; }
trapped() { lab_run "$L" ip xfrm policy | grep -q "dst $RIGHT/32"; }

# What the kernel keeps of an acquire is removed after each start: it makes no
# other for half a minute, and the next start would wait that long.
peer() {	# KIND NUMBER
	L=left$2 R=right$2 LEFT=192.1.2.$2 RIGHT=192.1.2.$(($2 + 1)) PEER_SHIM=no
	lab_host $L $LEFT && lab_host $R $RIGHT || return 1
	eval "PEER_ID_$L=$LEFT PEER_ID_$R=$RIGHT"
	peer_begin $L "$1" $LEFT && peer_begin $R "$1" $RIGHT && peer_start $L && peer_start $R || return 1
	peer_conn $L $R psk && peer_conn $R $L psk && "on_demand_$1" $L || return 1
	for _r in $(seq "$ROUNDS"); do
		lab_until 5 trapped || return 1
		shoot "$1" $L $LEFT $R $RIGHT
		peer_terminate $L
		sleep 0.2
		lab_run $L ip xfrm state flush
	done
	peer_stop $L; peer_stop $R
	peer_end $L; peer_end $R
	[ -s "$LAB/$1.shots" ]
}

lab_begin || die "no namespaces"
peers_fetch || die "strongSwan and libreswan cannot be downloaded"
mkdir -p "$LAB/all"
LAB_CAPTURE_ON=br0 LAB_CAPTURE='udp port 7008' lab_capture all || die "no capture"
ours || die "our pair: $(tail -n 3 "$LAB/left/pluto.log")"
peer libreswan 71 || die "libreswan: $(tail -n 3 "$LAB/$L/out")"
peer strongswan 81 || die "strongSwan: $(tail -n 3 "$LAB/$L/out")"
oe || die "opportunistic: $(tail -n 3 "$LAB/west/pluto.log")"
lab_capture_stop all
python3 tests/bench/figures.py cold "$LAB" "ours, configured and routed=ours" \
	"ours, opportunistic, DNS cold=oe" "libreswan, auto=ondemand=libreswan" \
	"strongSwan, start_action=trap=strongswan"
echo "packets seen in the clear: $(lab_count all 'udp port 7008')"
