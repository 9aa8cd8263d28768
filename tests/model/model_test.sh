#!/bin/sh
# The tables of the engines, two hosts and a bad network, in every order (spin); and that
# each model sees it when a table is wrong. Prints TAP. Reads: BIN (build/bin).
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/tap.sh
BIN=$(realpath "${BIN:-build/bin}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tap_show "$work/found"

# search MODEL [-Dname=n...]: what spin finds with $work/*tables.pml, in $work/found
search() {
	# To compile the small ones well takes longer than to run them.
	_model=$1 _opt=-O0; shift
	[ "$_model" != pair.pml ] || _opt=-O1
	(cd "$work" && spin "$@" -a "$_model" && cc $_opt -w -DSAFETY -DCOLLAPSE -o pan pan.c &&
		timeout 200 ./pan -m400000 -n) >"$work/found" 2>&1
}
errors() { sed -n 's/.*errors: \([0-9]*\)$/\1/p' "$work/found"; }

# holds WORDS STATES MODEL [-Dname=n...]: in every order, and these were so many
holds() {
	_words=$1 _states=$2; shift 2
	search "$@"
	same "$_words" "$(errors)" 0
	check "... in $_states states and more" test "$(sed -n 's/ *\([0-9]*\) states, stored/\1/p' "$work/found")" -gt "$_states"
	check "... and all were tried" eval '! grep -q "not completed\|truncated\|max search depth" "$work/found"'
}

# notices WORDS TABLES SCRIPT MODEL [-Dname=n...]: the model with TABLES as sed leaves them
notices() {
	_words=$1 _tables=$2 _script=$3; shift 3
	cp "$work/$_tables" "$work/right"
	sed "$_script" "$work/right" >"$work/$_tables"
	check "$_words is another table" eval '! cmp -s "$work/right" "$work/$_tables"'
	search "$@"
	same "... and is found" "$(errors)" 1
	cp "$work/right" "$work/$_tables"
}

cp tests/model/*.pml "$work/"
"$BIN/promela" >"$work/tables.pml"
"$BIN/ike_promela" >"$work/ike_tables.pml"
"$BIN/v1_promela" >"$work/v1_tables.pml"

holds "opportunistic: in no order does a packet go in the clear, or wait for ever" 1000000 pair.pml
notices "a private pair that passes when the peer is silent" tables.pml \
	'/^inline decide_3/,/^}/s/\(outcome\[h\] == 2 -> shunt\[h\] = \)3/\12/' pair.pml
check "... as that" grep -q 'assertion violated.*group' "$work/found"
notices "a deadline without a cell" tables.pml '/st\[h\] == NEGOTIATING && happens == DEADLINE/d' pair.pml

holds "IKEv2: both have the SA pair in the end, or neither" 40000 handshake.pml -DLOSSES=5 -DDOUBLES=4 -DLATE=3
holds "... both, when nobody forgets all" 2000 handshake.pml -DCRASHES=0
notices "a peer whose key has come and who is not answered" ike_tables.pml \
	'/m == AUTH_Q .* state == KEY_WAIT/d' handshake.pml

holds "IKEv2: who rekeys at once has one pair of IKE SAs in the end" 90000 rekey.pml \
	-DLOSSES=4 -DDOUBLES=3 -DAGAIN=2 -DLATE=2
holds "... or none, if somebody closed it" 70000 rekey.pml -DCLOSES=1
notices "an IKE SA with an heir that cannot be deleted" ike_tables.pml \
	'/m == INFO_Q .* state == REKEYED/d' rekey.pml
notices "a rule by which both keep their own" rekey.pml 's/!successor\[h\] || lowest != h/true/' rekey.pml

holds "IKEv1: both have the pair in the end, or neither" 100000 main_mode.pml -DLOSSES=5 -DDOUBLES=4 -DLATE=3
holds "... both, when nobody forgets all" 2000 main_mode.pml -DCRASHES=0
notices "a responder that does not take MM5" v1_tables.pml '/m == MM5/d' main_mode.pml
tap_done
