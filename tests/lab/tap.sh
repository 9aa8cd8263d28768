# Prints TAP: a library for sh.
#
#	check "words" command...	ok when the command succeeds (its output is not shown)
#	same "words" GOT WANTED		ok when both are the same text; else both stand
#				behind the words, up to 60 characters of each
#	holds "words" FILE PATTERN	ok when a line of FILE matches (grep -E)
#	tap_show FILE...		printed as comments after a "not ok"
#	tap_skip "words" "why"
#	tap_done			prints the plan; status says whether all passed

tap_n=0
tap_bad=0
tap_files=

tap_show() { tap_files=$*; }

tap_result() {	# STATUS WORDS
	tap_n=$((tap_n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tap_n - $2"
		return 0
	fi
	tap_bad=$((tap_bad + 1))
	echo "not ok $tap_n - $2"
	for _f in $tap_files; do
		[ -s "$_f" ] || continue
		echo "# -- the end of $_f"
		tail -n "${TAP_LINES:-25}" "$_f" | sed 's/^/# /'
	done
	return 1
}

check() {
	_tap_w=$1; shift
	"$@" >/dev/null 2>&1
	tap_result $? "$_tap_w"
}

same() {
	[ "$2" = "$3" ] && { tap_result 0 "$1"; return; }
	tap_result 1 "$1: got \"$(brief "$2")\", wanted \"$(brief "$3")\""
	echo "# got \"$2\", wanted \"$3\""
}

brief() { echo "$1" | tr '\n' ' ' | cut -c 1-60; }

holds() {
	grep -qE -- "$3" "$2"
	tap_result $? "$1" || echo "# no line of $2 matches: $3"
}

tap_skip() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}

tap_done() {
	echo "1..$tap_n"
	[ $tap_bad = 0 ]
}
