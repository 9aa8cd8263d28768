#!/bin/sh
# The keeper of the keys: who has them in its memory and who has not, what it may do, and
# what happens when it dies or hangs. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for network namespaces"; exit 0; }
WEST=192.1.2.45 EAST=192.1.2.23
PSK="what only two in the laboratory know"

add() {	# NAME WORDS...: at both ends
	_n=$1; shift
	for _h in west east; do
		lab_whack $_h --name "$_n" --host $WEST --to --host $EAST --encrypt --tunnel "$@" >"$LAB/$_h/add" 2>&1
	done
}
initiate() { timeout 60 "$BIN/whack" --ctlbase "$LAB/west/pluto" --name "$1" --initiate >"$LAB/out" 2>&1; }
end_it() { lab_whack west --name "$1" --terminate >/dev/null 2>&1; }
keeper_of() { pgrep -P "$(lab_pluto_pid "$1")" -x keeper; }
starter_of() { pgrep -P "$(lab_pluto_pid "$1")" -x pluto-starter; }
found() { python3 tests/lab/memory.py "$@"; }
status() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; }
said() { lab_whack west --status >"$LAB/status" 2>&1; sed -nE "s/.*keeper: .* ([0-9]+) $1.*/\1/p" "$LAB/status"; }
is_another() { _k=$(keeper_of west) && [ -n "$_k" ] && [ "$_k" != "$1" ]; }
has_read() { [ "$(said secrets)" = 2 ]; }
exchange() {	# WORDS NAME: an SA of that connection comes up
	check "$1" initiate "$2"
	end_it "$2"
}
# WORDS PID PSK RSA: whether they stand there ("+") or not ("0").
memory() {
	_p=$(found "$2" text "$PSK") _r=$(found "$2" prime "$LAB/west/ipsec.d/private/host.pem")
	[ "$_p" -gt 0 ] && _p=+
	[ "$_r" -gt 0 ] && _r=+
	same "$1" "$_p $_r" "$3 $4"
}

lab_begin && lab_host west $WEST && lab_host east $EAST || exit 1
tap_show "$LAB/west/pluto.log" "$LAB/out" "$LAB/status"
ZONES_ANCHOR=/usr/share/dns/root.key
for h in west east; do
	lab_key $h rsa || exit 1
	echo "$WEST $EAST : PSK \"$PSK\"" >>"$LAB/$h/ipsec.secrets"
	echo '@road : XAUTH "correct horse"' >>"$LAB/$h/ipsec.secrets"
	lab_pluto $h --no-oe || exit 1
	lab_whack $h --listen >"$LAB/$h/listen" || exit 1
done
for h in west east; do
	for k in "$WEST west" "$EAST east"; do
		key=$("$BIN/ipsec" showhostkey --ipseckey --file "$LAB/${k#* }/ipsec.d/private/host.pem" x.example |
			sed -n 's/.*IPSECKEY *[0-9]* *[0-9]* *[0-9]* *[^ ]* *//p' | tr -d ' ()')
		lab_whack $h --keyid "${k% *}" --pubkeyrsa "0s$key" >"$LAB/out" 2>&1
	done
done

# Each way in which keys and secrets are used.
trial() {	# WORDS OPTION...
	_t=$1; shift
	add trial "$@"
	exchange "$_t" trial
	for _h in west east; do lab_whack $_h --name trial --delete >/dev/null; done
}
trial "IKEv2 by RSA" --rsasig
trial "IKEv1 by RSA" --rsasig --ikev1
trial "IKEv2 by a shared secret" --psk
trial "IKEv1 by a shared secret" --psk --ikev1
add psk --psk
add psk1 --psk --ikev1
pluto=$(lab_pluto_pid west) keeper=$(keeper_of west)

memory "pluto has neither the shared secret nor the private key in its memory" "$pluto" 0 0
memory "... nor its starter" "$(starter_of west)" 0 0
memory "... but the keeper has both" "$keeper" + +
lab_whack west --rereadsecrets >"$LAB/out"
check "read again: IKEv2 by a shared secret" initiate psk
memory "... pluto has them neither" "$pluto" 0 0
end_it psk

for set in CapEff CapPrm CapBnd CapAmb; do
	same "the keeper has no capability ($set)" "$(sed -n "s/^$set:[[:space:]]*//p" "/proc/$keeper/task"/*/status | sort -u)" 0000000000000000
