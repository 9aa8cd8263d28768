#!/bin/sh
# The unit of systemd, as it is installed, under a real systemd in namespaces of its
# own: readiness, status, what its limits leave pluto to do, the watchdog, reload,
# stop; and how systemd rates the limits. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh
SYSTEMD=/lib/systemd/systemd
WEST=192.1.2.45 EAST=192.1.2.23 MOST=3.0

# How exposed a unit is.
for unit in init/*.service; do
	command -v systemd-analyze >/dev/null || { tap_skip "exposure of $unit" "no systemd-analyze"; continue; }
	copy=${TMPDIR:-/tmp}/$(basename "$unit")
	sed 's|@PREFIX@|/usr/local|' "$unit" >"$copy"
	got=$(systemd-analyze security --offline=true --no-pager "$copy" | sed -n 's/.*exposure level.*: \([0-9.]*\) .*/\1/p')
	rm -f "$copy"
	[ -n "$got" ] && awk "BEGIN { exit !($got < $MOST) }"
	tap_result $? "exposure of $unit is below $MOST: $got"
done
# The clock is asked by the metrics alone, which do without; nobody asks for a processor.
if command -v systemd-analyze >/dev/null; then
	same "what the processes allow themselves the unit allows, but for the clock" \
		"$(tests/lab/unit_calls init/pluto.service)" "adjtimex clock_adjtime sched_setaffinity"
fi

[ "$(id -u)" = 0 ] && [ -x $SYSTEMD ] || { tap_skip "the rest" "needs root and systemd"; tap_done; exit; }
CGROUPS=$(ls -d /sys/fs/cgroup/unified /sys/fs/cgroup 2>/dev/null | while read -r d; do
	[ -e "$d/cgroup.procs" ] && mkdir "$d/oetest.$$" 2>/dev/null && rmdir "$d/oetest.$$" && echo "$d"; done | head -n 1)
[ -n "$CGROUPS" ] || { tap_skip "the rest" "no cgroup2 in which one may be made"; tap_done; exit; }

