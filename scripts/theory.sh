#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The pictures of the theory as one page, from real runs: trains the problems of datasets/theory in some seconds, and lays
# out what they recorded. NNTRAIN is the program to use; without it this checkout is built.
#   scripts/theory.sh [OUTPUT.html [RUNS]]
#   OUTPUT.html  page to write (default: theory.html)
#   RUNS         folder that keeps the runs; it must not be there yet (default: they are removed)
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ $# -le 2 ] || { echo "usage: ${0##*/} [OUTPUT.html [RUNS]]" >&2; exit 2; }
output=${1:-theory.html} runs=${2:-}
if [ -z "$runs" ]; then
    runs=$(mktemp -d)
    trap 'rm -rf "$runs"' EXIT
else
    mkdir "$runs"
fi
if [ -z "${NNTRAIN:-}" ]; then
    echo "Building nntrain into $build"
    build_release "$build/theory.log" -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release
    NNTRAIN=$build/src/nntrain
fi
prepare_mpi

# train NAME RECIPE [ARGUMENTS...]: what it says is shown where it fails, but not where it diverges, which one of them must.
train() {
    local name=$1 recipe=$2 said code=0
    shift 2
    echo "training $name"
    said=$("$NNTRAIN" train "$root/datasets/theory/$recipe.yaml" --output "$runs/$name" --progress quiet --set report=off "$@" 2>&1) ||
        code=$?
    if [ $code -ne 0 ] && [ $code -ne 4 ]; then
        echo "$said" >&2
        exit $code
    fi
}

train xor xor
train xor-linear xor --set 'network.layers=[{units: 8, activation: linear}, {units: 2, activation: softmax}]'
train circles circles
train circles-linear circles-linear
train spirals spirals
train spirals-linear spirals --set 'network.layers=[{units: 64, activation: linear}, {units: 64, activation: linear}, {units: 2, activation: softmax}]'
for units in 2 3 5 10 20 100; do
    train "sine-$units" sine-units --set "network.layers=[{units: $units, activation: relu}, {units: 1, activation: linear}]"
done
train line-slow line --set optimizer.learning_rate=0.005
train line-right line
train line-diverging line --set optimizer.learning_rate=1

"$NNTRAIN" report --theory "$runs"/*/ --output "$output"
