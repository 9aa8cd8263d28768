#!/usr/bin/env bash
# shellcheck disable=SC2317
# whack and pluto together, without a data plane: every command, every bad start,
# hostile clients of the control socket. In a network namespace of its own.
#
# Reads: BIN (build/bin). Prints TAP-like lines.
cd "$(dirname "$0")/.." || exit 1
BIN=$(cd "${BIN:-build/bin}" 2>/dev/null && pwd)

if [ "$(id -u)" != 0 ] || ! unshare -n true 2>/dev/null; then
	echo "ok whack # skip needs root and network namespaces"
	exit 0
fi
if [ ! -x "$BIN/pluto" ]; then
	echo "not ok pluto is built"
	exit 1
fi
if [ -z "${WHACK_TEST_NS:-}" ]; then
	WHACK_TEST_NS=1 exec unshare -n "$0" "$@"
fi

T=$(mktemp -d "${TMPDIR:-/tmp}/whack-test.XXXXXX") || exit 1
CTL=$T/run/pluto
PLUTO=
failed=0

finish() {
	[ -n "$PLUTO" ] && kill "$PLUTO" 2>/dev/null
	[ -s "$CTL.pid" ] && kill "$(cat "$CTL.pid")" 2>/dev/null
	rm -rf "$T"
}
trap finish EXIT
trap 'exit 130' INT TERM

ok() { echo "ok $1"; }
not_ok() {
	echo "not ok $1"
	sed 's/^/# /' "${2:-$T/out}"
	failed=1
}

# NAME STATUS PART COMMAND...: the exit status, and what must be in the output.
expect() {
	local name=$1 want=$2 part=$3 got
	shift 3
	timeout 20 "$@" >"$T/out" 2>&1 </dev/null
	got=$?
	if [ $got = "$want" ] && { [ -z "$part" ] || grep -qF -e "$part" "$T/out"; }; then
		ok "$name"
	else
		echo "exit status $got, expected $want and \"$part\"" >>"$T/out"
		not_ok "$name"
	fi
}

# One line of output, besides.
expect_sentence() {
	expect "$@"
	[ "$(wc -l <"$T/out")" = 1 ] || not_ok "$1: one sentence"
}

# Programs of the test's own names, since timeout runs no functions.
script() {	# NAME COMMAND
	printf '#!/bin/sh\nexec %s "$@"\n' "$2" >"$T/$1"
	chmod 755 "$T/$1"
}
script run_pluto "$BIN/pluto --nofork --stderrlog --use-nostack --ctlbase $CTL \
	--resolver 127.0.0.1 --secretsfile $T/secrets --ipsecdir $T/ipsec.d --rootkey-state none"
script whack "$BIN/whack --ctlbase $CTL"
script conn "$BIN/whack --ctlbase $CTL --name c --host 192.0.2.1 --to --host 192.0.2.2 --psk"
PATH=$T:$PATH

start() {
	run_pluto "$@" >"$T/log" 2>&1 &
	PLUTO=$!
	for _ in $(seq 100); do
		whack --status >/dev/null 2>&1 && return 0
		kill -0 $PLUTO 2>/dev/null || break
		sleep 0.05
	done
	not_ok "pluto answers" "$T/log"
	exit 1
}

ended() {	# NAME STATUS: the daemon ends by itself within five seconds
	for _ in $(seq 100); do
		kill -0 $PLUTO 2>/dev/null || break
		sleep 0.05
	done
	kill -0 $PLUTO 2>/dev/null && { kill -9 $PLUTO; not_ok "$1: ends" "$T/log"; }
	wait $PLUTO
	local got=$?
	PLUTO=
	if [ $got = "$2" ]; then ok "$1"; else echo "exit status $got" >>"$T/log"; not_ok "$1" "$T/log"; fi
}

