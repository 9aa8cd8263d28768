#!/bin/sh
# IKEv1 between two of ours: XAUTH, with passwords from the secrets file, from the
# command line, from a terminal and judged by a program; Mode Config, pushed and
# pulled. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - lab # SKIP needs root for network namespaces"; exit 0; }
# What the daemon starts finds a resolvconf of ours, before the machine's.
[ -n "${OWN_MOUNTS:-}" ] || exec env OWN_MOUNTS=1 unshare --mount --propagation private "$0"
WEST=192.1.2.45 EAST=192.1.2.23 NORTH=192.1.2.46

# HOST OTHER WORDS-OF-WEST WORDS-OF-EAST OPTION...
add() {
	_h=$1 _w=$2 _e=$3; shift 3
	lab_whack "$_h" --name v1 --host $WEST $_w --to --host $EAST $_e --ikev1 --encrypt --tunnel "$@" >"$LAB/$_h/add" 2>&1
}
both() { add west "$@"; add east "$@"; }
forget() { for _h in west east; do lab_whack $_h --name v1 --delete >/dev/null; done; }
begin() {
	lab_begin && lab_host west $WEST && lab_host east $EAST && lab_host north $NORTH || return 1
	mkdir "$LAB/sbin" && mount --bind "$LAB/sbin" /usr/local/sbin || return 1
	printf '#!/bin/sh\necho "$@" $(cat) >>%s/resolvconf\n' "$LAB" >"$LAB/sbin/resolvconf"
	chmod 755 "$LAB/sbin/resolvconf"
	ZONES_ANCHOR=/usr/share/dns/root.key
	for h in west east; do
		lab_key $h rsa || return 1
		echo "$WEST $EAST : PSK \"a shared secret of two\"" >>"$LAB/$h/ipsec.secrets"
	done
	lab_key north rsa || return 1
	echo "@group @server : PSK \"a secret of many\"" | tee -a "$LAB/north/ipsec.secrets" "$LAB/west/ipsec.secrets" >>"$LAB/east/ipsec.secrets"
	cat >>"$LAB/east/ipsec.secrets" <<-END
	@road : XAUTH "correct horse"
	@rail : XAUTH "battery staple"
	END
	for h in west east north; do
		lab_pluto $h --no-oe && lab_whack $h --listen >"$LAB/$h/listen" || return 1
	done
	lab_capture west
}
gone() { lab_until 3 sh -c "$BIN/whack --ctlbase $LAB/$1/pluto --trafficstatus | grep -q '^000 0 Child SAs'"; }
initiate() { timeout 30 "$BIN/whack" --ctlbase "$LAB/west/pluto" --name v1 --initiate "$@" >"$LAB/out" 2>&1; }
pings() { lab_run west ping -n -c 5 -i 0.1 -W 2 "$@" $EAST | grep -c 'bytes from'; }
has_addr() { lab_run west ip -4 addr show dev lo | grep -q "inet $1/32"; }
secrets_say() {	# LINE...: what else west's file says
	grep -v XAUTH "$LAB/west/ipsec.secrets" >"$LAB/west/new"
	for _l in "$@"; do echo "$_l" >>"$LAB/west/new"; done
	cat "$LAB/west/new" >"$LAB/west/ipsec.secrets"
	lab_whack west --rereadsecrets >"$LAB/out"
}
end_it() {
	lab_whack west --name v1 --terminate >"$LAB/out"
	check "deleted at both ends" gone east
}

begin || { tap_show "$LAB/west/pluto.log"; tap_result 1 "the lab starts"; tap_done; exit 1; }
tap_show "$LAB/west/pluto.log" "$LAB/east/pluto.log" "$LAB/out" "$LAB/west/add" "$LAB/east/add"

both --xauthclient --xauthserver --psk
initiate --xauthuser road --xauthpass "correct horse"
holds "XAUTH, the password on the command line" "$LAB/out" '^004 result: ENCRYPTED'
same "pings through the tunnel" "$(pings)" 5
holds "the server's log names the user" "$LAB/east/pluto.log" 'XAUTH user "road" has proved himself'
lab_whack east --status >"$LAB/status"
holds "so does its status" "$LAB/status" '^000 #[0-9]*: "v1.*, user road;'
end_it
initiate --xauthuser road --xauthpass "incorrect horse"
holds "a wrong password is told" "$LAB/out" 'result: ERROR.*the server refuses user and password'
check "no SAs after that" gone east
initiate </dev/null
holds "without a terminal it says what to do" "$LAB/out" '^001 no terminal to ask on: use --xauthuser'

secrets_say '@rail : XAUTH "battery staple"'
initiate
holds "XAUTH, user and password from the secrets file" "$LAB/out" '^004 result: ENCRYPTED'
end_it
secrets_say
lab_run west timeout 30 python3 tests/lab/typist.py "$BIN/whack" --ctlbase "$LAB/west/pluto" --color never --name v1 --initiate \
	-- "XAUTH user: " road "XAUTH password of road: " "correct horse" >"$LAB/out" 2>&1
holds "XAUTH, both typed on a terminal" "$LAB/out" '^004 result: ENCRYPTED'
same "the password is not shown" "$(grep -c 'correct horse' "$LAB/out")" 0
end_it
same "no log knows a password" "$(cat "$LAB/west/pluto.log" "$LAB/east/pluto.log" | grep -cE 'horse|staple')" 0
forget

