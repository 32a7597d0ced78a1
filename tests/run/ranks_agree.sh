#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The average is right whatever the split: weights after an epoch on 1, 2, 3, 4, 8 ranks. Neither 1,437 rows nor a batch
# of 101 divides by anything here, and the last batch has fewer rows than there are slices.
. "$(dirname "$0")/lib.sh"

for count in 1 2 3 4 8; do
    ranks $count "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --set training.epochs=1 --set training.batch=101 \
        --set parallel.slices=13 --output "ranks-$count" --progress quiet || fail "$count ranks: exit code $?"
    difference=$("$TOOLS/compare_models" ranks-1/model.h5 "ranks-$count/model.h5" 1e-4) ||
        fail "$count ranks and 1 rank differ by $difference"
    echo "$count ranks: largest difference $difference of the largest weight"
done

# Of a network that no level 2 cache holds, one rank updates each layer within the backward pass, several do after it: the
# same bits, with each kind of optimizer state, and with leaves of a tree.
for optimizer in sgd adam; do
    for count in 1 2; do
        ranks $count "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --set training.epochs=1 --set training.batch=128 \
            --set network.layers="[{units: 1100, activation: relu}, {units: 900, activation: relu, dropout: 0.2}, {units: 10, activation: softmax}]" \
            --set parallel.reproducible=true --set "optimizer=$optimizer" --output "wide-$optimizer-$count" --progress quiet ||
            fail "wide, $optimizer, $count ranks: exit code $?"
    done
    difference=$("$TOOLS/compare_models" "wide-$optimizer-1/model.h5" "wide-$optimizer-2/model.h5" 0) ||
        fail "wide, $optimizer: 2 ranks and 1 rank differ by $difference"
done
finish
