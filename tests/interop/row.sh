# One line of tests/interop/rows in one role: a library for sh, used by esp.
# Reads: kind, case, auth, act, words, role; OURS4 and so on.
#
#	row			negotiates, pings, acts, pings, deletes, judges
#	must "words" COMMAND	one check of the row
#	row_said WORDS		what the table adds to the result
#	row_pings		pings both ways, all answered
#	has_word nat-ours	is it among the row's words?
#	peer_change KIND	another daemon on "peer"; '' is none
#	sas_are N		both kernels hold the same N SAs, whose SPIs are in SAS
#	table_print

table=
uptime() { read -r _up _ </proc/uptime; }

must() {
	_must=$1; shift
	"$@" >/dev/null 2>&1
	must_be $? "$_must"
}
must_be() { tap_result "$1" "$_row: $2" || row_ok=failed; }
row_said() { said="${said:+$said, }$*"; }

peer_change() {
	[ -z "$last" ] || { peer_stop peer; peer_end peer; }
	[ -z "$loaded" ] || our_delete
	last=$1 loaded=
	[ -n "$1" ] || return 0
	peer_begin peer "$1" "$PEER4" && peer_dns && peer_start peer && return 0
	tap_result 1 "$1: it starts"
	last=
	return 1
}
peer_dns() { peer_run peer sh -c 'rm -f /etc/resolv.conf; echo nameserver 192.1.2.254 >/etc/resolv.conf'; }

# The addresses, the identities, and what only one side is told.
row_ends() {
	PEER_ADDR_ours=$OURS4 PEER_ADDR_peer=$PEER4 ours_words=$words peer_words=$words _names=
	_key=$auth
	[ "$auth" != dns ] || _key=rsa
	case $auth in rsa* | ecdsa | eddsa | null) _names=yes ;; esac
	for _w in $words; do
		case $_w in
		v6) PEER_ADDR_ours=$OURS6 PEER_ADDR_peer=$PEER6 ;;
		names) _names=yes ;;
		nat-ours) PEER_ADDR_ours=$NAT_OURS peer_words="$words any" ;;
		nat-peer) PEER_ADDR_peer=$NAT_PEER ours_words="$words any" ;;
		esac
	done
	PEER_TS_ours=$PEER_ADDR_ours PEER_TS_peer=$PEER_ADDR_peer
	! has_word xauth || row_parts xauth
	! has_word cfg || { row_parts cfg; row_given; }
	! has_word inner || PEER_TS_ours=$INNER_OURS PEER_TS_peer=$INNER_PEER
	PEER_ID_ours=$PEER_ADDR_ours PEER_ID_peer=$PEER_ADDR_peer
	[ -z "$_names" ] || PEER_ID_ours=@$_key.ours.oe.lab PEER_ID_peer=@$_key.peer.oe.lab
}

# Who begins is the client.
row_parts() {
	case $role in
	initiator) ours_words="$ours_words $1-client" peer_words="$peer_words $1-server" ;;
	responder) ours_words="$ours_words $1-server" peer_words="$peer_words $1-client" ;;
	esac
}
row_given() {
	case $role in
	initiator) PEER_TS_ours=$PEER_POOL ;;
	responder) PEER_TS_peer=$PEER_POOL ;;
	esac
}

row_place() {	# begin|end: what lies between the two
	! has_word cfg || [ "$kind" != libreswan ] || inner_given "$1"
	case "$1 $words " in
	*" fragments "*) "path_$1" ;;
	"begin "*" nat-ours "*) nat_path add ours ;;
	"begin "*" nat-peer "*) nat_path add peer ;;
	"end "*" nat-ours "*) nat_path del ours ;;
	"end "*" nat-peer "*) nat_path del peer ;;
	esac
}

has_word() { case " $words " in *" $1 "*) ;; *) return 1 ;; esac; }

# A description that is there already is used again.
row_load() {
	_want="$kind $auth $words"
	[ "$kind" != openiked ] && ! has_word xauth && ! has_word cfg || _want="$_want $role"
	[ "$loaded" != "$_want" ] || return 0
	[ -z "$loaded" ] || our_delete
	loaded=
	# shellcheck disable=SC2086
	peer_conn peer ours "$auth" $peer_words && our_conn "$auth" $ours_words || return 1
	loaded=$_want
}

