#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# From a fresh checkout to a trained network: installs what is missing, builds nntrain and trains it on the shipped
# handwritten digits, with a rank on each core (8 at most). Arguments go to nntrain train, e.g. --set training.epochs=5.
# The run is written into the current folder, under runs/.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$root/scripts/dependencies.sh" build

log=$build/quickstart.log
echo "Building nntrain into $build"
options=(-DCMAKE_BUILD_TYPE=Release)
# Only on the first time: a folder in which tests have been built keeps them.
[ -e "$build/CMakeCache.txt" ] || options+=(-DNNTRAIN_TESTS=OFF)
build_release "$log" -S "$root" -B "$build" "${options[@]}"

ranks=$((cores < 8 ? cores : 8))
echo "Training: mpirun -np $ranks nntrain${*:+ train $*}"
prepare_mpi
export OMPI_MCA_btl=^tcp # Open MPI 5 warns of networks by which ranks of one machine could not reach each other
mpirun -np "$ranks" "$build/src/nntrain" ${1:+train "$@"}
command -v nntrain >/dev/null || echo "path     export PATH=\"$build/src:\$PATH\""
