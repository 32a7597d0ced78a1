#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A training on four ranks to which everything happens that a long night brings: ranks and the launcher killed, a full
# disk, a rank stopped for a while, signals to stop, checkpoints with a byte changed or their end missing. After each end
# it is continued, on another number of ranks; in the end its bits are those of the undisturbed run.
# SOAK in the environment: how many seconds of that (30); the undisturbed run comes on top. SEED: of what happens when.
. "$(dirname "$0")/lib.sh"

RANDOM=${SEED:-11}
seconds=${SOAK:-30}
export FAULTY_NAME=checkpoint- FAULTY_DISK=$work/fault
endless=1000000

# Parts of a second, at random.
rest() {
    sleep "$(awk "BEGIN { print 0.05 + $RANDOM % $1 / 100 }")"
}

# damage FOLDER: one checkpoint, where another one is left to fall back to.
damage() {
    local files file size
    mapfile -t files < <(find "$1" -name 'checkpoint-*.h5' | sort)
    [ ${#files[@]} -ge 3 ] || return 1
    file=${files[-1]}
    size=$(stat -c %s "$file" 2>/dev/null) && [ "$size" -gt 0 ] || return 1
    cp "$file" damaged 2>/dev/null || return 1
    if [ $((RANDOM % 2)) -eq 0 ]; then
        truncate -s $(((RANDOM * 32768 + RANDOM) % size)) damaged
    else
        printf '\x5a\xa5\x3c' | dd of=damaged bs=1 seek=$(((RANDOM * 32768 + RANDOM) % size)) conv=notrunc status=none
    fi
    mv damaged "$file"
}

# Tells the launcher to stop its ranks. True once there are none.
has_no_ranks_when_told() {
    has_no_ranks run || {
        kill -USR1 $launcher 2>/dev/null
        sleep 1
        has_no_ranks run
    }
}

declare -A happened
starts=0
until_time=$((SECONDS + seconds))
while [ $SECONDS -lt $until_time ]; do
    starts=$((starts + 1))
    (LD_PRELOAD=$TOOLS/libfaulty_disk.so train_for_seconds $((RANDOM % 4 + 1)) --set training.epochs=$endless \
        --output "$work/run" --resume) >run.out 2>&1 &
    launcher=$!
    until_true 60 has_ranks run 1
    ended=no
    while [ $ended = no ] && [ $SECONDS -lt $until_time ]; do
        rest 200
        mapfile -t pids < <(ranks_of run)
        [ ${#pids[@]} -gt 0 ] || break
        pid=${pids[RANDOM % ${#pids[@]}]}
        event=$(printf '%s\n' kill launcher stop pause disk damage disk pause | sed -n "$((RANDOM % 8 + 1))p")
        case $event in
        kill) kill -KILL "$pid" && ended=yes ;;
        launcher) kill -KILL $launcher && ended=yes ;;
        stop) kill -USR1 $launcher && ended=yes ;;
        pause)
            kill -STOP "$pid"
            rest 100
            kill -CONT "$pid"
            ;;
        disk)
            echo "$((RANDOM % 2 ? 28 : 5))" >fault
            rest 150
            rm fault
            ;;
        damage)
            # The next start has to find it out, so this one ends.
            damage "$work/run" && kill -KILL "$pid" && ended=yes
            ;;
        esac 2>/dev/null
        happened[$event]=$((${happened[$event]:-0} + 1))
    done
    # Again, where it found the launcher without ranks.
    [ $ended = yes ] || until_true 30 has_no_ranks_when_told
    began=$SECONDS
    wait $launcher
    code=$?
    # Ranks whose launcher is gone end by themselves.
    while [ -n "$(ranks_of run)" ] && [ $((SECONDS - began)) -lt 60 ]; do
        sleep 0.05
    done
    [ -z "$(ranks_of run)" ] || fail "start $starts: ranks go on a minute after $event (exit code $code)"
    # 138: the signal to stop came before the process could listen to it. 14: what Open MPI 5 makes of a rank that MPI ended.
    case $code in
    0 | 75 | 5 | 14 | 137 | 138) ;;
    *) fail "start $starts: exit code $code after $event: $(tail -n 3 run.out)" ;;
    esac
    grep -qiE 'HDF5-DIAG|assert|Sanitizer|stack smashing|Segmentation' run.out && fail "start $starts: $(head -n 5 run.out)"
done
for event in "${!happened[@]}"; do
    echo "$event: ${happened[$event]} times"
done

# To the end of the epoch after the last that came to its end, where a model is written.
epochs=$(($(field epoch run/metrics.jsonl) + 2))
(train_for_seconds 2 --set training.epochs=$epochs --output "$work/run" --resume) >run.out 2>&1 ||
    fail "the last start: exit code $?: $(tail -n 3 run.out)"
(train_for_seconds 4 --set training.epochs="$epochs" --output "$work/whole") || fail "the undisturbed run: exit code $?"
for group in /model /optimizer /normalization; do
    h5diff whole/model.h5 run/model.h5 $group || fail "$group differs after $starts starts"
done
sed 's/, "seconds".*//' whole/metrics.jsonl >whole.history
sed 's/, "seconds".*//' run/metrics.jsonl | diff - whole.history >history.diff || fail "the history differs: $(head -n 4 history.diff)"
echo "$starts starts, $epochs epochs"
finish
