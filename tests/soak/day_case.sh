#!/bin/bash
# A day of the IKE core, both versions, by a clock that does not wait. Run by
# tests/soak/run; argument: seconds, which say how many peers there are.
set -u
set -o pipefail
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp)
trap 'rm -f "$out"' EXIT
nice "$BIN/day" -n $((10 * $1)) | tee "$out" | sed 's/^/   /'
status=$?
sed -n 's/^ok [0-9]* - /0 /p; s/^not ok [0-9]* - /1 /p' "$out" >>"$SOAK_RESULTS"
exit $status
