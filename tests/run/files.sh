#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Rows that lie in several files: the model of one file that has them all, bit for bit, on any number of ranks, from
# memory or from the files. Skipped (code 77) where Python lacks h5py or numpy.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

need_h5py

# Parts of 1 to 300 rows, chunked, compressed or of another type of the same numbers.
mkdir data other
$python - <<'P'
import h5py, numpy as np
draw = np.random.default_rng(3)
counts = [170, 1, 300, 29, 77, 123]
rows = sum(counts)
x = draw.integers(0, 100, (rows, 4, 3), dtype=np.uint8)
y = x.reshape(rows, 3, -1).sum(2).argmax(1)
names = np.array([b"crow", b"daw", b"rook"])
table = {"x": x, "y": y, "kind": names[y], "w": draw.random(rows).astype("f4"), "value": x.mean((1, 2)).astype("f4")}
def write(path, part, count, **storage):
    with h5py.File(path, "w") as file:
        for name, values in part.items():
            for split in ("train", "test"):
                chunked = name in ("x", "kind") and count > 1
                file.create_dataset(f"{split}/{name}", data=values, **(storage if chunked else {}))
write("all.h5", table, rows)
write("wide.h5", {**table, "x": x.astype("f8")}, rows)
first = 0
for i, count in enumerate(counts):
    part = {name: values[first : first + count] for name, values in table.items()}
    storage = {2: {"chunks": True, "compression": 4}, 4: {"chunks": True}}
    write(f"data/part-{i}.h5", part, count, **storage.get(i, {}))
    write(f"other/part-{i}.h5", {**part, "x": part["x"].astype(["u1", "f4", "i8", ">i2", "f8", "u1"][i])}, count)
    first += count
def odd(name, **changes):
    write(f"odd-{name}.h5", {**{key: values[:50] for key, values in table.items()}, **changes}, 50)
odd("shape", x=x[:50].reshape(50, 12))
odd("kind", y=names[y[:50]])
odd("nan", x=np.full((50, 4, 3), np.nan, "f4"))
odd("rows", y=y[:49])
odd("class", y=np.where(np.arange(50) == 7, 5, y[:50]))
for name, classes in ("named", names), ("other-named", names[::-1]):
    odd(name)
    with h5py.File(f"odd-{name}.h5", "a") as file:
        file["classes"] = classes
P

cat >all.yaml <<'Y'
data: {train: {file: all.h5}, test: {}, normalize: standard, window: 1K}
network: {layers: [{units: 8, activation: tanh}, {units: 3, activation: softmax}]}
loss: cross_entropy
training: {epochs: 3, batch: 40}
schedule: constant
parallel: {slices: 7, reproducible: true}
Y
sed 's#file: all.h5#file: data/part-*.h5#' all.yaml >glob.yaml
sed 's#file: all.h5#files: [data/part-0.h5, data/part-1.h5, "data/part-[2-4].h5", data/part-5.h5]#' all.yaml >list.yaml
sed 's#file: all.h5#file: other/part-*.h5#' all.yaml >other.yaml

# run RECIPE NAME RANKS SETTINGS...
run() {
    local recipe=$1 name=$2 count=$3
    shift 3
    ranks "$count" "$NNTRAIN" train "$recipe.yaml" --output "$name" --progress quiet "$@" || fail "$name: exit code $?"
}
same() {
    h5diff "$1/model.h5" "$2/model.h5" /model || fail "$2: another model than $1's"
    h5diff "$1/model.h5" "$2/model.h5" /normalization || fail "$2: another normalization than $1's"
    for name in train_loss test_loss test_accuracy; do
        [ "$(field $name "$1/metrics.jsonl")" = "$(field $name "$2/metrics.jsonl")" ] || fail "$2: another $name"
    done
}
digest() {
    "$NNTRAIN" inspect "$1/model.h5" | sed -n 's/.*digest //p'
}
run all all 1
for count in 1 2 5; do
    run glob glob-$count $count
    same all glob-$count
done
run list list 2
same all list
[ "$(digest all)" = "$(digest list)" ] || fail "the same rows have another digest"
run glob ahead 2 --set data.memory=6K
run glob ahead-3 3 --set data.memory=4K
same all ahead
same all ahead-3
sed 's#file: all.h5#file: wide.h5#' all.yaml >wide.yaml
run wide wide 1
run other other 2
run other other-ahead 1 --set data.memory=24K
same wide other
same wide other-ahead

# Weights of rows, classes that are texts, values, folds.
also() {
    local name=$1
    shift
    run all "$name-all" 1 "$@"
    run glob "$name-glob" 3 "$@" --set data.memory=12K
    same "$name-all" "$name-glob"
}
also weights --set data.train.w=/train/w --set data.test.w=/test/w
also texts --set data.train.y=/train/kind --set data.test.y=/test/kind
also values --set data.train.y=/train/value --set data.test.y=/test/value --set loss=mse \
    --set 'network.layers=[{units: 1, activation: linear}]'
also fold --fold 2/4
also matrix --set data.train.x=/train/x --set data.augment.image='[4, 3]' --set data.augment.shift=1

