#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Whole-number labels that are not 0 to K-1: the model of the same classes as 0 to K-1, on any number of ranks, from
# memory, from the file and from several files, with the labels as names; and targets that fit no network or loss.
# Skipped (code 77) where Python lacks h5py or numpy.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

need_h5py

# The last rows alone have class 2.
$python - <<'P'
import h5py, numpy as np
draw = np.random.default_rng(0)
huge, tens = np.array([-(2**40), 1000000007, 2**62]), np.array([10, 20, 30])
def split(file, group, rows):
    x = draw.random((rows, 6)).astype("f4")
    three, two = (x[:, 0] * 2).astype(int), (x[:, 1] > 0.5).astype(int)
    three[-5:] = 2
    hot = np.eye(3, dtype="f4")
    file[f"{group}/x"] = x
    for name, y in {
        "y": three.astype("u1"), "from1": three + 1, "tens": tens[three].astype("i2"), "huge": huge[three],
        "float": three.astype("f8"), "float10": tens[three].astype("f4")[:, None], "hot": hot[three],
        "two": two.astype("i4"), "float_two": two.astype("f4"), "signs": 2 * two - 1, "float_signs": (2 * two - 1).astype("f4"), "bool": two > 0,
        "real": x[:, 2], "text": np.array([b"ant", b"bee", b"cow"])[three], "signed": three * 3 - 2,
        "beyond": np.array([1, 2, 2**63 + 1], "u8")[three], "ids": np.arange(rows) * 7919}.items():
        file[f"{group}/{name}"] = y
    hot = hot[three]
    for name, row in {"sum": [1, 1, 0], "negative": [1.5, -0.5, 0]}.items():
        odd = hot.copy()
        odd[57] = row
        file[f"{group}/{name}"] = odd
with h5py.File("all.h5", "w") as file:
    split(file, "train", 700)
    split(file, "test", 200)
    odd = file["test/tens"][:]
    odd[7] = 40
    file["test/odd"] = odd
with h5py.File("all.h5") as all, h5py.File("named.h5", "w") as named, h5py.File("others.h5", "w") as others:
    for i, rows in enumerate((slice(0, 300), slice(300, 700))):
        with h5py.File(f"part-{i}.h5", "w") as part:
            part["train/x"], part["train/y"] = all["train/x"][rows], all["train/tens"][rows]
    named["train/x"], named["train/y"] = all["train/x"][:], all["train/y"][:]
    for file in (named, others):
        file["test/x"] = all["test/x"][:]
    # Numbers of classes that the file names by the labels, in another order; and names of something else.
    named["test/y"], named["classes"] = 2 - all["test/y"][:].astype("i4"), np.array([b"30", b"20", b"10"])
    others["test/y"], others["classes"] = all["test/tens"][:], np.array([b"one", b"two"])
P
cat >all.yaml <<'Y'
data: {train: {file: all.h5}, test: {}, normalize: standard}
network: {layers: [{units: 8, activation: tanh}, {units: 3, activation: softmax}]}
loss: {name: cross_entropy, class_weights: [1, 2, 3]}
training: {epochs: 4, batch: 50}
optimizer: {name: sgd, learning_rate: 0.1, momentum: 0.9}
schedule: constant
parallel: {slices: 7, reproducible: true}
checkpoint: {every: 4 epochs}
Y
# labels NAME RANKS Y SETTINGS...
labels() {
    local name=$1 count=$2 y=$3
    shift 3
    local start=(ranks "$count")
    [ "$count" -gt 1 ] || start=()
    "${start[@]}" "$NNTRAIN" train all.yaml --output "$name" --progress lines --set data.window=2K \
        --set data.train.y=/train/$y --set data.test="{y: /test/$y}" "$@" >"$name.txt" 2>&1 ||
        fail "$name: exit code $?: $(cat "$name.txt")"
}
# same OTHER NAME...: another run's model and figures are those of a run.
same() {
    local other=$1
    shift
    for name in "$@"; do
        h5diff "$other/model.h5" "$name/model.h5" /model || fail "$name: another model than $other's"
        for field in train_loss test_loss test_accuracy; do
            [ "$(field $field "$other/metrics.jsonl")" = "$(field $field "$name/metrics.jsonl")" ] ||
                fail "$name: another $field"
        done
    done
}
# told NAME LINE: once in the start block.
told() {
    [ "$(grep -c "^         $2\$" "$1.txt")" -eq 1 ] || fail "$1 does not say '$2' once: $(cat "$1.txt")"
}
labels plain 1 y
for y in from1 tens huge float float10; do
    labels $y 1 $y
    labels $y-file 1 $y --set data.memory=10K
    same plain $y $y-file
