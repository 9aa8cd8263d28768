# libreswan 4.10 as a peer: functions for peers.sh. Needs certutil, pk12util.

libreswan_start() {
	mkdir -p "$LAB/$1/nss"
	[ -e "$LAB/$1/nss/cert9.db" ] || certutil -N -d "sql:$LAB/$1/nss" --empty-password || return 1
	: >"$LAB/$1/libre.secrets"
	{
		printf 'config setup\n\tikev1-policy=accept\n'
		[ -z "${ZONES_ANCHOR:-}" ] || printf '\t%s\n' dnssec-enable=yes "dnssec-rootkey-file=$ZONES_ANCHOR"
	} >"$LAB/$1/ipsec.conf"
	peer_spawn "$1" /usr/libexec/ipsec/pluto --nofork --config "$LAB/$1/ipsec.conf" \
		--rundir /run/pluto --nssdir "$LAB/$1/nss" --secretsfile "$LAB/$1/libre.secrets" \
		--ipsecdir "$LAB/$1/ipsec.d" --logfile "$LAB/$1/log"
}

libreswan_ready() {
	grep -q 'loading secrets from' "$LAB/$1/log" && peer_run "$1" test -S /run/pluto/pluto.ctl
}

libreswan_stopped() { peer_run "$1" rm -f /run/pluto/pluto.pid /run/pluto/pluto.ctl; }

libreswan_ctl() {
	_h=$1; shift
	peer_run "$_h" timeout 15 /usr/libexec/ipsec/whack --ctlsocket /run/pluto/pluto.ctl "$@"
}

# HOST AUTH: the key pair into its NSS database; sets _ckaid. Once for each.
libreswan_import() {
	_b=$LAB/$1/$2
	[ -s "$_b.ckaid" ] || {
		openssl req -x509 -new -key "$_b.pem" -subj "/CN=$2" -days 30 -out "$_b.cert.pem" &&
		openssl pkcs12 -export -inkey "$_b.pem" -in "$_b.cert.pem" -name "$2" \
			-passout pass: -out "$_b.p12" &&
		pk12util -i "$_b.p12" -d "sql:$LAB/$1/nss" -W '' >>"$LAB/$1/out" 2>&1 &&
		certutil -K -d "sql:$LAB/$1/nss" >"$_b.keys" || return 1
		sed -n "s/^< *[0-9]*> *[a-z]* *\([0-9a-f]*\).*$2\$/\1/p" "$_b.keys" >"$_b.ckaid"
	}
	read -r _ckaid <"$_b.ckaid"
}

# HOST OTHER AUTH WORD...
libreswan_conn() {
	peer_ends "$1" "$2"
	_h=$1 _auth=$3; shift 3
	words "$@"
	case $_auth in
	psk) _keys='authby=secret' ;;
	null) _keys='authby=null' ;;
	dns)
		libreswan_import "$_h" rsa || return 1
		_keys="authby=rsa-sha2 leftckaid=$_ckaid leftrsasigkey=0s$(cat "$_d/rsa.dns")
			rightrsasigkey=%dnsondemand"
		;;
	rsa*)
		libreswan_import "$_h" "$_auth" || return 1
		_by=rsa-sha2
		[ -z "$W_V1" ] || _by=rsasig	# it knows no other in IKEv1
		_keys="authby=$_by leftckaid=$_ckaid leftrsasigkey=0s$(cat "$_d/$_auth.dns")
			rightrsasigkey=0s$(cat "$_o/$_auth.dns")"
		;;
	ecdsa)
		libreswan_import "$_h" "$_auth" || return 1
		_keys="authby=ecdsa-sha2 leftckaid=$_ckaid leftecdsakey=0s$(cat "$_d/$_auth.dns")
			rightecdsakey=0s$(cat "$_o/$_auth.dns")"
		;;
	esac
	libreswan_text >"$_d/ipsec.conf"
	mkdir -p "$_d/ipsec.d"
	echo "$PEER_USER:$(openssl passwd -6 "$PEER_PASSWORD"):test" >"$_d/ipsec.d/passwd"
	{
		echo "$_my_id $_its_id : PSK \"$PEER_SECRET\""
		echo "@$PEER_USER : XAUTH \"$PEER_PASSWORD\""
	} >"$_d/libre.secrets"
	libreswan_ctl "$_h" --rereadsecrets >>"$_d/out" 2>&1
	libreswan_ctl "$_h" --name test --delete >>"$_d/out" 2>&1
	peer_run "$_h" timeout 10 /usr/libexec/ipsec/addconn --config "$_d/ipsec.conf" \
		--ctlsocket /run/pluto/pluto.ctl test >>"$_d/out" 2>&1
}

