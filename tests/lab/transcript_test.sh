#!/bin/sh
# Trials (whack --oppohere, --oppothere) and their whole transcripts, as people and as
# JSON read them: success, no record, bogus, insecure, DNS down, a silent peer, refusals
# by either policy, a wrong key on either side, NAT, both sides at once. The expected
# texts are tests/lab/transcripts/NAME and NAME.json; UPDATE=1 writes them. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23 STERN=192.1.2.61 STALE=192.1.2.62 TWIN=192.1.2.63 NAT=192.1.2.99
PLAIN=192.1.2.77 SILENT=192.1.2.79 LIAR=192.1.2.80 BROKEN=192.1.2.81 CLEAR=192.1.2.90 SLOW=192.1.2.91
FORGED=192.1.3.99 WEAK=192.1.4.23 UNSIGNED=192.1.4.77 LATE=192.1.5.23 INNER=10.9.1.2
KEYED="west east stern stale twin liar inner"
EXPECTED=tests/lab/transcripts

# HOST ADDRESS...: under these names stands HOST's key, whoever has the addresses.
publish() { lab_publish "$@"; }

begin() {
	lab_begin && lab_nic || return 1
	lab_host west $WEST && lab_host east $EAST && lab_host stern $STERN && lab_host stale $STALE || return 1
	lab_host twin $TWIN && lab_host liar $LIAR && lab_host others $PLAIN && lab_host nat $NAT || return 1
	lab_behind inner nat $INNER 10.9.1.1 || return 1
	mkdir -p "$LAB/inner/ipsec.d/policies" "$LAB/inner/ipsec.d/private"
	lab_run nat nft -f - <<-END || return 1
	table ip nat { chain out { type nat hook postrouting priority srcnat
		oifname eth0 masquerade; }; }
	END
	lab_addr others $SILENT
	zones_begin "$LAB/zones" && zones_lab && zones_new 5.1.192.in-addr.arpa. expired || return 1
	for h in $KEYED; do lab_key $h || return 1; done
	publish west $WEST && publish stern $STERN && publish twin $TWIN || return 1
	publish east $EAST $SILENT $LIAR $BROKEN $CLEAR $SLOW $FORGED $WEAK $LATE && publish liar $STALE || return 1
	"$BIN/oe-zone" record -k "$LAB/inner/ipsec.d/private/host.pem" $NAT >"$LAB/inner/records"
	while read -r _o ttl _in type rdata; do
		case $_o in \;*) ;; *) zones_record inner.oe.lab. "$ttl" "$type" "$rdata" ;; esac
	done <"$LAB/inner/records"
	zones_record inner.oe.lab. 3600 A $NAT
	zones_record east.oe.lab. 3600 A $EAST
	zones_sign && zones_break "$(zones_reverse $BROKEN)" IPSECKEY &&
		zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	for h in west stale twin; do lab_policy $h private-or-clear 192.1.0.0/16; done
	for h in east liar; do lab_policy $h private-or-clear 192.1.2.0/23; done
	lab_policy inner private-or-clear 192.1.0.0/16
	lab_policy stern clear 192.1.2.0/23
	lab_policy west clear $CLEAR
	for h in $KEYED; do
		lab_policy $h clear 192.1.2.254
		lab_pluto $h && lab_whack $h --listen >"$LAB/$h/listen" || return 1
	done
	lab_whack inner --myid @inner.oe.lab >"$LAB/out" || return 1
	NAMES=
	for h in $KEYED; do
		NAMES="$NAMES $h=$(lab_whack $h --json --listpubkeys | sed -n 's/.*"fingerprint":"\([^"]*\)".*/\1/p' | head -n 1)"
	done
}

# What a trial before has left of the pair would be another story.
forget() {	# HOST
	lab_whack "$1" --crash $EAST >/dev/null 2>&1
	lab_whack "$1" --listen >/dev/null 2>&1
	sleep 0.2
}

compare() {	# NAME STATUS [--json]
	same "$1${3:+ (JSON)}: exit status" "$status" "$2"
	# shellcheck disable=SC2086
	tests/lab/transcript ${3:-} "$EXPECTED/$1${3:+.json}" "$LAB/out" $NAMES >"$LAB/diff" 2>&1
	tap_result $? "$1${3:+ (JSON)}: the whole transcript" || sed 's/^/# /' "$LAB/diff"
}

trial() {	# NAME STATUS HOST HERE THERE
	for form in "" --json; do
		# shellcheck disable=SC2086
		lab_whack "$3" $form --oppohere "$4" --oppothere "$5" >"$LAB/out" 2>&1
		status=$?
		[ -n "${SHOW:-}" ] && [ -z "$form" ] && sed 's/^/# /' "$LAB/out"
		compare "$1" "$2" $form
		forget "$3"
	done
}

# Both begin at once: each has sent its first messages before it hears that the other's
# SA is up. How often that succeeds is a matter of microseconds.
both() {	# [--json]
	for _try in $(seq 20); do
		lab_whack west --crash $TWIN >/dev/null 2>&1
		lab_whack twin --crash $WEST >/dev/null 2>&1
		sleep 0.3
		kill -STOP "$(lab_pluto_pid west)" "$(lab_pluto_pid twin)"
		# shellcheck disable=SC2086
		lab_whack twin $1 --oppohere $TWIN --oppothere $WEST >"$LAB/out.twin" 2>&1 &
		_other=$!
		# shellcheck disable=SC2086
		lab_whack west $1 --oppohere $WEST --oppothere $TWIN >"$LAB/out" 2>&1 &
		_ours=$!
		sleep 0.2
		kill -CONT "$(lab_pluto_pid west)" "$(lab_pluto_pid twin)"
		wait $_other
		wait $_ours
		status=$?
		awk '/> IKE_AUTH/ {a = NR} /began too.*may still come/ {b = NR} END {exit !(a && b && a < b)}' \
			"$LAB/out" && break
	done
	[ -n "${SHOW:-}" ] && [ -z "$1" ] && sed 's/^/# /' "$LAB/out"
	compare both-at-once 0 $1
}

begin || { tap_show "$LAB/west/pluto.log" "$LAB/west/listen"; tap_result 1 "the lab starts"; tap_done; exit 1; }
TAP_LINES=5
tap_show "$LAB/west/pluto.log"

trial absent 28 west $WEST $PLAIN
trial unproven 28 west $WEST $UNSIGNED
trial bogus-signature 60 west $WEST $BROKEN
trial bogus-chain 60 west $WEST $FORGED
trial bogus-expired 60 west $WEST $LATE
trial insecure 62 west $WEST $WEAK
trial silent 31 west $WEST $SILENT
trial policy 63 west $WEST $CLEAR
trial refused 65 west $WEST $STERN
trial their-key 64 west $WEST $LIAR
trial our-key 64 stale $STALE $EAST
trial nat 65 inner $INNER $EAST
trial by-name 0 west $WEST east.oe.lab
trial no-such-name 29 west $WEST nobody.oe.lab
both ""
both --json
trial encrypted 0 west $WEST $EAST
kill -STOP "$ZONES_UNBOUND_PID"
trial dns-down 61 west $WEST $SLOW
kill -CONT "$ZONES_UNBOUND_PID"
tap_done
