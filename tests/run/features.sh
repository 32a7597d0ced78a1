#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Sharing rows out over ranks does not change the mathematics: the loss curves and figures of every feature on 1, 2, 3
# and 8 ranks agree to 1e-4. 1,437 rows, batches of 101 and 13 slices divide by nothing here.
. "$(dirname "$0")/lib.sh"

# compare NAME COUNT FIELD: the whole curve of a figure against that of one rank.
compare() {
    local name=$1 count=$2 figure=$3
    sed -n "s/.*\"$figure\": \([^,}]*\).*/\1/p" "$name-1/metrics.jsonl" >curve-1
    sed -n "s/.*\"$figure\": \([^,}]*\).*/\1/p" "$name-$count/metrics.jsonl" >curve-n
    [ -s curve-1 ] || fail "$name: no $figure in the metrics"
    paste curve-1 curve-n | awk '
        { difference = $1 - $2; if (difference < 0) difference = -difference
          if (NF != 2 || difference > 1e-4 * ($1 < 0 ? -$1 : $1)) exit 1 }' ||
        fail "$name: $figure on $count ranks differs: $(paste curve-1 curve-n | tr '\t\n' ' ;')"
}

# feature NAME SETTINGS...: three epochs on each number of ranks, at a rate that does not blow up roundings.
feature() {
    local name=$1 count
    shift
    for count in 1 2 3 8; do
        ranks $count "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --output "$name-$count" --progress quiet \
            --set training.epochs=3 --set training.batch=101 --set parallel.slices=13 --set optimizer.learning_rate=0.01 \
            "$@" 2>"$name.err" || fail "$name on $count ranks: exit code $?: $(cat "$name.err")"
        compare "$name" $count train_loss
        compare "$name" $count test_loss
    done
    echo "$name: train loss $(tail -n 1 curve-1 | tr -d '\n') last"
}

layers() {
    echo "network.layers=[{units: 48, $1}, {units: 32, $1}, {units: 10, activation: softmax}]"
}

feature batch_norm --set "$(layers 'activation: relu, normalization: batch')"
feature layer_norm --set "$(layers 'activation: gelu, normalization: layer')"
feature dropout --set "$(layers 'activation: silu, dropout: 0.3')"
feature both --set "$(layers 'activation: elu, normalization: batch, dropout: 0.2')" --set optimizer.momentum=0.5
feature clipping --set regularization.clip_norm=0.5 --set regularization.clip_value=0.1
feature penalties --set regularization.l1=1e-4 --set regularization.l2=1e-3 --set optimizer.nesterov=true
feature accumulation --set training.accumulate=4 --set optimizer=adam --set optimizer.learning_rate=0.001
feature lamb --set optimizer=lamb --set optimizer.learning_rate=0.005 --set 'schedule={name: cosine, warmup: 5 steps}'
feature smoothing --set 'loss={name: cross_entropy, label_smoothing: 0.1}' --set optimizer=rmsprop --set optimizer.learning_rate=0.0005

# Four batches a step are one batch of four times the rows.
accumulated() {
    local batch=$1 accumulate=$2
    "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --output "step-$accumulate-1" --progress quiet \
        --set training.epochs=3 --set training.batch="$batch" --set training.accumulate="$accumulate" \
        --set optimizer.learning_rate=0.05 || fail "accumulate $accumulate: exit code $?"
}
accumulated 120 1
accumulated 30 4
ln -s step-4-1 step-1-4
compare step-1 4 train_loss
compare step-1 4 test_loss

# Validation rows are the same whoever holds them, and ranking figures are those of the whole split.
feature validation --set data.validation.fraction=0.2 --set training.stop.metric=auroc
for count in 2 3 8; do
    for figure in validation_loss validation_auroc validation_accuracy test_auroc test_f1; do
        compare validation $count $figure
    done
done
finish
