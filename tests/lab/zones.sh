# Makes and serves the lab's DNS: zones signed by ldns under a small root of
# our own, a real NSD, and a real validating unbound in front of it.
#
# A library for POSIX sh (and bash): source it. Everything lives in one work
# directory; no system service, user or file is touched. It needs nsd, unbound
# and ldnsutils, and, to serve, a network namespace where it may bind port 53.
#
#	. tests/lab/zones.sh
#	zones_begin "$dir"			an empty root
#	zones_lab				the usual zones (below)
#	zones_record 45.2.1.192.in-addr.arpa. 3600 IPSECKEY "10 1 4 192.1.2.45 $b64"
#	zones_sign				signs all; anchor is $dir/root.key
#	zones_start "$netns" 192.1.2.254 2001:db8:1:2::254
#	...
#	zones_stop
#
# Functions (each returns non-zero and says why on stderr when it fails):
#
#   zones_begin DIR		Forgets what was, starts with an empty signed root.
#   zones_new ZONE KIND		Adds a zone. KIND: signed (DS in its parent),
#				insecure (unsigned, no DS), nods (signed, no DS),
#				wrongds (signed, but the parent's DS is of another
#				key: bogus), or expired (signed, until a day in 2020).
#   zones_lab			zones_new for
#				  2.1.192.in-addr.arpa.			signed
#				  2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. signed
#				  oe.lab.				signed
#				  3.1.192.in-addr.arpa.			wrongds
#				  4.1.192.in-addr.arpa.			insecure
#   zones_record OWNER TTL TYPE RDATA
#				Adds a record to the deepest zone that holds OWNER.
#   zones_forget OWNER TYPE	Removes records again (before zones_sign).
#   zones_reverse ADDR		Prints the reverse name of an IPv4 or full-form
#				or abbreviated IPv6 address.
#   zones_sign			(Re-)signs every zone, writes DIR/root.key.
#   zones_break OWNER TYPE	After zones_sign: spoils the signatures over that
#				RRset, so that it is bogus.
#   zones_start NETNS ADDR...	Starts NSD (127.0.0.53 inside NETNS) and unbound
#				(port 53 of each ADDR). NETNS "" is where we are.
#   zones_reload		After another zones_sign: NSD reads the zones again
#				and unbound starts with an empty cache.
#   zones_flush			Only empties unbound's cache (restarts it).
#   zones_stop			Stops both and waits until they are gone.
#
# Variables to read: ZONES_DIR, ZONES_ANCHOR (trust anchor file), ZONES_NSD
# (NSD's address), ZONES_NSD_PID, ZONES_UNBOUND_PID.
# Variables to set: ZONES_NEG_TTL (SOA minimum, default 300), ZONES_SOON (a zone whose
# signatures end in half an hour).

ZONES_NSD=127.0.0.53
ZONES_NSD_PID=
ZONES_UNBOUND_PID=
ZONES_NETNS=
ZONES_ADDRS=
: "${ZONES_NEG_TTL:=300}"

zones_say() {
	echo "zones: $*" >&2
}

# The file name that stands for a zone: the root is "root".
zones_file() {
	case $1 in
	.)	echo root ;;
	*)	echo "${1%.}" ;;
	esac
}

zones_soa() {
	cat <<-END
	\$ORIGIN $1
	\$TTL 3600
	@ 3600 IN SOA ns. hostmaster.ns. 1 3600 600 604800 $ZONES_NEG_TTL
	@ 3600 IN NS ns.
	END
}

zones_key() {	# ZONE: prints the base name of a new key
	(cd "$ZONES_DIR/keys" && ldns-keygen -k -a ECDSAP256SHA256 "$1")
}

zones_begin() {
	ZONES_DIR=$1
	ZONES_ANCHOR=$ZONES_DIR/root.key
	rm -rf "$ZONES_DIR/expired" "$ZONES_DIR/keys" "$ZONES_DIR/plain" "$ZONES_DIR/signed"
	mkdir -p "$ZONES_DIR/keys" "$ZONES_DIR/plain" "$ZONES_DIR/signed" ||
		return 1
	: > "$ZONES_DIR/list"
	zones_new . signed || return 1
	echo "ns. 3600 IN A $ZONES_NSD" >> "$ZONES_DIR/plain/root"
}

zones_new() {
	_z=$1
	_f=$(zones_file "$_z")
	zones_soa "$_z" > "$ZONES_DIR/plain/$_f" || return 1
	_key=-
	_ds=-
	case $2 in
	signed)
		_key=$(zones_key "$_z") || return 1
		_ds=$_key ;;
	wrongds)
		_key=$(zones_key "$_z") && _ds=$(zones_key "$_z") || return 1 ;;
	nods)
		_key=$(zones_key "$_z") || return 1 ;;
	expired)
		_key=$(zones_key "$_z") || return 1
		_ds=$_key
		echo "$_z" >>"$ZONES_DIR/expired" ;;
	insecure)
		;;
	*)
		zones_say "$_z: no such kind: $2"
		return 1 ;;
	esac
	echo "$_z $_f $_key $_ds" >> "$ZONES_DIR/list"
}