# Becomes systemd: what it would find on a host, and might change there, is in memory
# here, and it knows no unit but ours. Runs in west.
become() {
	cat <<'END'
set -e
mount --make-rprivate /
umount -R /sys/fs/cgroup 2>/dev/null || :
mount -t cgroup2 none /sys/fs/cgroup
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount --bind /proc/sys/net /proc/sys/net
mkdir "$LAB/tmp"
mount -t tmpfs -o mode=1777 none "$LAB/tmp"
case $LAB in /tmp/*)
	mkdir -p "$LAB/tmp/${LAB#/tmp/}"
	mount --bind "$LAB" "$LAB/tmp/${LAB#/tmp/}" ;;
esac
mount --rbind "$LAB/tmp" /tmp
cp -a /etc "$LAB/etc"
rm -rf "$LAB/etc/systemd/system"
mkdir -p "$LAB/etc/systemd/system"
mount --bind "$LAB/etc" /etc
for d in /run /usr/local /var; do mount -t tmpfs -o mode=755 none $d; done
mkdir -p /usr/local/bin /usr/local/libexec/ipsec /run/systemd/system /var/log /var/lib /var/tmp
cp "$LAB"/bin/ipsec /usr/local/bin
cp "$LAB"/bin/* /usr/local/libexec/ipsec
for t in default basic sysinit shutdown; do
	printf '[Unit]\nDefaultDependencies=no\n' >/etc/systemd/system/$t.target
done
cp "$LAB/west/pluto.service" /etc/systemd/system
cp "$LAB/west/ipsec.conf" "$LAB/west/ipsec.secrets" "$ZONES_ANCHOR" /etc
rm -rf /etc/ipsec.d
cp -a "$LAB/west/ipsec.d" /etc
sed -i "s|$LAB/west|/etc|" /etc/ipsec.secrets
systemd-sysusers "$LAB/west/sysusers"
export container=lab SYSTEMD_UNIT_PATH=/etc/systemd/system
exec setpriv --bounding-set -sys_time,-sys_module,-sys_boot,-mknod,-sys_rawio \
	"$SYSTEMD" --system --unit=default.target --log-target=console --show-status=no
END
}

# West's systemd, in a cgroup of its own: everything that it starts ends with it.
systemd_begin() {
	CGROUP=$CGROUPS/$LAB_ID
	mkdir "$CGROUP" || return 1
	cp init/pluto.sysusers "$LAB/west/sysusers"
	become >"$LAB/become"
	sed 's|@PREFIX@|/usr/local|' init/pluto.service >"$LAB/west/pluto.service"
	mkdir "$LAB/bin" && cp "$BIN/ipsec" "$BIN/pluto" "$BIN/adns" "$BIN/keeper" "$BIN/whack" "$BIN/setup" "$LAB/bin" || return 1
	export LAB SYSTEMD ZONES_ANCHOR
	sh -c 'echo 0 >"$1/cgroup.procs"; shift; exec "$@"' sh "$CGROUP" \
		ip netns exec "$(lab_ns west)" unshare -mpuCf --kill-child --mount-proc \
		sh "$LAB/become" >"$LAB/west/systemd" 2>&1 </dev/null &
	OUTER=$!
	LAB_PIDS="$LAB_PIDS $OUTER"
	lab_until 20 inside systemctl show -p Version
}

systemd_end() {
	kill -9 "$(init)"
	wait "$OUTER"
	sleep 0.5
	find "$CGROUP" -depth -type d -exec rmdir {} +
} 2>/dev/null

# systemd is the first process in its namespace.
init() { pgrep -P "$(pgrep -P "$OUTER" -x unshare || echo "$OUTER")" -x systemd; }
inside() { nsenter -t "$(init)" -m -p -C "$@"; }
show() { inside timeout 10 systemctl show -P "$1" pluto; }
active() { [ "$(show ActiveState)" = active ]; }

lab_begin && lab_nic && lab_host west $WEST && lab_host east $EAST || exit 1
zones_begin "$LAB/zones" && zones_lab || exit 1
for h in west east; do lab_key $h || exit 1; done
lab_publish west $WEST && lab_publish east $EAST &&
	zones_sign && zones_start "$(lab_ns nic)" 192.1.2.254 || exit 1
lab_policy west private-or-clear 192.1.2.0/24
lab_policy east private-or-clear $WEST
lab_policy west clear 192.1.2.254
lab_policy east clear 192.1.2.254
cat >"$LAB/west/ipsec.conf" <<END
version 2.0
config setup
	protostack=klips
	plutostderrlog=/var/log/pluto.log
	resolver=192.1.2.254
	dnssec-rootkey-file=/etc/${ZONES_ANCHOR##*/}
	dnssec-rootkey-state=/var/lib/pluto/adns/root.key
	dns-tap=/run/pluto/dns-tap
conn shut
	left=$WEST
	right=192.1.2.99
	type=drop
	auto=route
END
lab_pluto east && lab_whack east --listen >"$LAB/out" 2>&1 || exit 1
systemd_begin || { sed 's/^/# /' "$LAB/west/systemd"; tap_result 1 "systemd runs"; systemd_end; tap_done; exit 1; }
tap_show "$LAB/out" "$LAB/west/systemd"

inside timeout 60 systemctl start pluto >"$LAB/out" 2>&1
tap_result $? "systemctl start pluto: it says that it is ready"
inside cat /var/log/pluto.log >>"$LAB/out" 2>&1
same "the main process is pluto" "$(show MainPID)" "$(inside cat /run/pluto/pluto.pid)"
holds "it serves by then" "$LAB/out" 'listening on eth0 192.1.2.45 UDP 500'
[ "$(inside stat -c '%U %a' /run/pluto/dns-tap /run/pluto/dns-tap.dnstap | sort -u)" = "unbound 600" ]
tap_result $? "a resolver's user may tell it of names"
[ "$(inside stat -c %U /var/lib/pluto/adns/root.key)" = "$(inside stat -c %U /var/lib/pluto/adns)" ] &&
	[ "$(inside stat -c %u /var/lib/pluto/adns)" != 0 ]
