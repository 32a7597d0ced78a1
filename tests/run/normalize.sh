#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# data.normalize: auto, from files as h5py writes them: what is chosen, told, kept and used again. Skipped (code 77) where
# Python lacks h5py.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

need_h5py
$python - <<'P'
import h5py, numpy as np
draw = np.random.default_rng(0)
rows = 1000
def write(name, x, y, features=None):
    with h5py.File(name, "w") as f:
        f["/train/x"], f["/train/y"], f["/test/x"], f["/test/y"] = x[:800], y[:800], x[800:], y[800:]
        if features:
            f["/features"] = features
# Seconds of 1970 that differ in the last digits alone.
seconds = draw.uniform(0, 100, rows)
late = (seconds > 50).astype("i4")
write("times.h5", 1.7e9 + seconds, late)
write("whole-times.h5", (1.7e9 + seconds).astype("i8")[:, None], late)
bits = draw.random((rows, 12)) < 0.5
write("bool.h5", bits, (bits[:, 0] ^ bits[:, 1]).astype("i4"))
pixels = draw.integers(0, 256, (rows, 6, 6)).astype("u1")
write("pixels.h5", pixels, (pixels[:, :3].sum((1, 2), dtype="i8") > pixels[:, 3:].sum((1, 2), dtype="i8")).astype("i4"))
# A wide range, a constant that another split has not, wrong values in 1 of 100 rows, numbers for names.
table = np.zeros((rows, 5))
table[:, 0] = draw.normal(1e5, 2e4, rows)
table[:, 1] = np.where(np.arange(rows) < 800, 7, 1e6)
table[:, 2] = draw.normal(0, 1, rows)
share = np.array([300, 20, 200, 10, 250, 30, 190])
table[:, 3] = draw.choice([1, 2, 3, 4, 5, 6, 7], rows, p=share / share.sum())
table[:, 4] = draw.random(rows) < 0.005
label = ((table[:, 0] - 1e5) / 2e4 + table[:, 2] > 0).astype("i4")
table[draw.choice(rows, 10, False), 2] = 1e6
write("table.h5", table, label, ["income", "constant", "sensor", "region", "flag"])
P

recipe() {
    cat <<Y
data: {train: {file: $1.h5}, test: {file: $1.h5}}
network: {layers: [{units: 32, activation: relu}, {units: 2, activation: softmax}]}
loss: cross_entropy
optimizer: {name: adam, learning_rate: 0.003}
schedule: constant
training: {epochs: ${2:-60}, batch: 16}
parallel: {reproducible: true}
Y
}
for name in times whole-times bool pixels table; do
    recipe $name >$name.yaml
done
recipe table 4 >short.yaml

# right NAME LEAST TOLD SETTINGS...: trained, it is right for so many; and says how features are scaled.
right() {
    local name=$1 least=$2 told=$3
    shift 3
    "$NNTRAIN" train "$name.yaml" --output "right-$name" --progress lines "$@" >"$name.txt" 2>&1 || fail "$name: exit code $?"
    grep -qF "normalize: $told" "$name.txt" || fail "$name: says $(grep normalize: "$name.txt")"
    holds "$(field test_accuracy "right-$name/metrics.jsonl") >= $least" || fail "$name: $(tail -n 4 "$name.txt")"
}
right times 0.99 "auto (each feature to mean 0, deviation 1)"
right whole-times 0.99 "auto (each feature to mean 0, deviation 1)"
right bool 0.99 "auto (each feature to mean 0, deviation 1; 12 of two values)"
right pixels 0.85 "auto (all features alike, to mean 0 and deviation 1)"
right table 0.65 "auto (each feature to mean 0, deviation 1; 1 of two values; 1 constant)"
grep -qE '^note     feature 2 sensor: a value of 1e\+06 lies .* data.normalize: robust' table.txt || fail "outliers: $(cat table.txt)"
grep -q '^note     feature 3 region: 7 whole numbers' table.txt || fail "codes: $(cat table.txt)"
[ "$(grep -c '^note' times.txt bool.txt pixels.txt whole-times.txt | grep -vc ':0$')" -eq 0 ] || fail "notes of what is sound"
rm -r right-table
right table 0.95 robust --set data.normalize=robust
! grep -q '^note' table.txt || fail "robust: $(grep '^note' table.txt)"
"$NNTRAIN" eval --model right-table/model.h5 | grep -q '^accuracy 0.9[5-9]' || fail "robust: eval differs"
"$NNTRAIN" predict --model right-table/model.h5 --data table.h5 --output p.h5 >/dev/null || fail "robust: predict"
$python "$here/predictions.py" right-table/model.h5 table.h5 /test/x p.h5 || fail "robust: numpy computes other predictions"

# The same bits on any number of ranks, and where rows stay in the file; a run that stopped goes on as it was scaled.
train() {
    local folder=$1 count=$2
    shift 2
    ranks "$count" "$NNTRAIN" train short.yaml --output "$folder" --progress lines "$@" >"$folder.txt" 2>&1 ||
        fail "$folder: exit code $?: $(cat "$folder.txt")"
}
same() {
    h5diff "$1/model.h5" "$2/model.h5" /model && h5diff "$1/model.h5" "$2/model.h5" /normalization ||
        fail "$2: another model than $1's"
}
for kind in auto robust; do
    train $kind-1 1 --set data.normalize=$kind --set data.window=4K
    for count in 2 3 8; do
        train $kind-$count $count --set data.normalize=$kind --set data.window=4K
        same $kind-1 $kind-$count
    done
    train $kind-file 2 --set data.normalize=$kind --set data.window=4K --set data.memory=12K
    grep -q 'of rows stay in the file' $kind-file.txt || fail "$kind: rows did not stay in the file"
    same $kind-1 $kind-file
done
train whole 1
train half 2 --set training.epochs=2
train half 3 --resume
grep -qF 'normalize: auto (standard, as in the checkpoint)' half.txt || fail "resumed: $(grep normalize: half.txt)"
same whole half
# What was chosen may be written out; another kind may not.
train half 1 --resume --set data.normalize=standard --set training.epochs=5
ranks 1 "$NNTRAIN" train short.yaml --output half --resume --set data.normalize=minmax >refused.txt 2>&1
[ $? -eq 2 ] && grep -q 'data.normalize: .* was trained with standard, the recipe says minmax' refused.txt ||
    fail "resumed with another kind: $(cat refused.txt)"
# A model of before there was auto has none where its recipe said nothing, and goes on so.
train before 1 --set data.normalize=none --set training.on_nan=skip --set training.epochs=2
train before 1 --set training.on_nan=skip --resume
grep -qF 'normalize: auto (none, as in the checkpoint)' before.txt || fail "resumed: $(grep normalize: before.txt)"
finish
