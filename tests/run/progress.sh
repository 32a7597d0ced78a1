#!/usr/bin/env bash
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
finish
