#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Any rank or mpirun killed outright at any moment, half of the times while a checkpoint is being written, and the run
# continued on another number of ranks: nothing hangs, nothing is left running, and the weights are the very ones of the
# undisturbed run. KILLS in the environment: how many times (4).
. "$(dirname "$0")/lib.sh"

train() {
    train_for_seconds "$@" --set training.epochs=10
}

began=$(date +%s%N)
(train 2 --output "$work/whole") || fail "the undisturbed run: exit code $?"
lasts=$((($(date +%s%N) - began) / 1000000))

RANDOM=${SEED:-17}
within=0
for kill in $(seq "${KILLS:-4}"); do
    run=killed-$kill
    count=$((RANDOM % 4 + 1)) delay=$((RANDOM % lasts)) writing=$((RANDOM / 64 % 2)) launcher_too=$((RANDOM / 64 % 5))
    train $count --output "$work/$run" >"$run.out" 2>&1 &
    launcher=$!
    for _ in $(seq 200); do
        [ "$(ranks_of "$run" | wc -l)" -eq $count ] && break
        sleep 0.02
    done
    sleep "$(awk "BEGIN { print $delay / 1000 }")"
    mapfile -t pids < <(ranks_of "$run")
    pid=${pids[RANDOM % (${#pids[@]} + (${#pids[@]} == 0))]:-}
    [ $launcher_too -gt 0 ] || pid=$launcher
    moment="after $delay ms"
    if [ $writing -eq 1 ]; then
        # A checkpoint under way has a name of its own; it takes milliseconds, so there is no time for a process to look.
        for _ in $(seq 20000); do
            set -- "$run"/*.partial
            [ -e "$1" ] && break
        done
        [ -e "$1" ] && within=$((within + 1)) && moment="within a checkpoint"
    fi
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
    began=$SECONDS
    wait $launcher
    code=$?
    waited=$((SECONDS - began))
    [ $waited -le 30 ] || fail "$run: the other ranks went on for $waited s"
    # Ranks whose launcher is gone end by themselves, and a file that was not complete is swept by the next start.
    for _ in $(seq 500); do
        [ -z "$(ranks_of "$run")" ] && break
        sleep 0.02
    done
    [ -z "$(ranks_of "$run")" ] || fail "$run: still running: $(ranks_of "$run" | tr '\n' ' ')"
    again=$((RANDOM % 5 + 1))
    (train $again --output "$work/$run" --resume) >"$run.out2" 2>&1 ||
        fail "$run: resume on $again ranks: exit code $?: $(tail -n 3 "$run.out2")"
    for group in /model /optimizer /normalization; do
        h5diff whole/model.h5 "$run/model.h5" $group || fail "$run: $group of the resumed run differs"
    done
    sed 's/, "seconds".*//' whole/metrics.jsonl >whole.history
    sed 's/, "seconds".*//' "$run/metrics.jsonl" | cmp - whole.history || fail "$run: the history differs"
    [ "$pid" = "$launcher" ] && what=mpirun || what=one
    echo "$run: $count ranks, $what killed $moment (exit code $code after $waited s), resumed on $again"
    rm -rf "$run" "$run".out*
done
echo "$within of ${KILLS:-4} within a checkpoint"
finish
