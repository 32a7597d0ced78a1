#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Classes that are texts: the model of the same classes as numbers, on any number of ranks, from memory or from the
# file; their names stay with the model. Skipped (code 77) where Python lacks h5py or numpy.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

need_h5py

# Numbers are those of the names in their order. The last rows alone have "zebra", and some are of UTF-8.
$python - <<'P'
import h5py, numpy as np
names = ["Löwe", "ant", "bee", "zebra"]
names.sort(key=lambda name: name.encode())
draw = np.random.default_rng(0)
def split(file, group, rows):
    x = draw.random((rows, 6)).astype("f4")
    number = (x[:, 0] * 3).astype(int)
    number[-5:] = 3
    texts = np.array([names[i] for i in number], dtype=object)
    fixed = np.array([text.encode() for text in texts])
    file[f"{group}/x"], file[f"{group}/number"] = x, number.astype("u1")
    file[f"{group}/fixed"] = fixed
    file.create_dataset(f"{group}/variable", data=texts, dtype=h5py.string_dtype())
    column = {"dtype": h5py.string_dtype(), "chunks": (50, 1), "compression": 4}
    file.create_dataset(f"{group}/column", data=texts[:, None], **column)
    spaces = h5py.h5t.C_S1.copy()
    spaces.set_size(8)
    spaces.set_strpad(h5py.h5t.STR_SPACEPAD)
    space = h5py.h5s.create_simple((rows,))
    padded = h5py.h5d.create(file[group].id, b"spaces", spaces, space)
    padded.write(space, space, np.array([text.encode().ljust(8) for text in texts]), spaces)
    record = np.zeros(rows, dtype=[("id", "i4"), ("kind", "S8")])
    record["kind"] = fixed
    file[f"{group}/record"] = record
with h5py.File("zoo.h5", "w") as file:
    split(file, "train", 700)
    split(file, "test", 200)
    file["train/many"] = np.array([b"%d" % i for i in range(700)])
    odd = file["test/fixed"][:]
    odd[7] = b"cow"
    file["test/odd"] = odd
    hole = file["train/fixed"][:]
    hole[650] = b""
    file["train/hole"] = hole
    file["train/long"] = np.array([b"a" * 300] * 700)
with h5py.File("zoo.h5") as zoo, h5py.File("named.h5", "w") as named, h5py.File("turned.h5", "w") as turned:
    for split in ("train", "test"):
        for file in (named, turned):
            file[f"{split}/x"] = zoo[f"{split}/x"][:]
        named[f"{split}/y"] = zoo[f"{split}/number"][:]
        turned[f"{split}/y"] = 4 - zoo[f"{split}/number"][:].astype("i8")
    named["classes"] = np.array([name.encode() for name in names])
    turned["classes"] = np.array([b"other"] + [name.encode() for name in names[::-1]])
P

cat >zoo.yaml <<'Y'
data: {train: {file: zoo.h5, y: /train/number}, test: {y: /test/number}, normalize: standard}
network: {layers: [{units: 8, activation: tanh}, {units: 4, activation: softmax}]}
loss: cross_entropy
training: {epochs: 4, batch: 50}
schedule: constant
parallel: {slices: 7, reproducible: true}
Y
# zoo NAME RANKS SETTINGS...
zoo() {
    local name=$1 count=$2
    shift 2
    ranks "$count" "$NNTRAIN" train zoo.yaml --output "$name" --progress quiet --set data.window=2K "$@" ||
        fail "$name: exit code $?"
}
# same NAME...: another run's model and figures are those of the numbers.
same() {
    for name in "$@"; do
        h5diff number/model.h5 "$name/model.h5" /model || fail "$name: another model than that of the numbers"
        for field in train_loss test_loss test_accuracy; do
            [ "$(field $field number/metrics.jsonl)" = "$(field $field "$name/metrics.jsonl")" ] ||
                fail "$name: another $field"
        done
        "$NNTRAIN" inspect "$name/model.h5" | grep -q "^classes  0 L.*we, 1 ant, 2 bee, 3 zebra$" ||
            fail "$name: inspect names other classes"
    done
}
zoo number 1
for kind in fixed variable column spaces; do
    zoo $kind 1 --set data.train.y=/train/$kind --set data.test.y=/test/$kind
    zoo $kind-3 3 --set data.train.y=/train/$kind --set data.test.y=/test/$kind
    zoo $kind-file 2 --set data.train.y=/train/$kind --set data.test.y=/test/$kind --set data.memory=10K
    same $kind $kind-3 $kind-file
done
both=(--set data.train.y=/train/record --set data.test.y=/test/record --set 'data.train.y_columns=[kind]')
zoo record 2 "${both[@]}"
# Training and test in files of their own, which tell classes in different ways.
named=(--set data.train.file=named.h5 --set data.train.y=/train/y)
zoo named 2 "${named[@]}" --set data.test.file=named.h5 --set data.test.y=/test/y
zoo mixed 2 "${named[@]}" --set data.test.file=zoo.h5 --set data.test.y=/test/variable
turned=(--set data.train.y=/train/fixed --set data.test.file=turned.h5 --set data.test.y=/test/y)
zoo turned 3 "${turned[@]}"
zoo turned-file 1 "${turned[@]}" --set data.memory=20K
same record named mixed turned turned-file

