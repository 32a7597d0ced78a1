#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Help, versions and wrong usage: what a user types first.
. "$(dirname "$0")/lib.sh"

for command in train eval predict watch inspect check import generate export import-model bench; do
    "$NNTRAIN" $command --help >help || fail "$command --help: exit code $?"
    grep -q "Usage: nntrain $command" help || fail "$command --help does not begin with its usage: $(head -n 1 help)"
    "$NNTRAIN" --help | grep -q "^  $command " || fail "nntrain --help does not list $command"
    "$NNTRAIN" $command --no-such-option >out 2>err
    [ $? -eq 2 ] || fail "$command --no-such-option: exit code is not 2"
    [ -s err ] && [ ! -s out ] || fail "$command --no-such-option: nothing on standard error"
done
"$NNTRAIN" --version >version || fail "--version: exit code $?"
for line in nntrain MPI HDF5 OpenMP kernels; do
    grep -q "^$line  *[^ ]" version || fail "--version does not tell $line"
done
NNTRAIN_ISA=portable "$NNTRAIN" --version | grep -q '^kernels  portable' || fail "--version does not tell the instruction set in use"
isas=$(sed -n 's/^kernels .*(NNTRAIN_ISA: \(.*\))$/\1/p' version | tr -d ,)
[ -n "$isas" ] || fail "--version does not tell what NNTRAIN_ISA may be"
for isa in $isas; do
    NNTRAIN_ISA=$isa "$NNTRAIN" --version >/dev/null || fail "NNTRAIN_ISA=$isa, which --version names, is refused"
done
"$NNTRAIN" frobnicate 2>err
[ $? -eq 2 ] || fail "an unknown command: exit code is not 2"
grep -q "no command 'frobnicate'" err || fail "an unknown command is not named"

# What was meant: a command, an option, a recipe without its command.
meant() {
    local words=$1
    shift
    "$NNTRAIN" "$@" 2>err
    [ $? -eq 2 ] && grep -qF "(did you mean $words?); see nntrain" err || fail "$*: not '$words': $(cat err)"
}
meant train trian
meant train Train
meant train fit
meant eval evaluate
meant "train mine.yaml" mine.yaml
meant --output train --outptu x
meant --model eval --modle m.h5
meant --label import csv t.csv --labels y
meant --split eval --model --verbose --spilt test

# The same for a word of a few: a format, a problem, a split, a style, a benchmark.
among() {
    local word=$1
    shift
    "$NNTRAIN" "$@" 2>err
    [ $? -eq 2 ] && grep -qF "(did you mean $word?)" err || fail "$*: not '$word': $(cat err)"
}
among csv import cvs t.csv --label y --output t.h5
among svmlight import libsvm t.txt --output t.h5
among xor generate xro --output t.h5
among test predict --model m.h5 --split tset --output p.h5
among validation eval --model m.h5 --split val
among lines train r.yaml --progress linse
among gemm bench gem
among safetensors export safetensor m.h5 --output m
"$NNTRAIN" eval m.h5 2>err
[ $? -eq 2 ] && grep -qF "'m.h5' stands alone; the model is named by --model" err || fail "a model without --model: $(cat err)"

# A reader that has seen enough makes no failure of a training; a device that takes nothing does.
"$NNTRAIN" generate xor --output xor.h5 >out || fail "generate: $(cat out)"
cat >xor.yaml <<'Y'
data: {train: {file: xor.h5}}
network: {layers: [{units: 4, activation: tanh}, {units: 2, activation: softmax}]}
loss: cross_entropy
training: {epochs: 40}
Y
"$NNTRAIN" train xor.yaml --output seen 2>err | head -n 1 >out
[ "${PIPESTATUS[0]}" -eq 0 ] && [ ! -s err ] && [ -f seen/model.h5 ] || fail "train | head -n 1: $(cat err)"
"$NNTRAIN" train xor.yaml --output full >/dev/full 2>err
[ $? -eq 5 ] && grep -q 'cannot write to standard output: an earlier write failed' err || fail "train to a full device: $(cat err)"
"$NNTRAIN" train --batch-size 5 >out 2>err
[ $? -eq 2 ] && grep -qF "no option --batch-size, but a key of the recipe: --set training.batch=VALUE; see" err || fail "a key as an option: $(cat err)"
"$NNTRAIN" train --out >out 2>err
[ $? -eq 2 ] && ! grep -q "no option" err || fail "an abbreviated option is unknown: $(cat err)"

# Under mpirun one rank speaks.
[ "$(ranks 4 "$NNTRAIN" --version | grep -c '^nntrain ')" -eq 1 ] || fail "--version under mpirun speaks more than once"
ranks 4 "$NNTRAIN" train --no-such-option >out 2>err
[ $? -eq 2 ] || fail "wrong usage under mpirun: exit code is not 2"
[ "$(grep -c 'no-such-option' err)" -eq 1 ] || fail "wrong usage under mpirun is said $(grep -c no-such-option err) times"
finish
