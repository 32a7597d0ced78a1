#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# nntrain bench: tiny products and steps give whole tables and valid JSON, and wrong usage gets a sentence. No times.
. "$(dirname "$0")/lib.sh"

valid() {
    command -v python3 >/dev/null || return 0
    python3 -m json.tool "$1" >/dev/null || fail "$2: its JSON is none: $(head -c 300 "$1")"
}

# has FILE MEMBER...: members that a JSON must have.
has() {
    local file=$1 member
    shift
    for member in "$@"; do
        grep -q "\"$member\": " "$file" || fail "$file has no $member"
    done
}

"$NNTRAIN" bench gemm --repeat 1 --shape 8x8x8 --shape 5x1x33 >table || fail "bench gemm: exit code $?"
for orientation in forward dX dW; do
    [ "$(grep -cE "^$orientation +(8x8x8|5x1x33) " table)" -eq 2 ] || fail "bench gemm does not tell $orientation of two shapes"
done
grep -q '^peak ' table || fail "bench gemm tells no peak"

"$NNTRAIN" bench gemm --repeat 1 --shape 8x8x8 --json >gemm.json || fail "bench gemm --json: exit code $?"
valid gemm.json "bench gemm --json"
has gemm.json machine processor threads results orientation gflops peak_gflops share_of_peak summary
"$NNTRAIN" bench gemm --repeat 1 --threads 2 --shape 8x8x8 --json=threads.json >table || fail "bench gemm --json=FILE: exit code $?"
valid threads.json "bench gemm --json=FILE"
has threads.json ratio_to_one_thread
grep -q '^forward' table || fail "--json=FILE takes the table away"

"$NNTRAIN" bench step --repeat 1 --network 6-5-3 --batch 4 --json >step.json || fail "bench step --json: exit code $?"
valid step.json "bench step --json"
has step.json machine network batch step_seconds samples_per_second gflops share_of_peak load forward loss backward descent
"$NNTRAIN" bench step --repeat 1 --network 6-5-3 --batch 40 --activation tanh --optimizer adam --explain --json=explain.json >table ||
    fail "bench step --explain: exit code $?"
valid explain.json "bench step --explain"
has explain.json bandwidth products flops bytes bound_by
# Of two layers: two products of the first, three of the second, and the descent.
[ "$(grep -cE '(arithmetic|cache|memory)$' table)" -eq 6 ] || fail "bench step --explain does not tell of five products and the descent"

ranks 3 "$NNTRAIN" bench step --repeat 1 --network 6-50-3 --batch 20 --json=ranks.json >table || fail "bench step on 3 ranks: exit code $?"
valid ranks.json "bench step on 3 ranks"
grep -q '"ranks": 3' ranks.json || fail "bench step does not tell of 3 ranks"
[ "$(grep -c '^6-50-3 ' table)" -eq 1 ] || fail "bench step on 3 ranks: not one line of the network: $(cat table)"
ranks 3 "$NNTRAIN" bench step --network 6-5-3 --batch 2 >out 2>err && fail "3 ranks share a batch of 2"
grep -q -- "--batch: 2 rows are fewer than 3 ranks" err || fail "a batch of 2 on 3 ranks: $(cat err)"
ranks 2 "$NNTRAIN" bench step --network 6-5-3 --explain >out 2>err && fail "2 ranks explain"
grep -q -- "--explain: products are measured on one rank" err || fail "--explain on 2 ranks: $(cat err)"

# A line a run: what scripts/benchmark.sh keeps of it.
for run in 1 2; do
    NNTRAIN=$NNTRAIN "$SOURCE/scripts/benchmark.sh" history/here.jsonl --repeat 1 --network 6-5-3 --batch 4 >out || fail "benchmark.sh: exit code $?"
    tail -n 1 history/here.jsonl >line
    [ "$(wc -l <history/here.jsonl)" -eq $run ] || fail "benchmark.sh: not a line a run"
    valid line "scripts/benchmark.sh"
    has line date commit host load step gemm processor share_of_peak
done

# refused CODE WORDS COMMAND...: the exit code, and what standard error says.
refused() {
    local code=$1 words=$2
    shift 2
    "$NNTRAIN" "$@" >out 2>err
    local got=$?
    [ $got -eq "$code" ] || fail "$*: exit code $got is not $code"
    grep -q -- "$words" err || fail "$*: no '$words' in: $(cat err)"
    [ -s out ] && fail "$*: speaks before it refuses"
}
ranks 3 "$NNTRAIN" bench allreduce --repeat 1 --json=sums.json >table || fail "bench allreduce: exit code $?"
valid sums.json "bench allreduce"
has sums.json ranks slices bytes allreduce owners tree
[ "$(grep -c '^ *[0-9][0-9]* ' table)" -eq 9 ] || fail "bench allreduce: not nine sizes: $(cat table)"
refused 2 "1 ranks are more than 0 slices\\|--slices: '0'" bench allreduce --slices 0
"$NNTRAIN" bench tune --threads 2 --repeat 1 >table || fail "bench tune: exit code $?"
[ "$(grep -c '[0-9]  in use$' table)" -eq 3 ] && [ "$(grep -cE 'stays: |would save ' table)" -eq 3 ] || fail "bench tune: $(cat table)"
refused 2 "'x' is no option" bench tune x
refused 2 "name what to measure" bench
refused 2 "no benchmark 'frobnicate'" bench frobnicate
refused 2 "'8x8' is no ROWSxCOLUMNSxDEPTH" bench gemm --shape 8x8
refused 2 "'8x0x8' is no ROWSxCOLUMNSxDEPTH" bench gemm --shape 8x0x8
refused 2 "--threads: '0'" bench gemm --threads 0
refused 2 "--repeat: 'often'" bench step --repeat often
refused 2 "'extra' is no option" bench gemm extra
refused 2 "--network: '784'" bench step --network 784
refused 2 "needs 2 or more" bench step --network 6-5-1
refused 2 '"wobbly" is none of' bench step --network 6-5-3 --activation wobbly
refused 2 "adagrad has no momentum" bench step --network 6-5-3 --optimizer adagrad --momentum 0.5
"$NNTRAIN" bench gemm --repeat 1 --shape 8x8x8 --json=no-such-folder/out.json >table 2>err
[ $? -eq 5 ] || fail "a JSON file that cannot be written: exit code is not 5"
grep -q "no-such-folder/out.json" err || fail "a JSON file that cannot be written is not named: $(cat err)"
if grep -q 'NNTRAIN_BENCH_PEERS:BOOL=ON' "$BUILD/CMakeCache.txt"; then
    "$NNTRAIN" bench gemm --repeat 1 --peers --shape 8x8x8 --shape 33x65x129 --json=peers.json >table || fail "bench gemm --peers: exit code $?"
    valid peers.json "bench gemm --peers"
    has peers.json best_peer ratio_to_best_peer
else
    refused 2 "NNTRAIN_BENCH_PEERS=ON" bench gemm --peers
fi
finish
