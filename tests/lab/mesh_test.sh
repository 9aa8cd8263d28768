#!/bin/bash
# Five hosts that all speak to each other at once, with restarts in between.
# Prints TAP. tests/vm/mesh_test.sh plays longer, on a kernel with ESP.
#
# Reads: HOSTS (5), ROUNDS (3), SEED.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh
. tests/lab/mesh.sh

[ "$(id -u)" = 0 ] || { echo "ok 1 - mesh # SKIP needs root for network namespaces"; exit 0; }
lab_begin && mkdir "$LAB/mesh" && mesh_begin "${HOSTS:-5}" || { tap_result 1 "the mesh starts"; tap_done; exit 1; }
mesh_rounds "${ROUNDS:-3}"
tap_done