ip link set lo up
ip link add eth0 type veth peer name eth1
ip addr add 192.0.2.1/24 dev eth0
ip -6 addr add 2001:db8::1/64 dev eth0 nodad
ip link set eth0 up
ip link set eth1 up
mkdir -p "$T/ipsec.d/policies" "$T/ipsec.d/private"
chmod 755 "$T"
(umask 077; echo ': PSK "a secret of the test"' >"$T/secrets")

# Starts that must fail, each with its own sentence and status.
expect_sentence "a bad option" 1 "--ikeport" run_pluto --ikeport 99999
expect_sentence "an unknown option" 1 "no-such" run_pluto --no-such
expect_sentence "a refused option" 1 "leave it out" run_pluto --use-bsdkame
expect_sentence "options from a file that is not there" 1 "/nonexistent" \
	run_pluto --optionsfrom /nonexistent
expect "no trust anchor" 7 "no DNSSEC trust anchor: /nonexistent" \
	run_pluto --rootkey-file /nonexistent
if unshare -n ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1000 mode tunnel \
	aead 'rfc4106(gcm(aes))' 0x000102030405060708090a0b0c0d0e0f10111213 128 2>/dev/null; then
	echo "# this kernel has ESP: not asked how its lack is told"
else
	expect "a kernel without ESP" 5 "--use-netkey" run_pluto --use-netkey
fi
cp "$BIN/pluto" "$T/pluto"
expect "without privilege" 2 "must be started as root" \
	setpriv --reuid=65534 --regid=65534 --clear-groups "$T/pluto" --nofork --ctlbase "$T/x"
expect "a lock that cannot be made" 6 "lock file" run_pluto --ctlbase /proc/nothing/pluto
expect "whack without a daemon" 1 "is pluto running?" whack --status
expect "bad options of whack" 1 "no action specified" whack
expect "whack: options from a file that is not there" 2 "/nonexistent" \
	whack --optionsfrom /nonexistent

# As it is installed: ipsec in bin, the daemon in libexec/ipsec.
mkdir -p "$T/i/bin" "$T/i/libexec/ipsec"
cp "$BIN/ipsec" "$T/i/bin"
cp "$BIN/pluto" "$T/i/libexec/ipsec"
expect "ipsec, installed" 0 "pluto " "$T/i/bin/ipsec" pluto --version
expect "ipsec, built" 0 "whack " "$BIN/ipsec" whack --version
expect "ipsec, a program that is not there" 126 "IPSEC_EXECDIR" "$T/i/bin/ipsec" adns
expect "ipsec, no such command" 64 "there is no command" "$BIN/ipsec" reboot

# A daemon that does not listen yet.
printf '%s\n' '# a comment' '--oe-deadline 2000' >"$T/options"
start --optionsfrom "$T/options"
expect "a second pluto" 10 "pluto runs already" run_pluto
expect "status" 0 "not listening" whack --status
expect "initiate before listen" 21 "no connection named" whack --name x --terminate
expect "trial before listen" 24 "need --listen before" \
	whack --oppohere 192.0.2.1 --oppothere 192.0.2.2
python3 -c 'import socket,sys,time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("192.0.2.1", 500)); print("bound", flush=True); time.sleep(60)' >"$T/bound" &
squatter=$!
for _ in $(seq 100); do [ -s "$T/bound" ] && break; sleep 0.05; done
expect "port taken" 23 "another IKE daemon is running" whack --listen
{ kill $squatter; wait $squatter; } 2>/dev/null
printf '192.0.2.0/24\nnonsense\n' >"$T/ipsec.d/policies/private-or-clear"
expect "listen" 0 "listening on" whack --listen
grep -q 'private-or-clear:2: "nonsense"' "$T/out" && ok "a bad policy line is told" ||
	not_ok "a bad policy line is told"
grep -q '2001:db8::1' "$T/out" && ok "listens on IPv6" || not_ok "listens on IPv6"
expect "listen again" 0 "listening on" whack --listen

