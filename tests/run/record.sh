#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a training records for its report: the same on any number of ranks, cut back where a run goes back, never in the way of
# the training, and without a trace in its model.
. "$(dirname "$0")/lib.sh"

need_h5py
$python - <<'P'
import h5py, numpy as np
random = np.random.default_rng(5)
def write(name, x, y, w=None):
    with h5py.File(name, "w") as file:
        for split in "train", "test":
            file[f"/{split}/x"], file[f"/{split}/y"] = x.astype("f4"), y
            if w is not None:
                file[f"/{split}/w"] = w
x = random.normal(size=(90, 3))
write("values.h5", x, 1000 + 50 * np.stack([x[:, 0] * x[:, 1], x[:, 2]], 1), random.uniform(0.5, 2, 90))
write("labels.h5", x, (np.stack([x[:, 0] > 0, x[:, 1] > x[:, 2]], 1)).astype("f4"))
with h5py.File("labels.h5", "a") as file:
    file["/train/y"].attrs["columns"] = ["left", "above"]
write("plane.h5", x[:, :2] * 10, (x[:, 0] * x[:, 1] > 0).astype("i4"))
write("line.h5", x[:, :1], 3 * x[:, :1] + 1)
write("one.h5", x[:1], np.array([1], "i4"))
write("many.h5", x[:, :2], np.sin(np.arange(300) * x[:, :1]))
write("classes.h5", x[:, :2], np.arange(90, dtype="i4"))
P
cat >recipe.yaml <<'Y'
data: {train: {file: values.h5, w: /train/w}, test: {file: values.h5, w: /test/w}, normalize_targets: standard}
network: {layers: [{units: 6, activation: relu, dropout: 0.2}, {units: 5, activation: tanh, normalization: batch}, {units: 2, activation: linear}]}
loss: mse
optimizer: {name: sgd, learning_rate: 0.05}
schedule: constant
training: {epochs: 4, batch: all}
checkpoint: {keep: 9}
parallel: {slices: 4, reproducible: true, threads: 1}
record: full
Y
layers='network.layers=[{units: 4, activation: tanh}, {units: 2, activation: sigmoid}]'
# train NAME RANKS ARGUMENTS...
train() {
    local name=$1 count=$2 launch=()
    shift 2
    [ "$count" -eq 1 ] || launch=(ranks "$count")
    "${launch[@]}" "$NNTRAIN" train recipe.yaml --output "$name" --progress lines "$@" >"$name.out" 2>"$name.err"
}
done_well() {
    train "$@" || fail "$1: exit code $?: $(cat "$1.err")"
}

# --- ranks, and no trace ---
done_well r1 1
done_well r3 3
mkdir off # of a run that ended before its first checkpoint
echo '{"epoch": 0, "event": "begin"}' | tee off/records.jsonl >off/predictions.h5
echo '<meta name="generator" content="nntrain report 0">' >off/report.html
done_well off 1 --set record=off --set report=off
h5diff r1/model.h5 off/model.h5 /model && h5diff r1/model.h5 r3/model.h5 /model || fail "recording left a trace in the model"
cmp <(cut -d, -f 1-5 r1/metrics.jsonl) <(cut -d, -f 1-5 off/metrics.jsonl) || fail "recording left a trace in the metrics"
h5diff r1/predictions.h5 r3/predictions.h5 || fail "other predictions on 3 ranks"
[ "$(cd off && echo rec* pred* rep*)" = "recipe.yaml pred* rep*" ] || fail "record: off leaves $(ls off)"
mkdir parts
echo mine >parts/report.html
done_well parts 1 --set report=off --set 'record={norms: off, ranks: off, histograms: off, boundary: off, predictions: off}'
[ ! -e parts/predictions.h5 ] && [ "$(<parts/report.html)" = mine ] && [ "$(wc -l <parts/records.jsonl)" -eq 2 ] || fail "parts that are off: $(cat parts/records.jsonl)"

# --- other targets, splits and inputs; one row ---
for count in 1 2; do
    done_well labels$count $count --set 'data={train: {file: labels.h5}, validation: {fraction: 0.3}}' --set "$layers" \
        --set loss=binary_cross_entropy
done
done_well early 1 --set 'data={train: {file: labels.h5}, validation: {fraction: 0.3}}' --set "$layers" \
    --set loss=binary_cross_entropy --set 'training.stop={metric: loss, target: 1e9}' --set training.restore_best=true
