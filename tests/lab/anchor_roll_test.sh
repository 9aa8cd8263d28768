#!/bin/bash
# The root rolls its key (RFC 5011): adns follows it in its state file, from one start to
# the next and while it runs. Against a real NSD, in a network namespace of its own.
# Reads: BIN (build/bin). Prints TAP. Needs root.
set -u
cd "$(dirname "$0")/../.." || exit 1
BIN=$(cd "${BIN:-build/bin}" && pwd)
if [ "${ROLL_TEST_INSIDE:-}" != yes ]; then
	[ "$(id -u)" = 0 ] || { echo "ok anchor roll # skip needs root"; exit 0; }
	BIN=$BIN ROLL_TEST_INSIDE=yes exec unshare --net -- "$0" "$@"
fi
. tests/lab/zones.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/roll.XXXXXX")
chmod 755 "$work"
pluto=
finish() {
	[ -z "$pluto" ] || kill "$pluto" 2>/dev/null
	wait $pluto
	zones_stop
	rm -rf "$work"
}
trap finish EXIT
ip link set lo up

n=0 bad=0
result() {	# STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; return; fi
	echo "not ok $n - $2"
	sed 's/^/# /' "$work/out" "$state" 2>/dev/null
	bad=1
}

state=$work/state/anchors/root.key
key=DHkk5ELqV2CEY2mNIIQFejoq74Y6+Tz178vQekWQwB0=

root_key() { (cd "$ZONES_DIR/keys" && ldns-keygen -k -a ECDSAP256SHA256 .); }

# KEY...: the root zone has these keys, and each has signed them.
root_has() {
	_signers=
	for _k in "$@"; do _signers="$_signers $ZONES_DIR/keys/$_k"; done
	{
		cat "$ZONES_DIR/plain/root"
		zones_delegations . root
		# The keys are soon asked for again.
		for _k in "$@"; do sed -E 's/\t([0-9]+\t)?IN\t/ 1 IN /; s/;.*//' "$ZONES_DIR/keys/$_k.key"; done
	} >"$work/root.in"
	# shellcheck disable=SC2086
	ldns-signzone ${DATES:-} -o . -f "$ZONES_DIR/signed/root" "$work/root.in" $_signers || return 1
	kill -HUP "$ZONES_NSD_PID" && sleep 0.6
}

# A key with the bit REVOKE (RFC 5011 2.1) is another key to the signer.
revoked() {	# KEY: prints the name of the revoked one
	(cd "$ZONES_DIR/keys" && cp "$1.key" revoked.key && ldns-revoke revoked.key >/dev/null &&
		tag=$(ldns-key2ds -n revoked.key | awk '{ print $5 == "DS" ? $6 : $5 }') &&
		name=K.+013+$(printf %05d "$tag") &&
		mv revoked.key "$name.key" && cp "$1.private" "$name.private" && echo "$name")
}

# One start of adns; the state lasts.
ask() {
	timeout 20 "$BIN/adns" --resolver "$ZONES_NSD" --anchor "$ZONES_ANCHOR" \
		--anchor-state "$state" --anchor-holddown 2 -q 192.1.2.45 --timeout 3000 "$@" >"$work/out" 2>&1
	status=$?
}
expect() {	# NAME STATUS PATTERN
	[ "$status" = "$2" ] && grep -qE -- "$3" "$work/out"
	result $? "$1"
}
states() { grep -oE 'state=[0-9] \[ *[A-Z]* *\]' "$state" | tr -d ' ' | sort | tr '\n' ' '; }

{
	zones_begin "$work/zones" && zones_lab &&
	zones_record 45.2.1.192.in-addr.arpa. 1 IPSECKEY "10 1 4 192.1.2.45 $key" &&
	zones_record west.oe.lab. 1 IPSECKEY "10 0 4 . $key" &&
	zones_sign && zones_start "" 127.0.0.1
} >"$work/out" 2>&1
result $? "a signed root is served"
k1=$(awk '$1 == "." { print $3 }' "$ZONES_DIR/list")
k2=$(root_key)
k3=$(root_key)

ask
expect "the state is begun from the anchor file" 0 "followed in $state, begun from"
expect "and believed" 0 'ANSWERED SECURE'
[ "$(stat -c %u "$state")" != 0 ] && [ "$(stat -c %u "$work/state")" = 0 ] &&
	[ "$(stat -c %U "$work/state/anchors")" = "$(stat -c %U "$state")" ]
result $? "its folder is the unprivileged user's"

root_has "$k1" "$k2" >"$work/out" 2>&1 || result 1 "the root signs with two keys"
for _i in 1 2; do ask; done
states >"$work/states"
expect "a new key stands beside the old one: all is secure" 0 'ANSWERED SECURE'
grep -q 'state=1\[ADDPEND\] state=2\[VALID\]' "$work/states"
result $? "and the new key waits ($(cat "$work/states"))"
cp "$state" "$work/pending"

# Who rolls before the time is over is not believed.
root_has "$k2" >"$work/out" 2>&1
cp "$work/pending" "$state.too-early"
chown --reference="$state" "$state.too-early"
cp "$state.seed" "$state.too-early.seed"
timeout 20 "$BIN/adns" --resolver "$ZONES_NSD" --anchor "$ZONES_ANCHOR" --anchor-state "$state.too-early" \
	-q 192.1.2.45 --timeout 3000 >"$work/out" 2>&1
status=$?
expect "the new key alone, before thirty days are over: bogus" 60 'BOGUS'

