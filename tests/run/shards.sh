#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# optimizer.shard_state: ranks keep the state of their shares alone, and the run's files are those of one without.
. "$(dirname "$0")/lib.sh"

# run FOLDER RANKS SETTINGS...
run() {
    local folder=$1 count=$2
    shift 2
    ranks "$count" "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --output "$folder" --progress quiet \
        --set training.epochs=2 --set parallel.threads=1 --set parallel.reproducible=true \
        --set "network.layers=[{units: 90, activation: relu}, {units: 10, activation: softmax}]" "$@" 2>"$folder.err" ||
        fail "$folder: exit code $?: $(cat "$folder.err")"
}

same() {
    for group in /model /optimizer; do
        h5diff "$1/model.h5" "$2/model.h5" $group || fail "$2: $group differs from $1's"
    done
}

# optimizer NAME "RANKS..." SETTINGS...: the same bits with shares as without.
optimizer() {
    local name=$1 counts=$2 count
    shift 2
    run "$name" 1 "$@"
    for count in $counts; do
        run "$name-$count" "$count" "$@" --set optimizer.shard_state=true
        same "$name" "$name-$count"
    done
    echo "$name: $counts"
}

# Five blocks of parameters, so that some of eight ranks have no share.
optimizer momentum "2 3 8" --set optimizer.momentum=0.9 --set regularization.clip_norm=0.5
optimizer adam "3" --set optimizer=adam --set optimizer.learning_rate=0.001 --set parallel.bucket=1K
optimizer lars "2" --set optimizer=lars --set optimizer.learning_rate=0.1
optimizer lamb "2 5" --set optimizer=lamb --set optimizer.learning_rate=0.005

# Its checkpoints go on anywhere: without shares, and on other numbers of ranks.
run whole 1 --set optimizer=adam --set training.epochs=3
run parts 3 --set optimizer=adam --set optimizer.shard_state=true
run parts 2 --set optimizer=adam --set optimizer.shard_state=true --set training.epochs=3 --resume
same whole parts
run once 4 --set optimizer=adam --set optimizer.shard_state=true
run once 1 --set optimizer=adam --set training.epochs=3 --resume
same whole once
finish
