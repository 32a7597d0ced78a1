#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Hosts that have only TCP between them: with parallel.reproducible however many hosts and ranks train the bits of one rank. One
# rank killed outright ends the run on all hosts, and continued on fewer of them it has the bits of the undisturbed run.
. "$(dirname "$0")/namespaces.sh"
make_hosts 3 1gbit
cp -r "$DATASETS/digits" . # MPI-IO leaves a file beside it where it is killed

# train FOLDER "RANKS RANKS ..." ARGUMENTS...
train() {
    local folder=$1 layout=$2
    shift 2
    on_hosts "$layout" "$NNTRAIN" train digits/recipe.yaml --output "$folder" --set "$layers" --set optimizer=adam \
        --set training.epochs=6 --set parallel.reproducible=true --set parallel.threads=1 --set checkpoint.every="7 steps" \
        --progress lines "$@" >"$folder.out" 2>&1
}
layers='network.layers=[{units: 256, activation: relu}, {units: 192, activation: gelu}, {units: 10, activation: softmax}]'

# same FOLDER [ONE]: as one rank.
same() {
    for group in /model /optimizer; do
        h5diff "${2:-one}/model.h5" "$1/model.h5" $group || fail "$1: $group differs from that of one rank"
    done
}

# check FOLDER "RANKS RANKS ..." HOSTS ARGUMENTS...
check() {
    train "$1" "$2" "${@:4}" || fail "$1: exit code $?: $(cat "$1.out")"
    grep -q " on $3 hosts" "$1.out" || fail "$1: not on $3 hosts: $(head -n 1 "$1.out")"
    same "$1"
}
train one 1 || fail "one rank: exit code $?: $(cat one.out)"
check three "1 1 1" 3
check pairs "2 2" 2
check uneven "3 1" 2

# Rounded on the wire: other bits, and the same ones however many hosts there are.
train half 1 --set parallel.wire=bf16 || fail "bf16 on one rank: exit code $?"
train halves "2 1" --set parallel.wire=bf16 || fail "bf16: exit code $?"
same halves half
! h5diff -q one/model.h5 half/model.h5 /model || fail "bf16 rounds nothing"

# Dealt out in turn; numbered host by host.
map=node
check turns "2 2" 2 --trace turns.json
map=""
placed=$(grep -o 'rank [0-9] on host[0-9]' turns.json | sort | tr '\n' ',')
[ "$placed" = "rank 0 on host0,rank 1 on host0,rank 2 on host1,rank 3 on host1," ] || fail "turns: $placed"

# --- one rank killed ---

# rank_on HOST: its process
rank_on() {
    local pid
    for pid in $(ranks_of killed); do
        [ "$(ip netns identify "$pid")" != "$1" ] || echo "$pid"
    done
}
train killed "1 1 1" &
launcher=$!
until_true 60 has_checkpoint killed || fail "no checkpoint: $(cat killed.out)"
kill -KILL "$(rank_on host1)" || fail "the run was over before one of its ranks could be killed: $(cat killed.out)"
wait $launcher && fail "the run with a killed rank: exit code 0"
grep -q "host1.*signal 9" killed.out || fail "no word of the killed rank: $(cat killed.out)"
until_true 20 has_no_ranks killed || fail "still running: $(ranks_of killed | tr '\n' ' ')"
train killed "1 2" --resume || fail "resumed on two hosts: exit code $?: $(cat killed.out)"
grep -q " on 2 hosts" killed.out || fail "not resumed on 2 hosts: $(head -n 1 killed.out)"
same killed

# --- LAYOUTS=1: every optimizer, by ranks, hosts and threads ---

# everywhere NAME ARGUMENTS...
everywhere() {
    local name=$1 threads layout count
    shift
    set -- --set training.epochs=1 --set schedule=constant "$@"
    train "$name" 1 "$@" || fail "$name on one rank: exit code $?: $(cat "$name.out")"
    count=0
    for threads in 1 2; do
        for layout in 1 2 3 4 5 8 16 "1 1" "2 1" "2 2" "3 2" "4 4" "8 8" "1 1 1" "2 1 1" "2 2 1" "3 3 2" "6 5 5"; do
            train all "$layout" --set parallel.threads=$threads "$@" || fail "$name on $layout: exit code $?: $(cat all.out)"
            same all "$name"
            count=$((count + 1))
            rm -rf all
        done
    done
    echo "$name: $count layouts, $failures failures so far"
}
if [ -n "${LAYOUTS:-}" ]; then
    everywhere sgd --set "optimizer={name: sgd, learning_rate: 0.05}"
    everywhere momentum --set "optimizer={name: sgd, learning_rate: 0.05, momentum: 0.9}" --set parallel.wire=bf16
    for name in adagrad rmsprop adam adamw lars lamb; do
        everywhere $name --set "optimizer={name: $name, learning_rate: 0.01}"
    done
    everywhere clipped --set regularization.clip_norm=0.5 --set training.accumulate=2
    everywhere sharded --set "optimizer={name: adam, learning_rate: 0.01, shard_state: true}"
fi
finish