zones_lab() {
	zones_new 2.1.192.in-addr.arpa. signed &&
	zones_new 2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. signed &&
	zones_new oe.lab. signed &&
	zones_new 3.1.192.in-addr.arpa. wrongds &&
	zones_new 4.1.192.in-addr.arpa. insecure
}

# The deepest zone at or above NAME, leaving out zone EXCEPT.
zones_holding() {
	awk -v name=".${1#.}" -v except="$2" '
	{
		z = $1 == "." ? "." : "." $1
		if ($1 != except && length(z) <= length(name) &&
		    substr(name, length(name) - length(z) + 1) == z &&
		    length(z) > best) {
			best = length(z); file = $2
		}
	}
	END { if (best) print file; else exit 1 }' "$ZONES_DIR/list"
}

zones_record() {
	_f=$(zones_holding "$1" "") || {
		zones_say "no zone holds $1"
		return 1
	}
	echo "$1 $2 IN $3 $4" >> "$ZONES_DIR/plain/$_f"
}

zones_forget() {
	_f=$(zones_holding "$1" "") || return 1
	awk -v o="$1" -v t="$2" '!($1 == o && $4 == t)' \
		"$ZONES_DIR/plain/$_f" > "$ZONES_DIR/plain/$_f.new" &&
	mv "$ZONES_DIR/plain/$_f.new" "$ZONES_DIR/plain/$_f"
}

zones_reverse() {
	case $1 in
	*:*)
		echo "$1" | awk '{
			n = split($1, half, "::")
			nl = half[1] == "" ? 0 : split(half[1], l, ":")
			nr = n < 2 || half[2] == "" ? 0 : split(half[2], r, ":")
			for (i = 1; i <= 8; i++) {
				if (i <= nl) w = l[i]
				else if (i > 8 - nr) w = r[i - 8 + nr]
				else w = "0"
				w = substr("0000", 1, 4 - length(w)) w
				all = all tolower(w)
			}
			for (i = 32; i > 0; i--)
				out = out substr(all, i, 1) "."
			print out "ip6.arpa."
		}' ;;
	*)
		echo "$1" | awk -F. '{ print $4"."$3"."$2"."$1".in-addr.arpa." }' ;;
	esac
}

# Delegations go into a copy of the parent, so that signing can be repeated.
zones_delegations() {	# ZONE FILE
	while read -r _cz _cf _ck _cds; do
		[ "$_cz" = . ] && continue
		[ "$(zones_holding "$_cz" "$_cz")" = "$2" ] || continue
		[ "$_cz" = "$1" ] && continue
		echo "$_cz 3600 IN NS ns."
		[ "$_cds" = - ] || cat "$ZONES_DIR/keys/$_cds.ds"
	done < "$ZONES_DIR/list"
}

zones_sign_one() {	# ZONE FILE KEY
	_in=$ZONES_DIR/signed/$2.in
	_serial=$(date +%s)
	{
		sed "s/hostmaster.ns. [0-9]* /hostmaster.ns. $_serial /" \
			"$ZONES_DIR/plain/$2"
		zones_delegations "$1" "$2"
	} > "$_in" || return 1
	if [ "$3" = - ]; then
		cp "$_in" "$ZONES_DIR/signed/$2"
	else
		_until=
		[ "$1" != "${ZONES_SOON:-}" ] || _until="-e $(date -u -d @$((_serial + 1800)) +%Y%m%d%H%M%S)"
		grep -qsxF "$1" "$ZONES_DIR/expired" && _until="-i 20200101000000 -e 20200201000000"
		# shellcheck disable=SC2086
		ldns-signzone $_until -o "$1" -f "$ZONES_DIR/signed/$2" \
			"$_in" "$ZONES_DIR/keys/$3" || {
			zones_say "$1: ldns-signzone refused $_in"
			return 1
		}
	fi
	rm -f "$_in"
}

zones_sign() {
	while read -r _z _f _k _ds; do
		zones_sign_one "$_z" "$_f" "$_k" || return 1
		[ "$_z" != . ] || cp "$ZONES_DIR/keys/$_k.key" "$ZONES_ANCHOR"
	done < "$ZONES_DIR/list"
}

zones_break() {
	_f=$(zones_holding "$1" "") || return 1
	# The signature is field 13 of an RRSIG line: swap its first character.
	awk -v o="$1" -v t="$2" '
	$1 == o && $4 == "RRSIG" && $5 == t {
		$13 = (substr($13, 1, 1) == "A" ? "B" : "A") substr($13, 2)
		hit = 1
	}
	{ print }
	END { exit !hit }' "$ZONES_DIR/signed/$_f" > "$ZONES_DIR/signed/$_f.new" || {
		zones_say "no signature over $1 $2"
		return 1
	}
	mv "$ZONES_DIR/signed/$_f.new" "$ZONES_DIR/signed/$_f"
}

