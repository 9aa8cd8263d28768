#!/bin/bash
# Eight hosts with the kernel's ESP that all speak to each other at once, twenty
# times, with restarts in between: tests/lab/mesh.sh says what is judged. Besides,
# each kernel must hold the SAs that its daemon speaks of, and no other. Prints TAP.
#
# Reads: HOSTS (8), ROUNDS (20), SEED, MESH_S.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/zones.sh
. tests/lab/lab.sh
. tests/lab/tap.sh
. tests/lab/mesh.sh
LAB_PLANE=--use-netkey HOSTS=${HOSTS:-8}

# Two states for each address of each other host.
mesh_also() {
	local i n=
	for i in $MESH; do n="$n $(ip -n "$(lab_ns "h$i")" xfrm state | grep -c '^src')"; done
	same "round $1: the kernels have those SAs alone" "$n" \
		"$(for i in $MESH; do printf ' %d' $((4 * (HOSTS - 1))); done)"
}

lab_begin && mkdir "$LAB/mesh" && mesh_begin "$HOSTS" || { tap_result 1 "the mesh starts"; tap_done; exit 1; }
mesh_rounds "${ROUNDS:-20}"
tap_done
