#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Several hosts joined by 1 Gbit/s, each a network namespace on one bridge: in a step the busiest interface sends no more
# than a sum over P hosts must, 2 (P - 1) / P of the gradients, with one rank a host, two or three.
#   WIRES=N  prints a table in place of that: steps/s by default and reproducible, and with BEFORE, another nntrain, its own,
#            the medians of N runs in turns
#   RUNS="2x1 3x2"  hosts x ranks on each
. "$(dirname "$0")/namespaces.sh"
make_hosts 8 1gbit

# --- what they train ---

cp -r "$DATASETS/digits" . # MPI-IO leaves a file beside it where it is killed

# train NNTRAIN HOSTS RANKS_A_HOST EPOCHS ARGUMENTS...: into a folder; 64-768-768-10, 128 rows a step, 12 steps an epoch.
layers='network.layers=[{units: 768, activation: relu}, {units: 768, activation: relu}, {units: 10, activation: softmax}]'
gradients=$((4 * (65 * 768 + 769 * 768 + 769 * 10)))
train() {
    local nntrain=$1 hosts=$2 each=$3 epochs=$4 layout
    shift 4
    layout=$(yes "$each" | head -n "$hosts" | tr '\n' ' ')
    rm -rf trained
    on_hosts "$layout" "$nntrain" train digits/recipe.yaml --output trained --set "$layers" --set training.batch=128 \
        --set training.epochs="$epochs" --set parallel.threads=1 --set parallel.bucket=512K --set checkpoint.every="$epochs epochs" \
        --progress lines "$@" >out 2>&1 || { fail "$hosts hosts: exit code $?: $(cat out)" && return 1; }
    grep -q " on $hosts hosts" out || fail "not on $hosts hosts: $(head -n 1 out)"
}

# bytes HOSTS RANKS_A_HOST [WIRE]: those that the busiest interface sends in a step, in those of the gradients. What joining and
# evaluating send is in it.
bytes() {
    local hosts=$1 each=$2 before after
    before=$(sent "$hosts")
    train "$NNTRAIN" "$hosts" "$each" 1 --set parallel.wire="${3:-float32}" || return 1
    after=$(sent "$hosts")
    paste <(echo "$before") <(echo "$after") | awk -v step=$((12 * gradients)) '
        { part = ($2 - $1) / step; most = part > most ? part : most } END { printf "%.3f", most }'
}

if [ -z "${WIRES:-}" ]; then
    for run in ${RUNS:-2x1 3x1 4x1 8x1 2x2 3x2 2x3}; do
        hosts=${run%x*} each=${run#*x}
        part=$(bytes "$hosts" "$each") || { fail "$run" && continue; }
        least=$(awk "BEGIN { printf \"%.3f\", 2 * ($hosts - 1) / $hosts }")
        echo "$hosts hosts, ranks on each: $each; the busiest sends $part of the gradients a step, and a sum must $least"
        holds "$part >= $least && $part <= 1.1 * $least" || fail "$run: $part, not $least"
    done
    part=$(bytes 3 1 bf16) || fail "bf16"
    echo "3 hosts, bf16: the busiest sends $part, and a sum of halves must 0.667"
    holds "$part >= 0.667 && $part <= 1.1 * 0.667" || fail "bf16: $part, not 0.667"
    finish
fi

# --- the table ---

median() {
    sort -g | awk '{ value[NR] = $1 } END { printf "%.1f", (value[int((NR + 1) / 2)] + value[int((NR + 2) / 2)]) / 2 }'
}
ways=(default reproducible)
[ -z "${BEFORE:-}" ] || ways+=(before before_reproducible)
printf '%-14s' steps/s && printf ' %20s' "${ways[@]}" && echo
for run in ${RUNS:-2x1 3x1 4x1 6x1 8x1 2x2 3x2 2x3}; do
    rm -f steps-*
    for ((round = 0; round < WIRES; round++)); do
        for way in "${ways[@]}"; do
            nntrain=$NNTRAIN exact=false
            [[ $way != before* ]] || nntrain=$BEFORE
            [[ $way != *reproducible ]] || exact=true
            train "$nntrain" "${run%x*}" "${run#*x}" 3 --set parallel.reproducible=$exact || exit 1
            awk -v samples="$(field samples_per_second trained/metrics.jsonl)" 'BEGIN { print samples / (1437 / 12) }' >>"steps-$way"
        done
    done
    printf '%-14s' "${run%x*} hosts x ${run#*x}"
    for way in "${ways[@]}"; do
        printf ' %20s' "$(median <"steps-$way")"
    done
    echo
done
finish
