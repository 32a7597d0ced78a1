#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# scripts/supervise.sh: a training whose ranks are killed again and again ends with the bits of the undisturbed one; what
# cannot be mended is not tried again, the number of tries is kept, and a signal passes.
. "$(dirname "$0")/lib.sh"

supervise=$SOURCE/scripts/supervise.sh
recipe=$DATASETS/digits/recipe.yaml
# Wide enough that it takes seconds.
settings=(--set training.epochs=50 --set 'network.layers[0].units=1024' --set optimizer=adam
    --set parallel.reproducible=true --set parallel.threads=1 --set checkpoint.every="5 steps" --progress quiet)
read -r -a launch <<<"$LAUNCH -np 3"

# newest RUN: the step of its newest checkpoint.
newest() {
    find "$1" -name 'checkpoint-*.h5' 2>/dev/null | sed 's/.*checkpoint-0*\([0-9]*\).h5/\1/' | sort -n | tail -n 1
}

# has_step RUN STEP: a checkpoint of it or a later one is there.
has_step() {
    local step
    step=$(newest "$1")
    [ "${step:-0}" -ge "$2" ]
}

# restarted RUN N: at least so many times.
restarted() {
    [ "$(grep -c 'starting again' "$1.err")" -ge "$2" ]
}

# reached RUN STEP: waits for a checkpoint of that step or a later one.
reached() {
    until_true 60 has_step "$1" "$2" || {
        fail "$1: no checkpoint of step $2: $(cat "$1.err")"
        return 1
    }
}

ranks 3 "$NNTRAIN" train "$recipe" --output "$work/whole" "${settings[@]}" || fail "the undisturbed run: exit code $?"

# Three failures, one try: each new checkpoint grants another.
"$supervise" --retries 1 --backoff 0 -- "${launch[@]}" "$NNTRAIN" train "$recipe" --output "$work/killed" "${settings[@]}" 2>killed.err &
supervisor=$!
RANDOM=${SEED:-5}
for kills in 1 2 3; do
    step=$(newest killed)
    reached killed $((${step:-0} + 1)) || break
    mapfile -t pids < <(ranks_of killed)
    [ ${#pids[@]} -eq 0 ] || kill -KILL "${pids[RANDOM % ${#pids[@]}]}"
    # The next ones are not to be looked for among these.
    until_true 60 restarted killed $kills
done
wait $supervisor || fail "supervised: exit code $?: $(tail -n 5 killed.err)"
grep 'supervise:' killed.err
[ "$(grep -c 'supervise: exit code 137 (SIGKILL), last checkpoint of step [0-9]*; starting again in 0 s' killed.err)" -eq 3 ] ||
    fail "not three restarts, each with its reason: $(cat killed.err)"
for group in /model /optimizer /normalization; do
    h5diff whole/model.h5 killed/model.h5 $group || fail "$group differs from the undisturbed run's"
done

# attempt NAME CODE SUPERVISE_OPTIONS -- COMMAND...: a supervised command that has to end with this code.
attempt() {
    local name=$1 expected=$2 code=0
    shift 2
    "$supervise" "$@" --output "$work/$name" >"$name.out" 2>"$name.err" || code=$?
    [ $code -eq "$expected" ] || fail "$name: exit code $code, not $expected: $(cat "$name.err")"
}

attempt recipe 2 -- "${launch[@]}" "$NNTRAIN" train "$recipe" --set training.epoch=5
grep -q 'supervise: exit code 2; starting again would not mend that' recipe.err || fail "recipe: $(cat recipe.err)"
! grep -q 'starting again in' recipe.err || fail "a wrong recipe was tried again"
attempt diverged 4 -- "$NNTRAIN" train "$recipe" --set optimizer.learning_rate=1e30
! grep -q 'starting again in' diverged.err || fail "a diverged run was tried again"

# The limit, and the growing wait; from the second start on with --resume, which is added once.
# shellcheck disable=SC2016
attempt limit 5 --retries 3 --backoff 1 -- bash -c 'echo "$*"; exit 5' start
[ "$(sort limit.out | uniq -c | awk '{ print $1, $NF }' | paste -s -d ' ')" = "1 $work/limit 3 --resume" ] ||
    fail "not one start and three with --resume: $(cat limit.out)"
[ "$(sed -n 's/.*starting again in \([0-9]*\) s, \([0-9]\) of.*/\1 \2/p' limit.err | paste -s -d ' ')" = "1 1 2 2 4 3" ] ||
    fail "the waits are not 1, 2 and 4 s: $(cat limit.err)"
grep -q 'giving up: 4 failures in a row' limit.err || fail "limit: $(cat limit.err)"
attempt none 139 --retries 0 -- bash -c 'kill -SEGV $$' start
for wrong in "--retries x -- true --output o" "--tries 3 -- true --output o" "--" "-- true"; do
    # shellcheck disable=SC2086
    "$supervise" $wrong 2>usage.err
    [ $? -eq 2 ] || fail "supervise $wrong: not exit code 2"
    grep -q '^usage:' usage.err || fail "supervise $wrong: no usage"
done

# A signal: passed on, the code is the command's, and no other start follows.
"$supervise" -- "${launch[@]}" "$NNTRAIN" train "$recipe" --output "$work/asked" "${settings[@]}" 2>asked.err &
supervisor=$!
reached asked 15
kill -s USR1 $supervisor
wait $supervisor
[ $? -eq 75 ] || fail "USR1: the exit code is not 75: $(cat asked.err)"
grep -q 'supervise: USR1 was passed on; the command ended with 75' asked.err || fail "USR1: $(cat asked.err)"
set -m # what a shell without job control puts into the background is deaf to INT
for signal in TERM INT; do
    "$supervise" -- bash -c "trap 'exit 9' $signal; touch ready-$signal; while true; do sleep 0.1; done" start --output o 2>$signal.err &
    supervisor=$!
    until_true 60 test -e ready-$signal
    kill -s $signal $supervisor
    wait $supervisor
    [ $? -eq 9 ] || fail "$signal: not the code of the command: $(cat $signal.err)"
done
set +m
# One that nobody sent through the supervisor is a failure like another; one between two starts ends it.
"$supervise" --backoff 200 -- "${launch[@]}" "$NNTRAIN" train "$recipe" --output "$work/between" "${settings[@]}" 2>between.err &
supervisor=$!
reached between 15
mapfile -t pids < <(ranks_of between)
[ ${#pids[@]} -eq 0 ] || kill -s USR1 "${pids[0]}"
until_true 60 grep -q 'starting again in 200 s' between.err
grep -q 'exit code 75 (stopped by a signal), last checkpoint of step [0-9]*; starting again' between.err || fail "75: $(cat between.err)"
kill -s TERM $supervisor
wait $supervisor
[ $? -eq 75 ] || fail "TERM between two starts: the exit code is not 75: $(cat between.err)"
finish
