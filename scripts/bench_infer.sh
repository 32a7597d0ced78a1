#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# bench_infer.sh [BUILD]: how long predictions of libnninfer take, for a network of 20-64-64-1, of one row and of more, on
# each instruction set. BUILD: the build folder (build/release), with nntrain, libnninfer and the tests' infer_latency built.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:-$source/build/release}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
awk 'BEGIN { srand(1); for (j = 0; j < 20; j++) printf "x%d,", j; print "y"
    for (i = 0; i < 512; i++) { s = 0; for (j = 0; j < 20; j++) { x = rand(); s += x * x; printf "%.4f,", x } print s } }' >t.csv
"$build/src/nntrain" import csv t.csv --label y --output t.h5 >/dev/null
cat >t.yaml <<Y
data: {train: {file: t.h5}}
network: {layers: [{units: 64, activation: relu}, {units: 64, activation: relu}, {units: 1, activation: linear}]}
loss: mse
training: {epochs: 1}
Y
"$build/src/nntrain" train t.yaml --output run --progress quiet
"$build/src/nntrain" export safetensors run/model.h5 --output t.safetensors >/dev/null
for isa in avx512 avx2 portable; do
    echo "$isa, where the processor has it"
    NNTRAIN_ISA=$isa "$build/tests/infer_latency" t.safetensors 1 2 8 64 1024
done