done_well none 1 --set 'data={train: {file: labels.h5}}' --set "$layers" --set loss=binary_cross_entropy
[ ! -e none/predictions.h5 ] || fail "predictions without a split"
done_well plane 2 --set 'data={train: {file: plane.h5}, test: {file: plane.h5}, normalize: minmax}' \
    --set 'network.layers=[{units: 4, activation: tanh}, {units: 1, activation: sigmoid}]' --set loss=binary_cross_entropy
done_well line 2 --set 'data={train: {file: line.h5}, normalize: standard, normalize_targets: none}' --set 'network.layers=[{units: 1, activation: linear}]' \
    --set record.surface=4 --set record.predictions=train --set training.batch=30
done_well many 2 --set 'data={train: {file: many.h5}, normalize_targets: none}' --set 'network.layers=[{units: 300, activation: linear}]' --set record.boundary=1000
done_well classes 1 --set 'data={train: {file: classes.h5}}' --set 'network.layers=[{units: 300, activation: softmax}]' --set loss=cross_entropy
[ -s classes/records.jsonl ] && ! grep -q frame classes/records.jsonl || fail "frames of 300 classes"
done_well frozen 1 --set 'network={from: r1/model.h5, freeze: 1}' --set record.predictions=off
done_well one 1 --set 'data={train: {file: one.h5}, test: {file: one.h5}}' --set parallel.slices=1 \
    --set 'network.layers=[{units: 3, activation: relu}, {units: 2, activation: softmax}]' --set loss=cross_entropy
for kind in values:r1 labels:labels1; do
    "$NNTRAIN" predict --model "${kind#*:}/model.h5" --data "${kind%:*}.h5" --x /train/x --output "${kind%:*}-said.h5" >/dev/null ||
        fail "predict: $kind"
done

# --- a run that goes back: to a checkpoint, and to the beginning ---
cp -r r1 resumed
rm resumed/model.h5 resumed/checkpoint-0000000[34].h5
done_well resumed 2 --resume
cp resumed/records.jsonl went-on.jsonl
cp -r r1 complete
done_well complete 1 --resume --set record=off
[ -e complete/predictions.h5 ] || fail "nothing was trained, and the predictions are gone"
done_well complete 1 --resume --set record=off --set training.epochs=5
[ ! -e complete/predictions.h5 ] || fail "predictions of an earlier model remain"
done_well steps 1 --set checkpoint.every="1 steps" --set training.epochs=3
rm steps/model.h5 steps/checkpoint-00000003.h5
done_well steps 1 --resume --set training.epochs=3
mkdir nan
touch nan/predictions.h5
train nan 2 --set optimizer.learning_rate=1e30 --set data.normalize_targets=none
[ $? -eq 4 ] || fail "a divergence: exit code is not 4"
done_well back 2 --set optimizer.learning_rate=1e30 --set data.normalize_targets=none \
    --set training.on_nan='{name: rollback, factor: 1e-34}' --set checkpoint.every="3 epochs"

done_well again 1 --set 'data={train: {file: line.h5}, normalize: standard, normalize_targets: none}' --set training.batch=30 \
    --set 'network.layers=[{units: 1, activation: linear}]' --set record.surface=4 --set optimizer.learning_rate=1e30 \
    --set training.on_nan='{name: rollback, factor: 1e-32}'
grep -q 'back to' again.out || fail "nothing went back: $(cat again.out)"

# --- a run that loses its first records to a full disk, and that a signal stops ---
echo 28 >fault
LD_PRELOAD=$TOOLS/libfaulty_disk.so FAULTY_DISK=$PWD/fault FAULTY_NAME=records.jsonl "$NNTRAIN" train recipe.yaml --output stopped \
    --progress quiet --set 'data={train: {file: plane.h5}, test: {file: plane.h5}}' --set loss=binary_cross_entropy \
    --set 'network.layers=[{units: 1, activation: sigmoid}]' --set training.epochs=1000000 >stopped.out 2>&1 &
until_true 20 has_epochs stopped 2
rm fault
until_true 20 grep -q norms stopped/records.jsonl
kill -TERM $!
wait $!
[ $? -eq 75 ] && [ ! -e stopped/predictions.h5 ] || fail "stopped: $(cat stopped.out; ls stopped)"

