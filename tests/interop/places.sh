# What lies between the two ends in some rows of tests/interop/rows: a library
# for sh, used by esp.
#
#	nat_begin		a translator, and an inside address for each end
#	nat_path add ours	our way to the peer is through it
#	inner_begin		an address behind each end, for what moves
#	inner_given begin|end	libreswan's route, or its address, of Mode Config
#	path_begin; path_end	datagrams over 600 octets do not fit, and what is
#				fragmented by IP is thrown away

NAT_ADDR=192.1.2.1 NAT_OURS=10.1.0.45 NAT_PEER=10.2.0.23

nat_begin() {
	lab_host nat $NAT_ADDR && nat_inside ours 10.1.0.254 $NAT_OURS && nat_inside peer 10.2.0.254 $NAT_PEER || return 1
	ip -n "$LAB_ID-ours" route add 10.2.0.0/16 via $NAT_ADDR dev eth0 onlink
	ip -n "$LAB_ID-peer" route add 10.1.0.0/16 via $NAT_ADDR dev eth0 onlink
	lab_run nat sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.promote_secondaries=1
	lab_run nat nft -f - <<-END
	table ip nat {
		chain out {
			type nat hook postrouting priority 100
			oifname eth0 masquerade random
		}
	}
	END
}

INNER_OURS=10.3.0.1 INNER_PEER=10.4.0.1

inner_begin() {
	for _h in "ours $INNER_OURS $INNER_PEER" "peer $INNER_PEER $INNER_OURS"; do
		# shellcheck disable=SC2086
		set -- $_h
		# Else the second address of a subnet goes with the first.
		lab_run "$1" sysctl -qw net.ipv4.conf.all.promote_secondaries=1
		ip -n "$LAB_ID-$1" addr add "$2/32" dev lo && ip -n "$LAB_ID-$1" route add "$3/32" dev eth0 || return 1
	done
}

# begin|end: what a peer whose updown does nothing must have by hand when one end has an
# address of the other's pool.
inner_given() {
	_do=add
	[ "$1" = begin ] || _do=del
	case $role in
	initiator) ip -n "$LAB_ID-peer" route $_do $PEER_POOL/32 via $OURS4 ;;
	responder) ip -n "$LAB_ID-peer" addr $_do $PEER_POOL/32 dev lo ;;
	esac
}

nat_path() {	# add|del ours|peer: the way of that end to the other
	case $2 in
	ours) ip -n "$LAB_ID-ours" route "$1" $PEER4/32 via 10.1.0.254 src $NAT_OURS ;;
	peer) ip -n "$LAB_ID-peer" route "$1" $OURS4/32 via 10.2.0.254 src $NAT_PEER ;;
	esac
}

nat_inside() {	# HOST GATEWAY ADDRESS
	ip -n "$LAB_ID-nat" link add "in-$1" type veth peer name eth1 netns "$LAB_ID-$1" &&
		ip -n "$LAB_ID-nat" addr add "$2/16" dev "in-$1" &&
		ip -n "$LAB_ID-nat" link set "in-$1" up &&
		ip -n "$LAB_ID-$1" addr add "$3/16" dev eth1 &&
		ip -n "$LAB_ID-$1" link set eth1 up
}

path_begin() {
	for _h in ours peer; do
		lab_run $_h nft -f - <<-END
		table ip fragments {
			chain first {
				type filter hook prerouting priority -450
				ip frag-off & 0x3fff != 0 counter drop
			}
		}
		END
	done
	ip -n "$LAB_ID-ours" route add $PEER4/32 dev eth0 mtu lock 600
	ip -n "$LAB_ID-peer" route add $OURS4/32 dev eth0 mtu lock 600
}

path_end() {
	for _h in ours peer; do lab_run $_h nft delete table ip fragments; done
	ip -n "$LAB_ID-ours" route del $PEER4/32 dev eth0
	ip -n "$LAB_ID-peer" route del $OURS4/32 dev eth0
}
