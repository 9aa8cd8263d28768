# Debian's strongSwan and libreswan beside each other, as hosts of the lab: a
# library for sh. Source tests/lab/zones.sh and tests/lab/lab.sh first.
#
# The two packages cannot be installed together, and no test shall change the
# machine: they are unpacked under build/peers, and each host sees its own one
# laid over /usr and /etc in a mount namespace of its own.
#
#	peers_fetch			downloads and unpacks both, once
#	peers_shim			builds the preload of no_esp_shim.c
#	peer_begin left strongswan	host "left" of the lab gets its files
#	peer_start left [KEYFILE]	starts the daemon; shim when PEER_SHIM=yes
#	peer_conn left right psk auto	describes and loads one connection, "test"
#	peer_initiate left; peer_terminate left; peer_rekey left ike|child
#	peer_established left		IKE SA is up, says its own status
#	peer_child left			Child SA is up
#	peer_log left			path of its log
#	peer_stop left; peer_end left
#	peer_user_esp			the next strongSwan has user-space ESP
#
# Reads: BIN, LAB; PEERS (build/peers); PEER_PROPOSALS ("default": the peer's own,
# else AES-GCM-128 and X25519). KIND is strongswan or libreswan.

PEERS=${PEERS:-$PWD/build/peers}
PEER_SECRET=the-moon-is-a-balloon-0123456789
peer_debs="libstrongswan libstrongswan-standard-plugins strongswan-libcharon
 strongswan-charon libcharon-extra-plugins strongswan-swanctl strongswan-pki libreswan"

peers_fetch() {
	[ -e "$PEERS/complete" ] && return 0
	rm -rf "$PEERS"
	mkdir -p "$PEERS/deb" "$PEERS/strongswan" "$PEERS/libreswan" || return 1
	# shellcheck disable=SC2086
	(cd "$PEERS/deb" && timeout 200 apt-get -o APT::Sandbox::User=root -qq download $peer_debs) || return 1
	for _d in "$PEERS"/deb/*.deb; do
		case $_d in
		*/libreswan_*) dpkg-deb -x "$_d" "$PEERS/libreswan" ;;
		*) dpkg-deb -x "$_d" "$PEERS/strongswan" ;;
		esac || return 1
	done
	: >"$PEERS/complete"
}

peers_shim() {
	${CC:-gcc} -D_GNU_SOURCE -shared -fPIC -O2 -o "$LAB/no_esp.so" \
		"$(dirname "$PEERS_SH")/no_esp_shim.c"
}
PEERS_SH=${PEERS_SH:-tests/interop/peers.sh}

peer_dir() { echo "$LAB/$1"; }
peer_kind() { eval "echo \$PEER_KIND_$1"; }
peer_addr() { eval "echo \$PEER_ADDR_$1"; }
peer_log() { echo "$LAB/$1/log"; }

# Inside the new mount namespace: what KIND brings is laid over /usr and /etc,
# and /run is its own.
peer_mounts='
	mount -t tmpfs none /run && mkdir -p /run/etc /run/work /run/pluto &&
	mount -t overlay none -o lowerdir="$1/usr:/usr" /usr &&
	mount -t overlay none -o "lowerdir=$1/etc:/etc,upperdir=/run/etc,workdir=/run/work" /etc &&
	: >"$2/mounted" && exec sleep 900'

# HOST KIND ADDRESS
peer_begin() {
	eval "PEER_KIND_$1=$2 PEER_ADDR_$1=$3"
	_d=$(peer_dir "$1")
	rm -f "$_d/mounted"
	ip netns exec "$(lab_ns "$1")" unshare -m --propagation private \
		sh -c "$peer_mounts" sh "$PEERS/$2" "$_d" >"$_d/mounts" 2>&1 &
	eval "PEER_PID_$1=$!"
	LAB_PIDS="$LAB_PIDS $!"
	for _i in $(seq 100); do
		[ -e "$_d/mounted" ] && return 0
		sleep 0.05
	done
	cat "$_d/mounts" >&2
	return 1
}

