# A mesh of hosts that all speak to each other at once, while some of them are
# restarted: a library for bash. Source zones.sh, lab.sh and tap.sh first.
#
#	mesh_begin 8		hosts h1 ... h8 with keys in a signed DNS, policies,
#				and a running daemon each; the lab must be begun
#	mesh_rounds 20		plays rounds, three checks each
#	mesh_round 3 "2 5" amid	one: hosts 2 and 5 are restarted, before the traffic
#				(idle) or while it begins (amid)
#
# What a round must show: within MESH_S seconds everybody has had an answer from
# everybody, in both families; each pair of addresses has one Child SA, the same
# at both ends, and an IKE SA; no packet whose sender has group private for it
# crossed the switch in the clear, and ESP crossed between every two.
#
# Reads: MESH_S (10); SEED, the dice (printed). A caller may define
# mesh_also ROUND, run at the end of each.

MESH_S=${MESH_S:-10}
mesh_v4() { echo "192.1.2.1$1"; }
mesh_v6() { echo "2001:db8:1:2::1$1"; }

# Group private, or private-or-clear? Both kinds in both families, and pairs whose
# ends do not agree. The same words for sh and awk.
mesh_is_private='(2 * i + j + six) % 3 != 0'
mesh_private() { local i=$1 j=$2 six=$3; ((mesh_is_private)); }

mesh_host() {
	local i=$1 j
	lab_policy "h$i" clear 192.1.2.254
	lab_policy "h$i" private-or-clear 192.1.2.0/24 2001:db8:1:2::/64
	for j in $MESH; do
		[ "$j" != "$i" ] || continue
		mesh_private "$i" "$j" 0 && lab_policy "h$i" private "$(mesh_v4 "$j")"
		mesh_private "$i" "$j" 1 && lab_policy "h$i" private "$(mesh_v6 "$j")"
	done
	mesh_sockets="$mesh_sockets $LAB/h$i/pluto.ctl"
	mesh_places="$mesh_places $(lab_ns "h$i"),$(mesh_v4 "$i"),$(mesh_v6 "$i")"
}

mesh_begin() {
	local i
	MESH=$(seq -s ' ' "$1")
	RANDOM=${SEED:=$RANDOM} mesh_places="" mesh_sockets=""
	echo "# SEED=$SEED"
	lab_nic || return 1
	for i in $MESH; do lab_host "h$i" "$(mesh_v4 "$i")" "$(mesh_v6 "$i")" || return 1; done
	zones_begin "$LAB/zones" && zones_lab || return 1
	for i in $MESH; do
		lab_key "h$i" && lab_publish "h$i" "$(mesh_v4 "$i")" "$(mesh_v6 "$i")" || return 1
		mesh_host "$i"
	done
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for i in $MESH; do mesh_start "$i" || return 1; done
}

mesh_start() { lab_pluto "h$1" && lab_whack "h$1" --listen >"$LAB/h$1/listen"; }

# An orderly end, or a crash, by the dice.
mesh_restart() {
	local p how
	p=$(lab_pluto_pid "h$1")
	if ((RANDOM % 2)); then
		how=killed
		kill -9 "$p"
		wait "$p" 2>/dev/null
	else
		how=ended
		lab_pluto_stop "h$1"
	fi
	mesh_said="$mesh_said $1 $how"
	echo "-- $how, started again for round $mesh_now" >>"$LAB/h$1/pluto.log"
	mesh_start "$1"
}

mesh_talk() {	# SECONDS FILE: the last line goes to mesh_words
	# shellcheck disable=SC2086
	"$BIN/mesh_talk" -s "$1" $mesh_places >"$2" 2>&1
}

# What each daemon says its Child SAs are: LOCAL REMOTE SPI-IN SPI-OUT.
mesh_sas() {
	# shellcheck disable=SC2086
	"$BIN/ask_all" trafficstatus $mesh_sockets |
		sed -nE 's|.*" ([0-9a-f.:]+)/[0-9]+ <-> ([0-9a-f.:]+)/[0-9]+ .* in ([0-9a-f]+) out ([0-9a-f]+);.*|\1 \2 \3 \4|p'
}