done
for y in tens float10; do
    labels $y-3 3 $y
    labels $y-2 2 $y --set data.memory=10K
    same plain $y-3 $y-2
done
grep -q "labels .* are" plain.txt && fail "labels 0 to 2 are told of"
told from1 "labels 1 to 3 are classes 0 to 2"
told tens-3 "labels 10, 20 and 30 are classes 0 to 2"
told huge "labels -1099511627776, 1000000007 and 4611686018427387904 are classes 0 to 2"
told float "labels 0 to 2, whole numbers in floats, are classes"
told float10 "labels 10, 20 and 30 are classes 0 to 2"
"$NNTRAIN" inspect huge/model.h5 | grep -q "^classes  0 -1099511627776, 1 1000000007, 2 4611686018427387904$" ||
    fail "inspect names other classes"
labels more 1 from1 --set network.layers[1].units=4 --set loss=cross_entropy
grep -q "labels .* are" more.txt && fail "labels that fit are mapped"

# Several files, the first of which has two of the labels alone; strata of a fold; a training that is gone on with.
for memory in auto 10K; do
    labels parts-$memory 2 y --set data.train.file='part-*.h5' --set data.test='{file: all.h5, y: /test/tens}' \
        --set data.memory=$memory
    same plain parts-$memory
done
fold=(--fold 2/5 --set data.validation.stratified=true)
labels fold 1 y "${fold[@]}"
labels fold-tens 3 tens "${fold[@]}" --set data.memory=12K
same fold fold-tens
labels left 1 tens --set training.epochs=2
labels left 3 tens --set data.memory=10K --resume
same plain left

# Two labels, of a single sigmoid and of two outputs.
single=(--set 'network.layers=[{units: 8, activation: tanh}, {units: 1, activation: sigmoid}]'
    --set loss=binary_cross_entropy)
labels two 1 two "${single[@]}"
for y in signs float_signs float_two bool; do
    labels $y 1 $y "${single[@]}"
    labels $y-file 1 $y "${single[@]}" --set data.memory=10K
    same two $y $y-file
done
told signs "labels -1 and 1 are classes 0 and 1"
told float_two "labels 0 and 1, whole numbers in floats, are classes"
labels fold-two 1 two "${single[@]}" "${fold[@]}"
labels fold-float 2 float_two "${single[@]}" "${fold[@]}" --set data.memory=12K
same fold-two fold-float
told float_signs "labels -1 and 1 are classes 0 and 1"
grep -q "labels .* are" bool.txt && fail "truth values are told of"
labels signs-two 1 signs --set network.layers[1].units=2 --set loss=cross_entropy
told signs-two "labels -1 and 1 are classes 0 and 1"

# Rows that were carved off are told again by the digest of the labels as they are.
labels carved-tens 1 tens --set 'data.test={fraction: 0.3}'
"$NNTRAIN" eval --model carved-tens/model.h5 >carved.txt || fail "eval of carved rows"
grep -q "^rows     210" carved.txt && [ "$(sed -n 's/^accuracy \([0-9.]*\):.*/\1/p' carved.txt)" = "$(printf %.4f "$(field test_accuracy carved-tens/metrics.jsonl)")" ] ||
    fail "eval of carved rows: $(cat carved.txt)"

# The model knows its labels, in files with and without names, in every type.
"$NNTRAIN" eval --model tens/model.h5 >tens-eval.txt || fail "eval"
grep -q '  20$' tens-eval.txt || fail "eval names no label: $(cat tens-eval.txt)"
for data in "all.h5 /test/tens" "all.h5 /test/float10" "named.h5 /test/y" "others.h5 /test/y"; do
    set -- $data
    "$NNTRAIN" eval --model tens-3/model.h5 --data "$1" --y "$2" >other.txt || fail "eval of $data"
    cmp <(sed 1d tens-eval.txt) <(sed 1d other.txt) || fail "eval of $data tells other figures"
done
ranks 3 "$NNTRAIN" eval --model tens/model.h5 --data all.h5 --y /test/tens | sed 1d | cmp - <(sed 1d tens-eval.txt) ||
    fail "eval on 3 ranks tells other figures"
for count in 1 3; do
    ranks $count "$NNTRAIN" predict --model tens/model.h5 --data all.h5 --output out-$count.h5 >/dev/null ||
        fail "predict"
