# Steps of tests, judged and counted: a library for bash.
#
#	. tests/steps.sh
#	step NAME LIMIT_S COMMAND...	with a time limit, by $RUNNER; status alone counts
#	step -t NAME LIMIT_S COMMAND...	its output must be TAP
#	skip NAME WHY
#	lane COMMAND...			beside the others; its steps run one after another
#	queue NAME FILE			its lines are what lanes take, one after another
#	queue_next NAME VARIABLE...	the next line, as read does it; fails at the end
#	lanes_wait
#	steps_again			a few that failed in a lane, once more and alone:
#					what only fails beside others is told as such
#	steps_end			what is not ok once more, and the sum, which is
#					"N passed, N failed, N skipped"; its status
#
# Reads: ONLY (the steps whose name matches, grep -E). RUNNER is a function that
# is given LIMIT_S and the command; 124 is its status when time is over.

steps_begun=$(date +%s)
log=$(mktemp -d)
lanes=
running=
trap 'rm -rf "$log"' EXIT
trap interrupted INT TERM HUP

# A lane ends its own step, which takes along whatever it started.
interrupted() {
	trap '' INT TERM HUP
	# shellcheck disable=SC2086
	[ -n "$running$lanes" ] && kill -TERM $running $lanes 2>/dev/null
	wait
	exit 130
}

# A TAP test that ends early, or says nothing, has not passed.
judge() {	# STATUS FILE: adds what the test itself could not say
	local plan results
	plan=$(sed -nE 's/^1\.\.([0-9]+).*/\1/p' "$2" | tail -1)
	results=$(grep -cE '^(not )?ok( |$)' "$2")
	case $1 in
	0) ;;
	124 | 137) echo "not ok - it ended within $limit s" ;;
	*) grep -qE '^not ok( |$)' "$2" || echo "not ok - exit status $1" ;;
	esac
	if [ "$plan" = 0 ] && [ "$results" = 0 ]; then
		sed -nE 's/^1\.\.0 *(#.*)/ok - all of it \1/p' "$2"
	elif [ -n "$plan" ] && [ "$plan" != "$results" ]; then
		echo "not ok - all that was planned: $results of $plan checks"
	elif [ -z "$plan" ] && [ "$tap" = yes ] || [ ! -s "$2" ]; then
		echo "not ok - it said what it planned"
	fi
}

# Prints one line for a step with many checks, what it measured ("# figure: words"), and
# what is not ok.
report() {	# NAME FILE SECONDS
	local ok not skip
	skip=$(grep -ciE '^ok .*# skip' "$2")
	ok=$(($(grep -cE '^ok( |$)' "$2") - skip))
	not=$(grep -cE '^not ok( |$)' "$2")
	[ $((ok + not + skip)) = 0 ] && ok=1
	echo "$ok $not $skip" >"$2.sum"
	printf '%-24s %4d passed %3d failed %3d skipped  %5d s\n' "$1" "$ok" "$not" "$skip" "$3"
	grep -iE '^ok .*# skip' "$2" | sed -E 's/^ok[ 0-9-]*/   skipped: /' | head -10
	sed -n 's/^# figure: /   /p' "$2" | head -10
	[ "$not" = 0 ] && return
	grep -nE -A 8 '^not ok' "$2" | head -60
	echo "-- the end of what $1 printed:"
	tail -20 "$2"
}

wanted() { [[ $1 =~ ${ONLY:-} ]]; }

step() {
	local tap=no
	[ "$1" = -t ] && { tap=yes; shift; }
	wanted "$1" || return 0
	[ -z "${in_lane:-}" ] || printf '%q ' "$tap" "$@" >"$log/$1.how"
	step_run "$tap" "$@"
}

step_run() {	# yes|no NAME LIMIT_S COMMAND...
	local tap=$1 name=$2 limit=$3 status from
	shift 3
	echo "0 1 0" >"$log/$name.sum"
	from=$(date +%s)
	$RUNNER "$limit" "$@" >"$log/$name" 2>&1 </dev/null &
	running=$!
	wait $running
	status=$?
	running=
	judge $status "$log/$name" >"$log/$name.judged"
	cat "$log/$name.judged" >>"$log/$name"
	report "$name" "$log/$name" $(($(date +%s) - from)) >"$log/$name.report"
	cat "$log/$name.report"
}

skip() {
	wanted "$1" || return 0
	printf '%-24s    0 passed   0 failed   1 skipped\n   skipped: %s\n' "$1" "$2"
	echo "0 0 1" >"$log/$1.sum"
}

lane() {
	(
		lanes= in_lane=yes
		trap - EXIT
		trap interrupted INT TERM HUP
		"$@"
	) &
	lanes="$lanes $!"
}

# Lanes share what is open, so the place in it too; a lock is each one's own.
declare -A queue_at
queue() {
	local at
	exec {at}<"$2"
	queue_at[$1]=$at
}

queue_next() {
	local queue_from=${queue_at[$1]} queue_lock queue_status
	exec {queue_lock}>"$log/$1.lock"
	flock "$queue_lock"
	shift
	read -r "$@" <&"$queue_from"
	queue_status=$?
	exec {queue_lock}>&-
	return $queue_status
}

lanes_wait() {
	# shellcheck disable=SC2086
	wait $lanes
	lanes=
}

# Tests of time and loss share the processors with each other. More than a few
# that fail are no accident.
steps_again() {
	local how name failed=
	for how in "$log"/*.how; do
		[ -e "$how" ] || continue
		name=$(basename "$how" .how)
		read -r _ not _ <"$log/$name.sum" 2>/dev/null || continue
		[ "$not" = 0 ] || failed="$failed $name"
	done
	[ "$(echo "$failed" | wc -w)" -le 4 ] || return 0
	for name in $failed; do
		grep -hE '^not ok( |$)' "$log/$name" | sed "s/^/beside others: $name: /" >>"$log/beside"
		echo "$name failed beside others; alone:"
		eval "step_run $(cat "$log/$name.how")"
	done
}

# "failed: STEP: not ok 3 - words", for those who see the last lines alone.
steps_failed() {
	local sum name
	for sum in "$log"/*.sum; do
		[ -e "$sum" ] || echo "failed: no step has a name like \"${ONLY:-}\""
		[ -e "$sum" ] || return
		name=$(basename "$sum" .sum)
		read -r _ not _ <"$sum" || continue
		[ "$not" = 0 ] && continue
		grep -hE '^not ok( |$)' "$log/$name" 2>/dev/null | sed "s/^/failed: $name: /" |
			grep . || echo "failed: $name: not ok - it ended"
	done
}

steps_end() {
	cat "$log/beside" 2>/dev/null
	steps_failed
	cat "$log"/*.sum 2>/dev/null | awk -v s=$(($(date +%s) - steps_begun)) '
		{ passed += $1; failed += $2; skipped += $3 }
		END {
			printf "in %d s\n", s
			printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
			exit failed > 0 || passed == 0
		}'
}
