#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A signal at any moment, then --resume: the very same weights as if nothing had happened.
. "$(dirname "$0")/lib.sh"

recipe=$DATASETS/digits/recipe.yaml
count=3
# Wide enough that a signal finds the run at work.
settings="--set training.epochs=20 --set network.layers[0].units=2048"

same_state() {
    for group in /model /optimizer /normalization; do
        h5diff "$1" "$2" $group || return 1
    done
}

# shellcheck disable=SC2086
ranks $count "$NNTRAIN" train "$recipe" $settings --output whole >/dev/null || fail "the undisturbed run: exit code $?"

# interrupt SIGNAL TARGET: stops a run some epochs in; TARGET is mpirun or one rank.
interrupt() {
    local signal=$1 target=$2 folder=$1-$2
    # Not through ranks(): the process to be signalled is mpirun itself.
    set -m # what a shell without job control puts into the background is deaf to INT
    # shellcheck disable=SC2086
    $LAUNCH -np $count "$NNTRAIN" train "$recipe" $settings --output "$folder" >"$folder.out" 2>"$folder.err" &
    local launcher=$!
    set +m
    until_true 60 has_epochs "$folder" 3
    if [ "$target" = mpirun ]; then
        kill -s "$signal" $launcher
    else
        # A child of mpirun, or of MPICH's proxy on this host.
        local parents
        parents=$launcher,$(pgrep -P $launcher | paste -s -d ,)
        kill -s "$signal" "$(pgrep -P "$parents" -x nntrain | head -n 1)"
    fi
    wait $launcher
    local code=$?
    echo "$signal to $target: exit code $code after $(grep -c '' "$folder/metrics.jsonl") epochs"
    # mpirun itself ends a SIGTERM or SIGINT with its own code; it forwards SIGUSR1 and reports the ranks' code.
    local command="ranks $count $NNTRAIN train $recipe $settings --output $folder --resume"
    if [ $target = rank ] || [ $signal = USR1 ]; then
        [ $code -eq 75 ] || fail "$signal to $target: exit code $code, not 75: $(cat "$folder.err")"
        [ "$(grep -c '^nntrain: stopped by a signal' "$folder.err")" -eq 1 ] || fail "$signal to $target: no sentence"
        command=$(sed -n 's/^nntrain: stopped by a signal after step .* is written, continue with --resume: //p' "$folder.err")
        [ "${command#mpirun -np $count "$NNTRAIN" train }" != "$command" ] || fail "$signal to $target: no command: $command"
        command="ranks ${command#mpirun -np }"
    fi
    # The very command, but for mpirun's way with more ranks than cores.
    eval "$command" >"$folder.out2" 2>&1 ||
        fail "$signal to $target: resume: exit code $?: $(tail -n 3 "$folder.out2")"
    grep -q '^resume ' "$folder.out2" || fail "$signal to $target: nothing said about resuming"
    same_state whole/model.h5 "$folder/model.h5" || fail "$signal to $target: the resumed weights differ"
    # The history reads as if nothing had happened, but for the clock.
    cut -d, -f 1-5 whole/metrics.jsonl >whole.history
    cut -d, -f 1-5 "$folder/metrics.jsonl" | cmp - whole.history || fail "$signal to $target: the metrics differ"
}

interrupt USR1 mpirun
interrupt USR1 rank
interrupt TERM rank
interrupt TERM mpirun
interrupt INT rank
interrupt INT mpirun

