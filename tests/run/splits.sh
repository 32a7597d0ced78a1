#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Rows carved off for testing and validation, and the splits of eval and predict: each is just what its name says, on any
# number of ranks. What predict writes of classes, labels and values, in HDF5 and as text. Skipped (code 77) where Python
# lacks h5py or numpy.
. "$(dirname "$0")/lib.sh"

python=/usr/bin/python3
$python -c 'import h5py, numpy' 2>/dev/null || { echo "skipped: $python lacks h5py or numpy"; exit 77; }

cat >make.py <<'P'
import h5py, numpy as np
draw = np.random.default_rng(3)
x = draw.normal(size=(600, 4)).astype("f4")
kind = (x[:, 0] > 0.4).astype("u1") + (x[:, 0] > -0.4)
with h5py.File("t.h5", "w") as file:
    file["/train/x"], file["/train/y"] = x, kind
    file["/train/text"] = np.array([b"ant", b'b"e, e', b"cow"])[kind]
    file["/train/two"] = (kind > 1).astype("i4")
    file["/train/value"] = (x[:, 1] * 3).astype("f4")
    file["/train/labels"] = np.stack([x[:, 0] > 0, x[:, 1] > 0, x[:, 2] > 0], 1).astype("f4")
    record = np.zeros(600, dtype=[("x", "f4", 4), ("left", "f4"), ("right, far", "f4")])
    record["x"], record["left"], record["right, far"] = x, x[:, 0] > 0, x[:, 1] > 0
    file["/train/record"] = record
with h5py.File("new.h5", "w") as file:
    file["/x"] = x[:20]
with h5py.File("beside.h5", "w") as file:
    file["/some/rows"], file["/some/y"], file["/other"] = x[:20], kind[:20], x[:, :3]
with h5py.File("both.h5", "w") as file:
    file["/train/x"], file["/train/y"], file["/test/x"], file["/test/y"] = x[:400], kind[:400], x[400:], kind[400:]
with h5py.File("several.h5", "w") as file:
    file["/a"], file["/b"] = x, x
with h5py.File("changed.h5", "w") as file:
    x[7, 0] += 1
    file["/train/x"], file["/train/y"], file["/train/text"] = x, kind, np.array([b"ant", b"bee", b"cow"])[kind]
P
$python make.py

cat >t.yaml <<'Y'
data: {train: {file: t.h5}, test: {fraction: 0.2}, validation: {fraction: 0.1}, normalize: standard}
network: {layers: [{units: 6, activation: tanh}, {units: 3, activation: softmax}]}
loss: cross_entropy
training: {epochs: 3, batch: 20}
parallel: {slices: 8, reproducible: true, threads: 1}
Y
# run NAME RANKS SETTINGS...
run() {
    local name=$1 count=$2
    shift 2
    ranks "$count" "$NNTRAIN" train t.yaml --output "$name" --progress lines "$@" >"$name.out" 2>&1
}
# figures NAME RANKS: eval tells of test and validation rows what the training told of them in the end.
figures() {
    local name=$1 count=$2 split
    for split in test validation; do
        ranks "$count" "$NNTRAIN" eval --model "$name/model.h5" --split $split >eval.out 2>&1 || fail "$name: eval: $(cat eval.out)"
        loss=$(printf '%.6g' "$(field ${split}_loss "$name/metrics.jsonl")")
        accuracy=$(printf '%.4f' "$(field ${split}_accuracy "$name/metrics.jsonl")")
        grep -q "^loss     $loss " eval.out && grep -q "^accuracy $accuracy:" eval.out ||
            fail "$name: $split: $loss $accuracy, but $(cat eval.out)"
        grep -q "^data .*; the [0-9]* $split rows of its 600$" eval.out || fail "$name: $(cat eval.out)"
    done
}
# where NAME RANKS: numbers of the rows of each split, a line each, by what is predicted of them. They come in the order
# of the file, and are together all rows, each once.
where() {
    local split
    for split in test validation train all; do
        ranks "$2" "$NNTRAIN" predict --model "$1/model.h5" --split $split --output $split.h5 >/dev/null || fail "$1: predict $split"
    done
    $python - <<'P'
import h5py
rows = {}
for split in ("all", "test", "validation", "train"):
    with h5py.File(f"{split}.h5") as file:
        rows[split] = [value.tobytes() for value in file["probabilities"][:]]
number = {value: i for i, value in enumerate(rows["all"])}
assert len(number) == 600
numbers = {split: [number[value] for value in rows[split]] for split in ("test", "validation", "train")}
assert all(of == sorted(of) for of in numbers.values())
assert sorted(sum(numbers.values(), [])) == list(range(600))
for of in numbers.values():
    print(*of)
P
}

