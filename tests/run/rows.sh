#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A bit of the rows in memory that flips while a training runs: it ends, names the rank, and what it kept before stands.
. "$(dirname "$0")/lib.sh"

python=/usr/bin/python3
"$python" -c 'import h5py, numpy' 2>/dev/null || { echo "skipped: $python lacks h5py or numpy"; exit 77; }
cat >make.py <<'P'
import h5py, numpy as np
random = np.random.default_rng(5)
x = random.normal(size=(4000, 50)).astype("float32")
with h5py.File("data.h5", "w") as file:
    file["/train/x"], file["/train/y"] = x, (x.sum(axis=1) > 0).astype("int32")
P
# Flips a bit of row 3000, which one rank has, in its memory. Two rows as they follow in the file are nowhere else.
cat >flip.py <<'P'
import h5py, sys
with h5py.File("data.h5", "r") as file:
    wanted = file["/train/x"][3000:3002].tobytes()
flipped = 0
for process in sys.argv[1:]:
    with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "r+b", buffering=0) as memory:
        for line in maps:
            if " rw-p " not in line or "[v" in line:
                continue
            first, end = (int(part, 16) for part in line.split()[0].split("-"))
            memory.seek(first)
            try:
                at = memory.read(end - first).find(wanted)
            except OSError:
                continue
            if at >= 0:
                memory.seek(first + at + 1)
                memory.write(bytes([wanted[1] ^ 4]))
                flipped += 1
print(flipped)
P
"$python" make.py
cat >recipe.yaml <<'Y'
data: {train: {file: data.h5}}
network: {layers: [{units: 16, activation: tanh}, {units: 2, activation: softmax}]}
loss: cross_entropy
training: {epochs: 100000}
schedule: constant
checkpoint: {every: 10 epochs}
parallel: {reproducible: true, threads: 1}
Y
ranks 3 "$NNTRAIN" train recipe.yaml --output run --progress quiet 2>run.err &
launcher=$!
until [ -e run/metrics.jsonl ] && [ "$(grep -c epoch run/metrics.jsonl)" -gt 30 ]; do sleep 0.05; done
mapfile -t all < <(ranks_of run)
flipped=$("$python" flip.py "${all[@]}" 2>flip.err) || true
if [ "$flipped" != 1 ]; then
    kill -KILL "${all[@]}"
    wait $launcher
    grep -q PermissionError flip.err && { echo "skipped: the memory of other processes is out of reach"; exit 77; }
    fail "rows were found in $flipped places: $(cat flip.err)"
    finish
fi
wait $launcher
code=$?
[ $code -eq 5 ] || fail "exit code $code, not 5: $(cat run.err)"
[ "$(grep -c '^nntrain: ' run.err)" -eq 1 ] || fail "not one sentence: $(cat run.err)"
grep -q "^nntrain: rank 2 on .*: rows of .*data.h5 in the memory of .* are no longer what was read: .*; leave that host out and continue with --resume from run/checkpoint-" \
    run.err || fail "$(cat run.err)"

# From that checkpoint on it is the undisturbed run.
last=$(find run -name 'checkpoint-*.h5' | sort | tail -n 1)
epochs=$(($(h5dump -a /progress/epoch "$last" | sed -n 's/.*(0): //p') + 2))
ranks 2 "$NNTRAIN" train recipe.yaml --set training.epochs=$epochs --output run --resume --progress quiet ||
    fail "resume: exit code $?"
ranks 1 "$NNTRAIN" train recipe.yaml --set training.epochs=$epochs --output whole --progress quiet || fail "whole: $?"
h5diff whole/model.h5 run/model.h5 /model || fail "weights of changed rows were kept"
finish
