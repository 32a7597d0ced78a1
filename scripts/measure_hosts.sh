#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Training on several hosts, measured: hosts are network namespaces of this machine, one rank of one thread on each, joined by
# links of a rate. All share this machine's cores, so that more hosts than cores compute in turn.
#   scripts/measure_hosts.sh [--output FILE] [--hosts "1 2 3 4 6 8"] [--rates "1gbit 10gbit"] [--network 784-512-512-10]
#                            [--batches "128 16"] [--epochs N] [--set KEY=VALUE]... [--nntrain PROGRAM] [--build DIR]
# Prints a Markdown table, also into FILE, a line for each rate, batch and number of hosts:
#   step     seconds, the median of epochs 2 to N (8) of 16 steps each
#   sent     bytes that the busiest interface sends in a step, with headers, acknowledgements, and what starting and ending send
#   must     bytes that any sum over H hosts must send, 2 (H - 1)/H of the gradients; float32, whatever --set says
#   pair     bytes/s that MPI moves each way between two hosts; `all`: from each host to the next, all at once
#   compute  seconds a step of the same network trained by as many hosts at once, each alone: no messages, the slowest counts
#   ratio    step / max(compute, must / pair), and the same with `all` in place of `pair`
#   batches: rows of a host in a step. --set: settings of the recipe, such as parallel.reproducible=true
# Needs what tests/run/wires.sh needs: root or user namespaces, iproute2.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

output="" hosts="1 2 3 4 6 8" rates="1gbit 10gbit" network=784-512-512-10 batches="128 16" epochs=8 nntrain="" settings=()
arguments=("$@")
while [ $# -gt 0 ]; do
    case $1 in
    --output) output=$(realpath "${2:-}") ;;
    --hosts) hosts=${2:-} ;;
    --rates) rates=${2:-} ;;
    --network) network=${2:-} ;;
    --batches) batches=${2:-} ;;
    --epochs) epochs=${2:-} ;;
    --set) settings+=(--set "${2:-}") ;;
    --nntrain) nntrain=$(realpath "${2:-}") ;;
    --build) build=$(realpath "${2:-}") ;;
    *) set -- ;;
    esac
    [ $# -gt 1 ] || {
        echo "usage: ${0##*/} [--output FILE] [--hosts LIST] [--rates LIST] [--network WIDTHS] [--batches LIST] [--epochs N] [--set KEY=VALUE]... [--nntrain PROGRAM] [--build DIR]" >&2
        exit 2
    }
    shift 2
done
if [ -z "${APART:-}" ]; then
    log=$(mktemp)
    logged "$log" cmake --build "$build" -j "$cores" --target nntrain payload_rate
    rm -f "$log"
fi
export NNTRAIN=${nntrain:-$build/src/nntrain} DATASETS=$root/datasets TOOLS=$build/tests LAUNCH=mpirun
set -- "${arguments[@]}"
# shellcheck source=../tests/run/namespaces.sh
. "$root/tests/run/namespaces.sh"
most=$(tr ' ' '\n' <<<"$hosts" | sort -n | tail -n 1)
make_hosts $((most > 2 ? most : 2)) 1gbit

# --- the network and its rows ---