# Ctrl-C without mpirun: words that a shell would split, a bar that what follows is not glued to, and a second one that
# ends it at once.
odd="a folder's"
set -m
"$NNTRAIN" train "$recipe" --set training.epochs=1000000 --output "$odd" --progress bar >alone.out 2>&1 &
set +m
until_true 60 has_epochs "$odd" 3
kill -s INT $!
wait $!
[ $? -eq 75 ] || fail "INT alone: exit code is not 75: $(tail -n 3 alone.out)"
tr '\r' '\n' <alone.out | grep -q '^nntrain: stopped by a signal after step' || fail "INT alone: glued: $(tail -n 3 alone.out)"
command=$(sed -n 's/^.*nntrain: stopped by a signal after step .*, continue with --resume: //p' alone.out)
epochs=$(($(field epoch "$odd/metrics.jsonl") + 1))
eval "$command --set training.epochs=$epochs" >alone.out 2>&1 || fail "the command given is no good: $command: $(tail -n 3 alone.out)"
tr '\r' '\n' <alone.out | grep -q "^model    $odd/model.h5" || fail "the command given goes elsewhere: $(tail -n 3 alone.out)"
set -m
"$NNTRAIN" train "$recipe" --set network.layers[0].units=100000 --set training.batch=all --output twice --progress quiet 2>twice.err &
set +m
until_true 60 test -e twice/metrics.jsonl
kill -s INT $!
sleep 0.1
kill -s INT $! # within the step
wait $!
[ $? -eq 130 ] || fail "a second INT: exit code is not 130: $(cat twice.err)"

# The same with all the state there is: moments, running statistics, plateau, the watched metric, gradients of several
# batches in a step, dropout.
settings="--set training.epochs=20 --set optimizer=adam --set training.accumulate=3 --set data.validation.fraction=0.1 \
    --set training.restore_best=true --set schedule.name=plateau --set schedule.patience=2"
layers='network.layers=[{units: 1024, activation: gelu, normalization: batch, dropout: 0.3}, {units: 256, activation: relu, normalization: layer}, {units: 10, activation: softmax}]'
mv whole plain
# shellcheck disable=SC2086
ranks $count "$NNTRAIN" train "$recipe" $settings --set "$layers" --output whole >/dev/null || fail "the undisturbed run with everything: exit code $?"
# shellcheck disable=SC2086
$LAUNCH -np $count "$NNTRAIN" train "$recipe" $settings --set "$layers" --output all >all.out 2>&1 &
launcher=$!
until_true 60 has_epochs all 4
kill -s USR1 $launcher
wait $launcher
[ $? -eq 75 ] || fail "with everything: exit code is not 75: $(tail -n 3 all.out)"
# shellcheck disable=SC2086
ranks $count "$NNTRAIN" train "$recipe" $settings --set "$layers" --output all --resume >all.out2 2>&1 || fail "with everything: resume: $(tail -n 3 all.out2)"
grep -q '^resume ' all.out2 || fail "with everything: nothing was resumed"
same_state whole/model.h5 all/model.h5 || fail "with everything: the resumed weights differ"
cut -d, -f 1-12 whole/metrics.jsonl >whole.history
cut -d, -f 1-12 all/metrics.jsonl | cmp - whole.history || fail "with everything: the metrics differ"
rm -r whole
mv plain whole
# shellcheck disable=SC2089
settings="--set training.epochs=20 --set network.layers[0].units=2048"

# Killed outright: the newest checkpoint is damaged on top, and the one before takes over.
# shellcheck disable=SC2086
ranks $count "$NNTRAIN" train "$recipe" $settings --set training.epochs=12 --output killed >/dev/null || fail "killed: exit code $?"
newest=$(find killed -name 'checkpoint-*.h5' | sort | tail -n 1)
printf 'x' | dd of="$newest" bs=1 seek=2000 conv=notrunc 2>/dev/null
# shellcheck disable=SC2086
ranks $count "$NNTRAIN" train "$recipe" $settings --output killed --resume >killed.out 2>&1 || fail "damaged: exit code $?"
grep -q "^warning  $newest is damaged" killed.out || fail "the damaged checkpoint is not named: $(grep warning killed.out)"
same_state whole/model.h5 killed/model.h5 || fail "the weights after a damaged checkpoint differ"

# More epochs of the same training are a resume too; --resume in an empty folder begins anew.
ranks 1 "$NNTRAIN" train "$recipe" --set training.epochs=1 --output fresh --resume >fresh.out || fail "fresh resume: exit code $?"
grep -q 'beginning anew' fresh.out || fail "resume without a checkpoint does not say that it begins anew"
finish