# Prints each pair of addresses that has not exactly one, the same at both ends.
mesh_wrong() {
	awk -v hosts="$MESH" '
	{ n[$1, $2]++; into[$1, $2] = $3; out[$1, $2] = $4 }
	END {
		k = split(hosts, h, " ")
		for (a = 1; a <= k; a++) for (b = 1; b <= k; b++) if (a != b)
			for (six = 0; six < 2; six++) {
				net = six ? "2001:db8:1:2::1" : "192.1.2.1"
				l = net h[a]; r = net h[b]
				if (n[l, r] != 1)
					print l, r, n[l, r] + 0
				else if (into[l, r] != out[r, l] || out[l, r] != into[r, l])
					print l, r, "in", into[l, r], "there", out[r, l], "out", out[l, r], "there", into[r, l]
			}
	}' "$1"
}

mesh_ms() { echo $(($(date +%s%N) / 1000000)); }

mesh_settled() {	# BEGUN_MS: within MESH_S of it; words go to mesh_words
	local now
	while :; do
		mesh_sas >"$LAB/sas"
		now=$(($(mesh_ms) - $1))
		mesh_wrong "$LAB/sas" >"$LAB/wrong"
		mesh_words="$(wc -l <"$LAB/wrong") wrong after $now ms"
		[ $now -le $((MESH_S * 1000)) ] || return 1
		[ -s "$LAB/wrong" ] || return 0
		sleep 0.3
	done
}

# Prints packets in the clear that ought not to be, and pairs without ESP.
mesh_seen() {
	tcpdump -n -r "$LAB/mesh.pcap" 'not arp and not host 192.1.2.254 and not host 2001:db8:1:2::254' 2>/dev/null |
	awk -v hosts="$MESH" '
	function bare(a) {
		sub(/:$/, "", a)
		if (a ~ /:/) sub(/\.[0-9]+$/, "", a)
		else if (split(a, part, ".") == 5) sub(/\.[0-9]+$/, "", a)
		return a
	}
	/isakmp|ICMP6, (neighbor|router|multicast)/ { next }
	{
		from = bare($3); to = bare($5)
		six = from ~ /:/; i = substr(from, length(from)); j = substr(to, length(to))
	}
	/ESP\(spi/ { esp[i, j, six] = 1; next }
	'"$mesh_is_private"' { print "clear:", $0 }
	END {
		k = split(hosts, h, " ")
		for (a = 1; a <= k; a++) for (b = 1; b <= k; b++) for (six = 0; six < 2; six++)
			if (a != b && !((h[a], h[b], six) in esp)) print "no ESP:", h[a], h[b], six ? "IPv6" : "IPv4"
	}'
}

mesh_round() {	# NUMBER HOSTS idle|amid
	local h begun amid=
	mesh_now=$1 mesh_said=
	LAB_CAPTURE_ON=br0 lab_capture mesh || return 1
	if [ "$3" = amid ]; then
		mesh_talk 2 "$LAB/amid" &
		amid=$!
		sleep "0.$((RANDOM % 10))"
	fi
	for h in $2; do mesh_restart "$h" || return 1; done
	[ -z "$amid" ] || wait "$amid"
	begun=$(mesh_ms)
	mesh_talk "$MESH_S" "$LAB/talk"
	tap_result $? "round $1,$mesh_said ($3): $(tail -n 1 "$LAB/talk") ms"
	mesh_settled "$begun"
	tap_result $? "round $1: one pair of SAs between each two addresses: $mesh_words" || sed 's/^/# /' "$LAB/wrong"
	lab_capture_stop mesh
	mesh_seen >"$LAB/seen"
	same "round $1: all of it ESP, none of private in the clear" "$(wc -l <"$LAB/seen")" 0
	head -5 "$LAB/seen" | sed 's/^/# /'
	! declare -F mesh_also >/dev/null || mesh_also "$1"
}

mesh_rounds() {
	local r i some
	mesh_round 0 "" idle
	for r in $(seq "$1"); do
		some=
		for i in $MESH; do ((RANDOM % 3)) || some="$some $i"; done
		mesh_round "$r" "$some" "$( ((RANDOM % 2)) && echo amid || echo idle)" || tap_result 1 "round $r: hosts start again"
	done
}
