#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What each rank does when, in a file that Perfetto opens; and who holds the others up.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || exit 77
recipe=$DATASETS/digits/recipe.yaml

# check FILE RANKS STEPS LAYERS PARAMETERS SECONDS: the trace of a whole run; SECONDS is the time of its epochs, 0 where
# unknown.
check() {
    python3 - "$@" <<'P' || fail "the trace $1 is not as it should be"
import collections, json, sys
path, ranks, steps, layers, parameters, seconds = sys.argv[1], *map(int, sys.argv[2:6]), float(sys.argv[6])
with open(path) as file:
    trace = json.load(file)
assert trace["otherData"]["ranks"] == ranks and trace["otherData"]["complete"], trace["otherData"]
spans = [e for e in trace["traceEvents"] if e["ph"] == "X"]
names = [e for e in trace["traceEvents"] if e["ph"] == "M"]
assert trace["otherData"]["spans"] == len(spans)
for rank in range(ranks):
    of_rank = [e["args"]["name"] for e in names if e["pid"] == rank]
    assert sorted(n.split(" on ")[0] for n in of_rank) == ["communication", "compute", f"rank {rank}"], of_rank
    count = collections.Counter(e["name"] for e in spans if e["pid"] == rank)
    for name in ("load", "loss"):
        assert count[name] == steps, (rank, name, count)
    # Descent goes on as averages arrive.
    assert count["descent"] == steps if ranks == 1 else count["descent"] >= steps, (rank, count)
    for name in ("forward", "backward"):
        by_layer = collections.Counter(e["args"]["layer"] for e in spans if e["pid"] == rank and e["name"] == name)
        # Waiting for updates interrupts a forward pass, sending what is complete a backward pass.
        exact = ranks == 1
        assert sorted(by_layer) == list(range(layers)), (rank, name, by_layer)
        assert all(n == steps if exact else n >= steps for n in by_layer.values()), (rank, name, by_layer)
    assert count["read"] > 0 and count["evaluate"] > 0 and count["checkpoint"] > 0, count
    assert (count["wait"] > 0) == (count["reduce"] > 0) == (ranks > 1), count
    pieces = [e for e in spans if e["pid"] == rank and e["name"] == "reduce"]
    assert all(e["tid"] == (e["name"] == "reduce") for e in spans if e["pid"] == rank)
    assert len(pieces) % steps == 0 and len({e["args"]["piece"] for e in pieces}) == len(pieces) // steps, len(pieces)
    if ranks > 1:
        # Each tensor begins a new cache line.
        by_step = sum(e["args"]["bytes"] for e in pieces) / steps
        assert 4 * parameters <= by_step < 4 * parameters + 64 * 2 * layers, (by_step, parameters)
    for thread in (0, 1):
        ends = 0
        for e in sorted((e for e in spans if e["pid"] == rank and e["tid"] == thread), key=lambda e: e["ts"]):
            # Times are written in thousandths of a microsecond, each rounded for itself.
            assert e["ts"] >= ends - 0.0021, (ends, e)
            ends = e["ts"] + e["dur"]
    if seconds:
        trained = [e for e in spans if e["pid"] == rank and e["tid"] == 0 and e["name"] != "read"]
        first = min(e["ts"] for e in trained if e["name"] == "load")
        last = max(e["ts"] + e["dur"] for e in trained if e["name"] == "evaluate")
        busy = sum(e["dur"] for e in trained if e["ts"] >= first and e["ts"] + e["dur"] <= last)
        print(f"rank {rank}: {busy / 1e6:.3f} s in spans, {seconds:.3f} s in the metrics")
        assert 0.5 * seconds <= busy / 1e6 <= 1.1 * seconds, (busy, seconds)
P
}

# Wide enough that what lies between the spans does not count.
wide="--set network.layers[0].units=2048 --set training.epochs=2 --set parallel.bucket=100K"
for count in 1 3; do
    # shellcheck disable=SC2086
    ranks $count "$NNTRAIN" train "$recipe" $wide --output "ranks-$count" --trace "$count.json" >"out-$count" || fail "$count ranks: exit code $?"
    check "$count.json" $count 46 2 153610 "$(field seconds "ranks-$count/metrics.jsonl")"
    grep -q "^trace    $count.json: [0-9,]* spans of $count rank" "out-$count" || fail "the end of $count ranks does not tell of the trace: $(cat "out-$count")"
done

# How the ranks shared the work, from a second of it on.
ranks 3 "$NNTRAIN" train "$recipe" --set training.epochs=1 --output short >out || fail "short: exit code $?"
! grep -q '^balance' out || fail "a balance of less than a second"
# shellcheck disable=SC2086
ranks 3 "$NNTRAIN" train "$recipe" $wide --set training.epochs=100000 --set training.stop.time="5 seconds" --output long >out || fail "long: exit code $?"
grep -Eq '^balance  compute [0-9.]+ / [0-9.]+ / [0-9.]+ m?s, wait .*, I/O .* \(min / median / max of 3 ranks\)$' out || fail "no balance of 3 ranks: $(cat out)"
grep -A 1 '^balance' out | grep -q "^         slowest: rank [012] on $(uname -n)" || fail "the slowest of 3 ranks is not named: $(grep -A 1 '^balance' out)"
! grep -q '^balance' out-1 || fail "one rank has a balance"
[ "$(find . -name '*.partial')" = "" ] || fail "a draft stays behind"

