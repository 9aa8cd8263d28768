# OpenIKED 7.2 as a peer: functions for peers.sh. It needs PF_KEY in the kernel,
# which carries no AEAD on Linux: its Child SAs are AES-CBC and HMAC.

openiked_start() {
	peer_run "$1" sh -c 'grep -q ^_iked: /etc/passwd || {
		echo "_iked:x:64199:64199::/var/lib/openiked/empty:/usr/sbin/nologin" >>/etc/passwd
		echo "_iked:x:64199:" >>/etc/group
	}' || return 1
	peer_run "$1" install -m 600 "$LAB/$1/rsa.pem" /etc/iked/private/local.key &&
		openiked_file "$1" '' || return 1
	peer_spawn "$1" sh -c 'exec /usr/sbin/iked -d -v >"$1" 2>&1' sh "$LAB/$1/log"
}

openiked_ready() { peer_run "$1" test -S /run/iked.sock; }
openiked_stopped() { peer_run "$1" rm -f /run/iked.sock; }
openiked_ctl() {
	_h=$1; shift
	peer_run "$_h" timeout 15 ikectl "$@"
}

# HOST TEXT: its settings; it insists on the mode of the file.
openiked_file() {
	printf 'set fragmentation\nset dpd_check_interval %s\n%s\n' "${W_DPD:-60}" "$2" >"$LAB/$1/iked.conf"
	peer_run "$1" install -m 600 "$LAB/$1/iked.conf" /etc/iked.conf
}

# HOST OTHER AUTH WORD...
openiked_conn() {
	peer_ends "$1" "$2"
	_h=$1 _auth=$3; shift 3
	words "$@"
	case $_auth in
	psk) _how="psk \"$PEER_SECRET\"" ;;
	*)
		_how=rfc7427
		openiked_keys "$_h" || return 1
		;;
	esac
	openiked_text passive >"$_d/iked.passive"
	openiked_text active >"$_d/iked.active"
	openiked_file "$_h" "$(cat "$_d/iked.passive")" && openiked_ctl "$_h" reload >>"$_d/out" 2>&1
}

openiked_keys() {
	case $_its_id in
	*:*) _type=ipv6 ;;
	*[a-z]*) _type=fqdn ;;
	*) _type=ipv4 ;;
	esac
	peer_run "$1" sh -c 'install -m 600 "$1" /etc/iked/private/local.key &&
		install -m 644 "$2" "/etc/iked/pubkeys/$3"' \
		sh "$_d/$_auth.pem" "$_o/$_auth.pub.pem" "$_type/${_its_id#@}"
}

openiked_text() {	# MODE
	alg_word openiked "$W_ALG"
	case $W_LIFE in
	ike) _life="ikelifetime 6" ;;
	child) _life="lifetime 6" ;;
	*) _life= ;;
	esac
	_peer=$_it
	[ -z "$W_ANY" ] || _peer=any
	cat <<-END
	ikev2 "test" $1 $W_MODE esp from $_me to $_it local $_me peer $_peer \\
		${ALG_IKE:+ikesa $ALG_IKE} ${ALG_ESP:+childsa $ALG_ESP} \\
		srcid ${_my_id#@} dstid ${_its_id#@} $_life $_how
	END
}

openiked_initiate() {
	openiked_file "$1" "$(cat "$LAB/$1/iked.active")" && openiked_ctl "$1" reload
}
openiked_terminate() { openiked_ctl "$1" reset sa; }
# It has no command for that: the lifetime is short (words: brief-ike, brief-child).
openiked_rekey() { :; }
openiked_established() { openiked_ctl "$1" show sa | grep -q '^iked_sas: .* ESTABLISHED'; }
openiked_child() { openiked_ctl "$1" show sa | grep -q '^iked_activesas: .*L'; }
