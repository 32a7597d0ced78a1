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
finish