# Connections.
expect "unknown connection" 21 'no connection named "x"' whack --name x --initiate
expect "add" 0 "added" conn
expect "add it twice" 20 "is there already" conn
expect "status shows it" 0 '"c": 192.0.2.1' whack --status
expect "delete" 0 "deleted" whack --name c --delete
expect "a description and --delete: in place of none" 0 "added" conn --delete
expect "and of the one that is there" 0 "added" conn --delete
[ "$(wc -l <"$T/out")" = 1 ] && ok "which is not told" || not_ok "which is not told"
whack --name c --delete >/dev/null
expect "delete it twice" 21 "no connection" whack --name c --delete
expect "a lifetime that is too long" 30 "ikelifetime" conn --ikelifetime 86401
expect "a proposal that makes no sense" 34 "rot13" conn --ike rot13
expect "neither end is ours" 22 "neither end" \
	whack --name c --host 192.0.2.8 --to --host 192.0.2.9 --psk
expect "a wildcard cannot be initiated" 39 "not known" \
	whack --name w --host 192.0.2.1 --to --host %any --psk --initiate
expect "deletestate of nothing" 21 "no SA" whack --deletestate 4711
expect "a bad key" 28 "base64" whack --keyid @a --pubkeyrsa '0s*'
expect "an ECDSA key that is no point" 28 "pubkeyecdsa" \
	whack --keyid @a --pubkeyecdsa "0x$(printf '%0128d' 1)"
expect "an Ed25519 key" 0 "@a: key added" \
	whack --keyid @a --pubkeyeddsa "0xd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
expect "forget it" 0 "@a: key removed" whack --keyid @a --delkey
expect "no key is known of him, and DNS is not there" 28 "a: no key at a." whack --keyid @a
expect "no name in DNS" 28 "has no name in DNS" whack --keyid a@b.example
long=$(printf 'é%.0s' $(seq 600))
expect "a name that is cut within a character" 21 "no connection named" \
	whack --name "x$long$long" --initiate

# Every other word of a connection: taken, or refused for what is wrong with it.
taken() {	# WORDS: a connection with them is added, and deleted
	# shellcheck disable=SC2086
	expect "a connection with $1" 0 "added" conn $1
	whack --name c --delete >/dev/null
}
taken "--pfs --pfsgroup modp2048"
taken "--compress --esp 3des-md5,null-sha1"
taken "--authenticate --compress --ah sha2_256,md5"
taken "--authenticate --esp sha1"
expect "--pfsgroup is a strong one" 34 "pfsgroup" conn --pfsgroup modp768
expect "AH has no cipher" 34 "AH has a hash" conn --authenticate --ah aes128-sha1
expect "--ah is for AH" 30 "for --authenticate" conn --ah sha2_256
expect "AH or ESP" 30 "choose one" conn --authenticate --encrypt
taken "--dontrekey --rekeymargin 30000"
taken "--rekeywindow 60"
taken "--nopmtudisc"
taken "--mobike no"
taken "--pass --failnone"
taken "--drop --faildrop"
taken "--reject --failreject"
expect "--mobike is yes or no" 30 "neither yes nor no" conn --mobike perhaps
expect "a margin that does not fit" 30 "does not fit" conn --rekeymargin 30000

# Debugging and faults: a request sets both anew.
expect "debug" 0 "debug control dns; impair none" whack --debug-control --debug-dns
expect "status tells" 0 "debug control dns; impair none" whack --status
expect "debug and impair" 0 "debug dpd; impair jacob-two-two" whack --debug-dpd --impair-jacob-two-two
expect "and neither" 0 "debug none; impair none" whack --debug-none
expect "all" 0 "debug all; impair none" whack --debug-all
expect "most of them" 0 "debug raw crypt parsing emitting control controlmore lifecycle klips pfkey nat-t" \
	whack --debug-raw --debug-crypt --debug-parsing --debug-emitting --debug-control \
	--debug-controlmore --debug-lifecycle --debug-klips --debug-pfkey --debug-nat-t --debug-natt
expect "the rest" 0 "debug dns oppo oppoinfo whackwatch private" \
	whack --debug-dns --debug-oppo --debug-oppoinfo --debug-whackwatch --debug-private
