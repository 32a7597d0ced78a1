#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Until convergence: every stop, the best weights, and a check of gradients of the user's own recipe.
. "$(dirname "$0")/lib.sh"
recipe=$DATASETS/digits/recipe.yaml
train="ranks 2 $NNTRAIN train $recipe --set data.validation.fraction=0.2"

$train --set training.epochs=200 --set training.stop.patience=3 --set training.restore_best=true --output patience >out || fail "patience: exit code $?"
epochs=$(wc -l <patience/metrics.jsonl)
[ "$epochs" -lt 200 ] || fail "patience of 3 never ran out"
grep -q '^done .*: no improvement' out || fail "the end does not tell why: $(grep ^done out)"
# The model is that of the best epoch: its test figures are in the line of that epoch.
best=$(sed -n 's/^best .* after \([0-9]*\) epoch.*/\1/p' out)
[ "$best" -eq $((epochs - 3)) ] || fail "the best epoch, $best, is not 3 before the last, $epochs"
[ "$(sed -n "${best}p" patience/metrics.jsonl | sed 's/.*"test_loss": \([^,]*\),.*/\1/' | xargs printf %.4g)" = "$(sed -n 's/^test .* loss //p' out)" ] ||
    fail "the model's test loss is not that of epoch $best: $(grep ^test out)"
h5diff patience/best.h5 patience/model.h5 /model || fail "model.h5 is not the best"

# Resumed after its end there is nothing left to do, and the model stays.
cp patience/model.h5 before.h5
$train --set training.epochs=200 --set training.stop.patience=3 --set training.restore_best=true --output patience --resume >out || fail "resume after a stop: exit code $?"
[ "$(wc -l <patience/metrics.jsonl)" -eq "$epochs" ] || fail "a run that had stopped went on"
h5diff before.h5 patience/model.h5 /model || fail "resuming a stopped run changed its model"

$train --set training.epochs=200 --set training.stop.metric=accuracy --set training.stop.target=0.9 --output target >out || fail "target: exit code $?"
grep -q 'stop.target is reached' out && holds "$(field validation_accuracy target/metrics.jsonl) >= 0.9" || fail "target: $(grep ^done out)"
$train --set training.epochs=1000000 --set 'training.stop.time=1 second' --output time >out || fail "time: exit code $?"
grep -q 'stop.time is over' out || fail "time: $(grep ^done out)"

"$NNTRAIN" check "$recipe" >out || fail "check: exit code $?: $(cat out)"
grep -q '^right .*all gradients agree' out || fail "check does not say so: $(cat out)"
"$NNTRAIN" check "$recipe" --rows 8 --set 'network.layers=[{units: 20, activation: gelu, normalization: batch, dropout: 0.5}, {units: 10, activation: sigmoid}]' --set loss=binary_cross_entropy >out ||
    fail "check of a network with everything: exit code $?: $(cat out)"
"$NNTRAIN" check "$recipe" --set network.initializer=constant --set network.constant=-1 --set data.normalize=unit >out || fail "check of dead units: exit code $?"
grep -q 'learns nothing' out || fail "check does not tell that a layer learns nothing: $(cat out)"
grep -q 'dead units: 128 of the 128 relu units of layer 0' out || fail "check does not name dead units: $(cat out)"
sigmoid='{units: 64, activation: sigmoid}'
"$NNTRAIN" check "$recipe" --set "network.layers=[$sigmoid, $sigmoid, $sigmoid, $sigmoid, $sigmoid, $sigmoid, $sigmoid, {units: 10, activation: softmax}]" >out || fail "check of a deep network: exit code $?"
grep -q 'gradients vanish: those of layer 7 are .* times those of layer 0' out || fail "check does not name vanishing gradients: $(cat out)"

# Raw prices and features of a hundred: a loss of 1e10 and bent units are no wrong gradient.
awk 'BEGIN { srand(3); print "a,b,price"; for (i = 0; i < 200; i++) { a = rand() * 300; b = rand(); print a "," b "," 200000 + 500 * a + 30000 * b } }' >prices.csv
"$NNTRAIN" import csv prices.csv --label price --output prices.h5 >/dev/null || fail "import of prices"
cat >prices.yaml <<Y
data: {train: {file: prices.h5}, normalize: none}
network: {layers: [{units: 20, activation: tanh}, {units: 1, activation: linear}]}
loss: mse
Y
for loss in mse mae; do
    "$NNTRAIN" check prices.yaml --set loss=$loss >out || fail "check of prices by $loss: exit code $?: $(cat out)"
done

# Missing values are replaced as a training replaces them.
printf 'a,b,price\n1,2,3\n,4,5\n3,,7\n2,1,4\n' >gaps.csv
"$NNTRAIN" import csv gaps.csv --missing nan --label price --output gaps.h5 >/dev/null || fail "import of gaps"
"$NNTRAIN" check prices.yaml --set 'data={train: {file: gaps.h5}, impute: mean}' >out 2>&1 || fail "check of gaps: $(cat out)"
finish
