#!/bin/bash
# DNS-triggered start: a resolver on the host tells pluto which names it has answered, and
# the SA is there before the application's first packet. Debian's unbound, by its Python
# module and by dnstap, with the configuration that is shipped; the hook of ipsecmod; what
# names may and may not speak for; floods and garbage. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 UNBOUND=${UNBOUND:-unbound}
# An application's pause between its answer and its first packet; what is quick.
PAUSE=${PAUSE:-400} MOST_MS=${MOST_MS:-20}
# .21-.25: keys under both names; .31: under the forward name alone; .32: its gateway is
# another; .34: group private; .35: in an unsigned zone; .36: none;
# .37: as .31, and met by its address first.
EASTS="192.1.2.21 192.1.2.22 192.1.2.23 192.1.2.24 192.1.2.25"
FORWARDS="192.1.2.31 192.1.2.32 192.1.2.33 192.1.2.34 192.1.2.35 192.1.2.36 192.1.2.37"

begin() {
	lab_begin && lab_nic && lab_host west $WEST && lab_host east 192.1.2.20 || return 1
	lab_addr east $EASTS $FORWARDS
	zones_begin "$LAB/zones" && zones_lab && zones_new insecure.lab. insecure &&
		lab_key west && lab_key east && lab_key nic && lab_publish west $WEST &&
		lab_publish east $EASTS || return 1
	for a in $EASTS $FORWARDS; do
		zones_record "east${a##*.}.oe.lab." 60 A "$a" || return 1
	done
	east=$(sed -n 's/.*IPSECKEY [0-9]* [0-9]* 4 [^ ]* //p' "$LAB/east/records" | head -n 1)
	other=$("$BIN/oe-zone" record -k "$LAB/nic/ipsec.d/private/host.pem" 192.1.2.21 |
		sed -n 's/.*IPSECKEY [0-9]* [0-9]* 4 [^ ]* //p')
	for n in 31 34 37; do zones_record east$n.oe.lab. 60 IPSECKEY "10 0 4 . $east"; done
	zones_record east32.oe.lab. 60 IPSECKEY "10 1 4 192.1.2.31 $east" &&
		zones_record evil.oe.lab. 60 A 192.1.2.22 &&
		zones_record evil.oe.lab. 60 IPSECKEY "10 0 4 . $other" &&
		zones_record open.insecure.lab. 60 A 192.1.2.35 &&
		zones_record open.insecure.lab. 60 IPSECKEY "10 0 4 . $east" &&
		zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || return 1
	lab_policy west private-or-clear 192.1.2.0/24 10.0.0.0/8
	lab_policy west private 192.1.2.34
	lab_policy east private-or-clear $WEST
	ip -n "$(lab_ns west)" route add 10.0.0.0/8 via 192.1.2.20
	TAP=$LAB/west/dns-tap
	for h in west east; do
		lab_policy $h clear 192.1.2.254
		[ $h = west ] && set -- --dns-tap "$TAP" || set --
		lab_pluto $h "$@" && lab_whack $h --listen >"$LAB/$h/listen" || return 1
	done
	lab_capture west || return 1
	# shellcheck disable=SC2086
	lab_spawn east python3 tests/lab/hasty.py echo $EASTS $FORWARDS
	resolver python
}

# python|dnstap|ipsecmod [PROGRAM]: the host's own unbound, or that one, as its own user, with what
# is shipped for that.
resolver() {
	[ -z "${unbound:-}" ] || { kill "$unbound"; wait "$unbound" 2>/dev/null; }
	mkdir -p "$LAB/unbound"
	cp init/unbound/oe_tap.py "$LAB/unbound/"
	sed -i "s|^PATH = .*|PATH = \"$TAP\"|" "$LAB/unbound/oe_tap.py"
	ln -sf /usr/lib/python3/dist-packages/unboundmodule.py "$LAB/unbound/"
	sed "s|@PREFIX@/share/ipsec/unbound|$LAB/unbound|; s|/run/pluto/dns-tap|$TAP|
		s|@PREFIX@/libexec/ipsec/|$(realpath "$BIN")/|" \
		"init/unbound/oe-tap-$1.conf" >"$LAB/unbound/tap.conf"
	cat >"$LAB/unbound/unbound.conf" <<-END
	server:
		directory: "$LAB/unbound"
		chroot: ""
		username: "unbound"
		pidfile: ""
		use-syslog: no
		logfile: "$LAB/unbound/log"
		do-daemonize: no
		num-threads: 1
		interface: 127.0.0.1
		trust-anchor-file: "$ZONES_ANCHOR"
		do-not-query-localhost: no
		unblock-lan-zones: yes
	include: "$LAB/unbound/tap.conf"
	forward-zone:
		name: "."
		forward-addr: 192.1.2.254
	remote-control:
		control-enable: no
	END
	chown -R unbound "$LAB/unbound"
	lab_spawn west env "IPSEC_DNS_TAP=$TAP" "${2:-unbound}" -d -c "$LAB/unbound/unbound.conf"
	unbound=$LAB_SPAWNED
	lab_until 10 lab_run west drill @127.0.0.1 oe.lab SOA
}

