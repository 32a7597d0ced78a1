#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# nntrain watch: follows a run on a terminal, leaves the terminal as it was however it ends, and prints one screen as text
# where there is none; and the curves at the end of a training on a terminal. SOURCE is the project.
. "$(dirname "$0")/lib.sh"
command -v script >/dev/null || exit 77

"$python" "$SOURCE/tests/run/watch.py" || fail "on a terminal"

# As text.
LC_ALL=C "$NNTRAIN" watch run >out || fail "as text: exit code $?"
[ "$(wc -l <out)" -le 24 ] && awk 'length > 80 { exit 1 }' out || fail "as text: more than 80x24: $(cat out)"
! LC_ALL=C grep -q '[^ -~]' out || fail "as text: more than ASCII: $(cat out)"
grep -q '^test_accuracy  .* 0.311  .* 311$' out || fail "as text: no newest figure: $(cat out)"
grep -q '^run: not running' out || fail "as text: no state: $(cat out)"
"$NNTRAIN" watch nowhere >out 2>err
[ $? -eq 3 ] && grep -q "^nntrain: nowhere is not there; name the folder of a run" err || fail "no run: $(cat out err)"

# The end of a training: curves on a terminal, none in a file.
train=("$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --set training.epochs=4)
TERM=xterm NO_COLOR=1 LC_ALL=C script -qec "stty cols 80; ${train[*]} --output a" /dev/null >shown || fail "on a terminal: exit code $?"
tr '\r' '\n' <shown | grep -v '^ *$' | sed -n '/^epoch 4\/4 *loss/,/^done/p' >curves
[ "$(wc -l <curves)" -eq 10 ] && grep -q '^loss .* accuracy$' curves && awk 'length > 80 { exit 1 }' curves ||
    fail "no curves at the end: $(cat curves)"
"${train[@]}" --output b >shown && ! grep -q '^loss .* accuracy$' shown || fail "curves in a file: $(cat shown)"
finish
