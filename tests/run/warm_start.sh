#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A training that begins with a trained model: with its loss, with the same bits on any number of ranks and after a kill, with
# layers that keep their bits, and with a new last layer for other classes.
. "$(dirname "$0")/lib.sh"

layers='[{units: 48, activation: gelu, normalization: batch, dropout: 0.1}, {units: 32, activation: relu}, {units: 10, activation: softmax}]'
cat >recipe.yaml <<Y
data: {train: {file: $DATASETS/digits/digits.h5}}
network: {layers: $layers}
loss: cross_entropy
optimizer: adam
schedule: constant
training: {epochs: 5, batch: 64}
parallel: {reproducible: true, threads: 1, slices: 8}
Y
mkdir elsewhere
sed -e 's,^network:.*,network: {from: ../base/model.h5\, freeze: 1},' recipe.yaml >elsewhere/warm.yaml
train() {
    "$NNTRAIN" train "$@" --progress lines >out 2>&1 || fail "$*: exit code $?: $(tail -n 3 out)"
}
# keeps FOLDER LAYER: the layer is that of the model.
keeps() {
    h5diff base/model.h5 "$1/model.h5" "/model/layers/$2" || fail "$1: layer $2 is not that of the model"
}
# moves FOLDER LAYER TENSOR
moves() {
    ! h5diff -q base/model.h5 "$1/model.h5" "/model/layers/$2/$3" || fail "$1: $3 of layer $2 stays"
}
same() {
    for group in /model /optimizer /normalization; do
        h5diff one/model.h5 "$1/model.h5" $group || fail "$1: $group differs from that of one rank"
    done
}
train recipe.yaml --output base

# The model's loss, before the first update; the scaling of features, which the recipe leaves to it.
loss=$("$NNTRAIN" eval --model base/model.h5 --split train | sed -n 's/^loss  *\([0-9.]*\) .*/\1/p')
train elsewhere/warm.yaml --set training.epochs=1 --set training.batch=all --set network.layers="${layers/, dropout: 0.1/}" --output first
holds "$(field train_loss first/metrics.jsonl) - $loss < 1e-5 && $loss - $(field train_loss first/metrics.jsonl) < 1e-5" ||
    fail "the first loss is $(field train_loss first/metrics.jsonl), that of the model $loss"
grep -q "as in the model" out || fail "nothing said of the scaling"
h5diff base/model.h5 first/model.h5 /normalization || fail "the features are scaled otherwise"

# Without layers in the recipe those of the model, dropout too.
train elsewhere/warm.yaml --output one
grep -A 1 "^from     $work/base/model.h5" out | grep -q "^         layers 0 to 2 are taken" || fail "what was taken is not said: $(cat out)"
grep -q "^freeze   layer 0 keeps its weights" out || fail "what is frozen is not said"
grep -q "dropout: 0.1" one/recipe.yaml || fail "the layers of the model are not in recipe.yaml"
keeps one 0
moves one 1 weight
moves one 2 bias
"$NNTRAIN" export safetensors base/model.h5 --output base/model.safetensors >/dev/null || fail "export: exit code $?"
ranks 3 "$NNTRAIN" train elsewhere/warm.yaml --set network.from=base/model.safetensors --output three-ranks --progress quiet ||
    fail "safetensors on 3 ranks: exit code $?"
same three-ranks

# Killed on 2 ranks, and resumed on 1 without the model; not with more layers to train.
ranks 2 "$NNTRAIN" train elsewhere/warm.yaml --output killed --set checkpoint.every="7 steps" --progress quiet >/dev/null 2>&1 &
until_true 60 has_checkpoint killed
pid=$(ranks_of killed | head -n 1)
[ -z "$pid" ] || kill -KILL "$pid"
wait
mv base away
train elsewhere/warm.yaml --output killed --resume
mv away base
grep -q '^resume ' out || fail "nothing was resumed"
same killed
"$NNTRAIN" train elsewhere/warm.yaml --set network.freeze=0 --set training.epochs=6 --output killed --resume >out 2>&1
[ $? -eq 2 ] && grep -q "^nntrain: network.freeze: .* was trained with 1, the recipe says 0" out || fail "thawed: $(tail -n 1 out)"
"$NNTRAIN" train elsewhere/warm.yaml --set network.from=base/model.safetensors --set training.epochs=6 --output killed --resume >out 2>&1
[ $? -eq 2 ] && grep -q "^nntrain: network.from: .* was trained with .*base/model.h5, the recipe says .*base/model.safetensors" out ||
    fail "resumed from another model: $(tail -n 1 out)"

