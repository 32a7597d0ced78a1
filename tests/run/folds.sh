#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# nntrain train --fold I/K: folds of the training rows, the same on any number of ranks, none of them seen in training.
. "$(dirname "$0")/lib.sh"

# run FOLDER RANKS ARGUMENTS...
run() {
    local folder=$1 count=$2
    shift 2
    ranks "$count" "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --output "$folder" --progress lines \
        --set training.epochs=3 --set parallel.threads=1 --set parallel.reproducible=true "$@" >"$folder.out" 2>&1
}

held=0
for fold in 1 2 3; do
    run "fold-$fold" 1 --fold "$fold/3" || fail "fold $fold of 3: $(cat "fold-$fold.out")"
    rows=$(sed -n 's/^ *\([0-9,]*\) rows for validation.*/\1/p' "fold-$fold.out" | tr -d ,)
    held=$((held + rows))
    holds "$(field validation_accuracy "fold-$fold/metrics.jsonl") > 0.85" || fail "fold $fold is not learned"
done
[ "$held" -eq 1437 ] || fail "three folds of 1437 rows hold $held"
cmp -s fold-1/metrics.jsonl fold-2/metrics.jsonl && fail "two folds train alike"

for count in 2 5; do
    run "ranks-$count" "$count" --fold 2/3 || fail "fold 2 of 3 on $count ranks: $(cat "ranks-$count.out")"
    h5diff fold-2/model.h5 "ranks-$count/model.h5" /model || fail "fold 2 of 3 is another model on $count ranks"
done

run strata 3 --fold 1/4 --set data.validation.stratified=true || fail "strata: $(cat strata.out)"
run strata-1 1 --fold 1/4 --set data.validation.stratified=true || fail "strata: $(cat strata-1.out)"
h5diff strata/model.h5 strata-1/model.h5 /model || fail "strata are others on 3 ranks"

# A run that was left goes on with its own fold, and with no other.
run strata-1 2 --fold 1/4 --set data.validation.stratified=true --set training.epochs=4 --resume ||
    fail "resumed: $(cat strata-1.out)"
run strata-1 1 --fold 2/4 --set data.validation.stratified=true --resume
[ $? -eq 2 ] && grep -q "data.validation.fold: .* was trained with 1/4, the recipe says 2/4" strata-1.out ||
    fail "another fold: $(cat strata-1.out)"

run none 1 --fold 4/3
[ $? -eq 2 ] && grep -q 'data.validation.fold: "4/3" is no fold' none.out || fail "fold 4 of 3: $(cat none.out)"
finish