# The next strongSwan started carries ESP itself, over a TUN device. The peer's
# own address is inside the tunnel: what charon sends is told apart by a mark.
peer_user_esp() {
	PEER_PLUGINS="kernel-libipsec kernel-netlink"
	PEER_PLUGIN_CONF='kernel-libipsec {
				allow_peer_ts = yes
			}
			socket-default {
				fwmark = 1
			}
			kernel-netlink {
				fwmark = !1
			}'
}

# The mount namespace goes.
peer_end() {
	eval "_p=\$PEER_PID_$1"
	kill "$_p" 2>/dev/null
	wait "$_p" 2>/dev/null
}

peer_run() {
	_h=$1; shift
	eval "_p=\$PEER_PID_$_h"
	nsenter -m -n -t "$_p" -- "$@"
}

peer_strongswan_conf() {
	cat >"$1/strongswan.conf" <<-END
	charon {
		load = random nonce openssl kdf pem pkcs1 pkcs8 pubkey dnskey x509 constraints ${PEER_PLUGINS:-kernel-netlink} socket-default vici
		retransmit_base = 1
		retransmit_timeout = 1
		retransmit_tries = 2
		${PEER_CHARON:-}
		filelog {
			log {
				path = $1/log
				flush_line = yes
				ike_name = yes
				time_format = %H:%M:%S
				default = 1
			}
		}
		plugins {
			vici {
				socket = unix://$1/vici
			}
			${PEER_PLUGIN_CONF:-}
		}
	}
	swanctl {
		load = random pem pkcs1 pkcs8 pubkey openssl x509
	}
	pki {
		load = random pem pkcs1 pkcs8 pubkey dnskey openssl x509
	}
	END
}

peer_start() {
	_d=$(peer_dir "$1")
	_preload=
	[ "${PEER_SHIM:-no}" = yes ] && _preload=$LAB/no_esp.so
	: >"$_d/log"
	case $(peer_kind "$1") in
	strongswan)
		peer_strongswan_conf "$_d"
		mkdir -p "$_d/swanctl/private" "$_d/swanctl/pubkey"
		peer_run "$1" env STRONGSWAN_CONF="$_d/strongswan.conf" NO_ESP_LOG="$_d/sas" \
			${_preload:+LD_PRELOAD=$_preload} /usr/lib/ipsec/charon >"$_d/out" 2>&1 &
		;;
	libreswan)
		_peer_nss "$1"
		printf 'config setup\n' >"$_d/ipsec.conf"
		peer_run "$1" env NO_ESP_LOG="$_d/sas" ${_preload:+LD_PRELOAD=$_preload} \
			/usr/libexec/ipsec/pluto --nofork --config "$_d/ipsec.conf" --rundir /run/pluto \
			--nssdir "$_d/nss" --secretsfile "$_d/libre.secrets" --ipsecdir "$_d/ipsec.d" \
			--logfile "$_d/log" >"$_d/out" 2>&1 &
		;;
	esac
	LAB_PIDS="$LAB_PIDS $!"
	for _i in $(seq 100); do
		if peer_ready "$1"; then return 0; fi
		sleep 0.05
	done
	tail -5 "$_d/out" "$_d/log" >&2
	return 1
}

peer_daemon_pid() {
	case $(peer_kind "$1") in
	strongswan) peer_run "$1" cat /run/charon.pid ;;
	libreswan) peer_run "$1" cat /run/pluto/pluto.pid ;;
	esac 2>/dev/null
}

peer_stop() {
	_p=$(peer_daemon_pid "$1")
	[ -n "$_p" ] || return 0
	kill "$_p"
	for _i in $(seq 60); do
		kill -0 "$_p" 2>/dev/null || break
		sleep 0.05
	done
	kill -9 "$_p" 2>/dev/null
	rm -f "$(peer_dir "$1")/vici"
	peer_run "$1" rm -f /run/charon.pid /run/pluto/pluto.pid /run/pluto/pluto.ctl
}

