# strongSwan 5.9.8 as a peer: functions for peers.sh. Needs charon's vici.
#
#	PEER_PLUGINS, PEER_PLUGIN_CONF	other plugins for the kernel, their settings
#	PEER_TRIES			how often it sends a request again (4)
#	strongswan_user_esp		the next one started has user-space ESP

# The peer's own address is inside the tunnel: what charon sends is told apart
# by a mark.
strongswan_user_esp() {
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

strongswan_settings() {
	cat >"$1/strongswan.conf" <<-END
	charon {
		load = random nonce openssl kdf pem pkcs1 pkcs8 pubkey dnskey x509 constraints ${PEER_PLUGINS:-kernel-netlink} socket-default xauth-generic vici
		retransmit_base = 1
		retransmit_timeout = 1
		retransmit_tries = ${PEER_TRIES:-4}
		delete_rekeyed_delay = 1
		fragment_size = 0
		i_dont_care_about_security_and_use_aggressive_mode_psk = yes
		keep_alive = 1s
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
	END
}

strongswan_start() {
	strongswan_settings "$LAB/$1"
	mkdir -p "$LAB/$1/swanctl/private" "$LAB/$1/swanctl/pubkey"
	peer_spawn "$1" env STRONGSWAN_CONF="$LAB/$1/strongswan.conf" /usr/lib/ipsec/charon
}

strongswan_ready() { [ -S "$LAB/$1/vici" ] && grep -q 'worker threads' "$LAB/$1/log"; }

strongswan_stopped() {
	rm -f "$LAB/$1/vici"
	peer_run "$1" rm -f /run/charon.pid
}

strongswan_ctl() {
	_h=$1; shift
	eval "_p=\$PEER_MOUNTS_$_h"
	STRONGSWAN_CONF="$LAB/$_h/strongswan.conf" SWANCTL_DIR="$LAB/$_h/swanctl" \
		nsenter -m -n -t "$_p" -- timeout 20 swanctl "$@" --uri "unix://$LAB/$_h/vici"
}

# HOST OTHER AUTH WORD...
strongswan_conn() {
	peer_ends "$1" "$2"
	_h=$1 _auth=$3; shift 3
	# Debian's has no plugin that asks DNS: it is given our key.
	[ "$_auth" != dns ] || _auth=rsa
	words "$@"
	_remote=${W_ANY:+%any}; _remote=${_remote:-$_it}
	_l='' _r=''
	case $_auth in
	psk) _how=psk ;;
	*)
		rm -f "$_d"/swanctl/private/*
		cp "$_d/$_auth.pem" "$_d/swanctl/private/"
		_how=pubkey _l="pubkeys = $_d/$_auth.pub.pem" _r="pubkeys = $_o/$_auth.pub.pem"
		;;
	esac
	strongswan_text >"$_d/swanctl/swanctl.conf"
	strongswan_ctl "$_h" --load-all --clear --file "$_d/swanctl/swanctl.conf" >>"$_d/out" 2>&1
}

# From what strongswan_conn has found out.
strongswan_text() {
	alg_word strongswan "$W_ALG"
	_ts=
	[ "$W_ANY$_my_ts$_its_ts" = "$_me$_it" ] || [ "$W_MODE" = transport ] || _ts="local_ts = $_my_ts/32
					remote_ts = $_its_ts/32"
	_local=$_my_ts/32 _peer=$_its_ts/32 _cfg=
	case $W_CFG in
	client) _local=dynamic _cfg="vips = 0.0.0.0" ;;
	server) _peer=dynamic _cfg="pools = given" ;;
	esac
	_what="esp_proposals = $ALG_ESP"
	[ -z "$W_AH" ] || _what="ah_proposals = $ALG_AH"
	[ -z "$W_COMP" ] || _what="$_what
					ipcomp = yes"
	[ -z "$W_CFG" ] || _ts="local_ts = $_local
					remote_ts = $_peer"
	cat <<-END
	connections {
		test {
			version = $([ -z "$W_V1" ] && echo 2 || echo 1)
			aggressive = ${W_AGGR:-no}
			mobike = $W_MOBIKE
			local_addrs = $_me
			remote_addrs = $_remote
			proposals = $ALG_IKE
			keyingtries = 1
			pull = $W_PULL
			$_cfg
			dpd_delay = ${W_DPD:-0}s
			fragmentation = yes
			local {
				auth = $_how
				id = $_my_id
				$_l
			}
			remote {
				auth = $_how
				id = $_its_id
				$_r
			}
			$(case $W_XAUTH in
			client) echo "local-xauth { auth = xauth
				xauth_id = $PEER_USER }" ;;
			server) echo 'remote-xauth { auth = xauth }' ;;
			esac)
			children {
				test {
					$_what
					mode = $W_MODE
					$_ts
				}
			}
		}
	}
	pools {
		given {
			addrs = $PEER_POOL/32
		}
	}
	secrets {
		xauth-test {
			id = $PEER_USER
			secret = $PEER_PASSWORD
		}
		ike-test {
			id-1 = $_my_id
			id-2 = $_its_id
			secret = $PEER_SECRET
		}
	}
	END
}

strongswan_initiate() { strongswan_ctl "$1" --initiate --child test --timeout 8; }
strongswan_terminate() { strongswan_ctl "$1" --terminate --ike test --timeout 5; }
strongswan_rekey() { strongswan_ctl "$1" --rekey "--$2" test; }
strongswan_established() { strongswan_ctl "$1" --list-sas | grep -q '^test: .*ESTABLISHED'; }
strongswan_child() { strongswan_ctl "$1" --list-sas | grep -q 'test: .*INSTALLED'; }

# Those it has replaced stay on the list for a second, as DELETED.
strongswan_settled() {
	strongswan_ctl "$1" --list-sas >"$LAB/$1/list" 2>&1 &&
		[ "$(grep -c '^test: ' "$LAB/$1/list")" = 1 ] &&
		[ "$(grep -c 'test: .*INSTALLED' "$LAB/$1/list")" = 1 ] &&
		! grep -qE 'ING,|REKEYED' "$LAB/$1/list"
}