# From what libreswan_conn has found out.
libreswan_text() {
	alg_word libreswan "$W_ALG"
	_right=$_it
	[ -z "$W_ANY" ] || _right=%any
	[ -z "$W_ANY" ] || [ "$W_MODE" = transport ] || _right="$_right rightsubnet=$_it/32"
	_given=
	case $W_CFG in
	client) _given='leftmodecfgclient=yes rightmodecfgserver=yes' ;;
	server) _given="leftmodecfgserver=yes rightmodecfgclient=yes rightaddresspool=$PEER_POOL-$PEER_POOL" ;;
	esac
	case $W_XAUTH in
	client) _given="$_given leftxauthclient=yes rightxauthserver=yes leftusername=$PEER_USER" ;;
	server) _given="$_given leftxauthserver=yes rightxauthclient=yes xauthby=file" ;;
	esac
	[ -z "$W_CFG" ] || _given="$_given modecfgpull=$W_PULL"
	_what="esp=$ALG_ESP"
	[ -z "$W_AH" ] || _what="ah=$ALG_AH"
	_v2=insist
	[ -z "$W_V1" ] || _v2=no
	printf 'config setup\n\tikev1-policy=accept\nconn test\n'
	# shellcheck disable=SC2086
	printf '\t%s\n' "left=$_me" right=$_right "leftid=$_my_id" "rightid=$_its_id" \
		ikev2=$_v2 auto=ignore keyingtries=1 retransmit-timeout=4s rekey=no \
		leftupdown=%disabled "type=$W_MODE" "mobike=$W_MOBIKE" $_keys \
		$_given ${W_PARTS:+fragmentation=force} ${W_AGGR:+aggressive=yes} ${ALG_IKE:+"ike=$ALG_IKE" "$_what" pfs=no} ${W_AH:+phase2=ah} ${W_COMP:+compress=yes} \
		${W_DPD:+"dpddelay=$W_DPD" dpdaction=clear} ${W_V1:+${W_DPD:+dpdtimeout=3}}
}

libreswan_initiate() { libreswan_ctl "$1" --name test --initiate; }
libreswan_terminate() { libreswan_ctl "$1" --name test --terminate; }
libreswan_rekey() {
	case $2 in
	ike) libreswan_ctl "$1" --name test --rekey-ike ;;
	child) libreswan_ctl "$1" --name test --rekey-ipsec ;;
	esac
}
libreswan_established() { libreswan_ctl "$1" --status | grep -qE '"test".*(STATE_V2_ESTABLISHED_IKE_SA|STATE_(MAIN_(I4|R3)|AGGR_(I2|R2)))'; }
libreswan_child() { libreswan_ctl "$1" --status | grep -qE '"test".*(STATE_V2_ESTABLISHED_CHILD_SA|STATE_QUICK_(I2|R2))'; }
libreswan_settled() {
	libreswan_ctl "$1" --status >"$LAB/$1/list" 2>&1 &&
		[ "$(grep -c '^000 #.*STATE_V2_' "$LAB/$1/list")" = 2 ] &&
		[ "$(grep -c '^000 #.*STATE_V2_ESTABLISHED_' "$LAB/$1/list")" = 2 ]
}
