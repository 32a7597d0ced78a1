#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Targets that are values, of any size: networks learn them scaled, and all that is told and written is in the user's units.
# Skipped (code 77) where Python lacks h5py or numpy.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

python=/usr/bin/python3
$python -c 'import h5py, numpy' 2>/dev/null || {
    echo "needs Python's h5py and numpy" >&2
    exit 77
}
$python - <<'P' || fail "no data"
import h5py, numpy as np
random = np.random.default_rng(1)
x = random.uniform(size=(1500, 10))
friedman = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
times = 1.7e9 + np.round(100 * friedman)
with h5py.File("data.h5", "w") as file:
    for split, rows in ("train", slice(0, 1200)), ("test", slice(1200, None)):
        for name, y in {
            "x": x.astype("f4"),
            "y": np.stack([friedman, 1e4 * (x[:, 0] + x[:, 1] ** 2), 1e-3 * np.sin(6 * x[:, 2])], 1),
            "price": 2e5 * np.exp(0.1 * (friedman - 14)),
            "time": times,
            "seconds": times.astype("i8")[:, None],
            "below": np.where(np.arange(1500) == 70, -2.0, friedman),
        }.items():
            file[f"{split}/{name}"] = y[rows]
P

cat >many.yaml <<'Y'
data: {train: {file: data.h5}, test: {file: data.h5}}
network: {layers: [{units: 100, activation: relu}, {units: 3, activation: linear}]}
loss: mse
optimizer: {name: adam, learning_rate: 0.003}
schedule: constant
training: {epochs: 6, batch: 64}
parallel: {threads: 1, reproducible: true}
Y
cat >one.yaml <<'Y'
data: {train: {file: data.h5, y: /train/price}, test: {file: data.h5, y: /test/price}}
network: {layers: [{units: 64, activation: relu}, {units: 1, activation: linear}]}
loss: mse
optimizer: adam
schedule: constant
training: {epochs: 25, batch: 32}
parallel: {threads: 1}
Y

# run RECIPE NAME RANKS SETTINGS...
run() {
    local recipe=$1 name=$2 count=$3
    shift 3
    ranks "$count" "$NNTRAIN" train "$recipe.yaml" --output "$name" --progress lines "$@" >"$name.out" 2>&1 ||
        fail "$name: exit code $?: $(tail -n 3 "$name.out")"
}
same() {
    h5diff "$1/model.h5" "$2/model.h5" /model || fail "$2: another model than $1's"
    h5diff "$1/model.h5" "$2/model.h5" /target_normalization || fail "$2: other scaled targets than $1's"
    for name in train_loss test_loss test_rmse test_r2; do
        [ "$(field $name "$1/metrics.jsonl")" = "$(field $name "$2/metrics.jsonl")" ] || fail "$2: another $name"
    done
}

# Three outputs of very different size, each learnt.
run many learnt 1 --set training.epochs=150 --set parallel.reproducible=false
grep -q "targets: each output to mean 0, deviation 1 (data.normalize_targets: auto)" learnt.out || fail "$(cat learnt.out)"
"$NNTRAIN" predict --model learnt/model.h5 --data data.h5 --output learnt-out.h5 >/dev/null || fail "predict"
$python - <<'P' || fail "an output is not learnt"
import h5py, json, numpy as np
y, p = h5py.File("data.h5")["test/y"][()], h5py.File("learnt-out.h5")["values"]
assert p.dtype == "f8", p.dtype
p = p[()]
r2 = 1 - ((y - p) ** 2).sum(0) / ((y - y.mean(0)) ** 2).sum(0)
print("R2 of each output:", r2)
assert r2.min() >= 0.95, r2
last = json.loads(open("learnt/metrics.jsonl").readlines()[-1])
for name, value in ("rmse", np.sqrt(((y - p) ** 2).mean(0)).mean()), ("mae", np.abs(y - p).mean()), ("r2", r2.mean()):
    assert abs(last["test_" + name] / value - 1) < 1e-6, (name, last, value)
P
$python "$here/predictions.py" learnt/model.h5 data.h5 /test/x learnt-out.h5 || fail "numpy predicts otherwise"