# Looks NAME up as any program does, by the resolver of the host.

look() {
	lab_run west unshare -m sh -c 'mount --bind "$1" /etc/resolv.conf && shift && exec python3 tests/lab/hasty.py look "$@"' \
		sh "$LAB/resolv.conf" "$@" >"$LAB/look" 2>&1
}
first_ms() { sed -n 's/.*first answer after \([0-9.]*\) ms/\1/p' "$LAB/look"; }
caught() { lab_whack west --status | sed -n 's/.*trap: \([0-9]*\) caught.*/\1/p'; }
count() { lab_whack west --listdns | sed -n "s/.*tap .*[:,;] \([0-9]*\) $1.*/\1/p"; }
counted() { [ "$(count "$1")" -ge "$2" ]; }	# WORD LEAST
adns_ready() { lab_whack west --status | grep -q 'adns ready'; }
explained() { lab_whack west --explain $WEST "$1"; }
not_encrypted() { explained "$1" >"$LAB/explained" && ! grep -q ENCRYPTED "$LAB/explained"; }
encrypted() { explained "$1" | grep -q 'ENCRYPTED'; }
vouched() { grep -q "child#.* up: $WEST/32 <-> $1/32 .* peer $2, DNSSEC secure" "$LAB/west/pluto.log"; }
below() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a != "" && a < b) }'; }

begin || { tap_show "$LAB/west/pluto.log" "$LAB/unbound/log" "$LAB/spawned"; tap_result 1 "the lab starts"; tap_done; exit 1; }
echo "nameserver 127.0.0.1" >"$LAB/resolv.conf"
tap_show "$LAB/west/pluto.log" "$LAB/unbound/log" "$LAB/look"

# The application takes a while from its answer to its first packet, as they do.
before=$(caught)
check "a name is looked up, its host answers" look east21.oe.lab $PAUSE
same "its first packet was not even caught: the SA was there" "$(caught)" "$before"
check "the pair is encrypted" encrypted 192.1.2.21
warm=$(first_ms)
# Without a name to announce it.
check "an address without a lookup answers too" look 192.1.2.23 0
cold=$(first_ms)
check "from the first packet to its answer: $warm ms announced, $cold ms not" below "$warm" "$cold"
check "announced, it takes less than $MOST_MS ms" below "$warm" "$MOST_MS"
check "who sends at once loses nothing" look east24.oe.lab 0 10
check "and is encrypted" encrypted 192.1.2.24

# No key: decided before the first packet, which is not held.
before=$(caught)
check "a host without a key answers" look east36.oe.lab $PAUSE
same "and its first packet was not held" "$(caught)" "$before"

# What a forward name may speak for.
check "a host whose name has a key, its address not" look east31.oe.lab $PAUSE
check "is encrypted" encrypted 192.1.2.31
check "and the name is what vouches for it" vouched 192.1.2.31 "forward name"
check "a name of somebody else's for an address that has a key" look evil.oe.lab $PAUSE
check "its reverse name speaks" vouched 192.1.2.22 "reverse map"
check "met by its address, it has no key, and passes" look 192.1.2.37 0
check "... so it is clear" not_encrypted 192.1.2.37
check "then its name is looked up" look east37.oe.lab $PAUSE
check "... and the pair that passed is encrypted" lab_until 20 encrypted 192.1.2.37
check "... by that name" vouched 192.1.2.37 "forward name"
holds "--oestatus counts what was told" <(lab_whack west --oestatus) \
	'[1-9][0-9]* begun by names looked up \([1-9][0-9]* addresses told, '
check "a name with a gateway that is not the address: not believed" look east32.oe.lab $PAUSE
check "... and clear" not_encrypted 192.1.2.32
check "a name in an unsigned zone" look open.insecure.lab $PAUSE
check "... is not believed" not_encrypted 192.1.2.35
look east34.oe.lab $PAUSE
check "in the group private a forward name is not enough" not_encrypted 192.1.2.34
IPSEC_DNS_TAP=$TAP "$BIN/_unbound-hook" east31.oe.lab. 60 192.1.2.33 "10 0 4 . $east" >"$LAB/look" 2>&1
sleep 0.5
look 192.1.2.33 0
check "a name that does not have the address speaks for nothing" not_encrypted 192.1.2.33

# The hook of ipsecmod: nothing is sent, and the SA comes.
IPSEC_DNS_TAP=$TAP "$BIN/ipsec" _unbound-hook east25.oe.lab. 60 "192.1.2.25 192.0.2.1" \
	"10 1 4 192.1.2.25 $east 20 3 2 gw.lab. AwEAAc" >"$LAB/look" 2>&1
check "ipsec _unbound-hook tells, with all that unbound gives it" [ $? = 0 ]
check "and the SA comes without a packet" lab_until 5 encrypted 192.1.2.25