conn >/dev/null
expect "debug of a connection" 0 '"c": debug lifecycle' whack --name c --debug-lifecycle
expect "of none" 21 "no connection" whack --name nobody --debug-lifecycle
expect "faults are not of one connection" 30 "not of one connection" whack --name c --impair-sa-fail
expect "no debug, no faults" 0 "debug none; impair none" whack --debug-none
whack --name c --delete >/dev/null

# Lists.
expect "an Ed25519 key, again" 0 "@a: key added" \
	whack --keyid @a --pubkeyeddsa "0xd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
expect "listpubkeys" 0 "@a ed25519 SHA256:" whack --listpubkeys
expect "listpubkeys, in UTC" 0 " UTC" whack --utc --listpubkeys
expect "listall" 0 "1 public keys" whack --listall
expect "utc alone" 1 "no action" whack --utc
expect "listdns" 0 "answers of DNS that hold" whack --listdns
expect "listdns, JSON" 0 '"event":"dns_health"' sh -c "$BIN/whack --ctlbase $CTL --json --listdns | tr -d ' '"
expect "listevents" 0 " events" whack --listevents
whack --keyid @a --delkey >/dev/null

# What whack asks for is recorded, and asked for again.
expect "whackrecord" 0 "recording to $T/record" whack --whackrecord "$T/record"
expect "a file that is there" 1 "File exists" whack --whackrecord "$T/record"
conn >/dev/null
whack --name c --delete >/dev/null
whack --name nobody --delete >/dev/null
expect "whackstoprecord" 0 "no longer recording" whack --whackstoprecord
expect "whackstoprecord, again" 0 "nothing was recorded" whack --whackstoprecord
if [ "$(stat -c %a "$T/record")" = 600 ] && [ "$(wc -l <"$T/record")" = 4 ]; then
	ok "the record is of three requests, and ours alone"
else
	not_ok "the record is of three requests" "$T/record"
fi
expect "whackreplay: the last one's status" 21 'no connection named "nobody"' whack --whackreplay "$T/record"
grep -q 'added connection description "c"' "$T/out" && grep -q 'deleted connection "c"' "$T/out" &&
	ok "whackreplay does all of it" || not_ok "whackreplay does all of it"
expect_sentence "a record that is none" 1 "line 1 is not of a --whackrecord" whack --whackreplay "$T/secrets"
expect_sentence "a record that is not there" 1 "No such file" whack --whackreplay /nonexistent
expect_sentence "a replay does nothing else" 1 "nothing else besides" whack --whackreplay "$T/record" --status
cd "$T" || exit 1
expect "a relative name" 0 "recording to $T/here" whack --whackrecord here
cd - >/dev/null || exit 1
whack --whackstoprecord >/dev/null

# Reports.
expect "explain" 0 "result: PENDING" whack --explain 192.0.2.1 192.0.2.2
expect "explain, no group" 0 "result: CLEAR" whack --explain 192.0.2.1 203.0.113.1
expect "explain needs addresses" 1 "not an address" whack --explain 192.0.2.1 host.example
expect "explain, a port that is none" 1 "dport" \
	whack --explain 192.0.2.1 192.0.2.2 --oppoproto 6 --oppodport 65536
expect "explain, a source port" 0 "result: " \
	whack --explain 192.0.2.1 192.0.2.2 --oppoproto 6 --opposport 65535
expect "listshunts" 0 "shunts" whack --listshunts
expect "shuntstatus is the same" 0 "shunts" whack --shuntstatus
expect "oestatus" 0 "attempts" whack --oestatus
expect "trafficstatus" 0 "Child SAs" whack --trafficstatus
expect "several at once" 0 "end of status" whack --status --oestatus --listshunts

cat >"$T/check_json.py" <<'PY'
import json, sys
lines = sys.stdin.read().splitlines()
objects = [json.loads(line) for line in lines]
assert objects, "nothing was printed"
for o in objects:
    assert isinstance(o["code"], int) and isinstance(o["text"], str), o
    assert all(k == k.lower() for k in o), o
