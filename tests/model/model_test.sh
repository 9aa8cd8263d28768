#!/bin/sh
# The engine's tables, two hosts and a bad network, in every order (spin); and that the
# model sees it when a table is wrong. Prints TAP. Reads: BIN (build/bin).
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/tap.sh
BIN=$(realpath "${BIN:-build/bin}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# search TABLES: what spin finds, in $work/found
search() {
	cp "$1" "$work/tables.pml"
	(cd "$work" && spin -a pair.pml && cc -O1 -w -DSAFETY -DCOLLAPSE -o pan pan.c &&
		timeout 200 ./pan -m200000 -n) >"$work/found" 2>&1
}
errors() { sed -n 's/.*errors: \([0-9]*\)$/\1/p' "$work/found"; }

cp tests/model/pair.pml "$work/"
"$BIN/promela" >"$work/right"
tap_show "$work/found"
search "$work/right"
same "in no order does a packet go in the clear, or wait for ever" "$(errors)" 0
check "... of a million states and more" test "$(sed -n 's/ *\([0-9]*\) states, stored/\1/p' "$work/found")" -gt 1000000
check "... and all were tried" eval '! grep -q "not completed\|truncated\|max search depth" "$work/found"'

# private passes when the peer is silent
sed '/^inline decide_3/,/^}/s/\(outcome\[h\] == 2 -> shunt\[h\] = \)3/\12/' "$work/right" >"$work/wrong"
check "a private pair that passes is another table" eval '! cmp -s "$work/right" "$work/wrong"'
search "$work/wrong"
same "... and is found" "$(errors)" 1
check "... as that" grep -q 'assertion violated.*group' "$work/found"

# a deadline is overlooked
grep -v 'st\[h\] == NEGOTIATING && happens == DEADLINE' "$work/right" >"$work/wrong"
check "a deadline without a cell is another table" eval '! cmp -s "$work/right" "$work/wrong"'
search "$work/wrong"
same "... and is found" "$(errors)" 1
tap_done