# The choice is the recipe's: the same on any number of ranks, from memory or from the file, by numbers or by texts.
stratified=(--set data.test.stratified=true --set data.validation.stratified=true --set data.train.y=/train/text)
run plain 1 || fail "plain: $(cat plain.out)"
grep -q "^         432 rows x 4 features" plain.out && grep -q "^         48 rows for validation" plain.out &&
    grep -q "^         120 rows held out for testing" plain.out || fail "plain: $(cat plain.out)"
figures plain 3
where plain 1 >plain.rows || fail "plain: rows of the splits"
run strata 1 "${stratified[@]}" --set data.window=1K || fail "strata: $(cat strata.out)"
run strata-file 3 "${stratified[@]}" --set data.window=1K --set data.memory=3K || fail "strata-file: $(cat strata-file.out)"
h5diff strata-file/model.h5 strata/model.h5 /model || fail "strata: another model from the file on 3 ranks"
figures strata-file 2
where strata 1 >strata.rows || fail "strata: rows of the splits"
where strata-file 2 | cmp - strata.rows || fail "strata: other rows from the file on 2 ranks"
cmp -s plain.rows strata.rows && fail "strata are no others"
$python - <<'P' || fail "strata are not in proportion"
import h5py
with h5py.File("t.h5") as file:
    kind = file["/train/y"][:]
rows = [list(map(int, line.split())) for line in open("strata.rows")]
for of in range(3):
    count = (kind == of).sum()
    assert abs((kind[rows[0]] == of).sum() - count / 5) <= 1 and abs((kind[rows[1]] == of).sum() - count * 0.08) <= 1
P

# Test rows stay when validation comes, goes or changes.
run without 1 --set data.validation.fraction=0.5 || fail "without: $(cat without.out)"
sed -e 's/, validation: {fraction: 0.1}//' -i t.yaml
run alone 1 || fail "alone: $(cat alone.out)"
"$NNTRAIN" predict --model alone/model.h5 --split validation --output none.h5 >none.out 2>&1
[ $? -eq 2 ] && grep -q "holds no validation rows out; --split test takes its test rows" none.out || fail "none: $(cat none.out)"
for name in without alone; do
    for split in all test; do
        "$NNTRAIN" predict --model $name/model.h5 --split $split --output $split.h5 >/dev/null || fail "$name: predict $split"
    done
    $python - <<'P' | cmp - <(head -n 1 plain.rows) || fail "$name: other test rows"
import h5py
rows = {split: [value.tobytes() for value in h5py.File(f"{split}.h5")["probabilities"][:]] for split in ("all", "test")}
print(*[rows["all"].index(value) for value in rows["test"]])
P
done
run alone 2 --resume --set training.epochs=4 || fail "resumed: $(cat alone.out)"
run alone 2 --resume --set training.epochs=5 --set data.test.fraction=0.3
[ $? -eq 2 ] && grep -q "data.test.fraction: .* was trained with 0.2, the recipe says 0.3" alone.out || fail "$(cat alone.out)"
run alone 2 --resume --set training.epochs=5 --set data.test.stratified=true
[ $? -eq 2 ] && grep -q "data.test.stratified: .* was trained with 0" alone.out || fail "$(cat alone.out)"

# Few rows: what can be is, what cannot be is told.
few=(--set data.validation.fraction=0.1 --set training.batch=all)
$python -c '
import h5py
with h5py.File("t.h5") as all, h5py.File("15.h5", "w") as few, h5py.File("4.h5", "w") as four:
    for name in ("x", "y"):
        few[f"/train/{name}"], four[f"/train/{name}"] = all[f"/train/{name}"][:15], all[f"/train/{name}"][:4]'
for strata in false true; do
    run few-$strata 3 --set data.train.file=15.h5 "${few[@]}" --set parallel.slices=4 --set data.test.stratified=$strata ||
        fail "15 rows: $(cat few-$strata.out)"
    grep -q "^         11 rows x" few-$strata.out && grep -q "^         1 row for validation" few-$strata.out &&
        grep -q "^         3 rows held out" few-$strata.out || fail "15 rows: $(cat few-$strata.out)"
done
run few-auto 2 --set data.train.file=15.h5 --set data.test.fraction=0.5 --set data.validation.fraction=0.1 \
    --set training.batch=auto --set parallel.slices=auto || fail "15 rows, auto: $(cat few-auto.out)"
grep -q "^         6 rows x" few-auto.out && grep -q "^batch    4 rows" few-auto.out || fail "15 rows, auto: $(cat few-auto.out)"
"$NNTRAIN" eval --model few-auto/model.h5 | grep -q "; the 8 test rows of its 15$" || fail "eval of 15 rows"
run small 2 --set data.train.file=4.h5 "${few[@]}" --set parallel.slices=2 --set data.test.fraction=0.1
[ $? -eq 2 ] && grep -q "data.test: a share of 0.1 of the 4 rows of /train/x in .* is no row at all" small.out || fail "4 rows: $(cat small.out)"