sas_count() {
	{
		ip -n "$LAB_ID-ours" xfrm state; echo peer
		ip -n "$LAB_ID-peer" xfrm state
	} | awk '/^peer/ { there = 1 }
		/proto (esp|ah) spi/ { for (i = 1; i < NF; i++) if ($i == "spi") spi = $(i + 1)
			if (!there) { here[spi] = 1; n++; list = list " " spi }
			else { m++; both += spi in here } }
		END { print n + 0 "/" m + 0 "/" both + 0, list }'
}
sas_are() {
	SAS=$(sas_count)
	_sas=${SAS%% *} SAS=${SAS#* }
	[ "$_sas" = "$1/$1/$1" ]
}

# Some peers fall back to a tunnel when they are not asked for it.
sas_transport() { ip -n "$LAB_ID-ours" xfrm state | grep -q 'mode transport'; }

# One each way, in each kernel.
sas_comp() {
	for _h in ours peer; do
		[ "$(ip -n "$LAB_ID-$_h" xfrm state | grep -c 'proto comp spi')" = 2 ] || return 1
	done
}

# In transport mode each end speaks of the addresses that it sees.
row_pings() {
	_to_ours=$PEER_TS_ours _to_peer=$PEER_TS_peer
	if has_word transport; then
		! has_word nat-ours || _to_ours=$NAT_ADDR
		! has_word nat-peer || _to_peer=$NAT_ADDR
	fi
	nsenter --net="$NET_ours" ping -n -q -c 3 -i 0.1 -W 2 -I "$PEER_TS_ours" "$_to_peer" >"$LAB/ping.ours" 2>&1 &
	nsenter --net="$NET_peer" ping -n -q -c 3 -i 0.1 -W 2 -I "$PEER_TS_peer" "$_to_ours" >"$LAB/ping.peer" 2>&1
	wait $!
	grep -q ' 3 received' "$LAB/ping.ours" && grep -q ' 3 received' "$LAB/ping.peer"
}

row_initiate() {
	case $role in
	initiator) our_initiate ;;
	responder) peer_initiate peer ;;
	esac
	lab_until 8 sas_are 2
}

# Whoever began ends it, unless the act says who.
row_delete() {
	case $role.$act in
	*.delete-us | *.dpd-peer) our_terminate ;;
	*.delete-peer | *.dpd-us) peer_terminate peer ;;
	initiator.*) our_terminate ;;
	responder.*) peer_terminate peer ;;
	esac
	lab_until 10 sas_are 0 && lab_until 5 row_ike_gone
}
row_ike_gone() { [ -z "$(our_number ike)" ] && ! peer_established peer; }

row() {
	_row="$kind, $case, we are $role" row_ok=ok said=
	uptime; _begun=$_up
	row_ends
	row_place begin
	if ! row_load; then
		must_be 1 "the connection is described"
	elif ! row_initiate; then
		must_be 1 "both kernels have the same SAs"
		wire_judge
		row_clear_up
	else
		must_be 0 "both kernels have the same SAs"
		row_traffic
	fi
	row_place end
	uptime
	table="$table$kind $case $role $_begun $_up $row_ok $said
"
}

# A peer may have its policies a moment after its SAs, and until then replies in the
# clear to what it has decrypted. None of its own that passes or drops may be left,
# nor one for the address that it had.
peer_guards() {	# [OLD]
	ip -n "$LAB_ID-peer" xfrm policy | awk -v old="${1:-none}" '/^src / { n++ }
		/dir out/ { out = n; open += /action block/ }
		out == n && /tmpl / { guarded = 1; open += index($0 " ", " " old " ") > 0 }
		END { exit !(guarded && !open) }'
}

row_traffic() {
	lab_until 5 peer_guards
	must "pings both ways" row_pings
	! has_word transport || must "in transport mode" sas_transport
	! has_word comp || must "IPComp in both kernels" sas_comp
	[ "$act" = - ] || "act_$(echo "$act" | tr - _)"
	must "deleted at both ends" row_delete || row_clear_up
	wire_settle
	wire_judge
	must "nothing in the clear$WIRE_WHAT" test "$WIRE_CLEAR" = 0
	[ "$WIRE_CLEAR" = 0 ] || row_said "$WIRE_CLEAR packets in the clear"
	case " $words " in
	*" ah "*) must "AH on the wire" test "$WIRE_AH" -ge 12 -a "$WIRE_ESP$WIRE_ENCAP" = 00 ;;
	*" nat-"*) must "ESP in UDP on the wire" test "$WIRE_ENCAP" -ge 12 -a "$WIRE_ESP" = 0 ;;
	*) must "ESP on the wire" test "$WIRE_ESP" -ge 12 -a "$WIRE_ENCAP" = 0 ;;
	esac
	! has_word fragments || must "the proofs in parts, each way" \
		test "$WIRE_AUTH_I" -ge 2 -a "$WIRE_AUTH_R" -ge 2 -a "$WIRE_FRAG" = 0
}

# After a failure the next row begins with nothing.
row_clear_up() {
	peer_terminate peer
	our_delete
	loaded=
	lab_until 3 sas_are 0 && return
	ip -n "$LAB_ID-peer" xfrm state flush
	peer_stop peer
	peer_start peer
}

table_print() {
	printf '#\n# %-11s %-16s %-10s %5s  %s\n' peer case "we are" time result
	echo "$table" | awk 'NF { printf "# %-11s %-16s %-10s %5.1f ", $1, $2, $3, $5 - $4
		for (i = 6; i <= NF; i++) printf " %s", $i
		print "" }'
}
