# Two BINDs of one signed zone, one that takes updates and one that follows, and two hosts whose
# keys are in it: a library for the tests of oe-zone roll. Source zones.sh, lab.sh, tap.sh first.
#
#	roll_begin		the lab: nic with both servers, west, east, each with a policy
#				"private" for the other. Calls roll_hosts, which makes keys, and
#				roll_zone, which prints lines of the zone.
#	roll_pluto OPTION...	starts both
#	roll STATUS STEP OPTION...	oe-zone roll on west; what it says is in $LAB/out
#	roll_keys ADDR TYPE	how many records of west a server has
#	roll_second		the server that follows starts anew: it has what the first has
#	roll_negotiate WORDS	both forget what they have, and begin, one after the other
#	roll_print FILE		the fingerprint of a key
#	roll_signs_with FINGERPRINT WORDS	of the last trial: what west proved

WEST=192.1.2.45 EAST=192.1.2.23 EAST_TOO=192.1.2.24 FIRST=192.1.2.251 SECOND=192.1.2.252
zone=2.1.192.in-addr.arpa.
TTL=3

named_run() {	# NAME ADDR ZONE-LINES
	mkdir -p "$LAB/$1"
	cat >"$LAB/$1/conf" <<-END
	options { directory "$LAB/$1"; pid-file none; session-keyfile none; recursion no;
	  dnssec-validation no; listen-on { $2; }; listen-on-v6 { none; }; notify no;
	  managed-keys-directory "$LAB/$1"; lock-file none; key-directory "$LAB/zones/keys"; };
	controls { };
	key lab { algorithm hmac-sha256; secret "bGFibGFibGFibGFibGFibA=="; };
	zone "$zone" { $3 };
	END
	lab_spawn nic named -g -c "$LAB/$1/conf"
	lab_until 20 answers "$2"
}
answers() { [ "$(soa "$1")" != "" ]; }
soa() { lab_run nic dig +short +tries=1 +time=1 "@$1" $zone SOA; }
roll_second() {
	[ -z "${second:-}" ] || { kill $second 2>/dev/null; wait $second 2>/dev/null; }
	rm -f "$LAB/second/zone"
	named_run second $SECOND "type secondary; file \"zone\"; masterfile-format text; primaries { $FIRST; };"
	second=$LAB_SPAWNED
}

# The lab's root delegates the zone to the two, which sign with a key that the root vouches for.
servers() {
	zones_begin "$LAB/zones" || return 1
	_key=$(dnssec-keygen -K "$LAB/zones/keys" -a ECDSAP256SHA256 -f KSK $zone 2>/dev/null) || return 1
	for a in 1 2; do
		zones_record $zone 3600 NS ns$a.roll. && zones_record ns$a.roll. 3600 A 192.1.2.25$a || return 1
	done
	zones_record $zone 3600 DS "$(dnssec-dsfromkey -2 "$LAB/zones/keys/$_key.key" | cut -d' ' -f4-)" || return 1
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	mkdir -p "$LAB/first"
	{
		echo "$zone 3600 IN SOA ns1.roll. root.roll. 1 3600 600 86400 $TTL"
		for a in 1 2; do echo "$zone 3600 IN NS ns$a.roll."; done
		roll_zone | grep -v '^;'
	} >"$LAB/first/zone"
	named_run first $FIRST "type primary; file \"zone\"; allow-update { key lab; }; auto-dnssec maintain;
		update-check-ksk no; dnssec-dnskey-kskonly no;" && roll_second
}

roll_begin() {
	lab_begin && lab_nic && lab_addr nic $FIRST $SECOND || return 1
	lab_host west $WEST && lab_host east $EAST && lab_addr east $EAST_TOO && roll_hosts || return 1
	key=$LAB/west/ipsec.d/private/host.pem
	echo 'key "lab" { algorithm hmac-sha256; secret "bGFibGFibGFibGFibGFibA=="; };' >"$LAB/tsig"
	servers || return 1
	for h in west east; do
		lab_policy $h clear 192.1.2.254 $FIRST $SECOND
		lab_policy $h private 192.1.2.0/24
	done
}

roll_pluto() {
	for h in west east; do
		lab_pluto $h "$@" && lab_whack $h --listen >/dev/null || return 1
	done
}

roll() {	# STATUS STEP OPTION...
	_want=$1 _step=$2; shift 2
	timeout 60 ip netns exec "$(lab_ns west)" "$BIN/oe-zone" roll "$_step" --file "$LAB/west/roll" \
		-r 192.1.2.254 -a "$ZONES_ANCHOR" "$@" >"$LAB/out" 2>&1
	_got=$?
	[ $_got = "$_want" ] || { echo "status $_got, not $_want" >>"$LAB/out"; return 1; }
}
roll_ready() { roll 0 status; }
roll_keys() { lab_run west dig +short "@$1" 45.$zone "$2" | grep -cv '^"not ours"'; }

negotiates() {	# HOST PEER-ADDR WORDS
	for h in west east; do
		for _n in $(lab_whack $h --status | sed -n 's/^000 #\([0-9]*\): .*IKE.*/\1/p'); do
			lab_whack $h --deletestate "$_n" >/dev/null
		done
	done
	sleep $((TTL + 1))	# the peer looks the key up again
	case $1 in west) _here=$WEST ;; *) _here=$EAST ;; esac
	timeout 20 ip netns exec "$(lab_ns $1)" "$BIN/whack" --ctlbase "$LAB/$1/pluto" \
		--oppohere $_here --oppothere "$2" >"$LAB/trial" 2>&1
	holds "$3: $1 negotiates" "$LAB/trial" '^004 result: ENCRYPTED and authenticated \(reverse map, DNSSEC secure\)'
	check "$3: packets go through" lab_run $1 ping -n -c 3 -i 0.1 -W 2 "$2"
}
roll_negotiate() { negotiates west $EAST "$1"; negotiates east $WEST "$1"; }
roll_print() { "$BIN/oe-zone" record -o json -k "$1" $WEST | sed 's/.*"fingerprint":"\([^"]*\)".*/\1/'; }
roll_signs_with() {
	short=$(echo "$1" | sed 's/^\(SHA256:....\).*/\1/')
	same "$2" "$(grep -o 'proved key SHA256:....' "$LAB/trial" | tail -1 | cut -d' ' -f3)" "$short"
}