assert [o.get("event") for o in objects].count("result") == 1, "one result"
assert objects[-1]["event"] == "result", "the result is last"
PY
cat >"$T/check_status.py" <<'PY'
import json, sys
objects = [json.loads(line) for line in sys.stdin]
events = [o["event"] for o in objects]
order = ["daemon", "debug", "data_plane", "control", "first_packets", "dns", "keeper", "myid", "interface", "own_key", "group",
         "connection", "route", "oe", "trap", "routed", "ike", "ike_sa", "child_sa", "result"]
places = [order.index(e if e != "route" else "connection") for e in events]
assert places == sorted(places), "not in the order of whack(8)"
assert [o["id"] for o in objects if o["event"] == "myid"] == ["@gw.example"], "myid"
names = [o["connection"] for o in objects if o["event"] == "connection"]
assert names == sorted(names) and len(names) > 2, "connections by name"
assert all(len(o) > 3 for o in objects[:-1]), "keys beside the text"
PY
whack --myid @gw.example >/dev/null
for name in zebra alpha middle; do
	whack --name $name --host 192.0.2.1 --to --host 192.0.2.2 --psk >/dev/null
done
whack --json --status 2>&1 </dev/null | tee "$T/out" | python3 "$T/check_status.py" 2>>"$T/out" &&
	ok "json --status: keys, in the order of whack(8)" || not_ok "json --status: keys, in order"
for name in zebra alpha middle; do whack --name $name --delete >/dev/null; done
for what in --status --oestatus --listshunts --trafficstatus "--explain 192.0.2.1 192.0.2.2" \
	"--name x --initiate" --listen "--name w --delete"; do
	# shellcheck disable=SC2086
	whack --json $what 2>&1 </dev/null | tee "$T/out" | python3 "$T/check_json.py" 2>>"$T/out" &&
		ok "json $what" || not_ok "json $what"
done
whack --status >"$T/out" 2>&1
if grep -vqE '^[0-9]{3} ' "$T/out"; then not_ok "every line has a code"; else ok "every line has a code"; fi

# Hostile clients: none of them keeps another one waiting, or ends the daemon.
cat >"$T/hostile.py" <<'PY'
import json, os, resource, socket, struct, subprocess, sys, time
path, failed = sys.argv[1], 0

def client():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(30)
    for _ in range(3000):	# while the door's queue is full
        try:
            s.connect(path)
            break
        except BlockingIOError:
            time.sleep(0.01)
    return s

def frame(o):
    b = o if isinstance(o, bytes) else json.dumps(o).encode()
    return struct.pack(">I", len(b)) + b

def answer(s):
    head = b""
    while len(head) < 4:
        more = s.recv(4 - len(head))
        if not more:
            return None
        head += more
    n, b = struct.unpack(">I", head)[0], b""
    while len(b) < n:
        b += s.recv(n - len(b))
    return json.loads(b)

def result(s):
    while True:
        o = answer(s)
        if o is None or o.get("event") == "result":
            return o

def alive():
    s = client()
    s.sendall(frame({"version": 1, "command": "oestatus"}))
    return result(s)["code"] == 0

def check(what, good):
    global failed
    good = bool(good) and alive()
    print("ok" if good else "not ok", "hostile:", what)
    failed |= not good

def refused(o, part):
    s = client()
    s.sendall(frame(o))
    a = result(s)
    return a is not None and a["code"] == 30 and part in a["text"]

half = client()
half.sendall(frame({"version": 1, "command": "status"})[:20])
check("half a message", True)
for n in (0, 2 ** 20 + 1, 2 ** 32 - 1):
    s = client()
    s.sendall(struct.pack(">I", n) + b"x" * 100)
    try:
        gone = s.recv(1) == b""
    except ConnectionResetError:
        gone = True
    check(f"a length of {n}", gone)
