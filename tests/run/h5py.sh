#!/usr/bin/env bash
# What h5py and numpy make of a checkpoint: the same predictions to 1e-5. Skipped (code 77) where Python lacks them.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

python=/usr/bin/python3
$python -c 'import h5py, numpy' 2>/dev/null || exit 77

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
"$NNTRAIN" train gaps.yaml --output none --set data.impute=none >none.txt 2>&1
[ $? -eq 3 ] && grep -q "row 3 of /train/x holds NaN at position 20; .*data.impute" none.txt || fail "$(cat none.txt)"
finish
