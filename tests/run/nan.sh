#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Losses and gradients that are NaN or infinite: the sentence tells step and layer, and the recipe chooses whether the run
# stops, skips the step, or goes back with a smaller rate, to the same bits on any number of ranks and across a resume.
. "$(dirname "$0")/lib.sh"

python=/usr/bin/python3
"$python" -c 'import h5py, numpy' 2>/dev/null || { echo "skipped: $python lacks h5py or numpy"; exit 77; }
# 640 rows; in bad.h5 the squares that batch norm takes of one of them are beyond float32.
"$python" - <<'P'
import h5py, numpy as np
random = np.random.default_rng(3)
x = random.normal(size=(640, 8)).astype("float32")
y = (x[:, 0] * x[:, 1] > 0).astype("int32")
for name, bad in ("good.h5", []), ("bad.h5", [100]):
    with h5py.File(name, "w") as file:
        rows = x.copy()
        rows[bad] = 3e38
        file["/train/x"], file["/train/y"] = rows, y
P
cat >recipe.yaml <<'Y'
data: {train: {file: good.h5}, normalize: none}
network: {layers: [{units: 24, activation: tanh, normalization: batch}, {units: 12, activation: relu}, {units: 2, activation: softmax}]}
loss: cross_entropy
optimizer: {name: sgd, learning_rate: 0.1, momentum: 0.9}
training: {epochs: 4, batch: 64}
checkpoint: {keep: 9}
parallel: {reproducible: true, threads: 1}
Y
train() {
    local count=$1
    shift
    ranks "$count" "$NNTRAIN" train recipe.yaml --progress lines "$@"
}
same() {
    local group
    for group in /model /optimizer; do
        h5diff "$1/model.h5" "$2/model.h5" $group || fail "$1, $2: $group differs"
    done
    cmp <(progress "$1") <(progress "$2") || fail "$1, $2: /progress differs"
}
expect_sentence() {
    [ "$code" -eq "$2" ] || fail "$1: exit code $code, not $2"
    [ "$(grep -c '^nntrain: ' "$1.err")" -eq 1 ] || fail "$1: not one sentence: $(cat "$1.err")"
    grep -q "^nntrain: .*$3" "$1.err" || fail "$1: $(cat "$1.err")"
}

# --- stop: where it began ---
train 2 --set data.train.file=bad.h5 --output stop >stop.out 2>stop.err
code=$?
expect_sentence stop 4 'the loss became NaN in epoch 1, step [0-9]* (the first in the outputs of layer 0 (24 tanh)); features reach 3e+38 and are not scaled'

# The loss of the first step is finite: outputs are 0. Its gradient is not.
train 2 --set data.train.file=bad.h5 --set 'network.layers=[{units: 2, activation: softmax}]' \
    --set network.initializer=zeros --set loss='{name: cross_entropy, class_weights: [10000, 10000]}' \
    --set training.batch=all --output gradient >gradient.out 2>gradient.err
code=$?
expect_sentence gradient 4 'a gradient became infinite in epoch 1, step [0-9]* (the first in the weight of layer 0)'

# --- skip: as if the step had not been ---
skip="--set data.train.file=bad.h5 --set training.on_nan=skip"
# shellcheck disable=SC2086
train 1 $skip --output skip-1 >skip.out 2>&1 || fail "skip: exit code $?"
grep -q 'warning  the loss became NaN in epoch 1, .*; the step is skipped' skip.out || fail "skip: $(cat skip.out)"
[ "$(grep -c 'the step is skipped' skip.out)" -eq 4 ] || fail "skip: not once an epoch: $(cat skip.out)"
[ "$(grep -c '"skipped_rows": 64' skip-1/metrics.jsonl)" -eq 4 ] || fail "skip: $(cat skip-1/metrics.jsonl)"
grep -q null skip-1/metrics.jsonl && fail "skip: no numbers in $(cat skip-1/metrics.jsonl)"
holds "$(field train_loss skip-1/metrics.jsonl) < 0.6" || fail "skip: nothing was learned"
for count in 2 3 5; do
    # shellcheck disable=SC2086
    train $count $skip --output skip-$count >/dev/null 2>&1 || fail "skip on $count ranks: exit code $?"
    same skip-1 skip-$count
done
# Resumed within the second epoch, behind its bad step or before.
# shellcheck disable=SC2086
train 3 $skip --set checkpoint.every="1 steps" --set checkpoint.keep=99 --output steps >/dev/null 2>&1 || fail "steps: $?"
for step in 11 15 19; do
    mkdir again-$step
    # shellcheck disable=SC2086
    train 2 $skip --output again-$step "--resume=steps/checkpoint-$(printf %08d $step).h5" >again.out 2>&1 ||
        fail "again from step $step: exit code $?: $(cat again.out)"
    same skip-1 again-$step
done
# Every step is bad: at the limit it ends.
train 2 --set data.train.file=bad.h5 --set training.batch=all --set training.epochs=50 \
    --set training.on_nan='{name: skip, limit: 7}' --output never >never.out 2>never.err
code=$?
expect_sentence never 4 'after 7 steps in a row that were skipped'
[ "$(grep -c 'the step is skipped' never.out)" -eq 7 ] || fail "never: $(cat never.out)"

# --- rollback: a rate that is far too high falls until it does ---
back="--set optimizer.learning_rate=1e38 --set regularization.l2=1e-3"
# shellcheck disable=SC2086
train 2 $back --output high >high.out 2>high.err
code=$?
[ $code -eq 4 ] || fail "high: exit code $code, not 4"
back="$back --set training.on_nan.name=rollback --set training.on_nan.factor=1e-13"
# shellcheck disable=SC2086
train 1 $back --output back-1 >back.out 2>&1 || fail "back: exit code $?: $(tail -n 3 back.out)"
grep -q 'warning  .*; back to .* with the learning rate times 1e-' back.out || fail "back: $(cat back.out)"
[ "$(wc -l <back-1/metrics.jsonl)" -eq 4 ] || fail "back: not a line an epoch: $(cat back-1/metrics.jsonl)"
holds "$(field learning_rate back-1/metrics.jsonl) < 1e-0" || fail "back: the rate stayed: $(cat back-1/metrics.jsonl)"
for count in 2 3; do
    # shellcheck disable=SC2086
    train $count $back --output back-$count >/dev/null 2>&1 || fail "back on $count ranks: exit code $?"
    same back-1 back-$count
done
# In the middle of a run: the rows go bad where there is a checkpoint to go back to, and at the limit it ends.
train 2 --set training.epochs=2 --output later >/dev/null || fail "later: exit code $?"
"$python" - <<'P'
import h5py
with h5py.File("later/checkpoint-00000020.h5", "r") as file:
    assert file["/progress"].attrs["epoch"] == 2
P
# shellcheck disable=SC2086
train 3 --set optimizer.learning_rate=1e38 --set training.epochs=4 --output later --resume \
    --set training.on_nan='{name: rollback, factor: 0.5, limit: 3}' >later.out 2>later.err
code=$?
expect_sentence later 4 'after 3 times back to step 20, the most that training.on_nan.limit allows'
[ "$(grep -c 'warning .* back to .*later/checkpoint-00000020.h5 with the learning rate' later.out)" -eq 3 ] ||
    fail "later: $(cat later.out)"
finish
