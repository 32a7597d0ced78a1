#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What nntrain eval tells: figures of classes, labels and values, on any number of ranks to the last bit, with sample
# weights as of rows repeated; and a metric to stop by that cannot be measured, which is refused. Skipped (code 77) where
# Python lacks h5py or numpy.
. "$(dirname "$0")/lib.sh"

need_h5py

# The same rows twice: with weights of 0 to 3, and each as often as it weighs.
$python - <<'P'
import h5py, numpy as np
draw = np.random.default_rng(3)
x = draw.standard_normal((400, 5)).astype("f4")
noise = lambda columns: 0.7 * draw.standard_normal((400, columns))
data = {
    "x": x,
    "classes": np.argmax(x[:, :4] + noise(4), 1).astype("i4"),
    "truth": (x[:, 0] + noise(1)[:, 0] > 0).astype("f4"),
    "labels": (x[:, :3] + noise(3) > 0).astype("f4"),
    "values": ((x[:, :3] + noise(3)) * [1, 5, 20]).astype("f4"),
    "wide": (x[:, [0] * 25] + noise(25)).astype("f4"),
}
w = draw.integers(0, 4, 400)
with h5py.File("weighted.h5", "w") as weighted, h5py.File("repeated.h5", "w") as repeated:
    for name, values in data.items():
        weighted[name] = values
        repeated[name] = np.repeat(values, w, axis=0)
    weighted["w"] = w.astype("f4")
    weighted["none"] = np.zeros(400, "i4")
P

launch="ranks 2"
# train NAME UNITS ACTIVATION LOSS [SETTINGS...]: to foretell the dataset of that name.
train() {
    local name=$1 units=$2 activation=$3 loss=$4
    shift 4
    cat >"$name.yaml" <<Y
data: {train: {file: weighted.h5, x: x, y: $name, w: w}, validation: {file: weighted.h5, x: x, y: $name, w: w}, normalize: none}
network: {layers: [{units: 8, activation: tanh}, {units: $units, activation: $activation}]}
loss: $loss
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 5, batch: 50, top_k: 2}
Y
    $launch "$NNTRAIN" train "$name.yaml" --output "$name" --progress quiet "$@" 2>"$name.err"
}

# check NAME UNITS ACTIVATION LOSS METRIC: METRIC, in metrics.jsonl and watched, is that of eval.
check() {
    local name=$1 metric=$5 count
    train "$1" "$2" "$3" "$4" --set training.stop.metric="$metric" || fail "$name: $(cat "$name.err")"
    for count in 1 3; do
        ranks $count "$NNTRAIN" eval --model "$name/model.h5" --data weighted.h5 --x x --y "$name" --w w --json \
            >"$name-$count.json" || fail "$name: eval on $count ranks: exit code $?"
        cmp -s "$name-1.json" "$name-$count.json" || fail "$name: $(diff "$name-1.json" "$name-$count.json" | head -n 4)"
    done
    "$NNTRAIN" eval --model "$name/model.h5" --data repeated.h5 --x x --y "$name" --json >"$name-repeated.json"
    $python - "$name" "$metric" <<'P' || fail "$name: figures with weights are not those of repeated rows"
import json, math, sys
name, metric = sys.argv[1:]
weighted, repeated = json.load(open(f"{name}-1.json")), json.load(open(f"{name}-repeated.json"))
last = json.loads(open(f"{name}/metrics.jsonl").readlines()[-1])
assert weighted["rows"] == 400 and weighted["weight"] == repeated["rows"] == repeated["weight"] != 400
assert abs(last[f"validation_{metric}"] - weighted[metric]) < 1e-8
for part in weighted.get("outputs", {}):
    assert last[f"validation_{part}_outputs"] == weighted["outputs"][part]
def compare(one, other, where):
    if isinstance(one, dict):
        assert one.keys() == other.keys() or where == "", where
        for key in one.keys() - {"data", "w", "rows", "loss", "correct"}:
            compare(one[key], other[key], key)
    elif isinstance(one, list):
        assert len(one) == len(other)
        for a, b in zip(one, other):
            compare(a, b, where)
    elif isinstance(one, (int, float)):
        assert math.isclose(one, other, rel_tol=1e-8, abs_tol=1e-12), (where, one, other)
    else:
        assert one == other, where
compare(weighted, repeated, "")
P
    "$NNTRAIN" eval --model "$name/model.h5" --data weighted.h5 --x x --y "$name" --w w >"$name.txt"
    [ "$(sed 1d "$name.txt" | wc -L)" -le 80 ] || fail "$name: more than 80 columns: $(cat "$name.txt")"
}

check classes 4 softmax cross_entropy balanced_accuracy
launch=
check truth 1 sigmoid binary_cross_entropy average_precision
check labels 3 sigmoid binary_cross_entropy f1_micro
check values 3 linear mse r2
check wide 25 linear mse rmse
grep -q '^macro  .*precision' classes.txt || fail "classes: no macro averages: $(cat classes.txt)"
grep -q '^class 1  precision' truth.txt || fail "truth: class 1 is not named: $(cat truth.txt)"
grep -q '^accuracy' truth.txt || fail "truth: floats of 0 and 1 are no classes: $(cat truth.txt)"
grep -q '^micro ' labels.txt || fail "labels: no micro averages: $(cat labels.txt)"
[ "$(grep -cE '^ +[0-2] .*\.' values.txt)" = 3 ] || fail "values: not a line for each output: $(cat values.txt)"
grep -q '25 outputs: .*--json' wide.txt || fail "wide: what is left out is not told: $(cat wide.txt)"

# refused NAME UNITS ACTIVATION LOSS METRIC WORDS: before the first step, with nothing left behind.
refused() {
    local code=0
    rm -rf "$1"
    train "$1" "$2" "$3" "$4" --set training.stop.metric="$5" || code=$?
    [ $code = 2 ] || fail "$5 of $1: exit code $code"
    grep -q "training.stop.metric: $5 needs $6" "$1.err" || fail "$5 of $1: $(cat "$1.err")"
    [ ! -e "$1" ] || fail "$5 of $1: left $(ls "$1")"
}
launch="ranks 2"
refused values 3 linear mse f1 'classes or labels, but .* has values; use loss, mae, rmse or r2'
launch=
refused values 3 linear mse auroc 'classes or labels'
refused labels 3 sigmoid binary_cross_entropy accuracy 'classes, but .* has 3 labels; use loss, .*subset_accuracy'
refused classes 4 softmax cross_entropy rmse 'values, but .* has 4 classes; use loss, accuracy'
refused truth 1 sigmoid binary_cross_entropy hamming_loss 'several labels'
refused none 2 softmax cross_entropy auroc 'rows of two classes at least, but .* has rows of one class alone; use loss, accuracy'
finish
