#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# parallel.reproducible: the same bits on any number of ranks and threads, whatever a step is made of. 1,437 rows,
# batches of 101 and 16 slices divide by nothing here, and the last batch of an epoch leaves slices without rows.
. "$(dirname "$0")/lib.sh"

# same NAME COUNT: model, optimizer, statistics and history are those of one rank.
same() {
    local name=$1 with=$2
    for group in /model /optimizer /normalization; do
        h5diff "$name-1/model.h5" "$name-$with/model.h5" $group || fail "$name: $group with $with differs from 1 rank"
    done
    cmp <(progress "$name-1") <(progress "$name-$with") || fail "$name: /progress with $with differs from 1 rank"
    # Everything but how long it took.
    sed 's/, "seconds".*//' "$name-1/metrics.jsonl" >"$name.history"
    sed 's/, "seconds".*//' "$name-$with/metrics.jsonl" | cmp - "$name.history" || fail "$name: the history with $with differs"
}

# feature NAME "RANKS..." SETTINGS...
feature() {
    local name=$1 counts=$2 count
    shift 2
    for count in 1 $counts; do
        ranks "$count" "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --output "$name-$count" --progress quiet \
            --set training.epochs=2 --set training.batch=101 --set parallel.reproducible=true --set parallel.threads=1 \
            "$@" 2>"$name.err" || fail "$name on $count ranks: exit code $?: $(cat "$name.err")"
        [ "$count" = 1 ] || same "$name" "$count"
    done
    # The same rows in two threads a rank.
    ranks 2 "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --output "$name-threads" --progress quiet \
        --set training.epochs=2 --set training.batch=101 --set parallel.reproducible=true --set parallel.threads=2 \
        "$@" 2>"$name.err" || fail "$name on 2 ranks of 2 threads: exit code $?: $(cat "$name.err")"
    same "$name" threads
    echo "$name: $(tail -n 1 "$name.history")"
}

layers() {
    echo "network.layers=[{units: 48, $1}, {units: 32, $1}, {units: 10, activation: softmax}]"
}
everything='activation: gelu, normalization: batch, dropout: 0.2'

feature sgd "2 3 4 5 8 16"
feature all "2 3 5 16" --set "$(layers "$everything")" --set optimizer=adam --set optimizer.learning_rate=0.001 \
    --set regularization.clip_norm=0.5 --set data.validation.fraction=0.2 --set training.stop.patience=1 \
    --set schedule.name=plateau --set schedule.patience=1
feature accumulation "2 5" --set training.accumulate=3 --set optimizer.momentum=0.9 --set parallel.bucket=1K
feature layer_norm "3 8" --set "$(layers 'activation: silu, normalization: layer')" --set optimizer=lamb \
    --set optimizer.learning_rate=0.005
feature lars "4 5" --set optimizer=lars --set optimizer.learning_rate=0.1 --set regularization.l2=1e-4
feature rmsprop "2 3" --set optimizer=rmsprop --set optimizer.learning_rate=0.0005 --set parallel.slices=13
feature adagrad "3" --set optimizer=adagrad --set optimizer.learning_rate=0.01 --set parallel.slices=6
feature adamw "4" --set optimizer=adamw --set optimizer.learning_rate=0.001 --set training.precision=bf16

# Instruction sets that have a fused multiply-add round alike; what this processor lacks is left out.
first=
for isa in avx2 avx512; do
    NNTRAIN_ISA=$isa "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --output "isa-$isa" --progress quiet \
        --set training.epochs=2 --set training.batch=101 --set "$(layers "$everything")" --set optimizer=adam 2>isa.err
    code=$?
    [ $code -eq 2 ] && grep -q 'is no instruction set of this processor' isa.err && continue
    [ $code -eq 0 ] || fail "$isa: exit code $code: $(cat isa.err)"
    for group in /model /optimizer; do
        [ -z "$first" ] || h5diff "isa-$first/model.h5" "isa-$isa/model.h5" $group || fail "$group with $isa differs from $first"
    done
    first=$isa
done
finish