done
h5diff out-1.h5 out-3.h5 || fail "other predictions on 3 ranks"
"$NNTRAIN" predict --model signs/model.h5 --data all.h5 --output signs.h5 >/dev/null || fail "predict of signs"
$python - <<'P' || fail "predictions have other names than the labels"
import h5py
for name, labels in {"out-1.h5": [b"10", b"20", b"30"], "signs.h5": [b"-1", b"1"]}.items():
    with h5py.File(name) as out:
        assert [labels[i] for i in out["class"][:]] == list(out["class_name"][:]) and len(set(out["class"][:])) > 1
P

# Values.
linear=(--set 'network.layers=[{units: 8, activation: tanh}, {units: 1, activation: linear}]' --set loss=mse)
for y in y signed float; do
    labels value-$y 1 $y "${linear[@]}"
    labels value-$y-file 1 $y "${linear[@]}" --set data.memory=10K
    same value-$y value-$y-file
done
same value-y value-float
told value-y "the 3 whole numbers from 0 to 2 are predicted as values; for classes end the network with softmax over 3 units"
told value-signed \
    "the 3 whole numbers -2, 1 and 4 are predicted as values; for classes end the network with softmax over 3 units"
labels value-real 1 real "${linear[@]}"
grep -q "whole" value-real.txt && fail "real numbers are whole"

# refused Y WORDS SETTINGS...: in one sentence.
refused() {
    local y=$1 words=$2
    shift 2
    "${together[@]}" "$NNTRAIN" train all.yaml --output refused --progress quiet --set loss=cross_entropy \
        --set data.train.y=/train/$y --set data.test="{y: /test/$y}" "$@" >refused.txt 2>&1
    [ $? -eq 3 ] && [ "$(grep -c -- "$words" refused.txt)" -eq 1 ] || fail "$y: $(cat refused.txt)"
}
together=(ranks 2)
refused tens "row 0 of /train/tens is class .0, but labels are the 3 whole numbers 10, 20 and 30, where the network has 4 outputs; give the last layer 3 units" \
    --set network.layers[1].units=4
refused sum "row 57 of /train/sum sums to 2, but cross_entropy takes the probability of each class"
together=()
refused from1 "labels are the 3 whole numbers from 1 to 3, where the network has 2 outputs; give the last layer 3 units" \
    --set network.layers[1].units=2
refused y "labels are the 3 whole numbers from 0 to 2, where a single sigmoid tells two classes apart; end the network with softmax over 3 units" \
    "${single[@]}"
refused float "labels are the 3 whole numbers from 0 to 2, where a single sigmoid" "${single[@]}"
refused y "is class 2, but /classes names 3 classes, where the network tells 2 apart; end it with softmax over 3 units" \
    --set network.layers[1].units=2 --set data.train.file=named.h5
refused ids "labels are the 700 whole numbers 0, 7919, 15838, ..., 5535381, .*or, for values to be predicted, 1 linear unit"
refused beyond "is class 9223372036854775807 or more"
refused real "row 0 of /train/real is 0.[0-9]*, but softmax over 3 units tells classes apart; .*, or, for values to be predicted, end the network with 1 linear unit"
refused text "holds 3 different texts such as 'ant', which are no values to be predicted; end the network with softmax over 3 units" \
    "${linear[@]}"
refused negative "row 57 of /train/negative holds -0.5 at position 1, but cross_entropy takes the probability of each"
refused negative "row 57 of /train/negative holds 1.5 at position 0, but binary_cross_entropy takes targets from 0 to 1" \
    --set network.layers[1].activation=sigmoid --set loss=binary_cross_entropy
refused negative "row 57 of /train/negative holds 1.5 at position 0, but iou takes targets from 0 to 1" --set loss=iou
refused real "row 0 of /train/real is 0.*, but sigmoid over 3 units tells classes apart" \
    --set network.layers[1].activation=sigmoid --set loss=binary_cross_entropy
refused tens "row 7 of /test/odd is '40', which is none of the 3 classes that were trained (10, 20, 30)" \
    --set data.test='{y: /test/odd}'
"$NNTRAIN" eval --model tens/model.h5 --data all.h5 --y /test/y >refused.txt 2>&1
[ $? -eq 3 ] && grep -q "is '[01]', which is none of the 3 classes that were trained (10, 20, 30)" refused.txt ||
    fail "numbers of classes where there were labels: $(cat refused.txt)"
finish
