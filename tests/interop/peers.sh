# Debian's strongSwan, libreswan and OpenIKED, each as a host of the lab: a
# library for sh. Source tests/lab/zones.sh and tests/lab/lab.sh first.
#
# The packages cannot be installed together, and no test shall change the
# machine: they are unpacked under build/peers, and each host sees its own one
# laid over /usr and /etc in a mount namespace of its own.
#
#	peers_fetch			downloads and unpacks all, once
#	peers_shim			builds the preload of no_esp_shim.c
#	peer_key ours rsa		key pair of that kind: rsa, rsa4096, ecdsa, eddsa
#	peer_begin left strongswan	host "left" of the lab gets its files
#	peer_start left			starts the daemon; shim when PEER_SHIM=yes
#	peer_conn left right psk WORD...	describes and loads one connection, "test"
#	peer_initiate left; peer_terminate left; peer_rekey left ike|child
#	peer_established left		IKE SA is up, says its own status
#	peer_child left			Child SA is up
#	peer_settled left		one of each is up, and none on its way
#	peer_pid left			of its daemon
#	peer_stop left; peer_end left
#
# A kind is a file KIND.sh of functions KIND_start, KIND_ready, KIND_stopped,
# KIND_conn and so on. The words of a connection stand in words.sh.
#
# Reads: BIN, LAB; PEERS (build/peers); of each host PEER_ADDR_left, its address,
# PEER_ID_left, its identity, and PEER_TS_left, the address that its tunnel is
# for, if that is another.

PEERS=${PEERS:-$PWD/build/peers}
PEERS_SH=${PEERS_SH:-tests/interop}
PEER_SECRET=the-moon-is-a-balloon-0123456789
PEER_USER=tester PEER_PASSWORD=open-sesame PEER_POOL=10.7.0.1
peer_debs="libstrongswan libstrongswan-standard-plugins strongswan-libcharon
 strongswan-charon libcharon-extra-plugins libcharon-extauth-plugins strongswan-swanctl strongswan-pki libreswan openiked"
. $PEERS_SH/words.sh
. $PEERS_SH/strongswan.sh
. $PEERS_SH/libreswan.sh
. $PEERS_SH/openiked.sh

peers_fetch() {
	[ "$(cat "$PEERS/complete" 2>/dev/null)" = "$peer_debs" ] && return 0
	rm -rf "$PEERS"
	mkdir -p "$PEERS/deb" "$PEERS/strongswan" "$PEERS/libreswan" "$PEERS/openiked" || return 1
	# shellcheck disable=SC2086
	(cd "$PEERS/deb" && timeout 200 apt-get -o APT::Sandbox::User=root -qq download $peer_debs) || return 1
	for _d in "$PEERS"/deb/*.deb; do
		case $_d in
		*/libreswan_*) dpkg-deb -x "$_d" "$PEERS/libreswan" ;;
		*/openiked_*) dpkg-deb -x "$_d" "$PEERS/openiked" ;;
		*) dpkg-deb -x "$_d" "$PEERS/strongswan" ;;
		esac || return 1
	done
	echo "$peer_debs" >"$PEERS/complete"
}

peers_shim() {
	${CC:-gcc} -D_GNU_SOURCE -shared -fPIC -O2 -o "$LAB/no_esp.so" "$PEERS_SH/no_esp_shim.c"
}

# Functions of the host's kind: no process is started for the dispatch.
peer_call() {	# FUNCTION HOST argument...
	_f=$1; shift
	eval "_k=\$PEER_KIND_$1"
	"${_k}_$_f" "$@"
}


# HOST OTHER: what a description of a connection needs, in variables.
peer_ends() {
	_d=$LAB/$1 _o=$LAB/$2
	eval "_me=\$PEER_ADDR_$1 _it=\$PEER_ADDR_$2 _my_id=\$PEER_ID_$1 _its_id=\$PEER_ID_$2"
	eval "_my_ts=\${PEER_TS_$1:-\$PEER_ADDR_$1} _its_ts=\${PEER_TS_$2:-\$PEER_ADDR_$2}"
}

