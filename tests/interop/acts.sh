# What is peculiar to a row of tests/interop/rows, between its pings and its
# deletion: act_WORD for the table's word. A library for sh.

act_delete_us() { :; }		# row_delete knows
act_delete_peer() { :; }

# Long pings that deflate makes short, answered both ways.
act_shrinks() {
	_from=$(wc -l <"$LAB/wire")
	must "long pings both ways" long_pings
	wire_settle
	must "are short on the wire" wire_is_short $((_from + 1))
}
long_pings() {
	nsenter --net="$NET_ours" ping -n -q -c 2 -i 0.2 -W 2 -s 1000 -p 61626364 -I "$PEER_TS_ours" "$PEER_TS_peer" &&
		nsenter --net="$NET_peer" ping -n -q -c 2 -i 0.2 -W 2 -s 1000 -p 61626364 -I "$PEER_TS_peer" "$PEER_TS_ours"
}
# AH shows what it has inside, ESP how long it is.
wire_is_short() {
	tail -n +"$1" "$LAB/wire" | awk '/: AH\(/ { n++; bad += !/IPComp/; next }
		/: ESP\(/ { n++; bad += $NF > 400 } END { exit !(n >= 8 && bad == 0) }'
}

# A daemon that does not run says nothing; its kernel still has the SAs.
act_dpd_us() {
	signal STOP "$(peer_pid peer)"
	must "we notice, and have no SAs" lab_until 12 sas_gone ours
	must "the peer's kernel has them" sas_there peer
	signal CONT "$(peer_pid peer)"
}
act_dpd_peer() {
	signal STOP "$(lab_pluto_pid ours)"
	must "the peer notices, and has no SAs" lab_until 12 sas_gone peer
	must "our kernel has them" sas_there ours
	signal CONT "$(lab_pluto_pid ours)"
}
signal() { kill "-$1" "$2" $(pgrep -P "$2"); }
sas_gone() { ! sas_there "$1"; }
sas_there() { ip -n "$LAB_ID-$1" xfrm state | grep -q 'proto esp'; }

# The translator gets another address, and forgets its translations.
act_nat_moves() {
	_old=$NAT_ADDR
	case $NAT_ADDR in
	*.1) NAT_ADDR=192.1.2.2 ;;
	*) NAT_ADDR=192.1.2.1 ;;
	esac
	ip -n "$LAB_ID-nat" addr add "$NAT_ADDR/23" dev eth0
	ip -n "$LAB_ID-nat" addr del "$_old/23" dev eth0
	must "the NAT's new address is followed" lab_until 10 nat_pings
}
# HOST NEW: its first address becomes another, and it says so (RFC 4555). What
# is on the way meanwhile may be lost: the pings after that are not.
moves() {
	eval "_old=\$PEER_ADDR_$1"
	ip -n "$LAB_ID-$1" addr add "$2/23" dev eth0
	ip -n "$LAB_ID-$1" addr del "$_old/23" dev eth0
	must "no kernel has an SA of the old address" lab_until 12 sas_left "$_old"
	lab_until 5 peer_guards "$_old"
	must "pings both ways again" lab_until 5 row_pings
	ip -n "$LAB_ID-$1" addr add "$_old/23" dev eth0
	ip -n "$LAB_ID-$1" addr del "$2/23" dev eth0
	must "none of the other, when that goes" lab_until 12 sas_left "$2"
	lab_until 5 peer_guards "$2"
	must "pings both ways at last" lab_until 5 row_pings
}
# To which of its other addresses it goes is its choice.
sas_left() {
	for _h in ours peer; do
		! ip -n "$LAB_ID-$_h" xfrm state | grep -qE "^src $1 |^src .* dst $1\$" || return 1
	done
	sas_are 2
}
act_mobike_us() { moves ours 192.1.2.47; }
act_mobike_peer() { moves peer 192.1.2.27; }

nat_pings() {
	case " $words " in
	*" nat-ours "*) nsenter --net="$NET_ours" ping -n -q -c 1 -W 0.3 "$PEER_TS_peer" ;;
	*) nsenter --net="$NET_peer" ping -n -q -c 1 -W 0.3 "$PEER_TS_ours" ;;
	esac
}

# A ping that runs while something happens; every answer is counted.
ping_begin() {
	nsenter --net="$NET_ours" ping -n -i 0.1 -W 2 -I "$PEER_TS_ours" "$PEER_TS_peer" >"$LAB/ping.run" 2>&1 &
	_ping=$!
	lab_until 5 grep -q 'icmp_seq=2 ' "$LAB/ping.run"
}

# Some more answers, and no gap among them; where the peer itself makes one (word:
# gap), one ping may fall into it.
ping_end() {
	_seq=$(($(sed -n 's/.*icmp_seq=\([0-9]*\) .*/\1/p' "$LAB/ping.run" | tail -n 1) + 4))
	lab_until 5 grep -q "icmp_seq=$_seq " "$LAB/ping.run" ||
		! has_word gap || lab_until 5 grep -q "icmp_seq=$((_seq + 1)) " "$LAB/ping.run"
	kill $_ping
	wait $_ping 2>/dev/null
	_lost=$(awk '/bytes from/ { n++; match($0, /icmp_seq=[0-9]+/); last = substr($0, RSTART + 9, RLENGTH - 9) }
		END { print last - n }' "$LAB/ping.run")
	_seen=$(grep -c 'bytes from' "$LAB/ping.run")
	row_said "$_lost of $((_seen + _lost)) pings lost"
	if has_word gap; then
		must_be $((_lost > 1 || _seen + 1 < _seq)) "no ping is lost but in the gap"
	else
		must_be $((_lost != 0 || _seen < _seq)) "no ping is lost"
	fi
}

# WHO WHAT: replaces the SA while pings run.
rekey() {
	ping_begin
	_old=$(our_number "$2") _sas_old=$SAS
	case $1 in
	us) ours --rekeystate "$_old" >"$LAB/out" 2>&1 ;;
	peer) peer_rekey peer "$2" ;;
	esac
	must "a new $2 SA" lab_until 15 rekey_seen "$1" "$2" "$_old"
	must "both kernels have the same SAs again" lab_until 5 sas_are 2
	case $2 in
	child) must "they are others" sas_differ "$_sas_old" ;;
	ike) must "they are the same" sas_same "$_sas_old" ;;
	esac
	ping_end
}
# A peer that begins a new ISAKMP SA of IKEv1 may let the old one expire.
rekey_seen() {
	our_another "$2" "$3" && return
	has_word v1 && [ "$1 $2" = "peer ike" ] && [ "$(our_number ike | grep -cvx "$3")" = 1 ]
}
sas_differ() { for _s in $1; do case " $SAS " in *" $_s "*) return 1 ;; esac; done; }
sas_same() { [ "$SAS" = "$1" ]; }

act_rekey_child_us() { rekey us child; }
act_rekey_child_peer() { rekey peer child; }
act_rekey_ike_us() { rekey us ike; }
act_rekey_ike_peer() { rekey peer ike; }