_peer_nss() {
	_d=$(peer_dir "$1")
	[ -d "$_d/nss" ] && return 0
	mkdir -p "$_d/nss"
	: >"$_d/libre.secrets"
	certutil -N -d "sql:$_d/nss" --empty-password
}

peer_ready() {
	case $(peer_kind "$1") in
	strongswan) [ -S "$(peer_dir "$1")/vici" ] ;;
	libreswan) peer_run "$1" sh -c '[ -S /run/pluto/pluto.ctl ]' && grep -q 'loading secrets from' "$(peer_log "$1")" ;;
	esac
}

# HOST: an RSA key pair: key.pem, pub.pem and pub.dns (base64 of RFC 3110).
# Ours uses newhostkey's key; the others are given one made here.
peer_key() {
	_d=$(peer_dir "$1")
	mkdir -p "$_d"
	[ -s "$_d/key.pem" ] || openssl genrsa -traditional -out "$_d/key.pem" 2048 2>/dev/null || return 1
	openssl pkey -in "$_d/key.pem" -pubout -out "$_d/pub.pem" || return 1
	peer_dnskey "$_d/pub.pem" >"$_d/pub.dns"
}

# FILE: base64 of RFC 3110: exponent with its length, modulus.
peer_dnskey() {
	_m=$(openssl rsa -pubin -in "$1" -noout -modulus | sed 's/.*=//') || return 1
	printf '03010001%s' "$_m" | xxd -r -p | base64 -w 0
}

peer_conn_strongswan() {	# HOST OTHER METHOD
	_d=$(peer_dir "$1") _me=$(peer_addr "$1") _it=$(peer_addr "$2") _o=$(peer_dir "$2")
	_ike=aes128gcm16-prfsha256-x25519 _esp=aes128gcm16
	[ "${PEER_PROPOSALS:-}" = default ] && _ike=default _esp=default
	case $3 in
	psk) _auth="auth = psk" _lk='' _rk='' ;;
	rsa)
		cp "$_d/key.pem" "$_d/swanctl/private/"
		cp "$_d/pub.pem" "$_d/swanctl/pubkey/me.pem"
		cp "$_o/pub.pem" "$_d/swanctl/pubkey/it.pem"
		_auth="auth = pubkey" _lk="pubkeys = $_d/swanctl/pubkey/me.pem"
		_rk="pubkeys = $_d/swanctl/pubkey/it.pem"
		;;
	esac
	cat >"$_d/swanctl/swanctl.conf" <<-END
	connections {
		test {
			version = 2
			mobike = no
			local_addrs = $_me
			remote_addrs = $_it
			proposals = $_ike
			keyingtries = 1
			local {
				$_auth
				id = $_me
				$_lk
			}
			remote {
				$_auth
				id = $_it
				$_rk
			}
			children {
				test {
					esp_proposals = $_esp
					mode = tunnel
				}
			}
		}
	}
	secrets {
		ike-test {
			id-1 = $_me
			id-2 = $_it
			secret = $PEER_SECRET
		}
	}
	END
	peer_swanctl "$1" --load-all --file "$_d/swanctl/swanctl.conf" >>"$_d/out" 2>&1
}

peer_swanctl() {
	_h=$1; shift
	_d=$(peer_dir "$_h")
	peer_run "$_h" env STRONGSWAN_CONF="$_d/strongswan.conf" SWANCTL_DIR="$_d/swanctl" \
		timeout 15 swanctl "$@" --uri "unix://$_d/vici"
}