# --- a run that fails, and a disk that is full: a warning, and the training goes on ---
rm resumed/model.h5
mkdir -p resumed/model.h5/in-the-way
train resumed 1 --resume --set training.epochs=5
[ $? -eq 5 ] || fail "a model that cannot be written: exit code is not 5"
cp -r r1 full
rm full/records.jsonl full/predictions.h5
ln -s /dev/full full/records.jsonl
mkdir -p full/predictions.h5/in-the-way
done_well full 2 --resume --set training.epochs=7
[ "$(grep -c '^warning' full.out)" -eq 2 ] && grep -q '^warning .*records.jsonl: No space left' full.out &&
    grep -q '^warning .*predictions.h5' full.out || fail "a full disk: $(grep warning full.out)"
h5diff -q full/model.h5 r1/model.h5 /model && fail "a full disk: nothing was trained"
$python - <<'P' || failures=$((failures + 1))
import base64, json, os, h5py, numpy as np

def events(path, name=None):
    lines = [json.loads(line) for line in open(path)]
    return [line for line in lines if name is None or line["event"] == name]

def weights(path):
    with h5py.File(path) as file:
        found = {}
        file["/model"].visititems(lambda name, item: found.update({name: np.array(item, "f8")})
                                  if isinstance(item, h5py.Dataset) and item.dtype.kind == "f" else None)
        return found

def norms_of(values, layers=3):
    return [np.sqrt(sum((v ** 2).sum() for n, v in values.items() if n.startswith(f"layers/{l}/") and "running" not in n)) for l in range(layers)]

r1 = events("r1/records.jsonl")
begin = r1[0]
assert begin["event"] == "begin" and begin["data"]["train_rows"] == 90 and begin["network"]["inputs"] == 3, begin
assert begin["network"]["layers"][1]["normalization"] == "batch" and "epochs: 4" in begin["asked"], begin
assert "agree_every" not in begin["asked"] and begin["hosts"] and len(begin["data"]["digest"]) == 16
assert events("labels1/records.jsonl", "begin")[0]["output_names"] == ["left", "above"] and "output_names" not in begin
early = events("early/records.jsonl", "end")[0]
assert (early["reason"], early["model_epoch"], early["epoch"]) == ("stop.target is reached", 1, 1), early
end = r1[-1]
assert "reason" not in end and "model_epoch" not in end, end
assert end["event"] == "end" and end["state"] == "finished" and end["epoch"] == 4 and end["record_seconds"] > 0, end

# Norms: of the weights in the checkpoint; of gradients, by which plain descent with one batch an epoch moved them.
checkpoints = {e: weights(f"r1/checkpoint-{e:08d}.h5") for e in range(1, 5)}
for path in "r1", "r3":
    norms = events(f"{path}/records.jsonl", "norms")
    assert [n["epoch"] for n in norms] == [1, 2, 3, 4], norms
    for n in norms:
        np.testing.assert_allclose(n["weight"], norms_of(checkpoints[n["epoch"]]), rtol=1e-4)
        if n["epoch"] > 1:
            before, after = checkpoints[n["epoch"] - 1], checkpoints[n["epoch"]]
            np.testing.assert_allclose(n["gradient"], norms_of({k: (before[k] - v) / 0.05 for k, v in after.items()}), rtol=1e-3)

# Histograms: of all weights, of a fixed sample without dropout.
histograms = events("r1/records.jsonl", "histograms")
assert [h["epoch"] for h in histograms] == [1, 4], histograms
for h in histograms:
    for layer, inputs, units in zip(h["layers"], (3, 6, 5), (6, 5, 2)):
        assert sum(layer["weights"]["counts"]) == sum(layer["gradients"]["counts"]) == inputs * units, layer
        assert sum(layer["activations"]["counts"]) == h["rows"] * units and len(layer["weights"]["counts"]) == 64
        assert layer["gradients"]["most"] > layer["gradients"]["least"] and layer["dead"] <= units

