#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A training, its resume, its evaluation and its predictions under Valgrind: nothing that was never written is used, no
# access is out of bounds, and at the end all memory has been given back, but for what the MPI library keeps.
. "$(dirname "$0")/lib.sh"

command -v valgrind >/dev/null || { echo "skipped: there is no valgrind"; exit 77; }
grep -q '^NNTRAIN_SANITIZE:STRING=$' "$BUILD/CMakeCache.txt" || { echo "skipped: built with sanitizers"; exit 77; }
grep -q '^NNTRAIN_MPI:.*=mpich' "$BUILD/CMakeCache.txt" && { echo "skipped: its exceptions are Open MPI's"; exit 77; }
# It has no AVX-512.
export NNTRAIN_ISA=avx2
# check NAME RANKS ARGUMENTS...
check() {
    local name=$1 count=$2
    shift 2
    ranks "$count" valgrind --quiet --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --num-callers=40 \
        --suppressions="$SOURCE/tests/valgrind.supp" --error-exitcode=9 "$NNTRAIN" "$@" >"$name.out" 2>&1 ||
        fail "$name: exit code $?: $(grep -A30 '^==' "$name.out" | head -n 60)"
}
settings=(--set 'network.layers=[{units: 24, activation: gelu, normalization: batch, dropout: 0.1}, {units: 10, activation: softmax}]'
    --set optimizer=adam --set training.epochs=1 --set checkpoint.every="9 steps" --progress quiet)
recipe=$DATASETS/digits/recipe.yaml
check alone 1 train "$recipe" "${settings[@]}" --set parallel.threads=2 --set data.validation.fraction=0.1 --output alone
check ranks 2 train "$recipe" "${settings[@]}" --set parallel.threads=1 --set parallel.reproducible=true \
    --set data.memory=64K --set data.window=32K --output run
check resume 2 train "$recipe" "${settings[@]}" --set parallel.threads=1 --set parallel.reproducible=true \
    --set data.memory=64K --set data.window=32K --set training.epochs=2 --output run --resume
check eval 2 eval --model run/model.h5
check predict 1 predict --model run/model.h5 --data "$DATASETS/digits/digits.h5" --output predictions.h5
finish