IFS=- read -ra widths <<<"$network"
inputs=${widths[0]} classes=${widths[-1]} layers="" parameters=0
for ((layer = 1; layer < ${#widths[@]}; layer++)); do
    last=$((layer == ${#widths[@]} - 1))
    layers+="${layers:+, }{units: ${widths[layer]}, activation: $( ((last)) && echo softmax || echo relu)}"
    parameters=$((parameters + (widths[layer - 1] + 1) * widths[layer]))
done

# big_endian NUMBER: its four bytes
big_endian() {
    local text
    text=$(printf '\\x%02x' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)))
    printf '%b' "$text"
}

# make_rows N: noise, of classes in turn, in rows.h5
make_rows() {
    local class
    for ((class = 0; class < classes; class++)); do
        printf '%b' "$(printf '\\x%02x' $class)"
    done >turn
    while [ "$(stat -c %s turn)" -lt "$1" ]; do
        cat turn turn >turns && mv turns turn
    done
    { printf '\0\0\10\2' && big_endian "$1" && big_endian "$inputs" && head -c $(($1 * inputs)) /dev/urandom; } >x.idx
    { printf '\0\0\10\1' && big_endian "$1" && head -c "$1" turn; } >y.idx
    "$NNTRAIN" import idx --train-x x.idx --train-y y.idx --output rows.h5 >import.out 2>&1 || { cat import.out >&2 && exit 1; }
}

cat >recipe.yaml <<R
seed: 1
data: {train: {file: rows.h5}, normalize: unit}
network: {layers: [$layers]}
loss: cross_entropy
optimizer: {name: sgd, learning_rate: 0.001, momentum: 0.9}
training: {epochs: $epochs}
checkpoint: {every: $epochs epochs}
parallel: {threads: 1}
R

# --- what is measured ---

steps=16 # an epoch
# seconds FOLDER ROWS_A_STEP: of a step
seconds() {
    sed -n 's/.*"samples_per_second": \([^,}]*\).*/\1/p' "$1/metrics.jsonl" | tail -n +2 | sort -g |
        awk -v rows="$2" '{ v[NR] = $1 } END { print rows / ((v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2) }'
}

# ones N: a rank on each host
ones() {
    yes 1 | head -n "$1" | tr '\n' ' '
}

train=(train recipe.yaml --progress quiet)
# together HOSTS BATCH: a training over the hosts. Prints seconds and bytes a step.
together() {
    local before after
    rm -rf together
    before=$(sent "$1")
    on_hosts "$(ones "$1")" "$NNTRAIN" "${train[@]}" --output together --set training.batch=$(($1 * $2)) "${settings[@]}" \
        >out 2>&1 || { cat out >&2 && return 1; }
    after=$(sent "$1")
    echo "$(seconds together $(($1 * $2))) $(paste <(echo "$before") <(echo "$after") |
        awk -v steps=$((steps * epochs)) '{ part = ($2 - $1) / steps; most = part > most ? part : most } END { print most }')"
}

# apart HOSTS BATCH: as many trainings at once. Prints the slowest's seconds a step.
apart() {
    local host pids=() pid
    rm -rf apart-*
    for ((host = 0; host < $1; host++)); do
        ./agent host$host "$(printf '%q ' "$NNTRAIN" "${train[@]}" --output apart-$host --set training.batch="$2" \
            "${settings[@]}")" >out-$host 2>&1 &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || { cat out-* >&2 && return 1; }
    done
    for ((host = 0; host < $1; host++)); do
        seconds apart-$host "$2"
    done | sort -g | tail -n 1
}

# payload HOSTS: bytes/s of each to the next; some seconds
payload() {
    on_hosts "$(ones "$1")" "$TOOLS/payload_rate" 256 2>out || { cat out >&2 && return 1; }
}

table=$PWD/table
tell() {
    echo "$*" | tee -a "$table"
}
version=$("$NNTRAIN" --version | head -n 1)
tell "$version, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $cores cores that all hosts share; $network ($parameters parameters), a rank of one thread on each host; ${settings[*]:-as by default}."
tell ""
tell "| rate | rows a host | hosts | step ms | sent MB | must MB | pair MB/s | all MB/s | compute ms | wires ms | ratio (pair) | ratio (all) |"
tell "|---|---|---|---|---|---|---|---|---|---|---|---|"
for rate in $rates; do
    set_rate "$rate" || exit 1
    for batch in $batches; do
        for count in $hosts; do
            pair=0 all=0
            make_rows $((count * batch * steps))
            together=$(together "$count" "$batch") || exit 1
            make_rows $((batch * steps))
            compute=$(apart "$count" "$batch") || exit 1
            if [ "$count" -gt 1 ]; then
                pair=$(payload 2) && all=$(payload "$count") || exit 1
            fi
            # shellcheck disable=SC2086
            tell "$(awk -v rate="$rate" -v batch="$batch" -v hosts="$count" -v n=$((4 * parameters)) -v pair="$pair" \
                -v all="$all" -v compute="$compute" -v together="$together" '
                function larger(a, b) { return a > b ? a : b }
                function wires(speed) { return speed > 0 ? must / speed : 0 }
                BEGIN {
                    split(together, t, " "); must = 2 * (hosts - 1) / hosts * n
                    printf "| %s | %d | %d | %.2f | %.2f | %.2f | %.0f | %.0f | %.2f | %.2f | %.2f | %.2f |", rate, batch, hosts,
                        1e3 * t[1], t[2] / 1e6, must / 1e6, pair / 1e6, all / 1e6, 1e3 * compute, 1e3 * wires(pair),
                        t[1] / larger(compute, wires(pair)), t[1] / larger(compute, wires(all)) }')"
        done
    done
done
[ -z "$output" ] || cp "$table" "$output"
finish