root_has "$k1" "$k2" >"$work/out" 2>&1
sleep 2.1
for _i in 1 2 3; do ask; done
[ "$(states)" = "state=2[VALID] state=2[VALID] " ]
result $? "after the hold-down both are valid"

r1=$(revoked "$k1")
root_has "$r1" "$k2" >"$work/out" 2>&1
for _i in 1 2; do ask; done
expect "the old key is revoked: secure by the new one" 0 'ANSWERED SECURE'
[ "$(states)" = "state=2[VALID] state=4[REVOKED] " ]
result $? "and the state says so"
root_has "$k2" >"$work/out" 2>&1
ask
expect "the new key alone is believed" 0 'ANSWERED SECURE'
root_has "$k1" >"$work/out" 2>&1
ask
expect "the revoked key is not, though the anchor file has it" 60 'BOGUS'

# Somebody puts another anchor file there: it counts.
root_has "$k3" >"$work/out" 2>&1
cp "$ZONES_ANCHOR" "$work/first.key"
cp "$ZONES_DIR/keys/$k3.key" "$ZONES_ANCHOR"
ask
expect "another anchor file begins the state anew" 0 'begun from.*|ANSWERED SECURE'
expect "with its key" 0 'ANSWERED SECURE'

# Signatures that are over, or not valid yet, tell of our clock (or of the root's signer).
for DATES in "-i 20200101 -e 20200201" "-i 20990101 -e 20990201"; do
	root_has "$k3" >"$work/out" 2>&1
	ask
	expect "health: the root's signatures have dates${DATES//-? / }: the clock" 60 'DNS: our clock is outside the dates'
done
DATES=
root_has "$k3" >"$work/out" 2>&1

# Every key revoked: there is no anchor.
sed 's/;;state=[0-9].*/;;state=4 [ REVOKED ]/' "$state" >"$work/gone" && cat "$work/gone" >"$state"
ask
expect "no key that is believed: adns does not start, and says what to do" 7 'remove it to begin anew'
mkdir "$work/locked"
timeout 20 "$BIN/adns" --resolver "$ZONES_NSD" --anchor "$ZONES_ANCHOR" --anchor-state "$work/locked/root.key" \
	-q 192.1.2.45 --timeout 3000 >"$work/out" 2>&1
status=$?
expect "a folder that is not the user's: the anchor file counts as it is" 0 'ANSWERED SECURE'
expect "and that is said" 0 "not followed as they roll: $work/locked/root.key: Permission denied"

timeout 20 setpriv --bounding-set -chown "$BIN/adns" --resolver "$ZONES_NSD" --anchor "$ZONES_ANCHOR" \
	--anchor-state "$work/mine/adns/root.key" -q 192.1.2.45 --timeout 3000 >"$work/out" 2>&1
status=$?
expect "a folder that cannot be given away: the same" 0 'ANSWERED SECURE'
[ ! -e "$work/mine/adns" ]
result $? "and none is left that would be in the way later"

# While it runs, under pluto.
k1=$(awk '$1 == "." { print $3 }' "$ZONES_DIR/list")
root_has "$k1" >"$work/out" 2>&1
cp "$work/first.key" "$ZONES_ANCHOR"
state=$work/lib/adns/root.key
printf '#!/bin/sh\nexec "%s" "$@" --anchor-holddown 2\n' "$BIN/adns" >"$work/adns-of-tests"
chmod 755 "$work/adns-of-tests"
mkdir -p "$work/ipsec.d"
: >"$work/secrets"
"$BIN/pluto" --nofork --stderrlog --use-nostack --ctlbase "$work/pluto" --secretsfile "$work/secrets" \
	--ipsecdir "$work/ipsec.d" --resolver "$ZONES_NSD" --adns "$work/adns-of-tests" \
	--rootkey-file "$ZONES_ANCHOR" --rootkey-state "$state" >"$work/log" 2>&1 &
pluto=$!
whack() { timeout 10 "$BIN/whack" --ctlbase "$work/pluto" "$@" >"$work/out" 2>&1; }
tag() { sed -n 's/.*id = \([0-9]*\).*/\1/p' "$ZONES_DIR/keys/$1.key"; }
for _i in $(seq 100); do whack --listdns && grep -q well "$work/out" && break; sleep 0.1; done
grep -q "anchors \. $(tag "$k1"):" "$work/out"
result $? "pluto: the first key is the anchor"
believed() {	# PATTERN
	for _i in $(seq 60); do
		whack --listdns
		grep -qE "anchors \. ($1):" "$work/out" && return 0
		sleep 0.2
	done
	return 1
}
root_has "$k1" "$k2" >"$work/out" 2>&1
believed "$(tag "$k1") $(tag "$k2")|$(tag "$k2") $(tag "$k1")"
result $? "pluto: the second key is believed beside it"
grep -q "the root's keys have rolled" "$work/log"
result $? "pluto: and the log says so"
r1=$(revoked "$k1")
root_has "$r1" "$k2" >"$work/out" 2>&1
believed "$(tag "$k2")"
result $? "pluto: the revoked one no more"
root_has "$k2" >"$work/out" 2>&1
sleep 1.2
whack --keyid @west.oe.lab
whack --listdns
grep -q "west.oe.lab. IPSECKEY.*SECURE" "$work/out"
result $? "pluto: and names are secure by the new key"
adns=$(pgrep -P "$pluto" adns)
grep -qE '^Uid:.*\b0\b' "/proc/$adns/status" 2>/dev/null
[ $? = 1 ]
result $? "pluto: adns is unprivileged all the while"
echo "1..$n"
exit $bad