# Gradients of all rows, which the next step of plain descent goes by.
w1, w2 = weights("labels1/checkpoint-00000001.h5"), weights("labels1/checkpoint-00000002.h5")
for l, layer in enumerate(events("labels1/records.jsonl", "histograms")[0]["layers"]):
    gradient = (w1[f"layers/{l}/weight"] - w2[f"layers/{l}/weight"]) / 0.05
    np.testing.assert_allclose([layer["gradients"]["least"], layer["gradients"]["most"]], [gradient.min(), gradient.max()], rtol=1e-3)
    for name, values in ("gradients", gradient), ("weights", w1[f"layers/{l}/weight"]): # but for what lies at a border
        assert abs(np.array(layer[name]["counts"]) - np.histogram(values, 64)[0]).sum() <= 2, layer

ranks = events("r3/records.jsonl", "ranks")
assert [r["epoch"] for r in ranks] == [1, 2, 3, 4] and ranks[0]["rank"] == [0, 1, 2], ranks
assert all(len(r[k]) == 3 and min(r[k]) >= 0 for r in ranks for k in ("compute", "wait", "evaluate", "checkpoint", "io", "memory"))
assert min(ranks[0]["memory"]) > 1e6

# Predictions: the bits of nntrain predict, with targets, weights and the worst rows.
with h5py.File("r3/predictions.h5") as p, h5py.File("values-said.h5") as said, h5py.File("values.h5") as data:
    assert p.attrs["split"] in (b"test", "test") and p.attrs["epoch"] == 4 and p.attrs["split_rows"] == 90, dict(p.attrs)
    assert p.attrs["kind"] in (b"values", "values") and p.attrs["classes"] == 0
    assert (p["values"][:] == said["values"][:]).all() and (p["target"][:] == data["test/y"][:]).all()
    np.testing.assert_allclose(p["weight"][:], data["test/w"][:], rtol=1e-7)
    assert (p["row"][:] == np.arange(90)).all()
    off = np.sqrt((((p["values"][:] - p["target"][:]) / data["train/y"][:].std(0)) ** 2).sum(1))
    assert len(p["worst"]) == 32 and (p["worst"][:] == np.argsort(-off, kind="stable")[:32]).all(), p["worst"][:]
    assert (p["worst_x"][:] == data["test/x"][:][p["worst"][:].astype(int)]).all()
with h5py.File("labels1/predictions.h5") as p, h5py.File("labels2/predictions.h5") as q, h5py.File("labels-said.h5") as said, \
        h5py.File("labels.h5") as data:
    assert p.attrs["kind"] in (b"labels", "labels") and p.attrs["split"] in (b"validation", "validation"), dict(p.attrs)
    for name in p:
        assert (p[name][:] == q[name][:]).all(), name
    x = {tuple(row): i for i, row in enumerate(data["train/x"][:])}
    at = [x[tuple(row)] for row in p["worst_x"][:]]
    worst = p["worst"][:].astype(int)
    assert len(worst) > 0 and (p["probabilities"][:][worst] == said["probabilities"][:][at]).all()
    assert ((p["probabilities"][:] >= 0.5) != p["target"][:].astype(bool))[worst].any(1).all()
with h5py.File("plane/predictions.h5") as p:
    assert p.attrs["kind"] in (b"classes", "classes") and p.attrs["classes"] == 2 and p["probabilities"].shape == (90, 1)
    wrong = (p["probabilities"][:, 0] >= 0.5) != p["target"][:]
    assert wrong[p["worst"][:].astype(int)].all() and len(p["worst"]) == min(32, wrong.sum())
with h5py.File("one/predictions.h5") as p:
    assert p["probabilities"].shape == (1, 2) and p["row"][:] == [0]

# Frames: over the range of the training rows, in their units; the last one says what the model does.
def floats(event, key):
    return np.frombuffer(base64.b64decode(event[key]), "<f4")
frames = events("plane/records.jsonl", "frame")
assert [f["epoch"] for f in frames] == [0, 1, 2, 3, 4], [f["epoch"] for f in frames]
with h5py.File("plane.h5") as data:
    x = data["train/x"][:]
    span = x.max(0) - x.min(0)
    np.testing.assert_allclose(frames[-1]["least"], x.min(0) - 0.1 * span, rtol=1e-5)
    np.testing.assert_allclose(frames[-1]["most"], x.max(0) + 0.1 * span, rtol=1e-5)
    w = weights("plane/model.h5")
    grid = floats(frames[-1], "values").reshape(frames[-1]["height"], frames[-1]["width"], 1)
    with h5py.File("plane/predictions.h5") as p: # the point next to each row says about what the model says of the row
        place = (x - frames[-1]["least"]) / (np.array(frames[-1]["most"]) - frames[-1]["least"]) * (np.array(grid.shape[1::-1]) - 1)
        i = np.rint(place).astype(int)
        assert abs(grid[i[:, 1], i[:, 0], 0] - p["probabilities"][:, 0]).max() < 0.1
    assert (floats(frames[0], "values") != floats(frames[-1], "values")).any()