# A file of its own.
said() {
    "$NNTRAIN" "$@" >said 2>&1
    code=$?
}
said predict --model plain/model.h5 --data new.h5 --output p.h5
[ $code -eq 0 ] && grep -q "^data     new.h5: /x; all rows$" said || fail "new rows: $(cat said)"
said eval --model plain/model.h5 --data new.h5
[ $code -eq 3 ] && grep -q "new.h5: /y does not exist" said || fail "new rows without targets: $(cat said)"
said eval --model plain/model.h5 --data beside.h5
[ $code -eq 0 ] && grep -q "^data     beside.h5: /some/rows, /some/y; all rows$" said || fail "beside: $(cat said)"
said eval --model plain/model.h5 --data both.h5
[ $code -eq 0 ] && grep -q "^data .*/train/x, /train/y; all rows (there is also /test/x: choose with --split or --x)$" said ||
    fail "both: $(cat said)"
said eval --model plain/model.h5 --data both.h5 --x /test/x
[ $code -eq 0 ] && grep -q "^data     both.h5: /test/x, /test/y; all rows" said || fail "both, --x: $(cat said)"
said predict --model plain/model.h5 --data several.h5 --output p.h5
[ $code -eq 3 ] && grep -q "several.h5 has several datasets of 4 features a row: /a, /b; choose one with --x" said || fail "several: $(cat said)"
printf 'a,b,y\n1,2,0.5\n3,,0.7\n' >another.csv # whose rows would be complained of as well
said import csv another.csv --label y --missing nan --output another.h5
said eval --model plain/model.h5 --data another.h5
[ $code -eq 3 ] && grep -q "another.h5: /train/x has 2 features a row, the model takes 4" said || fail "another table: $(cat said)"
said eval --model plain/model.h5 --data t.h5
[ $code -eq 0 ] && grep -q "^data     t.h5: /train/x, /train/y; all rows, those trained on among them$" said || fail "the training's rows: $(cat said)"
said eval --model plain/model.h5 --data t.h5 --split test
[ $code -eq 0 ] && grep -q "; the 120 test rows of its 600$" said || fail "the training's file: $(cat said)"
said eval --model plain/model.h5 --data changed.h5 --split test
[ $code -eq 3 ] && grep -q "changed.h5 holds other rows than plain/model.h5 was trained on" said || fail "changed: $(cat said)"
said eval --model plain/model.h5 --x /train/x
[ $code -eq 2 ] && grep -q "^nntrain: --x: the test rows are carved off" said || fail "other names: $(cat said)"
said eval --model plain/model.h5 --split rest
[ $code -eq 2 ] && grep -q "'rest' is none of train, validation, test, all" said || fail "no split: $(cat said)"
ranks 9 "$NNTRAIN" eval --model plain/model.h5 >said 2>&1
[ $? -eq 2 ] && grep -q "9 ranks cannot share the 8 slices" said || fail "9 ranks: $(cat said)"

# Classes, labels and values, as HDF5 and as text, whose numbers are the same to the last bit.
one='network.layers=[{units: 1, activation: sigmoid}]'
three='network.layers=[{units: 3, activation: sigmoid}]'
run two 1 --set data.train.y=/train/two --set "$one" --set loss=binary_cross_entropy --set data.test.stratified=true || fail "two: $(cat two.out)"
run rest 1 --set "$three" --set loss=binary_cross_entropy || fail "rest: $(cat rest.out)"
run labels 1 --set data.train.y=/train/labels --set "$three" --set loss=binary_cross_entropy || fail "labels: $(cat labels.out)"
run values 1 --set data.train.y=/train/value --set 'network.layers=[{units: 1, activation: linear}]' --set loss=mse || fail "values: $(cat values.out)"
run named 1 --set data.train.x=/train/record --set 'data.train.x_columns=[x]' --set data.train.y=/train/record \
    --set 'data.train.y_columns=[left, "right, far"]' --set 'network.layers=[{units: 2, activation: sigmoid}]' \
    --set loss=binary_cross_entropy || fail "named: $(cat named.out)"
for name in strata plain two rest labels values named; do
    "$NNTRAIN" predict --model $name/model.h5 --output $name.h5 >said || fail "$name: predict"
    ranks 3 "$NNTRAIN" predict --model $name/model.h5 --output $name.csv >said || fail "$name: predict to CSV"