# With all sums before the update, several batches a step, and the last layer alone trained.
more="--set network.freeze=2 --set regularization.clip_norm=0.1 --set training.accumulate=2 --set optimizer=lamb --set training.epochs=2"
# shellcheck disable=SC2086
train elsewhere/warm.yaml $more --output last
# shellcheck disable=SC2086
ranks 3 "$NNTRAIN" train elsewhere/warm.yaml $more --output last-3 --progress quiet || fail "the last layer on 3 ranks: exit code $?"
h5diff last/model.h5 last-3/model.h5 /model || fail "the last layer differs on 3 ranks"
keeps last 0
keeps last 1
moves last 2 weight

# A training that comes back to its beginning has the model's weights again: with a rate of 1e30 the second step is not finite.
train elsewhere/warm.yaml --set optimizer="{name: sgd, learning_rate: 1e30, momentum: 0}" --set training.batch=all \
    --set training.on_nan="{name: rollback, factor: 1e-33}" --set training.epochs=2 --set checkpoint.every="100 epochs" --output back
grep -q 'back to' out || fail "nothing was rolled back: $(cat out)"
h5diff -d 0.01 base/model.h5 back/model.h5 /model || fail "the beginning that it came back to is not the model"

# Gradients of what is trained are right.
"$NNTRAIN" check elsewhere/warm.yaml >out || fail "check: exit code $?: $(cat out)"
grep -q 'frozen$' out || fail "check does not say what is frozen: $(cat out)"
! grep -q '^ 0 weight' out || fail "check does not leave out what is frozen: $(cat out)"

# --- other classes ---

# table NAME CLASSES LETTER: rows of so many classes, called by letters or numbered.
table() {
    awk -v classes="$2" -v called="$3" 'BEGIN {
        print "a,b,kind"
        for (i = 0; i < 120; i++) {
            c = i % classes
            print c + (i * 7 % 11) / 20 "," (c == 1) + (i * 5 % 13) / 20 "," (called ? substr(called, c + 1, 1) : c)
        }
    }' >"$1.csv"
    "$NNTRAIN" import csv "$1.csv" --label kind --output "$1.h5" >/dev/null || fail "import $1: exit code $?"
}
table three 3 xyz
table two 2 xz
table others 3 uvw
table numbers 5 ""
sed -e "s,file: .*},file: three.h5}}," -e 's,^network.*,network: {layers: [{units: 8\, activation: tanh}\, {units: 3\, activation: softmax}]},' recipe.yaml >three.yaml
sed -e 's,^network.*,network: {from: letters/model.h5},' three.yaml >again.yaml
train three.yaml --output letters
# again DATA UNITS WHAT: how the last layer is drawn anew.
again() {
    train again.yaml --set data.train.file="$1.h5" --output "$1"
    grep -q "^         layer 0 is taken; layer 1 is drawn anew: $3" out || fail "$1: $(grep -A 1 ^from out)"
    [ "$(h5ls "$1/model.h5/model/layers/1/bias" | grep -o '{[0-9]*}')" = "{$2}" ] || fail "$1: the last layer has not $2 units"
}
again two 2 "2 units with softmax, in the model 3 units with softmax"
again others 3 "its classes are called otherwise in the model"
again numbers 5 "5 units with softmax, in the model 3 units with softmax"
LC_ALL=C sed s/xyz/zyx/ three.h5 >turned.h5
again turned 3 "its classes stand in another order in the model"
train again.yaml --output again
grep -q "^         layers 0 and 1 are taken$" out || fail "the same classes: $(grep -A 1 ^from out)"
finish