tap_result $? "the root's keys are followed, by a user without rights"
! grep -q 'Landlock\|not followed\|not limited' "$LAB/out"
tap_result $? "who may change no other file"
show StatusText >"$LAB/out"
holds "its status is told" "$LAB/out" '^listening; 0 Child SAs, '
main=$(show MainPID)
inside cat "/proc/$main/status" >"$LAB/out"
holds "no new privileges" "$LAB/out" '^NoNewPrivs:.1'
holds "system calls are filtered" "$LAB/out" '^Seccomp:.2'
within() { inside nsenter -t "$main" -m -n sh -c "$1" >"$LAB/out" 2>&1; }	# its view of the files
within 'echo >/usr/local/bin/oetest'
check "programs are read-only to it" grep -q 'Read-only' "$LAB/out"
within 'cat /proc/sys/kernel/printk >/proc/sys/kernel/printk'
check "so are the kernel's settings" grep -q 'Read-only' "$LAB/out"
within 'cat /proc/sys/net/core/xfrm_acq_expires >/proc/sys/net/core/xfrm_acq_expires'
tap_result $? "but for those of acquires"
within 'ls /home/. /dev/kmsg'
check "no home, no device" grep -q 'kmsg' "$LAB/out"
adns=$(inside pgrep -P "$main" -x adns)
inside cat "/proc/${adns:-0}/status" >"$LAB/out" 2>&1
holds "adns has no capability" "$LAB/out" '^CapPrm:.0000000000000000$'
same "adns is the user that is made for it" "$(inside stat -c %U "/proc/${adns:-0}")" _oe-dns
lab_capture west
check "a first packet is caught and answered" lab_run west ping -n -c 1 -W 5 $EAST
lab_capture_stop west
same "encrypted" "$(lab_clear west $WEST $EAST)" 0
inside /usr/local/bin/ipsec whack --oestatus >"$LAB/out" 2>&1
holds "whack says so too" "$LAB/out" '1 encrypted'

inside timeout 60 systemctl reload pluto >"$LAB/out" 2>&1
tap_result $? "systemctl reload pluto"
same "it is the same process" "$(show MainPID)" "$main"

# A loop that stands still.
mkdir -p "$LAB/etc/systemd/system/pluto.service.d"
printf '[Service]\nWatchdogSec=6\n' >"$LAB/etc/systemd/system/pluto.service.d/lab.conf"
inside timeout 60 systemctl daemon-reload
inside timeout 60 systemctl restart pluto >"$LAB/out" 2>&1
tap_result $? "systemctl restart pluto"
sleep 8
same "who turns is left alone" "$(show NRestarts)" 0
main=$(show MainPID)
[ "${main:-0}" -gt 0 ] && inside kill -STOP "$main"
back() { active && [ "$(show NRestarts)" -ge 1 ] && [ "$(show MainPID)" != "$main" ]; }
lab_until 30 back
tap_result $? "who stands still is ended, and started again" || inside systemctl status pluto | sed 's/^/# /'
lab_run west ping -n -c 2 -W 5 $EAST >"$LAB/out" 2>&1
tap_result $? "and encrypts again"
inside cat /var/log/pluto.log >"$LAB/out" 2>&1
holds "what was closed stayed closed in between" "$LAB/out" \
	'^what 1 policies and connections of the run before kept closed stays'

inside timeout 60 systemctl stop pluto >"$LAB/out" 2>&1
tap_result $? "systemctl stop pluto"
same "it ended well" "$(show Result)" success
systemd_end
tap_done
