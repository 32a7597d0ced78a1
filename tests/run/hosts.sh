#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a recipe may ask for on several hosts: batch norm over all rows, shares of the optimizer state, a folder that the first
# host alone has, and sums in any order. The model is that of one rank.
. "$(dirname "$0")/namespaces.sh"
make_hosts 3 10gbit
cp -r "$DATASETS/digits" . # MPI-IO leaves a file beside it where it is killed

# train FOLDER "RANKS RANKS ..." ARGUMENTS...
train() {
    local folder=$1 layout=$2
    shift 2
    on_hosts "$layout" "$NNTRAIN" train digits/recipe.yaml --output "$folder" --set training.epochs=1 \
        --set parallel.threads=1 --progress lines "$@" >"$folder.out" 2>&1 ||
        fail "$folder: exit code $?: $(cat "$folder.out")"
}

layers='network.layers=[{units: 300, activation: relu, normalization: batch}, {units: 10, activation: softmax}]'
exact=(--set parallel.reproducible=true --set optimizer=adam --set "$layers")
train one 1 "${exact[@]}"
train shards "2 3 1" "${exact[@]}" --set optimizer.shard_state=true
train private/shards "2 2" "${exact[@]}" --set optimizer.shard_state=true
for folder in shards private/shards; do
    for group in /model /optimizer /normalization; do
        h5diff one/model.h5 "$folder/model.h5" $group || fail "$folder: $group differs from that of one rank"
    done
done

train loose-one 1
train loose "2 2"
"$TOOLS/compare_models" loose-one/model.h5 loose/model.h5 1e-4 || fail "the weights are others"
finish