check("no JSON", refused(b"\x00\xff garbage", "JSON"))
check("deep nesting", refused(b"[" * 500000, "JSON"))
check("another version", refused({"version": 2, "command": "status"}, "version"))
check("an unknown command", refused({"version": 1, "command": "reboot"}, "command"))
check("an unknown field", refused({"version": 1, "command": "status", "x": 1}, '"x"'))
check("a wrong type", refused({"version": 1, "command": "initiate", "name": 7}, '"name"'))
check("a megabyte of name", refused({"version": 1, "command": "status", "x": "y" * 1000000}, '"x"'))
s = client()
s.sendall(frame({"version": 1, "command": "add", "name": "z", "left": {}, "right": {},
                 "options": {}}))
check("an empty end", result(s)["code"] == 30)
deaf = client()
for _ in range(3000):
    try:
        deaf.setblocking(False)
        deaf.send(frame({"version": 1, "command": "status"}))
    except (BlockingIOError, BrokenPipeError, ConnectionResetError):
        break
check("one that never reads", True)
crowd = []
for _ in range(200):
    try:
        crowd.append(client())
    except OSError:
        pass
refusals = 0
for s in crowd:
    s.setblocking(False)
time.sleep(0.3)
for s in crowd:
    try:
        refusals += s.recv(1) == b""
    except BlockingIOError:
        pass
    except ConnectionResetError:
        refusals += 1
check("200 clients, of which at most 64 are served", len(crowd) - refusals <= 64)
for s in crowd:
    s.close()

# Ten thousand who stay: silent ones, half messages, lengths of a megabyte of which nothing
# follows, requests whose answers nobody reads.
def numbers():
    with open(f"/proc/{os.environ['PLUTO']}/status") as f:
        kb = next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))
    return kb, len(os.listdir(f"/proc/{os.environ['PLUTO']}/fd"))

def control():
    s = client()
    s.sendall(frame({"version": 1, "command": "status"}))
    while (o := answer(s)).get("event") != "control":
        pass
    return o

MANY = 10000
resource.setrlimit(resource.RLIMIT_NOFILE, (MANY + 1000, MANY + 1000))
said = [b"", frame({"version": 1, "command": "status"})[:30], struct.pack(">I", 2 ** 20),
        struct.pack(">I", 2 ** 32 - 1), frame({"version": 1, "command": "trafficstatus"})]
before, kb = control()["refused"], numbers()[0]
crowd, served = [], 0
for i in range(MANY):
    s = client()
    crowd.append(s)
    try:
        s.sendall(said[i % len(said)])
    except OSError:
        pass
    if i % 1000 == 999:
        served += subprocess.run(["whack", "--status"], timeout=30, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL).returncode == 0
print(f"# ten thousand clients: refused {control()['refused'] - before}, "
      f"{numbers()[0] - kb} KB more, {numbers()[1]} descriptors")
check("ten thousand clients who stay: whack --status is answered each time", served == 10)
check("... at most 64 have a place", numbers()[1] < 200 and control()["clients"] <= 64)
check("... the others are counted", control()["refused"] - before > MANY / 2)
check("... and memory stays", numbers()[0] - kb < 80000)
for s in crowd:
    s.close()
end = time.monotonic() + 30
while control()["clients"] > 2 and time.monotonic() < end:
    time.sleep(0.1)
check("... and when they go, they are gone", control()["clients"] <= 2)
sys.exit(failed)
PY
PLUTO=$PLUTO timeout 200 python3 "$T/hostile.py" "$CTL.ctl" 2>"$T/out" || not_ok "hostile clients"
echo 'nonsense : :' >"$T/secrets"
expect "bad secrets" 3 "secrets:1" whack --rereadsecrets
printf ': PSK "one"\ninclude %s/more/*.secrets\n' "$T" >"$T/secrets"
mkdir "$T/more"
expect "a pattern of secrets that matches nothing" 0 "secrets loaded" whack --rereadall
echo ': PSK' >"$T/more/a.secrets"
expect "a bad file of those that it matches" 3 "a.secrets:1" whack --rereadall
echo ': PSK "two"' >"$T/more/a.secrets"
expect "unlisten" 0 "no longer listening" whack --unlisten
expect "after unlisten" 24 "need --listen" whack --oppohere 192.0.2.1 --oppothere 192.0.2.2
kill -HUP $PLUTO
expect "SIGHUP does nothing" 0 "pluto" whack --status
expect "shutdown" 0 "shutting down" whack --shutdown
ended "pluto ends" 0
if [ -e "$CTL.ctl" ] || [ -e "$CTL.pid" ]; then
	ls -l "$T/run" >"$T/out"
	not_ok "socket and lock are removed"