# adns dies: the sockets are pluto's, and the next one listens.
pkill -KILL -P "$(lab_pluto_pid west)" adns
lab_until 10 adns_ready
before=$(caught)
check "after adns was killed: announced as before" look evil.oe.lab $PAUSE
check "... and heard" lab_until 3 counted notices 1

# dnstap, also of Debian's unbound.
lab_whack west --listdns >"$LAB/look"
notices=$(count notices)
check "unbound with dnstap" resolver dnstap
check "a host looked up" look east22.oe.lab $((2000 + PAUSE))
check "is announced" counted notices $((notices + 1))

# ipsecmod, where unbound has it: the hook is run by unbound itself, with what is in DNS.
if "$UNBOUND" -V | grep -q '^Linked modules:.* ipsecmod'; then
	notices=$(count notices)
	check "unbound with ipsecmod" resolver ipsecmod "$UNBOUND"
	check "a host looked up whose name has a key" look east31.oe.lab $PAUSE
	check "is announced by the hook that unbound runs" counted notices $((notices + 1))
	same "which had nothing to complain of" "$(grep -c '_unbound-hook' "$LAB/spawned")" 0
else
	tap_skip "ipsecmod runs the hook" "this unbound has no ipsecmod; UNBOUND may name one that has"
fi

# Who may not tell.
chmod 755 "$LAB/west"
setpriv --reuid 65534 --clear-groups /usr/bin/python3 tests/lab/hasty.py notes "$TAP" 10.1 1 >"$LAB/look" 2>&1
check "another user cannot even open the socket" grep -q PermissionError "$LAB/look"
chmod 666 "$TAP" "$TAP.dnstap"
setpriv --reuid 65534 --clear-groups /usr/bin/python3 tests/lab/hasty.py notes "$TAP" 10.1 5 >"$LAB/look" 2>&1
lab_until 4 counted refused 5
same "and is not heard where its mode was changed" "$(count refused)" 5
chmod 600 "$TAP" "$TAP.dnstap"

check "garbage" python3 tests/lab/hasty.py garbage "$TAP"
sleep 1.5
check "is counted ($(count malformed))" [ "$(count malformed)" -ge 60 ]
check "and logged, within limits" [ "$(grep -c 'on the DNS tap is ignored' "$LAB/west/pluto.log")" -le 12 ]

# A flood. The host's unbound is not slower for it, nor for an adns that has stopped.
began=$(count "attempts begun") from=$(date +%s)
python3 tests/lab/hasty.py notes "$TAP" 10.2 20000 >"$LAB/flood" 2>&1 &
flood=$!
check "during a flood of notes the resolver answers" look east36.oe.lab 0
slow() { lab_run west drill @127.0.0.1 "$1" | sed -n 's/.*Query time: \([0-9]*\) msec/\1/p'; }
ms=$(slow east21.oe.lab)
check "in $ms ms" below "${ms:-99999}" $((5 * MOST_MS))
wait $flood
sleep 1.5
took=$(($(date +%s) - from))
now=$(count "attempts begun")
check "$((now - began)) attempts in $took s, of $(cut -d' ' -f1 "$LAB/flood") notes taken" \
	[ $((now - began)) -le $((40 + 20 * (took + 2))) ]
check "the rest was counted ($(count limited) limited)" [ "$(count limited)" -gt 100 ]
python3 tests/lab/hasty.py silent "$TAP" 2 >"$LAB/look" 2>&1 &
silent=$!
adns=$(pgrep -P "$(lab_pluto_pid west)" adns)
kill -STOP "$adns"
resolver python
ms=$(slow east23.oe.lab)
for _i in $(seq 30); do lab_run west drill @127.0.0.1 "east2$((_i % 6)).oe.lab" >/dev/null; done
last=$(slow east24.oe.lab)
kill -CONT "$adns"
wait $silent
check "with adns stopped and the socket full it answers in $ms and $last ms" below "${last:-99999}" $((5 * MOST_MS))
lab_pluto_stop west
check "without pluto it answers" [ -n "$(slow east21.oe.lab)" ]
check "the sockets are gone" [ ! -e "$TAP" ]
lab_capture_stop west
# On the wire: the last of IKE, then the pause, then the application's first packet.
tcpdump -tt -n -r "$LAB/west.pcap" "host 192.1.2.21" 2>/dev/null | awk '
	/ESP\(spi/ && !esp { esp = $1 }
	/isakmp/ && !esp { ike = $1 }
	END { printf "%d\n", ike && esp ? 1000 * (esp - ike) : 0 }' >"$LAB/gap"
check "on the wire IKE was over $(cat "$LAB/gap") ms before the first packet of ESP" [ "$(cat "$LAB/gap")" -gt $((PAUSE / 2)) ]
check "no packet of the pair was in the clear" [ "$(lab_clear west $WEST 192.1.2.21)" = 0 ]
tap_done
