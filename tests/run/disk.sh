#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Disks that fill up or fail while a training runs: the checkpoint before stays, the training goes on with a warning, up to
# checkpoint.max_failures in a row; and the files are those of a training without trouble.
. "$(dirname "$0")/lib.sh"

export FAULTY_DISK=$work/fault FAULTY_NAME=.partial
recipe=$DATASETS/digits/recipe.yaml

# train FOLDER RANKS SETTINGS...
train() {
    local folder=$1 count=$2
    shift 2
    LD_PRELOAD=$TOOLS/libfaulty_disk.so ranks "$count" "$NNTRAIN" train "$recipe" --output "$folder" --progress all \
        --set parallel.reproducible=true --set parallel.threads=1 "$@" >"$folder.out" 2>&1
}

# until_line PATTERN FILE: waits for a line.
until_line() {
    until_true 60 grep -qs "$1" "$2" || fail "no line like '$1' in $2: $(cat "$2")"
}

slow='network.layers=[{units: 512, activation: relu}, {units: 256, activation: relu}, {units: 10, activation: softmax}]'
train sound 1 --set training.epochs=30 --set "$slow" || fail "slow, without trouble: $(cat sound.out)"

# A while without room, then there is some again. With and without a thread that writes, and by all ranks together.
warning='^warning  \(rank [01] on [^ ]*: \)\?cannot write'
quick=(--set training.epochs=12)
train quick 1 "${quick[@]}" || fail "without trouble: $(cat quick.out)"
for way in checkpoint.asynchronous=true checkpoint.asynchronous=false optimizer.shard_state=true; do
    for error in 28 05 30; do # ENOSPC, EIO when synchronised, EROFS
        folder=while-$way-$error
        export FAULTY_FILES=3-4:$error
        train "$folder" 2 "${quick[@]}" --set "$way" --set checkpoint.max_failures=1000 ||
            fail "$folder: exit code $?: $(cat "$folder.out")"
        unset FAULTY_FILES
        grep -q "$warning .*checkpoint-.*; the training goes on without it (failure 1; it ends after 1000 in a row and 5 minutes" "$folder.out" ||
            fail "$folder: $(cat "$folder.out")"
        for group in /model /optimizer; do
            h5diff quick/model.h5 "$folder/model.h5" $group || fail "$folder: $group differs"
        done
        [ -z "$(find "$folder" -name '*.partial')" ] || fail "$folder: a part of a checkpoint was left"
        [ "$(find "$folder" -name 'checkpoint-*.h5' | wc -l)" -eq 3 ] || fail "$folder: $(ls "$folder")"
    done
done

# Never any room again: failures in a row, for so long, end it, and what was written before is intact.
for asynchronous in true false; do
    folder=full-$asynchronous
    train "$folder" 2 --set training.epochs=1000 --set "$slow" --set checkpoint.asynchronous=$asynchronous \
        --set checkpoint.give_up_after="2 seconds" &
    until_line '^epoch    3/1000' "$folder.out"
    echo 28 >"$FAULTY_DISK"
    wait $!
    [ $? -eq 5 ] || fail "$folder: exit code $?: $(cat "$folder.out")"
    rm "$FAULTY_DISK"
    grep -q "No space left on device; no checkpoint could be written [0-9]* times in a row, for [0-9][^,]*, the last good one is .*/checkpoint-" \
        "$folder.out" || fail "$folder: $(cat "$folder.out")"
    good=$(sed -n 's/.*the last good one is \(.*\.h5\).*/\1/p' "$folder.out")
    "$NNTRAIN" inspect "$good" | grep -q "an intact checkpoint" || fail "$folder: $good is not intact"
    epochs=$(($(field epoch "$folder/metrics.jsonl") + 3))
    train "$folder" 1 --resume --set training.epochs=$epochs --set "$slow" || fail "$folder: resumed: $(cat "$folder.out")"
done

# Told to stop while there is no room: not 75, for there is nothing new to go on from.
train stopped 1 --set training.epochs=1000 --set "$slow" --set checkpoint.max_failures=1000 &
until_line '^epoch    3/1000' stopped.out
pid=$(ranks_of stopped)
echo 28 >"$FAULTY_DISK"
kill -TERM "$pid"
wait $!
[ $? -eq 5 ] && grep -q "stopped by a signal .*could not be written; continue with --resume from .*checkpoint-" stopped.out ||
    fail "stopped without room: $(cat stopped.out)"
rm "$FAULTY_DISK"

# Files removed under a living run, and all of its folder: told, made again, and the model is the same.
train removed 2 --set training.epochs=30 --set "$slow" &
until_line '^epoch  2/30' removed.out
rm removed/metrics.jsonl removed/checkpoint-*
until_line '^warning  removed/metrics.jsonl was removed while the training ran; it is there again from epoch' removed.out
until_line '^warning  removed/checkpoint-.* was removed while the training ran; removed/checkpoint-.* is there' removed.out
mv removed gone
wait $! || fail "removed: exit code $?: $(cat removed.out)"
for group in /model /optimizer; do
    h5diff sound/model.h5 removed/model.h5 $group || fail "removed: $group differs"
done
cmp <(ls -A -I "*checkpoint*" removed) <(ls -A -I "*checkpoint*" sound) || fail "removed: $(ls -A removed)"
[ "$(grep -c '^warning  removed/' removed.out)" -eq 2 ] || fail "removed: not told once: $(grep warning removed.out)"

# No room for the history either.
FAULTY_NAME=metrics.jsonl train history 1 --set training.epochs=500 &
until_line '^epoch   2/500' history.out
echo 28 >"$FAULTY_DISK"
until_line '^warning  cannot write .*metrics.jsonl: No space left on device; the line of epoch' history.out
rm "$FAULTY_DISK"
wait $! || fail "no room for the history: exit code $?: $(cat history.out)"
lost=$(grep -c '^warning  cannot write' history.out)
[ "$(grep -c '^{.*}$' history/metrics.jsonl)" -eq $((500 - lost)) ] || fail "the history has broken lines"
finish
