#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What h5py and numpy make of a checkpoint: the same predictions to 1e-5. Skipped (code 77) where Python lacks them.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

need_h5py

check() {
    local name=$1 recipe=$2 data=$3
    shift 3
    ranks 2 "$NNTRAIN" train "$recipe" --output "$name" --progress quiet "$@" || fail "$name: exit code $?"
    ranks 2 "$NNTRAIN" predict --model "$name/model.h5" --data "$data" --output "$name.h5" >/dev/null || fail "$name: predict"
    $python "$here/predictions.py" "$name/model.h5" "$data" /test/x "$name.h5" || fail "$name: numpy computes other predictions"
}
check digits "$DATASETS/digits/recipe.yaml" "$DATASETS/digits/digits.h5" --set training.epochs=3
check sine "$DATASETS/theory/sine.yaml" "$DATASETS/theory/sine.h5" --set training.epochs=3

# Missing values: what stands for them is kept in the model, for eval, predict, and a run that goes on.
$python - "$DATASETS/digits/digits.h5" <<'P'
import sys, h5py, numpy as np
with h5py.File(sys.argv[1]) as digits, h5py.File("gaps.h5", "w") as gaps:
    for split in ("train", "test"):
        x = digits[f"/{split}/x"][:].reshape(-1, 64).astype("float32")
        x[np.arange(len(x)) % 7 == 3, 20] = np.nan
        gaps[f"/{split}/x"], gaps[f"/{split}/y"] = x, digits[f"/{split}/y"][:]
    full = digits["/train/x"][:].reshape(-1, 64).astype("float64")
    print("%.9g" % full[np.arange(len(full)) % 7 != 3, 20].mean())
P
cat >gaps.yaml <<'Y'
data: {train: {file: gaps.h5}, test: {file: gaps.h5}, normalize: minmax, impute: mean}
network: {layers: [{units: 32, activation: relu}, {units: 10, activation: softmax}]}
loss: cross_entropy
schedule: constant
training: {epochs: 4}
parallel: {reproducible: true}
Y
gaps() {
    local folder=$1 count=$2
    shift 2
    ranks "$count" "$NNTRAIN" train gaps.yaml --output "$folder" --progress quiet "$@" || fail "$folder: exit code $?"
}
gaps gaps-2 2
gaps gaps-1 1 --set training.epochs=2
gaps gaps-1 3 --resume
h5diff gaps-2/model.h5 gaps-1/model.h5 /model || fail "missing values: resumed, it is another model"
ranks 2 "$NNTRAIN" eval --model gaps-2/model.h5 >eval.txt || fail "missing values: eval: exit code $?"
grep -q "^accuracy 0.[5-9]" eval.txt || fail "missing values: $(cat eval.txt)"
"$NNTRAIN" check gaps.yaml >check.txt 2>&1 || fail "missing values: check: $(tail -n 1 check.txt)"
"$NNTRAIN" train gaps.yaml --output none --set data.impute=none >none.txt 2>&1
[ $? -eq 3 ] && grep -q "row 3 of /train/x holds NaN at position 20; .*data.impute" none.txt || fail "$(cat none.txt)"

# Records of several fields, and some columns of a table: the model of the same numbers in datasets of their own.
$python - <<'P'
import h5py, numpy as np
draw = np.random.default_rng(0)
table = np.zeros(400, dtype=[("id", "i8"), ("age", "f4"), ("size", ">f4"), ("label", "u1"), ("name", "S5")])
table["id"], table["age"], table["size"] = np.arange(400), draw.random(400), draw.random(400)
table["label"] = table["age"] + table["size"] > 1
plain = np.stack([table["age"], table["size"]], 1).astype("f4")
whole = np.stack([table["id"], table["age"], table["size"], table["label"]], 1).astype("f4")
with h5py.File("records.h5", "w") as f:
    for split in ("train", "test"):
        f[f"/{split}/records"], f[f"/{split}/x"], f[f"/{split}/y"] = table, plain, table["label"]
        f[f"/{split}/matrix"] = whole
        f.create_dataset(f"/{split}/chunks", data=whole, chunks=(64, 3), compression="gzip")
P
# columns NAME RANKS X Y MORE...
columns() {
    local name=$1 count=$2 x=$3 y=$4
    shift 4
    cat >"$name.yaml" <<Y
data:
  train: {file: records.h5, x: /train/$x, y: /train/$y}
  test: {x: /test/$x, y: /test/$y}
  normalize: standard
network: {layers: [{units: 4, activation: tanh}, {units: 2, activation: softmax}]}
loss: cross_entropy
training: {epochs: 3, batch: 32}
parallel: {reproducible: true}
Y
    ranks "$count" "$NNTRAIN" train "$name.yaml" --output "$name" --progress quiet --set data.window=1K "$@"
}
columns plain 1 x y || fail "columns: exit code $?"
columns records 2 records records --set 'data.train.x_columns=[age, size]' --set 'data.train.y_columns=[label]' ||
    fail "records: exit code $?"
columns ahead 2 records records --set 'data.train.x_columns=[age, size]' --set 'data.train.y_columns=[label]' \
    --set data.memory=2K || fail "records that stay in the file: exit code $?"
columns matrix 3 matrix y --set 'data.train.x_columns=[1:3]' || fail "columns of a matrix: exit code $?"
columns chunks 1 chunks y --set 'data.train.x_columns=[1, 2]' --set data.memory=4K || fail "columns of chunks: exit code $?"
columns own 2 x y --set data.test.x=/test/matrix --set 'data.test.x_columns=[1:3]' ||
    fail "columns of the test split alone: exit code $?"
for name in records ahead matrix chunks own; do
    h5diff plain/model.h5 $name/model.h5 /model || fail "$name: another model than that of the same numbers alone"
    "$NNTRAIN" eval --model $name/model.h5 | sed 1d >$name.txt
    cmp $name.txt records.txt || fail "$name: eval tells other figures"
done
# refused NAME WORDS SETTINGS...
refused() {
    local name=$1 words=$2
    shift 2
    "$NNTRAIN" train records.yaml --output refused --progress quiet "$@" >refused.txt 2>&1
    [ $? -eq 3 ] && grep -q "$words" refused.txt || fail "$name: $(cat refused.txt)"
}
refused "no fields" 'holds records; name the fields .* its fields are id, age, size, label, name'
refused "an unknown field" 'has no field agee; its fields are id, age' --set 'data.train.x_columns=[agee]'
refused "a text" 'holds no number in its field name' --set 'data.train.x_columns=[name]'
refused "a column too many" 'has no column 4; they are numbered from 0 to 3' --set data.train.x=/train/matrix \
    --set data.test.x=/test/matrix --set 'data.train.x_columns=[4]'
finish