peer_conn_libreswan() {
	_d=$(peer_dir "$1") _me=$(peer_addr "$1") _it=$(peer_addr "$2") _o=$(peer_dir "$2")
	case $3 in
	psk)
		echo "$_me $_it : PSK \"$PEER_SECRET\"" >"$_d/libre.secrets"
		_auth='authby=secret' _keys=''
		;;
	rsa)
		_ckaid=$(peer_import "$1") || return 1
		_auth='authby=rsa-sha2'
		_keys="leftckaid=$_ckaid leftrsasigkey=0s$(cat "$_d/pub.dns")
			rightrsasigkey=0s$(cat "$_o/pub.dns")"
		;;
	esac
	{
		printf 'config setup\nconn test\n'
		printf '\t%s\n' "left=$_me" "right=$_it" "leftid=$_me" "rightid=$_it" "$_auth" \
			ikev2=insist auto=ignore keyingtries=1 retransmit-timeout=4s rekey=no leftupdown=%disabled
		[ "${PEER_PROPOSALS:-}" = default ] ||
			printf '\t%s\n' ike=aes_gcm128-sha2_256-dh31 esp=aes_gcm128 pfs=no
		[ -z "$_keys" ] || printf '\t%s\n' $_keys
	} >"$_d/ipsec.conf"
	peer_whack "$1" --rereadsecrets >>"$_d/out" 2>&1
	peer_run "$1" timeout 10 /usr/libexec/ipsec/addconn --config "$_d/ipsec.conf" \
		--ctlsocket /run/pluto/pluto.ctl test >>"$_d/out" 2>&1
}

peer_whack() {
	_h=$1; shift
	peer_run "$_h" timeout 15 /usr/libexec/ipsec/whack --ctlsocket /run/pluto/pluto.ctl "$@"
}

# HOST: its key.pem into its NSS database; prints the CKAID.
peer_import() {
	_d=$(peer_dir "$1")
	openssl req -x509 -new -key "$_d/key.pem" -subj "/CN=$1" -days 30 -out "$_d/cert.pem" &&
	openssl pkcs12 -export -inkey "$_d/key.pem" -in "$_d/cert.pem" -name "$1" \
		-passout pass: -out "$_d/key.p12" &&
	pk12util -i "$_d/key.p12" -d "sql:$_d/nss" -W '' >>"$_d/out" 2>&1 || return 1
	certutil -K -d "sql:$_d/nss" | sed -n 's/^< *[0-9]*> *rsa *\([0-9a-f]*\).*/\1/p' | head -n 1
}

peer_conn() { "peer_conn_$(peer_kind "$1")" "$@"; }

peer_initiate() {
	case $(peer_kind "$1") in
	strongswan) peer_swanctl "$1" --initiate --child test --timeout 8 ;;
	libreswan) peer_whack "$1" --name test --initiate ;;
	esac >"$(peer_dir "$1")/initiate" 2>&1
}

peer_terminate() {
	case $(peer_kind "$1") in
	strongswan) peer_swanctl "$1" --terminate --ike test --timeout 5 ;;
	libreswan) peer_whack "$1" --name test --terminate ;;
	esac >"$(peer_dir "$1")/terminate" 2>&1
}

# HOST ike|child: its own rekeying, asked for by hand.
peer_rekey() {
	case $(peer_kind "$1").$2 in
	strongswan.*) peer_swanctl "$1" --rekey "--$2" test ;;
	libreswan.ike) peer_whack "$1" --name test --rekey-ike ;;
	libreswan.child) peer_whack "$1" --name test --rekey-ipsec ;;
	esac >"$(peer_dir "$1")/rekey" 2>&1
}

peer_established() {
	case $(peer_kind "$1") in
	strongswan) peer_swanctl "$1" --list-sas | grep -q '^test: .*ESTABLISHED' ;;
	libreswan) peer_whack "$1" --status | grep -q '"test".*STATE_V2_ESTABLISHED_IKE_SA' ;;
	esac
}

peer_child() {
	case $(peer_kind "$1") in
	strongswan) peer_swanctl "$1" --list-sas | grep -q 'test: .*INSTALLED' ;;
	libreswan) peer_whack "$1" --status | grep -q '"test".*STATE_V2_ESTABLISHED_CHILD_SA' ;;
	esac
}
