# shellcheck shell=sh
# Name servers of Debian with one zone each, at a loopback address of where we are:
# a library for sh. Nothing of the system's own configuration is read.
#
#	servers_begin DIR			a directory for all of them
#	servers_have named			is that server installed?
#	servers_run named ZONE FILE ADDR [LINES]	serves ZONE from a copy of FILE, and
#						waits until it answers; LINES go into its
#						configuration for the zone
#	servers_ask ADDR NAME TYPE		the data of the answer, blanks taken out
#	servers_knotc, servers_pdnsutil		those programs, for the last knotd, pdns_server,
#						whose files are in SERVERS_KNOT, SERVERS_PDNS
#	servers_stop				ends what runs
PATH=$PATH:/usr/sbin:/sbin
SERVERS_PIDS=

servers_begin() { SERVERS=$1; mkdir -p "$SERVERS"; }

servers_have() { command -v "$1" >/dev/null; }

servers_named() {	# ZONE ADDR LINES
	cat >"$_d/conf" <<-END
	options { directory "$_d"; pid-file none; session-keyfile none; recursion no;
	  dnssec-validation no; listen-on { $2; }; listen-on-v6 { none; }; notify no;
	  managed-keys-directory "$_d"; lock-file none; };
	controls { };
	key lab { algorithm hmac-sha256; secret "bGFibGFibGFibGFibGFibA=="; };
	zone "$1" { type primary; file "$_d/zone"; $3 };
	END
	# It listens at addresses that an interface has, and no others.
	ip addr replace "$2/32" dev lo || return 1
	named -g -c "$_d/conf" </dev/null >"$_d/log" 2>&1 &
}

servers_nsd() {
	cat >"$_d/conf" <<-END
	server:
	  ip-address: $2
	  username: ""
	  chroot: ""
	  zonesdir: "$_d"
	  database: ""
	  pidfile: "$_d/pid"
	  zonelistfile: "$_d/list"
	  xfrdfile: "$_d/xfrd"
	  xfrdir: "$_d"
	  server-count: 1
	  rrl-ratelimit: 0
	remote-control:
	  control-enable: no
	zone:
	  name: "$1"
	  zonefile: "$_d/zone"
	END
	nsd -d -c "$_d/conf" </dev/null >"$_d/log" 2>&1 &
}

servers_knotd() {
	cat >"$_d/conf" <<-END
	server:
	  rundir: $_d
	  listen: $2@53
	database:
	  storage: $_d/db
	log:
	  - target: stderr
	    any: info
	key:
	  - id: lab
	    algorithm: hmac-sha256
	    secret: bGFibGFibGFibGFibGFibA==
	acl:
	  - id: change
	    key: lab
	    action: update
	zone:
	  - domain: $1
	    storage: $_d
	    file: zone
	    $3
	END
	mkdir -p "$_d/db"
	SERVERS_KNOT=$_d
	knotd -c "$_d/conf" </dev/null >"$_d/log" 2>&1 &
}

servers_knotc() { timeout 20 knotc -c "$SERVERS_KNOT/conf" "$@"; }

servers_pdns_server() {
	cat >"$_d/pdns.conf" <<-END
	launch=gsqlite3
	gsqlite3-database=$_d/db
	socket-dir=$_d
	local-address=$2
	disable-syslog
	daemon=no
	cache-ttl=0
	query-cache-ttl=0
	negquery-cache-ttl=0
	zone-cache-refresh-interval=0
	$3
	END
	SERVERS_PDNS=$_d
	sqlite3 "$_d/db" </usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql &&
	servers_pdnsutil load-zone "$1" "$_d/zone" >"$_d/log" 2>&1 || return 1
	pdns_server --config-dir="$_d" </dev/null >>"$_d/log" 2>&1 &
}

servers_pdnsutil() { timeout 20 pdnsutil --config-dir="$SERVERS_PDNS" "$@"; }

servers_answers() {	# ADDR ZONE
	dig +noall +answer +tries=1 +time=1 "@$1" "$2" SOA 2>/dev/null | grep -q 'SOA'
}

servers_run() {
	_d=$SERVERS/$1.$4
	mkdir -p "$_d" && cp "$3" "$_d/zone" || return 1
	"servers_$1" "$2" "$4" "${5:-}" || return 1
	SERVERS_PIDS="$SERVERS_PIDS $!"
	_i=0
	until servers_answers "$4" "$2"; do
		_i=$((_i + 1))
		[ $_i -lt 40 ] || { tail -n 5 "$_d/log"; return 1; }
		sleep 0.25
	done
}

servers_ask() {
	timeout 5 dig +short +nosplit +tries=2 +time=2 "@$1" "$2" "$3" | sed 's/[ \t]//g' | sort
}

servers_stop() {
	for _p in $SERVERS_PIDS; do
		kill "$_p" 2>/dev/null
	done
	for _p in $SERVERS_PIDS; do
		wait "$_p" 2>/dev/null
	done
	SERVERS_PIDS=
}
