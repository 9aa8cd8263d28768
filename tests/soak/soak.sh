# shellcheck shell=bash
# Figures beside limits: a library for the load cases.
#
#	figure WORDS VALUE le|ge LIMIT UNIT	a row; broken limits make the run fail
#	told WORDS VALUE UNIT			a row without a limit
#	holds_true WORDS COMMAND...		a row that is ok when the command succeeds
#	rss_kb PID; now_ms; counter HOST EVENT KEY	a number of whack --status
#	worst FILE; middle FILE			of the numbers in it, one a line
#
# Appends "0|1 words" to the file SOAK_RESULTS, of which tests/soak/run makes TAP.

figure() {
	local rc sign='<='
	[ "$3" = le ] || sign='>='
	awk -v v="$2" -v l="$4" -v op="$3" 'BEGIN {
		exit !(v ~ /^[0-9.]+$/ && (op == "le" ? v + 0 <= l + 0 : v + 0 >= l + 0)) }'
	rc=$?
	printf '   %-58s %12s %-6s limit %s %s%s\n' "$1" "$2" "${5:-}" "$sign" "$4" \
		"$([ $rc = 0 ] || echo '   BROKEN')"
	echo "$rc $1: $2${5:+ $5}, limit $sign $4" >>"$SOAK_RESULTS"
}

told() { printf '   %-58s %12s %s\n' "$1" "$2" "${3:-}"; }

holds_true() {
	local rc words=$1
	shift
	"$@" >/dev/null 2>&1
	rc=$?
	printf '   %-58s %12s\n' "$words" "$([ $rc = 0 ] && echo yes || echo NO)"
	echo "$rc $words" >>"$SOAK_RESULTS"
}

# A case that could not even begin has failed.
give_up() {
	echo "   $*"
	echo "1 $*" >>"$SOAK_RESULTS"
	exit 1
}

now_ms() { echo $(($(date +%s%N) / 1000000)); }
rss_kb() { awk '/^VmRSS:/ {print $2}' "/proc/$1/status"; }
worst() { sort -n "$1" | tail -1; }
middle() { sort -n "$1" | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

counter() {
	lab_whack "$1" --json --status | sed -n "s/.*\"event\":\"$2\",.*\"$3\":\([0-9]*\).*/\1/p"
}
