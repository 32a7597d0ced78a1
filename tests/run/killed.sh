#!/usr/bin/env bash
# Any rank killed outright at any moment, and the run continued on another number of ranks: nothing hangs, nothing is left
# running, and the weights are the very ones of the undisturbed run. KILLS in the environment: how many times (4).
. "$(dirname "$0")/lib.sh"

recipe=$DATASETS/digits/recipe.yaml
# Wide enough that it takes seconds, with all the state there is.
layers='network.layers=[{units: 384, activation: gelu, normalization: batch, dropout: 0.2}, {units: 256, activation: relu}, {units: 10, activation: softmax}]'
train() {
    local count=$1
    shift
    ranks "$count" "$NNTRAIN" train "$recipe" --set training.epochs=10 --set "$layers" --set optimizer=adam \
        --set parallel.reproducible=true --set parallel.threads=1 --set checkpoint.every="7 steps" --progress quiet "$@"
}

# ranks_of RUN: the processes of a run, without mpirun.
ranks_of() {
    local pid
    for pid in $(pgrep -x nntrain); do
        tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q -- "--output $work/$1 " && echo "$pid"
    done
}

train 1 --output "$work/whole" || fail "the undisturbed run: exit code $?"

RANDOM=${SEED:-17}
for kill in $(seq "${KILLS:-4}"); do
    run=killed-$kill
    count=$((RANDOM % 4 + 1)) delay=$((RANDOM % 150 + 1))
    train $count --output "$work/$run" >"$run.out" 2>&1 &
    launcher=$!
    for _ in $(seq 200); do
        [ "$(ranks_of $run | wc -l)" -eq $count ] && break
        sleep 0.02
    done
    sleep "$(awk "BEGIN { print $delay / 100 }")"
    mapfile -t pids < <(ranks_of $run)
    [ ${#pids[@]} -eq 0 ] || kill -KILL "${pids[RANDOM % ${#pids[@]}]}"
    began=$SECONDS
    wait $launcher
    code=$?
    waited=$((SECONDS - began))
    [ $waited -le 30 ] || fail "$run: the other ranks went on for $waited s"
    sleep 0.2
    [ -z "$(ranks_of $run)" ] || fail "$run: still running: $(ranks_of $run | tr '\n' ' ')"
    again=$((RANDOM % 5 + 1))
    train $again --output "$work/$run" --resume >"$run.out2" 2>&1 ||
        fail "$run: resume on $again ranks: exit code $?: $(tail -n 3 "$run.out2")"
    for group in /model /optimizer /normalization; do
        h5diff whole/model.h5 "$run/model.h5" $group || fail "$run: $group of the resumed run differs"
    done
    sed 's/, "seconds".*//' whole/metrics.jsonl >whole.history
    sed 's/, "seconds".*//' "$run/metrics.jsonl" | cmp - whole.history || fail "$run: the history differs"
    echo "$run: $count ranks, one killed after ${delay}0 ms (exit code $code after $waited s), resumed on $again"
    rm -rf "$run"
done
finish
