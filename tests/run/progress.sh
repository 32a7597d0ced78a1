#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A bar on a terminal, lines in a file; also through mpirun, which gives its ranks a terminal whatever its own output is.
. "$(dirname "$0")/lib.sh"
command -v script >/dev/null || exit 77

# Wide enough that an epoch lasts longer than the bar's interval.
train="$NNTRAIN train $DATASETS/digits/recipe.yaml --set training.epochs=2 --set network.layers[0].units=20000"

# MPICH's mpirun gives its ranks pipes.
style=bar
script -qec "$LAUNCH -np 1 test -t 1" /dev/null >/dev/null || style=lines
script -qec "$LAUNCH -np 2 $train" terminal >/dev/null || fail "on a terminal: exit code $?"
[ $style = lines ] || tr '\r' '\n' <terminal | grep -Eq '^epoch 1/2 \[=*>? *\] +[0-9]+ %  loss [^ ]+  [0-9,]+ samples/s  .* left' ||
    fail "no bar on a terminal: $(tr '\r' '\n' <terminal | grep -m 3 epoch)"
[ "$(tr '\r' '\n' <terminal | grep -c 'test accuracy')" -eq 2 ] || fail "on a terminal: not one line an epoch beside the bar"

script -qec "$LAUNCH -np 2 $train >file" /dev/null >/dev/null || fail "into a file: exit code $?"
! grep -q $'\r' file || fail "a bar in a file: $(tr '\r' '\n' <file | grep -m 2 '%')"
[ "$(grep -c '^epoch ' file)" -eq 2 ] || fail "into a file: not one line an epoch"

# The styles by name.
$train --progress bar | grep -q $'\r' || fail "--progress bar draws none"
[ -z "$($train --progress quiet)" ] || fail "--progress quiet is not quiet"

# Of many epochs some have a line: the first, every few and the last, also of a run that is stopped; or all of them.
short=("$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --set 'network.layers[0].units=2' --set 'checkpoint.every=1000 epochs')
"${short[@]}" --set training.epochs=123 >thin || fail "123 epochs: exit code $?"
grep -q '^progress a line every 5 epochs; --progress all: of each$' thin || fail "it is not told that epochs are passed over"
[ "$(sed -n 's,^epoch *\([0-9]*\)/123 .*,\1,p' thin | tr '\n' ' ')" = "1 $(seq -s ' ' 5 5 120) 123 " ] ||
    fail "other epochs than every fifth: $(grep ^epoch thin)"
[ "$("${short[@]}" --set training.epochs=123 --progress all | grep -c '^epoch ')" -eq 123 ] || fail "--progress all does not tell all"
"${short[@]}" --set training.epochs=1000000 --output stopped >stopped.out 2>stopped.err &
until_true 30 has_epochs stopped 60
kill -USR1 $!
wait $!
[ $? -eq 75 ] || fail "stopped: $(cat stopped.err)"
[ "$(grep -c '^epoch ' stopped.out)" -lt 20 ] || fail "a million epochs: $(grep -c '^epoch ' stopped.out) lines"
grep -q "^epoch *$(field epoch stopped/metrics.jsonl)/1000000 " stopped.out || fail "stopped: the last epoch has no line"
grep -q -- "continue with --resume: .* --output stopped --resume$" stopped.err || fail "stopped: no next command: $(cat stopped.err)"

# Lines fit a narrow terminal, but for names of files and commands to be copied.
script -qec "stty cols 60; $train --set training.epochs=1 --set data.validation.fraction=0.2 --output narrow" /dev/null >narrow.out ||
    fail "on a narrow terminal: exit code $?"
tr '\r' '\n' <narrow.out | grep -v '^model\|^metrics\|^data\|^output\|nntrain inspect\|nntrain predict' | awk 'length > 60' >long
[ ! -s long ] || fail "lines of more than 60 columns: $(cat long)"
tr '\r' '\n' <narrow.out | grep -q '^epoch 1/1 .* validation accuracy 0' || fail "no figure of the epoch on a narrow terminal"
finish