# A program that knows one user, and is slow.
cat >"$LAB/judge" <<'END'
#!/bin/sh
read -r user && read -r password || exit 1
sleep 0.5
[ "$user" = plane ] && [ "$password" = "tray table" ]
END
chmod 755 "$LAB/judge"
lab_whack east --shutdown >/dev/null
lab_until 5 test ! -e "$LAB/east/pluto.pid"
lab_pluto east --no-oe --xauthcheck "$LAB/judge" && lab_whack east --listen >"$LAB/east/listen"
both --xauthclient --xauthserver --aggrmode --psk --ike aes256-sha2_256-modp2048
initiate --xauthuser plane --xauthpass "tray table"
holds "XAUTH after Aggressive Mode, judged by a program" "$LAB/out" '^004 result: ENCRYPTED'
end_it
initiate --xauthuser road --xauthpass "correct horse"
holds "which alone decides" "$LAB/out" 'result: ERROR.*the server refuses user and password'
forget

# Mode Config: west becomes an address of the pool.
for how in push pull; do
	[ $how = push ] && pull= || pull=--modecfgpull
	both "--modecfgclient --client 10.9.0.0/24" "--modecfgserver --modecfgdns1 10.9.0.53 --modecfgdns2 10.9.0.55 --modecfgwins1 10.9.0.54 --modecfgwins2 10.9.0.56" --psk $pull
	same "the client's own end has no --client" "$(grep -c 'leave its --client out' "$LAB/west/add")" 1
	add west --modecfgclient --modecfgserver --psk $pull
	initiate
	holds "Mode Config, $how" "$LAB/out" '^004 result: ENCRYPTED'
	holds "the address is told" "$LAB/out" 'the peer gives us the address 10.9.0.1'
	holds "and the name server" "$LAB/out" "the peer's name server is 10.9.0.53"
	check "which this machine asks" lab_until 3 grep -q '^-a tun-v1 nameserver 10.9.0.53 nameserver 10.9.0.55$' "$LAB/resolvconf"
	check "the address is west's" has_addr 10.9.0.1
	same "pings come from it" "$(pings -I 10.9.0.1)" 5
	end_it
	check "the name servers go with the connection" lab_until 3 grep -q '^-d tun-v1' "$LAB/resolvconf"
	rm -f "$LAB/resolvconf"
	check "and goes with the connection" lab_until 3 sh -c "! ip netns exec $(lab_ns west) ip -4 addr show dev lo | grep -q 10.9.0.1"
	forget
done

# All of it, and an updown of the operator's.
printf '#!/bin/sh\necho "$PLUTO_VERB $PLUTO_MY_SOURCEIP $PLUTO_CFG_CLIENT$PLUTO_XAUTH_USERNAME" >>%s/updown\n' "$LAB" >"$LAB/updown.sh"
chmod 755 "$LAB/updown.sh"
add west "--xauthclient --modecfgclient --updown $LAB/updown.sh" "--xauthserver --modecfgserver" --psk --modecfgpull
add east "--xauthclient --modecfgclient --client 10.9.1.0/24" "--xauthserver --modecfgserver --updown $LAB/updown.sh" --psk --modecfgpull
initiate --xauthuser plane --xauthpass "tray table"
holds "XAUTH and Mode Config" "$LAB/out" '^004 result: ENCRYPTED'
check "the updown is told the address" lab_until 3 grep -q '^up-client 10.9.1.1 1$' "$LAB/updown"
check "and the server's who it is" lab_until 3 grep -q "^up-.*plane\$" "$LAB/updown"
end_it

forget

# Road warriors: one name and one secret for all, a user each, from anywhere.
lab_whack east --shutdown >/dev/null
lab_until 5 test ! -e "$LAB/east/pluto.pid"
lab_pluto east --no-oe && lab_whack east --listen >"$LAB/east/listen"
lab_whack east --name road --host $EAST --id @server --xauthserver --modecfgserver --to --host %any --id @group \
	--client 10.9.2.0/29 --aggrmode --psk --ike aes256-sha2_256-modp2048 --modecfgpull --encrypt --tunnel >"$LAB/east/add" 2>&1
for h in west north; do
	a=$WEST u=road p="correct horse"
	[ $h = west ] || a=$NORTH u=rail p="battery staple"
	lab_whack $h --name road --host $a --id @group --xauthclient --modecfgclient --to --host $EAST --id @server \
		--aggrmode --psk --ike aes256-sha2_256-modp2048 --modecfgpull --encrypt --tunnel >"$LAB/west/add" 2>&1
	timeout 30 "$BIN/whack" --ctlbase "$LAB/$h/pluto" --name road --initiate --xauthuser $u --xauthpass "$p" >"$LAB/out" 2>&1
	holds "a road warrior, $h" "$LAB/out" '^004 result: ENCRYPTED'
done
same "each has an address of its own" "$(for h in west north; do lab_run $h ip -4 -o addr show dev lo | grep -o '10\.9\.2\.[0-9]*/32'; done | sort | uniq -c | grep -c '^ *1 ')" 2
for h in west north; do
	same "pings of $h" "$(lab_run $h ping -n -c 5 -i 0.1 -W 2 $EAST | grep -c 'bytes from')" 5
done
lab_whack east --status >"$LAB/status"
same "the server knows both users" "$(grep -cE 'user (road|rail);' "$LAB/status")" 2
lab_whack north --name road --terminate >"$LAB/out"
same "one goes, the other stays" "$(lab_run west ping -n -c 5 -i 0.1 -W 2 $EAST | grep -c 'bytes from')" 5
lab_whack west --name road --terminate >"$LAB/out"
check "both are gone" gone east

lab_capture_stop west
same "packets in the clear" "$(lab_clear west $WEST $EAST)" 0
same "nor of the inner addresses" "$(lab_stray west 10.9.0.1)" 0
tap_done
