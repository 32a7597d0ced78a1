#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# nntrain export onnx and import-model: a model goes there and back with the same predictions, goes on being trained, and a
# build without protobuf-c says how to get it.
. "$(dirname "$0")/lib.sh"
golden=$SOURCE/tests/golden/models

"$NNTRAIN" generate circles --rows 200 --output c.h5 >/dev/null || fail "generate"
cat >c.yaml <<'Y'
data: {train: {file: c.h5}, test: {fraction: 0.2}, normalize: robust, impute: mean}
network: {layers: [{units: 8, activation: gelu, normalization: batch, dropout: 0.1}, {units: 2, activation: softmax}]}
loss: cross_entropy
training: {epochs: 3}
Y
"$NNTRAIN" train c.yaml --output run >out 2>&1 || fail "train: $(cat out)"
if ! "$NNTRAIN" export onnx run/model.h5 --output m.onnx >out 2>&1; then
    grep -q 'this nntrain was built without onnx; install protobuf-c (Debian: libprotobuf-c-dev, protobuf-c-compiler)' out ||
        fail "export onnx: $(cat out)"
    "$NNTRAIN" import-model "$golden/torch_batch_norm.onnx" --output t.h5 2>err
    [ $? -eq 3 ] && grep -q 'this nntrain was built without onnx' err || fail "import without ONNX: $(cat err)"
    finish
fi
grep -q '^wrote    m.onnx (.*)$' out || fail "export says: $(cat out)"
head -c 2 m.onnx | cmp - <(printf '\010\010') || fail "the file does not begin with IR version 8"

# --- there and back ---
"$NNTRAIN" export onnx run/model.h5 --keep-norms --output kept.onnx >out 2>&1 || fail "export: $(cat out)"
"$NNTRAIN" import-model kept.onnx --output back.h5 >out 2>&1 || fail "import-model: $(cat out)"
for group in /model /normalization /recipe; do
    h5diff run/model.h5 back.h5 $group >out 2>&1 && [ ! -s out ] || fail "there and back differ: $(cat out)"
done
"$NNTRAIN" import-model m.onnx --output folded.h5 >out 2>&1 || fail "import-model: $(cat out)"
for model in run/model back folded; do
    "$NNTRAIN" predict --model $model.h5 --data c.h5 --x /test/x --output "$(basename $model).p.h5" >out 2>&1 ||
        fail "predict by $model: $(cat out)"
done
h5diff model.p.h5 back.p.h5 >out 2>&1 || fail "other predictions: $(cat out)"
h5diff -d 2e-6 model.p.h5 folded.p.h5 >out 2>&1 || fail "other predictions with batch norm in the weights: $(cat out)"
"$NNTRAIN" predict --model m.onnx --data c.h5 --x /test/x --output p.h5 >out 2>&1 || fail "predict by ONNX: $(cat out)"
h5diff folded.p.h5 p.h5 >out 2>&1 || fail "ONNX as it is predicts otherwise: $(cat out)"
"$NNTRAIN" inspect m.onnx >out 2>&1 && grep -qx 'file     m.onnx: a model in onnx' out || fail "inspect of ONNX: $(cat out)"
cp c.yaml other.txt
"$NNTRAIN" export onnx run/model.h5 --output other.txt 2>err
[ $? -eq 2 ] && grep -q 'other.txt is there and is no file of onnx' err && cmp c.yaml other.txt || fail "onto a text: $(cat err)"
"$NNTRAIN" export onnx run/model.h5 --output m.onnx >out 2>&1 || fail "onto an earlier export: $(cat out)"
"$NNTRAIN" export onnx kept.onnx --keep-norms --output again.onnx >out 2>&1 || fail "export of an export: $(cat out)"
cmp kept.onnx again.onnx || fail "an export of an export is another file"

# --- from elsewhere ---
"$NNTRAIN" import-model "$golden/torch_layer_norm.onnx" --output torch.h5 >out 2>&1 || fail "from PyTorch: $(cat out)"
"$NNTRAIN" export safetensors torch.h5 --output torch.safetensors >out 2>&1 || fail "ONNX as safetensors: $(cat out)"
sed 's/Softmax/Softmex/g' "$golden/torch_batch_norm.onnx" >other.onnx
"$NNTRAIN" import-model other.onnx --output new.h5 2>err
[ $? -eq 3 ] && grep -q "(Softmex) is an operator that nntrain has nothing like" err && [ "$(wc -l <err)" -eq 1 ] ||
    fail "an operator that is none: $(cat err)"
head -c 900 m.onnx >cut.onnx
"$NNTRAIN" import-model cut.onnx --output new.h5 2>err
[ $? -eq 3 ] && grep -q 'cut.onnx is no ONNX file, or a damaged one' err || fail "a file that is cut off: $(cat err)"
[ ! -e new.h5 ] || fail "a refused import leaves a file"
finish