# The same bits on any number of ranks, from the disk, and left and resumed.
run many many 1
run many many-2 2
run many many-3 3 --set data.memory=24K --set data.window=8K
run many many-3-whole 1 --set data.window=8K
run many many-8 8
grep -q "of rows stay in the file" many-3.out || fail "many-3: its rows were kept in memory"
same many many-2
same many many-8
same many-3-whole many-3
run many left 3 --set training.epochs=3
run many left 2 --resume
same many left

# What targets were scaled by goes on; an older model's were not, and another way is refused.
run many plain 1 --set training.epochs=1 --set data.normalize_targets=none
h5dump -n plain/model.h5 | grep -q target_normalization && fail "targets as they are were scaled"
run many plain-2 1 --set training.epochs=2 --set data.normalize_targets=none
run many plain 2 --resume --set training.epochs=2
h5diff plain/model.h5 plain-2/model.h5 /model || fail "an auto recipe went on with scaled targets"
"$NNTRAIN" train many.yaml --output plain --resume --set data.normalize_targets=minmax >said 2>&1
[ $? -eq 2 ] && grep -q "data.normalize_targets: .* was trained with none, the recipe says minmax" said ||
    fail "resumed another way: $(cat said)"

# Prices, under a few outputs; a stop by figures in dollars.
for activation in linear relu softplus tanh; do
    run one price-$activation 1 --set "network.layers[1].activation=$activation"
    "$NNTRAIN" check one.yaml --set "network.layers[1].activation=$activation" >said 2>&1 ||
        fail "check with $activation: exit code $?: $(tail -n 1 said)"
    # No floor: what is between is that something was learnt, in dollars.
    holds "$(field test_r2 price-$activation/metrics.jsonl) > 0.3" || fail "$activation: $(tail -n 1 price-$activation.out)"
done
holds "$(field test_rmse price-linear/metrics.jsonl) > 1000" || fail "an RMSE of prices in other units"
"$NNTRAIN" inspect price-linear/model.h5 | grep -q "^targets  normalized: standard" || fail "inspect of scaled targets"
"$NNTRAIN" eval --model price-linear/model.h5 >said || fail "eval"
grep -q "(mse of scaled targets)" said || fail "eval: $(cat said)"
run one stopped 1 --set data.validation.fraction=0.2 --set training.stop.metric=rmse --set training.stop.target=90000
grep -q "stop.target is reached" stopped.out || fail "a stop by the RMSE of prices: $(tail -n 8 stopped.out)"

# Seconds since 1970, as floats and as integers.
for y in time seconds; do
    run one $y 2 --set data.train.y=/train/$y --set data.test.y=/test/$y
    holds "$(field test_rmse $y/metrics.jsonl) < 250 && $(field test_r2 $y/metrics.jsonl) > 0.7" ||
        fail "$y: RMSE $(field test_rmse $y/metrics.jsonl), R2 $(field test_r2 $y/metrics.jsonl)"
done

# Weights of outputs, also in nntrain check.
run many weighed 2 --set 'loss={name: mse, output_weights: [1, 0, 2]}' --set training.epochs=3
"$NNTRAIN" check many.yaml --set 'loss={name: huber, output_weights: [1, 0.5, 2]}' >said 2>&1 || fail "check: $(cat said)"

# refused NAME CODE MESSAGE SETTINGS...
refused() {
    local name=$1 code=$2 message=$3
    shift 3
    ranks 3 "$NNTRAIN" train one.yaml --output refused "$@" >said 2>&1
    [ $? -eq "$code" ] && [ "$(grep -c "^nntrain: " said)" -eq 1 ] && grep -q "$message" said ||
        fail "$name: $(cat said)"
}
refused "log of -2" 3 "data.h5: row 70 of /train/below holds -2, and log1p takes the logarithm" \
    --set data.train.y=/train/below --set data.normalize_targets=log1p
refused "bounded" 2 "standard gives targets beyond 1" --set data.normalize_targets=standard \
    --set 'network.layers[1].activation=sigmoid'
run one logs 1 --set data.normalize_targets=log1p --set training.epochs=3
$python - <<'P' || fail "a log1p model restored"
import h5py, json
assert h5py.File("logs/model.h5")["target_normalization"].attrs["kind"] in (b"log1p", "log1p")
P
"$NNTRAIN" predict --model logs/model.h5 --data data.h5 --output logs-out.h5 >/dev/null &&
    $python "$here/predictions.py" logs/model.h5 data.h5 /test/x logs-out.h5 || fail "a log1p model predicts"
finish
