#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a recipe leaves to the program: it fits small data, depends on the data and the recipe alone, makes room for more
# ranks than the usual slices, and stays what it is when a run goes on.
. "$(dirname "$0")/lib.sh"

# table ROWS: that many rows of three features in two classes.
table() {
    awk -v rows="$1" 'BEGIN { srand(7); print "a,b,c,y"
        for (i = 0; i < rows; i++) { a = rand(); b = rand(); print a "," b "," rand() "," (a > b ? "one" : "other") } }' >"$1.csv"
    "$NNTRAIN" import csv "$1.csv" --label y --output "$1.h5" >/dev/null || fail "import of $1 rows"
    cat >"$1.yaml" <<Y
data: {train: {file: $1.h5}}
network: {layers: [{units: 16, activation: relu}, {units: 2, activation: softmax}]}
loss: cross_entropy
Y
}

# chosen KEY FOLDER: what the run's recipe has there.
chosen() {
    sed -n "s/.*\b$1: \([^,}]*\).*/\1/p" "$2/recipe.yaml" | head -n 1
}

for rows in 3 15 112 600; do
    table $rows
    "$NNTRAIN" train $rows.yaml --output one-$rows >log 2>&1 || fail "$rows rows: $(tail -n 1 log)"
    grep -q '^auto  .* batch .* epochs, .* slices\?;' log || fail "$rows rows: what was chosen is not told: $(grep ^auto log)"
    for key in batch epochs slices; do
        chosen $key one-$rows | grep -q '^[0-9]*$' || fail "$rows rows: $key is $(chosen $key one-$rows)"
    done
    [ "$(chosen slices one-$rows)" -le "$(chosen batch one-$rows)" ] || fail "$rows rows: slices without rows of a batch"
done
[ "$(chosen batch one-3)" -le 3 ] || fail "3 rows: a batch of $(chosen batch one-3)"

# The ranks have no part in it, as long as there are slices for them.
ranks 3 "$NNTRAIN" train 112.yaml --output three >log 2>&1 || fail "3 ranks: $(tail -n 1 log)"
cmp one-112/recipe.yaml three/recipe.yaml || fail "3 ranks chose otherwise than one"

# More ranks than the usual slices: a power of two, which stays. Later counts of ranks go on with the same model.
few="--set training.epochs=3 --set schedule=constant --set parallel.reproducible=true --set parallel.threads=1"
# shellcheck disable=SC2086
ranks 18 "$NNTRAIN" train 600.yaml $few --output whole >log 2>&1 || fail "18 ranks: $(tail -n 1 log)"
grep -q '32 slices for 18 ranks' log || fail "slices for 18 ranks are not told: $(grep ^auto log)"
[ "$(chosen slices whole)" = 32 ] || fail "18 ranks: $(chosen slices whole) slices"
# shellcheck disable=SC2086
ranks 18 "$NNTRAIN" train 600.yaml $few --set training.epochs=2 --output parts >/dev/null 2>&1
# shellcheck disable=SC2086
ranks 2 "$NNTRAIN" train 600.yaml $few --output parts --resume >log 2>&1 || fail "resume: $(tail -n 1 log)"
"$TOOLS/compare_models" whole/model.h5 parts/model.h5 0 >log 2>&1 || fail "resumed on 2 ranks: $(cat log)"

# expect MESSAGE RANKS ARGUMENTS...: refused with 2 and that sentence.
expect() {
    local message=$1 count=$2
    shift 2
    ranks "$count" "$NNTRAIN" train "$@" >log 2>&1
    local code=$?
    [ $code = 2 ] || fail "$message: exit code $code"
    grep -q -- "$message" log || fail "expected '$message', got: $(grep ^nntrain log)"
}
expect '18 ranks are more than the 15 rows' 18 15.yaml
expect 'a batch of 128 rows is more than the 3 rows' 1 3.yaml --set training.batch=128
expect 'training.batch: 10 rows are too few for 18 ranks' 18 600.yaml --set training.batch=10
expect 'parallel.slices: 5000 slices take a row each of every batch, but there are 600 rows' 1 600.yaml --set parallel.slices=5000
# 2.4 of 15 rows are held out as 2, and of the 13 that stay fold 3 of 5 has 3: the counts are those of the split itself.
expect 'but there are 13 rows to train on' 1 15.yaml --set data.test.fraction=0.16 --set parallel.slices=14
expect 'but there are 10 rows to train on' 1 15.yaml --set data.test.fraction=0.16 --set data.validation.fold=3/5 --set parallel.slices=14
"$NNTRAIN" train 15.yaml --set data.test.fraction=0.16 --set parallel.slices=13 --output all >log 2>&1 || fail "13 slices of 13 rows: $(tail -n 1 log)"
expect '18 ranks are more than the 16 slices' 18 600.yaml --set parallel.slices=16
finish