else
	ok "socket and lock are removed"
fi

# An address that is not there; a lock whose owner is gone; the background.
echo 999999999 >"$CTL.pid"
: >"$T/secrets"
mkdir "$T/cores"
# A machine with the group pluto.
{ cat /etc/group; echo "pluto:x:4711:"; } >"$T/group"
script run_pluto "unshare -m $T/with_group $BIN/pluto --nofork --stderrlog --use-nostack --ctlbase $CTL \
	--resolver 127.0.0.1 --secretsfile $T/secrets --ipsecdir $T/ipsec.d --rootkey-state none"
printf '#!/bin/sh\nmount --bind %s /etc/group && exec "$@"\n' "$T/group" >"$T/with_group"
chmod 755 "$T/with_group"
start --listen 198.51.100.9 --coredir "$T/cores" --adns "$BIN/adns" --adns-backend stub
ok "a stale lock is taken over"
if [ "$(readlink "/proc/$PLUTO/cwd")" = "$T/cores" ]; then ok "--coredir"; else not_ok "--coredir"; fi
for _ in $(seq 100); do whack --status | grep -q "adns ready" && break; sleep 0.05; done
expect "--adns" 0 "adns ready" whack --status
expect "--adns-backend" 0 "anchors of the resolver" whack --listdns
cp "$BIN/whack" "$T/whack_of_a_member"
member() { setpriv --regid=4711 --clear-groups --reuid=65534 "$T/whack_of_a_member" --ctlbase "$CTL" "$@"; }
member --status >"$T/out" 2>&1 && ok "a member of the group" || not_ok "a member of the group"
member --whackrecord /tmp/whack-test.record >"$T/out" 2>&1
[ $? = 1 ] && grep -q "only root" "$T/out" && ok "who may not name a file" || not_ok "who may not name a file"
cat >"$T/crowd.py" <<'PY'
import os, socket, sys, time
os.setgroups([])
os.setresgid(4711, 4711, 4711)
os.setresuid(65534, 65534, 65534)
crowd = []
for _ in range(200):
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[1])
    crowd.append(s)
print("there", flush=True)
time.sleep(100)
PY
python3 "$T/crowd.py" "$CTL.ctl" >"$T/crowd" 2>&1 &
crowd=$!
for _ in $(seq 400); do grep -q there "$T/crowd" && break; sleep 0.05; done
expect "a crowd of the group leaves room for root" 0 "control: 49 clients" whack --status
expect "... the others of it are counted" 0 " 152 refused" whack --status
kill $crowd
expect "no address to serve" 22 "no address to serve" whack --listen
kill $PLUTO
ended "SIGTERM" 0
sed -i 's/^/#/' "$T/options"
expect "in the background" 0 "" "$BIN/pluto" --use-nostack --ctlbase "$CTL" --ipsecdir "$T/ipsec.d" \
	--secretsfile "$T/secrets" --resolver 127.0.0.1 --rootkey-state none
for _ in $(seq 100); do whack --status >/dev/null 2>&1 && break; sleep 0.05; done
expect "the lock names the process in the background" 0 "" \
	kill -0 "$(cat "$CTL.pid")"
expect "it answers" 0 "pluto" whack --status
expect "and ends" 0 "shutting down" whack --shutdown
for _ in $(seq 100); do [ -e "$CTL.pid" ] || break; sleep 0.05; done
[ ! -e "$CTL.pid" ] && ok "the lock is gone" || not_ok "the lock is gone"
exit $failed