zones_nsd_conf() {
	cat <<-END
	server:
		ip-address: $ZONES_NSD
		port: 53
		username: ""
		chroot: ""
		zonesdir: "$ZONES_DIR/signed"
		database: ""
		pidfile: "$ZONES_DIR/nsd.pid"
		logfile: "$ZONES_DIR/nsd.log"
		zonelistfile: "$ZONES_DIR/nsd.zones"
		xfrdfile: "$ZONES_DIR/nsd.xfrd"
		xfrdir: "$ZONES_DIR"
		server-count: 1
		rrl-ratelimit: 0
		reuseport: no
		zonefiles-check: yes
	remote-control:
		control-enable: no
	END
	while read -r _z _f _k _ds; do
		printf 'zone:\n\tname: "%s"\n\tzonefile: "%s"\n' "$_z" "$_f"
	done < "$ZONES_DIR/list"
}

zones_unbound_conf() {
	cat <<-END
	server:
		directory: "$ZONES_DIR"
		chroot: ""
		username: ""
		pidfile: "$ZONES_DIR/unbound.pid"
		use-syslog: no
		logfile: "$ZONES_DIR/unbound.log"
		do-daemonize: no
		num-threads: 1
		port: 53
		ip-freebind: yes
		access-control: 0.0.0.0/0 allow
		access-control: ::0/0 allow
		module-config: "validator iterator"
		trust-anchor-file: "$ZONES_ANCHOR"
		trust-anchor-signaling: no
		do-not-query-localhost: no
		unblock-lan-zones: yes
		target-fetch-policy: "0 0 0 0 0"
		val-log-level: 2
		ede: yes
	END
	for _a in $ZONES_ADDRS; do
		printf '\tinterface: %s\n' "$_a"
	done
	cat <<-END
	stub-zone:
		name: "."
		stub-addr: $ZONES_NSD@53
		stub-prime: no
	remote-control:
		control-enable: no
	END
}

# Runs a program inside the zones' namespace, in the background; pid in $!.
zones_spawn() {
	if [ -n "$ZONES_NETNS" ]; then
		set -- ip netns exec "$ZONES_NETNS" "$@"
	fi
	"$@" </dev/null >>"$ZONES_DIR/out" 2>&1 &
}

zones_inside() {
	if [ -n "$ZONES_NETNS" ]; then
		ip netns exec "$ZONES_NETNS" "$@"
	else
		"$@"
	fi
}

# True when a server listens at ADDR and answers: asked only once it listens,
# since drill waits five seconds for a server that was not there.
zones_ask() {
	zones_inside ss -Hlun sport = :53 | grep -qF "${1%%:*}" || return 1
	zones_inside drill -D . SOA "@$1" 2>&1 | grep -q 'rcode: NOERROR'
}

# Running, and not merely waiting to be reaped by this shell.
zones_alive() {
	[ -r "/proc/$1/status" ] &&
	! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null
}

zones_wait() {	# WHO PID ADDR
	_n=0
	until zones_ask "$3"; do
		_n=$((_n + 1))
		if [ $_n -gt 100 ] || ! zones_alive "$2"; then
			zones_say "$1 does not answer at $3; see $ZONES_DIR/$1.log and $ZONES_DIR/out"
			return 1
		fi
		sleep 0.05
	done
}

zones_end() {	# PID
	[ -n "$1" ] || return 0
	kill "$1" 2>/dev/null || return 0
	_n=0
	while zones_alive "$1"; do
		_n=$((_n + 1))
		[ $_n -le 60 ] || kill -9 "$1" 2>/dev/null
		[ $_n -le 80 ] || return 1
		sleep 0.05
	done
	wait "$1" 2>/dev/null || :
}

zones_unbound_start() {
	zones_spawn unbound -d -c "$ZONES_DIR/unbound.conf"
	ZONES_UNBOUND_PID=$!
	zones_wait unbound "$ZONES_UNBOUND_PID" "${ZONES_ADDRS%% *}"
}

zones_start() {
	ZONES_NETNS=$1
	shift
	ZONES_ADDRS="$*"
	[ -z "$ZONES_NETNS" ] || zones_inside ip link set lo up
	zones_nsd_conf > "$ZONES_DIR/nsd.conf"
	zones_unbound_conf > "$ZONES_DIR/unbound.conf"
	zones_spawn nsd -d -c "$ZONES_DIR/nsd.conf"
	ZONES_NSD_PID=$!
	zones_wait nsd "$ZONES_NSD_PID" "$ZONES_NSD" &&
	zones_unbound_start
}

zones_flush() {
	zones_end "$ZONES_UNBOUND_PID"
	zones_unbound_start
}

zones_reload() {
	zones_end "$ZONES_NSD_PID"
	zones_spawn nsd -d -c "$ZONES_DIR/nsd.conf"
	ZONES_NSD_PID=$!
	zones_wait nsd "$ZONES_NSD_PID" "$ZONES_NSD" &&
	zones_flush
}

zones_stop() {
	zones_end "$ZONES_UNBOUND_PID"
	zones_end "$ZONES_NSD_PID"
	ZONES_UNBOUND_PID=
	ZONES_NSD_PID=
}