# Left and gone on with, on other ranks and with rows that stay in the file; folds of every class the same share.
both=(--set data.train.y=/train/variable --set data.test.y=/test/variable)
zoo left 1 "${both[@]}" --set training.epochs=2
zoo left 3 "${both[@]}" --set data.memory=10K --resume
same left
fold=(--fold 2/5 --set data.validation.stratified=true)
zoo fold 2 --set data.train.y=/train/fixed --set data.test.y=/test/fixed "${fold[@]}" --set data.memory=12K
zoo fold-number 1 "${fold[@]}"
h5diff fold/model.h5 fold-number/model.h5 /model || fail "a fold: another model"

# What is measured and predicted, of texts, of numbers, and of numbers that the file names otherwise.
"$NNTRAIN" eval --model fixed/model.h5 --data zoo.h5 --y /test/number >number.txt || fail "eval of numbers"
grep -q '  bee$' number.txt || fail "eval names no class: $(cat number.txt)"
for data in "zoo.h5 /test/variable" "zoo.h5 /test/spaces" "turned.h5 /test/y" "named.h5 /test/y"; do
    set -- $data
    ranks 2 "$NNTRAIN" eval --model fixed-3/model.h5 --data "$1" --y "$2" >other.txt || fail "eval of $data"
    cmp <(sed 1d number.txt) <(sed 1d other.txt) || fail "eval of $data tells other figures"
done
for count in 1 3; do
    ranks $count "$NNTRAIN" predict --model variable/model.h5 --data zoo.h5 --output out-$count.h5 >/dev/null ||
        fail "predict"
done
h5diff out-1.h5 out-3.h5 || fail "other predictions on 3 ranks"
$python - <<'P' || fail "predictions have other names than the model's classes"
import h5py
with h5py.File("out-1.h5") as out, h5py.File("variable/model.h5") as model:
    assert out["class_name"].shape == out["class"].shape
    assert (model["classes"][:][out["class"][:]] == out["class_name"][:]).all() and len(set(out["class_name"][:])) > 2
P
"$NNTRAIN" predict --model number/model.h5 --data zoo.h5 --output plain.h5 >/dev/null
h5ls plain.h5 | grep -q class_name && fail "classes without names got some"

# Two texts on a single output.
$python -c '
import h5py, numpy as np
x = np.random.default_rng(1).random((200, 3)).astype("f4")
with h5py.File("two.h5", "w") as file:
    file["x"], file["y"] = x, np.where(x[:, 0] > 0.5, b"yes", b"no")'
cat >two.yaml <<'Y'
data: {train: {file: two.h5, x: x, y: y}, test: {x: x, y: y}}
network: {layers: [{units: 1, activation: sigmoid}]}
loss: binary_cross_entropy
Y
ranks 2 "$NNTRAIN" train two.yaml --output two --progress quiet || fail "two texts: exit code $?"
"$NNTRAIN" eval --model two/model.h5 | grep -q '  yes$' || fail "eval of two texts"

# refused NAME WORDS SETTINGS...: on two ranks, in one sentence.
refused() {
    local name=$1 words=$2
    shift 2
    ranks 2 "$NNTRAIN" train zoo.yaml --output refused --progress quiet "$@" >refused.txt 2>&1
    [ $? -eq 3 ] && [ "$(grep -c "$words" refused.txt)" -eq 1 ] || fail "$name: $(cat refused.txt)"
}
refused "an unknown text" \
    "zoo.h5: row 7 of /test/odd is 'cow', which is none of the 4 classes that were trained (L" \
    --set data.train.y=/train/fixed --set data.test.y=/test/odd
refused "texts beside numbers" "/test/fixed holds texts, but the classes that were trained are numbers" \
    --set data.test.y=/test/fixed
refused "too many texts" "/train/many holds 700 different texts, but the network has 4 outputs" \
    --set data.train.y=/train/many --set data.test.y=/train/many --set data.test.x=/train/x
refused "an empty text" "row 650 of /train/hole is an empty text" --set data.train.y=/train/hole
refused "a long text" "row 0 of /train/long is a text of 300 bytes" --set data.train.y=/train/long
refused "texts as values" "holds 4 different texts such as .*, which are no values" \
    --set data.train.y=/train/fixed --set data.test.y=/test/fixed \
    --set 'network.layers=[{units: 1, activation: linear}]' --set loss=mse
refused "texts as features" "/train/fixed holds text; integers or floats" --set data.train.x=/train/fixed
"$NNTRAIN" eval --model number/model.h5 --data zoo.h5 --y /test/fixed >refused.txt 2>&1
[ $? -eq 3 ] && grep -q "are numbers alone" refused.txt || fail "a model without names: $(cat refused.txt)"
# A class with nearly all rows makes accuracy flatter, which is told once, whoever has which rows.
awk 'BEGIN { print "a,b,y"; for (i = 0; i < 500; i++) print i % 7 "," i % 11 "," (i % 100 == 99 ? "fraud" : "fine") }' >skewed.csv
"$NNTRAIN" import csv skewed.csv --label y --output skewed.h5 >/dev/null || fail "import of skewed classes"
cat >skewed.yaml <<Y
data: {train: {file: skewed.h5}}
network: {layers: [{units: 8, activation: relu}, {units: 2, activation: softmax}]}
loss: cross_entropy
training: {epochs: 1}
Y
for count in 1 3; do
    ranks $count "$NNTRAIN" train skewed.yaml --output skewed-$count >out || fail "skewed classes on $count ranks: exit code $?"
    [ "$(grep -c '^advice   class 0 (fine) has 99.0 % of the rows' out)" = 1 ] || fail "skewed classes on $count ranks: $(cat out)"
done
finish