# Left and gone on with, from the joined file or from parts.
run glob left 1 --set training.epochs=1
run list left 3 --resume --set training.epochs=2
run all left 2 --resume
same all left
"$NNTRAIN" inspect glob-1/model.h5 | grep -q "data/part-\*.h5, $(cat data/part-*.h5 | wc -c) bytes" ||
    fail "provenance of several files"

# eval and predict.
"$NNTRAIN" eval --model all/model.h5 --data all.h5 | sed 1d >all.txt
for data in "data/part-*.h5" "other/part-*.h5"; do
    ranks 2 "$NNTRAIN" eval --model all/model.h5 --data "$data" | sed 1d >parts.txt
    cmp all.txt parts.txt || fail "eval of $data"
done
"$NNTRAIN" eval --model list/model.h5 | sed 1d | cmp - all.txt || fail "eval of the recipe's list"
"$NNTRAIN" predict --model all/model.h5 --data all.h5 --output all-out.h5 >/dev/null
ranks 2 "$NNTRAIN" predict --model glob-1/model.h5 --output glob-out.h5 >said || fail "predict"
grep -q "700 rows of .*data/part-\*.h5" said || fail "predict: $(cat said)"
h5diff all-out.h5 glob-out.h5 || fail "predict of several files"
"$NNTRAIN" predict --model glob-1/model.h5 --output data/part-3.h5 >said 2>&1
[ $? -eq 2 ] && grep -q "would overwrite" said || fail "predict over a part: $(cat said)"

# What is odd is told with the file it is in, in one sentence.
refused() {
    local name=$1 file=$2 words=$3
    shift 3
    ranks 2 "$NNTRAIN" train list.yaml --output refused --progress quiet \
        --set data.train.files="[$PWD/data/part-0.h5, $PWD/data/part-1.h5, $file]" "$@" >refused.txt 2>&1
    [ $? -eq 3 ] && [ "$(grep -c "$words" refused.txt)" -eq 1 ] || fail "$name: $(cat refused.txt)"
}
refused "another shape" odd-shape.h5 \
    "odd-shape.h5: a row of /train/x is 12, but in .*part-0.h5 it is 4 x 3; files of a split"
refused "another kind" odd-kind.h5 \
    "odd-kind.h5: /train/y holds text, but in .*part-0.h5 it holds int64; files of a split"
refused "too few targets" odd-rows.h5 "odd-rows.h5: /train/x has 50 rows but /train/y has 49"
refused "NaN" odd-nan.h5 "odd-nan.h5: row 0 of /train/x holds NaN"
refused "a class too many" odd-class.h5 \
    "odd-class.h5: row 7 of /train/y is class 5, but labels are the 4 whole numbers 0, 1, 2 and 5, where the network has 3"
refused "a class too many, read again" odd-class.h5 "odd-class.h5: row 7 of /train/y is class 5, but" \
    --set data.memory=12K
refused "other names" "odd-named.h5, odd-other-named.h5" \
    "other-named.h5: /classes are others than those of files before it, .*; files of a split"
refused "a file that is not there" nowhere.h5 "there is no file .*nowhere.h5"
refused "a pattern that finds nothing" "no-*.h5" "there is no file .*no-\*.h5; correct the pattern"
refused "a file named twice" "$PWD/data/part-1.h5" "part-1.h5 is named twice"
refused "no HDF5 file" "$PWD/all.yaml" "all.yaml is not an HDF5 file"
"$NNTRAIN" train list.yaml --set data.train.file=all.h5 >refused.txt 2>&1
[ $? -eq 2 ] && grep -q "data.train: file and files both name its data; keep one" refused.txt ||
    fail "both: $(cat refused.txt)"

# A part that becomes shorter, or goes, while it is in use.
damaged() {
    local name=$1 words=$2
    shift 2
    cp part-2.h5 data/part-2.h5
    ranks 2 "$NNTRAIN" train glob.yaml --set data.memory=6K --set training.epochs=100000 --output "$name" \
        --progress quiet >cut.txt 2>&1 &
    until_true 90 has_checkpoint "$name" || fail "$name: no checkpoint: $(cat cut.txt)"
    "$@" data/part-2.h5
    wait $!
    local code=$?
    [ $code -eq 3 ] && [ "$(grep -c "$words" cut.txt)" -eq 1 ] || fail "$name: exit code $code: $(cat cut.txt)"
    ls "$name"/checkpoint-*.h5 >/dev/null || fail "$name took the checkpoints with it"
}
cp data/part-2.h5 part-2.h5
damaged shorter "part-2.h5 became shorter while it was in use" truncate -s 3000
damaged removed "there is no file .*part-2.h5" rm

# More files than are held open at a time.
$python -c '
import h5py
with h5py.File("all.h5") as file:
    for row in range(0, 700, 7):
        with h5py.File(f"data/many-{row:03}.h5", "w") as part:
            for name in ("train/x", "train/y", "test/x", "test/y"):
                part[name] = file[name][row : row + 7]'
run glob many 1 --set data.train.file="data/many-*.h5" --set data.test.file="data/many-???.h5"
run glob many-ahead 2 --set data.train.file="data/many-*.h5" --set data.test.file="data/many-*.h5" \
    --set data.memory=6K
same all many
same all many-ahead
finish