done
same "its system calls are limited in each thread" "$(sed -n 's/^Seccomp:[[:space:]]*//p' "/proc/$keeper/task"/*/status | sort -u)" 2
same "it gets no new privilege" "$(status "$keeper" NoNewPrivs)" 1
if prlimit --memlock=unlimited:unlimited true 2>/dev/null; then
	check "its memory is locked" test "$(status "$keeper" VmLck | tr -dc 0-9)" -gt 100
else
	tap_skip "its memory is locked" "it cannot be here"
fi
check "who is not its like may not look into its memory" sh -c "! setpriv --bounding-set -all --inh-caps -all dd if=/proc/$keeper/mem count=1 of=/dev/null"
same "its environment is empty" "$(wc -c <"/proc/$keeper/environ")" 0
same "it has channels to pluto, /dev/null, and nothing else open" \
	"$(ls -l "/proc/$keeper/fd" | sed -n 's/.* -> //p' | grep -cvE '^(socket:|/dev/null)')" 0
same "no socket of it is the network's" "$(for f in "/proc/$keeper/fd"/*; do readlink "$f"; done | sed -n 's/socket:\[\(.*\)\]/\1/p' |
	while read -r i; do cat "/proc/$keeper/net/tcp" "/proc/$keeper/net/udp" "/proc/$keeper/net/raw" | grep -w "$i"; done | wc -l)" 0

# What it cannot do is told, and harms nobody.
before=$(said refused)
sed -i "/ : PSK/d" "$LAB/west/ipsec.secrets"
lab_whack west --rereadsecrets >"$LAB/out"
check "without the secret there is no SA" sh -c "! timeout 60 $BIN/whack --ctlbase $LAB/west/pluto --name psk1 --initiate >$LAB/out 2>&1"
check "... which is counted" test "$(said refused)" -gt "$before"
echo "$WEST $EAST : PSK \"$PSK\"" >>"$LAB/west/ipsec.secrets"
echo "@bad" >>"$LAB/west/ipsec.secrets"
lab_whack west --rereadsecrets >"$LAB/out" 2>&1
holds "a bad line is told with its place" "$LAB/out" "ipsec.secrets:[0-9]+: expected"
sed -i '/^@bad/d' "$LAB/west/ipsec.secrets"
chmod 644 "$LAB/west/ipsec.secrets"
lab_whack west --rereadsecrets >"$LAB/out"
chmod 600 "$LAB/west/ipsec.secrets"
holds "what the keeper has seen of the files pluto says" "$LAB/west/pluto.log" "others than its owner may read"
exchange "with the secret there is one again" psk1

# It dies.
kill -9 "$keeper"
check "killed, it is started again" lab_until 60 is_another "$keeper"
same "... with one line" "$(grep -c 'the keeper of the keys was ended by signal 9; another one is started' "$LAB/west/pluto.log")" 1
check "... and has read what there is" lab_until 30 has_read
exchange "... and serves" psk1
same "... which is counted" "$(said restarts)" 1

# It hangs.
keeper=$(keeper_of west)
kill -STOP "$keeper"
initiate psk1 &
asker=$!
check "while it hangs, whack is answered" timeout 10 "$BIN/whack" --ctlbase "$LAB/west/pluto" --status
check "hanging, it is killed and started again" lab_until 90 is_another "$keeper"
wait $asker
holds "... which is told" "$LAB/west/pluto.log" 'the keeper of the keys did not answer within 10 s, and was killed; another one is started'
end_it psk1
check "... and has read what there is" lab_until 30 has_read
exchange "... and serves" psk1
lab_whack west --status >"$LAB/status"
holds "the counters are shown" "$LAB/status" 'keeper: pid [0-9]+, 1 keys, 2 secrets, [0-9]+ asked, [0-9]+ refused, [1-9][0-9]* unanswered, 2 restarts'

keeper=$(keeper_of west)
lab_pluto_stop west
check "it ends with pluto" lab_until 20 sh -c "! kill -0 $keeper"
keeper=$(keeper_of east)
kill -9 "$(lab_pluto_pid east)"
check "... also when that is killed" lab_until 20 sh -c "! kill -0 $keeper"
tap_done
