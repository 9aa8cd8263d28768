# alice and bob behind a NAT that masquerades, and east, with a secret of all three: a
# library for sh. Source zones.sh and lab.sh first.
#
#	nat_begin [option...]	east's pluto has these options besides
#	nat_addr alice
#	nat_client alice [option...]	its connection n with east
#	nat_stray		packets on the wire that are neither IKE nor ESP in UDP, nor
#				questions of adns, which nobody answers
#	nat_gone HOST		it has no Child SA

NAT=192.1.2.99 EAST=192.1.2.23 ALICE=10.9.1.2 BOB=10.9.2.2

nat_begin() {
	lab_begin && lab_host nat $NAT && lab_host east $EAST || return 1
	lab_behind alice nat $ALICE 10.9.1.1 && lab_behind bob nat $BOB 10.9.2.1 || return 1
	lab_run nat nft -f - <<-END || return 1
	table ip nat {
		chain out {
			type nat hook postrouting priority srcnat
			oifname eth0 masquerade random
		}
	}
	END
	lab_via east $NAT 10.9.0.0/16 || return 1
	ZONES_ANCHOR=/usr/share/dns/root.key
	for h in east alice bob; do
		mkdir -p "$LAB/$h/ipsec.d/policies" "$LAB/$h/ipsec.d/private"
		(umask 077; echo ": PSK \"a shared secret of three\"" >"$LAB/$h/ipsec.secrets")
		lab_pluto $h --no-oe "$@" && lab_whack $h --listen >"$LAB/$h/listen" || return 1
		set --
	done
}

nat_addr() { if [ "$1" = alice ]; then echo $ALICE; else echo $BOB; fi; }

nat_client() {
	_h=$1; shift
	lab_whack "$_h" --name n --delete >/dev/null 2>&1
	lab_whack "$_h" --name n --host "$(nat_addr "$_h")" "$@" >>"$LAB/out" 2>&1
}

nat_gone() { lab_whack "$1" --trafficstatus | grep -q '^000 0 Child SAs'; }

nat_stray() { lab_count nat "ip and not igmp and not host 192.1.2.254 and not udp port 4500 and not udp port 500 and not (udp and host $NAT and host $EAST and portrange 1024-65535 and not dst port 53 and (src port 500 or dst port 500 or src port 4500 or dst port 4500))"; }