# Inside the new mount namespace: what KIND brings is laid over /usr and /etc;
# /run and /var/lib are its own.
peer_mounts='
	mount -t tmpfs none /run && mkdir -p /run/etc /run/work /run/pluto &&
	mount -t tmpfs none /var/lib && mkdir -p /var/lib/openiked/empty &&
	mount -t overlay none -o lowerdir="$1/usr:/usr" /usr &&
	mount -t overlay none -o "lowerdir=$1/etc:/etc,upperdir=/run/etc,workdir=/run/work" /etc &&
	: >"$2/mounted" && exec sleep 3600'

# HOST KIND ADDRESS
peer_begin() {
	eval "PEER_KIND_$1=$2 PEER_ADDR_$1=$3"
	_d=$LAB/$1
	rm -f "$_d/mounted"
	ip netns exec "$(lab_ns "$1")" unshare -m --propagation private \
		sh -c "$peer_mounts" sh "$PEERS/$2" "$_d" >"$_d/mounts" 2>&1 &
	eval "PEER_MOUNTS_$1=$!"
	LAB_PIDS="$LAB_PIDS $!"
	lab_until 10 test -e "$_d/mounted" && return 0
	cat "$_d/mounts" >&2
	return 1
}

# The mount namespace goes.
peer_end() {
	eval "_p=\$PEER_MOUNTS_$1"
	kill "$_p" 2>/dev/null
	wait "$_p" 2>/dev/null
}

peer_run() {
	_h=$1; shift
	eval "_p=\$PEER_MOUNTS_$_h"
	nsenter -m -n -t "$_p" -- "$@"
}

# Its daemon in the background; what it prints goes to "out". A start inside
# the namespaces is an exec: the pid is the daemon's, unless it forks.
peer_spawn() {
	_h=$1; shift
	eval "_p=\$PEER_MOUNTS_$_h"
	nsenter -m -n -t "$_p" -- env ${PEER_PRELOAD:+NO_ESP_LOG="$LAB/$_h/sas" LD_PRELOAD="$PEER_PRELOAD"} \
		"$@" >"$LAB/$_h/out" 2>&1 </dev/null &
	eval "PEER_PID_$_h=$!"
	LAB_PIDS="$LAB_PIDS $!"
}

peer_start() {
	PEER_PRELOAD=
	[ "${PEER_SHIM:-no}" = yes ] && PEER_PRELOAD=$LAB/no_esp.so
	: >"$LAB/$1/log"
	peer_call start "$1" && lab_until 10 peer_call ready "$1" && return 0
	tail -5 "$LAB/$1/out" "$LAB/$1/log" >&2
	return 1
}

peer_pid() { eval "echo \$PEER_PID_$1"; }

# Waits until it is reaped: only then its sockets and its kernel's state are gone.
peer_stop() {
	eval "_p=\${PEER_PID_$1:-}"
	[ -n "$_p" ] || return 0
	kill "$_p" 2>/dev/null
	lab_until 5 zones_gone "$_p" || kill -9 "$_p" 2>/dev/null
	wait "$_p" 2>/dev/null
	eval "PEER_PID_$1="
	peer_call stopped "$1"
}
zones_gone() { ! zones_alive "$1"; }

# HOST KIND: its key pair KIND.pem, KIND.pub.pem and KIND.dns (base64, as in
# IPSECKEY).
peer_key() {
	_b=$LAB/$1/$2
	mkdir -p "$LAB/$1"
	case $2 in
	rsa) set -- rsa --bits 2048 ;;
	rsa4096) set -- rsa --bits 4096 ;;
	ecdsa) set -- p256 ;;
	eddsa) set -- ed25519 ;;
	esac
	"$BIN/newhostkey" --type "$@" --output "$_b.pem" >"$_b.out" 2>&1 &&
		openssl pkey -in "$_b.pem" -pubout -out "$_b.pub.pem" || return 1
	"$BIN/oe-zone" record -k "$_b.pem" 192.0.2.1 >"$_b.record" || return 1
	sed -n '/^;/!s/.* //p' "$_b.record" >"$_b.dns"
}

peer_conn() { peer_call conn "$@"; }
peer_initiate() { peer_call initiate "$1" >"$LAB/$1/initiate" 2>&1; }
peer_terminate() { peer_call terminate "$1" >"$LAB/$1/terminate" 2>&1; }
# HOST ike|child: its own rekeying, asked for by hand.
peer_rekey() { peer_call rekey "$@" >"$LAB/$1/rekey" 2>&1; }
peer_established() { peer_call established "$1"; }
peer_child() { peer_call child "$1"; }
peer_settled() { peer_call settled "$1"; }
