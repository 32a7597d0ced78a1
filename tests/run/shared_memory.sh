#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Ranks of a host sum through /dev/shm where there is room, and by messages where there is too little: the same bits, and
# nothing is left there.
. "$(dirname "$0")/lib.sh"

# with_room SIZE COMMAND...: in a /dev/shm of its own, of that size.
with_room() {
    local size=$1
    shift
    unshare "$own" bash -c 'mount -t tmpfs -o size="$0" tmpfs /dev/shm || exit 77
        "$@" || exit
        left=$(find /dev/shm -name "nntrain*") && [ -z "$left" ] || { echo "left: $left" >&2 && exit 1; }' "$size" "$@"
}

own=-m
with_room 1m true 2>/dev/null || own=-rm # what a root may not do in a container, or another on a host
with_room 1m true 2>/dev/null || { echo "skipped: no file system may be mounted here" && exit 77; }

# MPI libraries take of it themselves, Open MPI 5 only where 16 MiB are free, and 16 MiB more are left to them.
small=15m
$LAUNCH --version | grep -q 'Open MPI) [5-9]' && small=17m
for size in $small 256m; do
    with_room $size $LAUNCH -np 3 "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --set training.epochs=1 --set network.layers[0].units=8192 \
        --set parallel.reproducible=true --set optimizer.shard_state=true --set optimizer.momentum=0.9 \
        --output "room-$size" --progress quiet >"room-$size.out" || fail "with $size: exit code $?"
done
# What it takes is told, and is enough.
grep -Eq "^warning  /dev/shm has ${small%m} MiB and the ranks of a host need [0-9]+ to sum .*docker run --shm-size=[0-9]+m\)\$" room-$small.out ||
    fail "too little room is not told: $(cat "room-$small.out")"
[ ! -s room-256m.out ] || fail "with room: $(cat room-256m.out)"
size=$(sed -n 's/.*--shm-size=\([0-9]*m\).*/\1/p' "room-$small.out")
with_room "$size" $LAUNCH -np 3 "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --set training.epochs=1 --set network.layers[0].units=8192 \
    --set parallel.reproducible=true --set optimizer.shard_state=true --set optimizer.momentum=0.9 \
    --output "room-told" --progress quiet >room-told.out || fail "with $size: exit code $?"
[ ! -s room-told.out ] || fail "with the $size that were told: $(cat room-told.out)"
for group in /model /optimizer; do
    h5diff "room-$small/model.h5" room-256m/model.h5 $group || fail "$group by messages differs from that by shared memory"
done

# Where nothing can be written there, MPI may not be able to read a file: it is not the file's fault.
unshare "$own" bash -c 'mount -t tmpfs -o ro tmpfs /dev/shm && "$@"' - "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" \
    --set training.epochs=1 --output unwritable >unwritable.out 2>&1
code=$?
[ $code -eq 0 ] || { [ $code -eq 5 ] && grep -q 'cannot be opened through MPI-IO, since MPI cannot write to /dev/shm: Read-only file system' unwritable.out; } ||
    fail "a /dev/shm that cannot be written to: exit code $code: $(cat unwritable.out)"
finish