done
$python - <<'P' || fail "predictions are not what they should be"
import csv, h5py, numpy as np
def read(name):
    with open(f"{name}.csv", newline="") as text:
        header, *rows = csv.reader(text)
    with h5py.File(f"{name}.h5") as file:
        return header, rows, {key: file[key][:] for key in file}
def column(header, rows, name, type):
    return np.array([row[header.index(name)] for row in rows]).astype(type)
names = ["ant", 'b"e, e', "cow"]
header, rows, file = read("strata")
assert header == ["class", "class_name"] + [f"p_{name}" for name in names] and sorted(file) == ["class", "class_name", "probabilities"]
assert (column(header, rows, "class", int) == file["class"]).all() and len(rows) == 120
assert [row[1].encode() for row in rows] == list(file["class_name"]) and 'b"e, e' in (row[1] for row in rows)
for name, width, head in (("plain", 3, ["class"]), ("two", 1, ["class"]), ("rest", 3, ["class"])):
    header, rows, file = read(name)
    assert header == head + (["p_1"] if width == 1 else ["p_0", "p_1", "p_2"]) and sorted(file) == ["class", "probabilities"]
    for i in range(width):
        assert (column(header, rows, header[1 + i], "f4") == file["probabilities"][:, i]).all()
header, rows, file = read("labels")
assert header == ["label_0", "label_1", "label_2", "p_0", "p_1", "p_2"] and sorted(file) == ["labels", "probabilities"]
assert (file["labels"] == (file["probabilities"] >= 0.5)).all() and file["labels"].dtype == "u1" and 0 < file["labels"].mean() < 1
for i in range(3):
    assert (column(header, rows, f"label_{i}", int) == file["labels"][:, i]).all()
    assert (column(header, rows, f"p_{i}", "f4") == file["probabilities"][:, i]).all()
header, rows, file = read("values")
assert header == ["y"] and (column(header, rows, "y", "f8") == file["values"][:, 0]).all() and sorted(file) == ["values"]
header, rows, file = read("named")
assert header == ["left", "right, far", "p_left", "p_right, far"] and list(file["names"]) == [b"left", b"right, far"]
P
# Columns of targets that are named anew.
said eval --model named/model.h5 --split all --label left,left
[ $code -eq 0 ] || fail "--label: $(cat said)"
mv said twice
said eval --model named/model.h5 --split all
cmp -s said twice && fail "--label makes no difference"
said eval --model named/model.h5 --split all --label left,
[ $code -eq 2 ] && grep -q "^nntrain: --label: a name is empty" said || fail "--label: $(cat said)"

# A full disk: one sentence, the old file as it was, and nothing beside it.
cp labels.csv old.csv
echo 28 >fault
FAULTY_DISK=$work/fault FAULTY_NAME=.partial LD_PRELOAD=$TOOLS/libfaulty_disk.so \
    "$NNTRAIN" predict --model labels/model.h5 --split all --output old.csv >out 2>err
[ $? -eq 5 ] && [ "$(grep -c "^nntrain: cannot write old.csv: No space left on device" err)" -eq 1 ] || fail "a full disk: $(cat err)"
cmp -s labels.csv old.csv && [ ! -e old.csv.partial ] || fail "a full disk leaves something behind"
said predict --model labels/model.h5 --output none/p.csv
[ $code -eq 5 ] && grep -q "cannot write none/p.csv: No such file" said || fail "no folder: $(cat said)"

# Several labels of a table of text.
awk 'BEGIN { print "a,left,b,right"; for (i = 0; i < 60; i++) print i % 7 "," (i % 7 > 3) "," i % 5 / 4 "," (i % 5 > 2) }' >table.csv
said import csv table.csv --label right,left --output table.h5
[ $code -eq 0 ] && grep -q "60 rows x 2 features" said || fail "import csv --label right,left: $(cat said)"
$python - <<'P' || fail "several labels of a table"
import h5py, numpy as np
i = np.arange(60)
with h5py.File("table.h5") as file:
    assert file["/train/y"].shape == (60, 2) and list(file["labels"][:]) == [b"right", b"left"] and "classes" not in file
    assert (file["/train/y"][:] == np.stack([i % 5 > 2, i % 7 > 3], 1)).all() and list(file["features"][:]) == [b"a", b"b"]
    assert (file["/train/x"][:] == np.stack([i % 7, i % 5 / 4], 1).astype("f4")).all()
P
said import csv table.csv --label left,left --output twice.h5
[ $code -eq 2 ] && grep -q "column left is named twice" said || fail "a label twice: $(cat said)"
said import csv table.csv --label left --label right --output twice.h5
[ $code -eq 2 ] && grep -q "several columns with commas in between: --label left,right" said || fail "two --label: $(cat said)"
finish