# What is traced trains the same model, and a trace takes the place of another.
# shellcheck disable=SC2086
ranks 3 "$NNTRAIN" train "$recipe" $wide --output untraced --progress quiet >out || fail "untraced: exit code $?"
[ ! -s out ] || fail "--progress quiet says: $(cat out)"
for group in /model /optimizer; do
    h5diff ranks-3/model.h5 untraced/model.h5 $group || fail "a traced run trains another model"
done
ranks 3 "$NNTRAIN" train "$recipe" --set training.epochs=1 --output again --trace 1.json --progress quiet >out || fail "a trace over a trace: exit code $?"
[ ! -s out ] || fail "--progress quiet with a trace says: $(cat out)"
check 1.json 3 23 2 9610 0

# Batches of a step, and waiting in the midst of a pass.
ranks 3 "$NNTRAIN" train "$recipe" --set training.epochs=1 --set training.accumulate=4 --output parts --trace parts.json --progress quiet \
    --set 'network.layers=[{units: 32, activation: relu, normalization: batch}, {units: 10, activation: softmax}]' || fail "batch norm: exit code $?"
python3 - <<'P' || fail "the trace of a run with batch norm is not as it should be"
import json
events = [e for e in json.load(open("parts.json"))["traceEvents"] if e["ph"] == "X" and e["pid"] == 2]
assert sum(e["name"] == "load" for e in events) == 23 and sum(e["name"] == "descent" for e in events) >= 6
assert sum(e["name"] == "reduce" for e in events) == 12  # two layers, six steps
kinds = [(e["name"], e.get("args", {}).get("layer")) for e in events]
assert (("forward", 0), ("wait", None), ("forward", 0)) in zip(kinds, kinds[1:], kinds[2:])
P

# Full: the first spans stay, and both the run and the file say so.
ranks 2 "$NNTRAIN" train "$recipe" --set training.epochs=1 --output full --trace full.json --trace-limit 100 >out || fail "a full trace: exit code $?"
[ "$(grep -c '^warning  full.json is full' out)" -eq 1 ] || fail "a full trace is not told of: $(cat out)"
python3 - <<'P' || fail "a full trace is not as it should be"
import json
trace = json.load(open("full.json"))
about = trace["otherData"]
assert about["complete"] is False and about["spans_lost"] > 0 and about["spans"] == 200, about
assert sum(e["ph"] == "X" for e in trace["traceEvents"]) == 200
P

# Stopped by a signal, and diverged: there is a trace all the same.
# shellcheck disable=SC2086
$LAUNCH -np 2 "$NNTRAIN" train "$recipe" $wide --set training.epochs=1000 --output stopped --trace stopped.json >out 2>err &
launcher=$!
until_true 60 has_epochs stopped 2
kill -s USR1 $launcher
wait $launcher
[ $? -eq 75 ] || fail "stopped: exit code is not 75: $(cat err)"
python3 -c 'import json; assert json.load(open("stopped.json"))["otherData"]["spans"] > 0' || fail "stopped: no trace"
ranks 2 "$NNTRAIN" train "$recipe" --set optimizer.learning_rate=1e30 --output diverged --trace diverged.json >out 2>err
[ $? -eq 4 ] || fail "diverged: exit code is not 4: $(cat err)"
python3 -c 'import json; assert json.load(open("diverged.json"))["otherData"]["spans"] > 0' || fail "diverged: no trace"

# refuse NAME CODE PATTERN ARGUMENTS...: one sentence, before anything is trained, and nothing left behind.
refuse() {
    local name=$1 code=$2 pattern=$3
    shift 3
    ranks 3 "$NNTRAIN" train "$recipe" --output refused "$@" >out 2>err
    [ $? -eq "$code" ] || fail "$name: exit code is not $code: $(cat err)"
    [ "$(grep -c '^nntrain: ' err)" -eq 1 ] || fail "$name: not one sentence: $(cat err)"
    grep -Eq "^nntrain: $pattern" err || fail "$name says: $(cat err)"
    ! grep -q '^epoch' out || fail "$name: told after training began"
    [ ! -e refused ] || fail "$name: leaves a folder behind"
}
cp "$recipe" mine.yaml
refuse "no such folder" 5 'cannot write nowhere/t.json: No such file' --trace nowhere/t.json
refuse "a folder" 5 'cannot write \.: ' --trace .
refuse "a device" 5 'cannot write /dev/null: there is something by that name that is no file' --trace /dev/null
refuse "a recipe" 2 '--trace mine.yaml would overwrite a file that is no trace' --trace mine.yaml
cmp "$recipe" mine.yaml || fail "a recipe is overwritten"
refuse "missing data" 3 '.*gone.h5' --trace t.json --set data.train.file=gone.h5
refuse "a trace in the folder of a run that fails" 3 '.*gone.h5' --trace refused/t.json --set data.train.file=gone.h5
refuse "a limit that is no number" 2 "--trace-limit: '1k' is no number" --trace t.json --trace-limit 1k
refuse "a limit without a trace" 2 '--trace-limit goes with --trace' --trace-limit 10
[ ! -e t.json ] && [ "$(find . -name '*.partial')" = "" ] || fail "a run that failed leaves a draft behind"
finish
