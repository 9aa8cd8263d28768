#!/bin/sh
# The captures of other projects' holes through tests/replay's player; a file that is no
# capture, and captures that are cut, are told or survived. Reads BIN. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/tap.sh
player=${BIN:-build/bin}/replay_capture
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
tap_show "$out/said"

play() { "$player" -q "$@" >"$out/said" 2>"$out/err"; }
cut_everywhere() {
	for n in 0 1 4 23 24 25 39 40 41 60 90 100 150; do
		head -c $n "$1" >"$out/cut" && { play "$out/cut"; [ $? -le 1 ]; } || return 1
	done
}

check "every capture is replayed" play tests/holes/captures/*.pcap*
same "... each of them" "$(grep -c ': no harm' "$out/said")" "$(ls tests/holes/captures/*.pcap* | wc -l)"
same "... with what they hold" "$(awk '{ n += $4; e += $7 } END { print n, e }' "$out/said")" "91 41"
check "captures that are cut are survived" cut_everywhere tests/holes/captures/ikev2four.pcap
check "... pcapng too" cut_everywhere tests/holes/captures/ikev2pI2-segfault.pcapng
play tests/holes/captures/SOURCES
same "a file that is no capture: status" $? 1
holds "... and the sentence" "$out/err" 'neither pcap nor pcapng'
tap_done
