# What crosses the wire between the hosts of the lab, as lines of text, so that
# each row can be judged by its own lines: a library for sh.
#
#	wire_begin		captures everything that the switch passes on
#	wire_settle		what was sent before is among the lines
#	wire_judge		after wire_settle: counts the row's lines; sets WIRE_ESP,
#				WIRE_AH, WIRE_ENCAP (ESP in UDP), WIRE_IKE, WIRE_AUTH_I and
#				WIRE_AUTH_R (datagrams of IKE_AUTH; of IKEv1,
#				parts of MM5 and MM6), WIRE_FRAG
#				(fragments of IP), WIRE_CLEAR, WIRE_SPIS; and WIRE_WHAT,
#				": " and the first that is clear, or ""
#	wire_end
#
# The lines of the row stand in $LAB/row.wire; the packets in $LAB/wire.pcap.

wire_begin() {
	: >"$LAB/wire"
	WIRE_FROM=0 WIRE_PROBE=0
	ip netns exec "$LAB_SW" tcpdump -i br0 --immediate-mode -U -l -n -tt -s 200 \
		-w "$LAB/wire.pcap" --print >"$LAB/wire" 2>"$LAB/wire.err" &
	WIRE_PID=$!
	LAB_PIDS="$LAB_PIDS $!"
	lab_until 10 grep -q 'listening on' "$LAB/wire.err"
}

wire_end() {
	kill "$WIRE_PID" 2>/dev/null
	wait "$WIRE_PID" 2>/dev/null
}

# A packet of a length that no other has, and of its own for each time, to a
# host that is no peer: when its line is there, those before it are too.
wire_settle() {
	WIRE_PROBE=$((WIRE_PROBE % 700 + 1))
	_len=$((WIRE_PROBE + 608))
	lab_run ours ping -n -q -c 1 -W 2 -s $((_len - 8)) 192.1.2.254 >/dev/null 2>&1
	lab_until 5 wire_has "192.1.2.254: ICMP echo request, .* length $_len\$"
}
wire_has() { tail -n 40 "$LAB/wire" | grep -q "$1"; }

wire_judge() {
	tail -n +$((WIRE_FROM + 1)) "$LAB/wire" >"$LAB/row.wire"
	_counts=$(awk -v clear_lines="$LAB/row.clear" -f "$PEERS_SH/wire.awk" "$LAB/row.wire")
	eval "$_counts"
	WIRE_WHAT=
	[ "$WIRE_CLEAR" = 0 ] || WIRE_WHAT=": $(head -n 1 "$LAB/row.clear")"
	WIRE_FROM=$((WIRE_FROM + WIRE_LINES))
	[ -z "${WIRES:-}" ] || sed 's/^/#W /' "$LAB/row.wire"
}
