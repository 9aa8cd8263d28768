# Our pluto as one end of the tests against other daemons: a library for sh.
# Source peers.sh first.
#
#	our_secrets kind...	its secrets file: keys of these kinds, and PSKs
#	our_start [option...]	starts it, without opportunism
#	our_conn psk WORD...	our end of the connection "test" (words.sh)
#	our_initiate; our_terminate; our_delete
#	our_number ike|child	the numbers of what is up
#	our_another child OLD	exactly one is up, and it is not OLD
#
# Reads: PEER_ADDR_ours, PEER_ID_ours and those of "peer"; LAB_PLANE.

ours() { "$BIN/whack" --ctlbase "$LAB/ours/pluto" "$@"; }

our_secrets() {
	{
		for _k in "$@"; do
			echo "@$_k.ours.oe.lab : PUBKEY $LAB/ours/$_k.pem"
		done
		echo "$OURS4 $OURS6 : PUBKEY $LAB/ours/rsa.pem"
		for _a in "$OURS4 $PEER4" "$OURS6 $PEER6" "@psk.ours.oe.lab @psk.peer.oe.lab"; do
			echo "$_a : PSK \"$PEER_SECRET\""
		done
		echo "@$PEER_USER : XAUTH \"$PEER_PASSWORD\""
	} >>"$LAB/ours/ipsec.secrets"
}

our_start() {
	ZONES_ANCHOR=${ZONES_ANCHOR:-/usr/share/dns/root.key}
	lab_pluto ours --no-oe "$@" && ours --listen >"$LAB/ours/listen"
}

# KIND: the peer's public key for its identity.
our_peer_key() {
	case $1 in
	rsa*) _o=--pubkeyrsa ;;
	ecdsa) _o=--pubkeyecdsa ;;
	eddsa) _o=--pubkeyeddsa ;;
	esac
	read -r _key <"$LAB/peer/$1.dns"
	ours --keyid "$PEER_ID_peer" $_o "0s$_key" >"$LAB/key"
}

our_conn() {
	_auth=$1; shift
	words "$@"
	W_DNS=
	alg_word ours "$W_ALG"
	peer_ends ours peer
	_more="--tunnel"
	[ "$W_MODE" = tunnel ] || _more=--transport
	# libreswan by itself wants a new key exchange for each Child SA.
	[ "$W_ALG $PEER_KIND_peer" != "default libreswan" ] || _more="$_more --pfs"
	[ -z "$W_V1" ] || _more="$_more --ikev1"
	[ -z "$W_AGGR" ] || _more="$_more --aggrmode"
	[ -z "$W_DPD" ] || _more="$_more --dpddelay 1 --dpdtimeout 3"
	case $_auth in
	psk) _more="$_more --psk" ;;
	null) _more="$_more --null" ;;
	dns) _more="$_more --rsasig"; W_DNS=--dnskeyondemand ;;
	*) _more="$_more --rsasig"; our_peer_key "$_auth" || return 1 ;;
	esac
	_host=$_it
	[ -z "$W_ANY" ] || _host=%any
	_here= _there=
	[ "$W_ANY$_my_ts$_its_ts" = "$_me$_it" ] || [ "$W_MODE" = transport ] || _here="--client $_my_ts/32" _there="--client $_its_ts/32"
	case $W_CFG in
	client) _here=--modecfgclient _there=--modecfgserver ;;
	server) _here=--modecfgserver _there="--modecfgclient --client $PEER_POOL/32" ;;
	esac
	case $W_XAUTH in
	client) _here="$_here --xauthclient" _there="$_there --xauthserver" ;;
	server) _here="$_here --xauthserver" _there="$_there --xauthclient" ;;
	esac
	[ -z "$W_CFG" ] || [ $W_PULL = no ] || _more="$_more --modecfgpull"
	_what="--encrypt ${ALG_ESP:+--esp $ALG_ESP}"
	[ -z "$W_AH" ] || _what="--authenticate ${ALG_AH:+--ah $ALG_AH}"
	[ -z "$W_COMP" ] || _what="$_what --compress"
	# shellcheck disable=SC2086
	ours --name test --host "$_me" --id "$_my_id" $_here --to --host $_host --id "$_its_id" $_there $W_DNS \
		$_more $_what ${ALG_IKE:+--ike "$ALG_IKE"} >"$LAB/add"
}

our_initiate() { timeout 20 "$BIN/whack" --ctlbase "$LAB/ours/pluto" --name test --initiate >"$LAB/out" 2>&1; }
our_terminate() { ours --name test --terminate >"$LAB/terminate" 2>&1; }
our_delete() { ours --name test --delete >"$LAB/delete" 2>&1; }

our_number() {
	case $1 in
	ike) ours --status | sed -n 's/^000 #\([0-9]*\): .*rekey.*/\1/p' ;;
	child) ours --trafficstatus | sed -n 's/^000 #\([0-9]*\): .* <-> .*/\1/p' ;;
	esac
}

our_another() {
	_now=$(our_number "$1")
	case $_now in
	'' | "$2" | *"
"*) return 1 ;;
	esac
}
