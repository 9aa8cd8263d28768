#!/bin/sh
# Each algorithm of IKE and of ESP once, between two daemons, with packets
# through the tunnel; a group that must be asked for again; cookies; a peer that
# falls silent. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23

begin() {
	lab_begin && lab_host west $WEST && lab_host east $EAST || return 1
	zones_begin "$LAB/zones" && zones_sign || return 1
	for h in west east; do
		echo "$WEST $EAST : PSK \"a secret of the two\"" >"$LAB/$h/ipsec.secrets"
	done
	start west --nhelpers 0 && start east
}

start() {
	_s=$1; shift
	lab_pluto $_s --no-oe "$@" && lab_whack $_s --listen >"$LAB/$_s/listen"
}

# IKE-WEST ESP-WEST [IKE-EAST ESP-EAST [option...]]: the connection at both.
conns() {
	_iw=$1 _ew=$2 _ie=${3:-$1} _ee=${4:-$2}
	[ $# -lt 4 ] && shift $# || shift 4
	lab_whack west --name c --host $WEST --to --host $EAST --psk --encrypt --ike "$_iw" --esp "$_ew" "$@" >"$LAB/add" &&
		lab_whack east --name c --host $WEST --to --host $EAST --psk --encrypt --ike "$_ie" --esp "$_ee" "$@" >"$LAB/add"
}

up() { timeout 20 ip netns exec "$(lab_ns west)" "$BIN/whack" --ctlbase "$LAB/west/pluto" --name c --initiate >"$LAB/out" 2>&1; }

forget() {
	lab_whack west --name c --terminate >"$LAB/down"
	for h in west east; do lab_whack $h --name c --delete >"$LAB/down"; done
}

# WHAT IKE ESP: up, and packets go through.
algs() {
	conns $2 $3 && up
	holds "$1: IKE $2 is what was agreed" "$LAB/out" "ike: +< IKE_SA_INIT $2,"
	holds "$1: ESP $3 is what was agreed" "$LAB/out" "child: .* $3 spi"
	lab_run west ping -n -q -c 2 -i 0.05 -W 2 -s 900 $EAST >"$LAB/ping"
	holds "$1: packets go through" "$LAB/ping" ' 0% packet loss'
	forget
}

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/out" "$LAB/east/pluto.log"

algs "AES-GCM-256, SHA2-512, X25519" aes_gcm256-sha2_512-x25519 aes_gcm256
algs "AES-GCM-128, SHA2-256, P-256" aes_gcm128-sha2_256-ecp256 aes_gcm128
algs "ChaCha20-Poly1305, SHA2-384, P-384" chacha20_poly1305-sha2_384-ecp384 chacha20_poly1305
algs "AES-CBC-256, SHA2-512, MODP-2048" aes256-sha2_512-modp2048 aes256-sha2_512
algs "AES-CBC-128, SHA2-256, MODP-3072" aes128-sha2_256-modp3072 aes128-sha2_256
algs "AES-CBC-256, SHA2-384, MODP-4096" aes256-sha2_384-modp4096 aes256-sha2_384

# Long sequence numbers are agreed on, not assumed.
for pair in "esn esn" "noesn noesn" "esn noesn" "noesn esn"; do
	w=${pair% *} e=${pair#* }
	conns aes_gcm256-sha2_256-x25519 aes_gcm256-$w aes_gcm256-sha2_256-x25519 aes_gcm256-$e
	up
	if [ $w = $e ]; then
		holds "both want $w: up" "$LAB/out" '^004 result: ENCRYPTED'
		check "both want $w: packets go through" lab_run west ping -n -q -c 2 -i 0.05 -W 2 $EAST
	else
		holds "one wants $w, the other $e: no Child SA" "$LAB/out" '^065 result: ERROR - .*NO_PROPOSAL_CHOSEN'
	fi
	forget
done

# The first guess is a group that the responder does not take (RFC 7296 1.2).
conns aes_gcm256-sha2_256-x25519-ecp384 aes_gcm256 aes_gcm256-sha2_256-ecp384 aes_gcm256
up
holds "INVALID_KE_PAYLOAD: the other group is tried" "$LAB/out" '^004 result: ENCRYPTED'
holds "and it is told" "$LAB/out" 'INVALID_KE|other group|ecp384'
forget

# Cookies, in both roles: a busy responder answers nobody without one.
lab_pluto_stop east
start east --force_busy
lab_capture east
conns aes_gcm256-sha2_256-x25519 aes_gcm256
up
holds "a responder asks for a cookie: the initiator brings it" "$LAB/out" '^004 result: ENCRYPTED'
lab_capture_stop east
same "IKE_SA_INIT on the wire: two each way" \
	"$(lab_count east "udp port 500 and src $WEST and udp[26] = 34") $(lab_count east "udp port 500 and src $EAST and udp[26] = 34")" "2 2"
forget

# A peer that falls silent is noticed, and its SAs go.
conns aes_gcm256-sha2_256-x25519 aes_gcm256 '' '' --dpddelay 1 --dpdtimeout 3
up
holds "with dead peer detection" "$LAB/out" '^004 result: ENCRYPTED'
sleep 2.5
lab_whack west --trafficstatus >"$LAB/out"
holds "a peer that answers stays" "$LAB/out" '^000 1 Child SAs'
kill -STOP "$(lab_pluto_pid east)"
lab_until 10 sh -c "$BIN/whack --ctlbase $LAB/west/pluto --trafficstatus | grep -q '^000 0 Child SAs'"
tap_result $? "a peer that is silent for longer is given up"
holds "and one line says so" "$LAB/west/pluto.log" 'child#[0-9]+ down.*(silent|answer)'
kill -CONT "$(lab_pluto_pid east)"
tap_done