# The surface: the loss of all rows at each point; the way of descent over it, of which one step an epoch is the last.
surface = events("line/records.jsonl", "surface")
with h5py.File("line.h5") as data:
    x, y = data["train/x"][:, 0].astype("f8"), data["train/y"][:, 0]
    a, b = np.meshgrid(np.linspace(-4, 4, surface[0]["width"]), np.linspace(-4, 4, surface[0]["height"]))
with h5py.File("line/model.h5") as model:
    x = (x - model["normalization/offset"][0]) * model["normalization/scale"][0]
    y = y.astype("f8")
loss = floats(surface[0], "loss").reshape(a.shape)
np.testing.assert_allclose(loss, ((a[..., None] * x + b[..., None] - y) ** 2).mean(-1) / 2, rtol=1e-4)
assert len(surface) == 1 and surface[0]["least"] == [-4, -4] and surface[0]["most"] == [4, 4]
path = events("line/records.jsonl", "parameters")
assert [p["step"] for p in path] == list(range(13)), path
one_input = events("line/records.jsonl", "frame")[0]
assert one_input["height"] == 1 and len(floats(one_input, "values")) == one_input["width"] * one_input["outputs"]

# Of many outputs the first six; frames are as many as epochs; a frozen layer has no gradients, nor an epoch without steps.
many = events("many/records.jsonl", "frame")
assert [f["epoch"] for f in many] == [0, 1, 2, 3, 4] and many[0]["outputs"] == 6, many
assert len(floats(many[4], "values")) == 6 * many[4]["width"] * many[4]["height"]
w = weights("many/model.h5")
with h5py.File("many.h5") as data, h5py.File("many/model.h5") as model:
    corner = (np.array(many[4]["least"]) - model["normalization/offset"][:]) * model["normalization/scale"][:]
    said = w["layers/0/weight"][:6] @ corner + w["layers/0/bias"][:6]
    np.testing.assert_allclose(floats(many[4], "values")[:6], said, rtol=1e-4, atol=1e-5)
frozen = events("frozen/records.jsonl", "histograms")[0]["layers"]
assert ["gradients" in layer for layer in frozen] == [False, True, True], frozen
steps = events("steps/records.jsonl", "norms")
assert [n["epoch"] for n in steps] == [1, 2, 3] and steps[1]["gradient"] == [None] * 3 and None not in steps[2]["gradient"], steps

# Going back.
went_on = events("went-on.jsonl")
assert [e["epoch"] for e in went_on if e["event"] == "norms"] == [1, 2, 3, 4]
assert [(e["event"], e["epoch"]) for e in went_on if e["event"] in ("begin", "end")] == [("begin", 0), ("begin", 2), ("end", 4)]
for a, b in zip(events("r1/records.jsonl", "norms"), events("went-on.jsonl", "norms")):
    np.testing.assert_allclose(a["gradient"], b["gradient"], rtol=1e-5)
back = events("back/records.jsonl")
assert [e["epoch"] for e in back if e["event"] == "norms"] == [1, 2, 3, 4] and back[-1]["state"] == "finished", back
diverged = events("nan/records.jsonl", "end")[0]
assert diverged["state"] == "diverged" and "became" in diverged["message"], diverged
assert not os.path.exists("nan/predictions.h5")
again = events("again/records.jsonl")
assert again[0]["event"] == "begin" and [e["step"] for e in again if e["event"] == "parameters"] == list(range(13)), again
stopped = events("stopped/records.jsonl")
assert [e["epoch"] > 0 for e in stopped if e["event"] == "begin"] == [True] and stopped[0]["event"] == "begin", stopped[:9]
assert stopped[-1]["event"] == "end" and stopped[-1]["state"] == "stopped", stopped[-1]
failed = events("resumed/records.jsonl", "end")[-1]
assert failed["state"] == "failed" and "model.h5" in failed["message"] and failed["epoch"] == 5, failed
P
finish
