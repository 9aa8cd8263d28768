# What is peculiar to a row of tests/interop/rows, between its pings and its
# deletion: act_WORD for the table's word. A library for sh.

act_delete_us() { :; }
act_delete_peer() { :; }

# A ping that runs while something happens; every answer is counted.
ping_begin() {
	nsenter --net="$NET_ours" ping -n -i 0.1 -W 2 "$PEER_ADDR_peer" >"$LAB/ping.run" 2>&1 &
	_ping=$!
	lab_until 5 grep -q 'icmp_seq=2 ' "$LAB/ping.run"
}

# Some more answers, and no gap among them.
ping_end() {
	_seq=$(($(sed -n 's/.*icmp_seq=\([0-9]*\) .*/\1/p' "$LAB/ping.run" | tail -n 1) + 4))
	lab_until 5 grep -q "icmp_seq=$_seq " "$LAB/ping.run"
	kill $_ping
	wait $_ping 2>/dev/null
	_lost=$(awk '/bytes from/ { n++; match($0, /icmp_seq=[0-9]+/); last = substr($0, RSTART + 9, RLENGTH - 9) }
		END { print last - n }' "$LAB/ping.run")
	_seen=$(grep -c 'bytes from' "$LAB/ping.run")
	row_said "$_lost of $((_seen + _lost)) pings lost"
	must_be $((_lost != 0 || _seen < _seq)) "no ping is lost"
}

# WHO WHAT: replaces the SA while pings run.
rekey() {
	ping_begin
	_old=$(our_number "$2") _sas_old=$SAS
	case $1 in
	us) ours --rekeystate "$_old" >"$LAB/out" 2>&1 ;;
	peer) peer_rekey peer "$2" ;;
	esac
	must "a new $2 SA" lab_until 8 our_another "$2" "$_old"
	must "both kernels have the same SAs again" lab_until 5 sas_are 2
	case $2 in
	child) must "they are others" sas_differ "$_sas_old" ;;
	ike) must "they are the same" sas_same "$_sas_old" ;;
	esac
	ping_end
}
sas_differ() { for _s in $1; do case " $SAS " in *" $_s "*) return 1 ;; esac; done; }
sas_same() { [ "$SAS" = "$1" ]; }

act_rekey_child_us() { rekey us child; }
act_rekey_child_peer() { rekey peer child; }
act_rekey_ike_us() { rekey us ike; }
act_rekey_ike_peer() { rekey peer ike; }
