#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checkpoints of trainings, with a byte of them changed or their end missing: each is refused in one sentence, or read as
# if nothing were amiss since nothing that is read differs. FLIP_POSITIONS asks for more places than these few hundred (0:
# every byte, every length), FLIP_SEED for others.
. "$(dirname "$0")/lib.sh"

# checkpoint NAME SETTINGS...: trains for an epoch and tries the checkpoint of it.
checkpoint() {
    local name=$1
    shift
    OMP_NUM_THREADS=1 "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --output "$name" --progress quiet \
        --set training.epochs=1 "$@" >"$name.out" 2>&1 || fail "$name: $(cat "$name.out")"
    echo "$name"
    OMP_NUM_THREADS=1 "$TOOLS/flip_checkpoint" "$name/model.h5" "${FLIP_POSITIONS:-300}" "${FLIP_SEED:-1}" 2>"$name.err" ||
        fail "$name: exit code $?"
    # HDF5 would print its stack here, too.
    [ -s "$name.err" ] && fail "$name: $(head -n 5 "$name.err")"
}

checkpoint velocity --set 'network.layers=[{units: 4, activation: relu}, {units: 10, activation: softmax}]' \
    --set optimizer.nesterov=true
checkpoint moments --set optimizer=adam --set data.impute=mean \
    --set 'network.layers=[{units: 6, activation: tanh, normalization: batch, dropout: 0.1}, {units: 5, activation: relu,
        normalization: layer}, {units: 10, activation: softmax}]' \
    --set 'schedule={name: plateau, patience: 1}' --set 'data.validation={fraction: 0.2}'
finish
