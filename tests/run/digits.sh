#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The first thing a user does: no arguments, one rank and eight.
. "$(dirname "$0")/lib.sh"

for count in 1 8; do
    ranks $count "$NNTRAIN" >"out-$count" 2>"err-$count" || fail "$count ranks: exit code $?: $(cat "err-$count")"
done
one=$(field test_accuracy runs/digits/metrics.jsonl)
eight=$(field test_accuracy runs/digits-2/metrics.jsonl)
echo "test accuracy: $one on 1 rank, $eight on 8"
holds "$one >= 0.97" || fail "accuracy $one on 1 rank is below 0.97"
holds "$eight - $one <= 0.005 && $one - $eight <= 0.005" || fail "1 and 8 ranks differ: $one and $eight"

grep -q '^nntrain  .* 8 ranks x 1 thread on 1 host' out-8 || fail "the first line does not tell ranks x threads: $(head -n 2 out-8)"
[ "$(grep -c '^epoch ' out-8)" -eq "$(wc -l <runs/digits-2/metrics.jsonl)" ] || fail "not one line an epoch"
grep -q '64 features (uint8)' out-8 || fail "the data is not described"
grep -q "^model    runs/digits-2/model.h5" out-8 || fail "the end does not tell where the model is"
for file in model.h5 metrics.jsonl recipe.yaml; do
    [ -s "runs/digits/$file" ] || fail "runs/digits/$file is missing"
done
[ "$(find runs/digits -name 'checkpoint-*.h5' | wc -l)" -eq 3 ] || fail "checkpoint.keep: 3 does not keep 3"

# Evaluation and prediction say the same as the training did, on any number of ranks.
for count in 1 3; do
    ranks $count "$NNTRAIN" eval --model runs/digits/model.h5 >eval-$count || fail "eval on $count ranks"
    grep -q "^accuracy $(printf %.4f "$one"): " eval-$count || fail "eval on $count ranks says $(grep accuracy eval-$count), training said $one"
    ranks $count "$NNTRAIN" predict --model runs/digits/model.h5 --output "predictions-$count.h5" >/dev/null || fail "predict on $count ranks"
done
h5diff predictions-1.h5 predictions-3.h5 || fail "predictions depend on the number of ranks"
"$NNTRAIN" inspect runs/digits/model.h5 | grep -q 'an intact checkpoint' || fail "inspect does not know a checkpoint"
"$NNTRAIN" inspect "$DATASETS/digits/digits.h5" | grep -q 'rows of each class' || fail "inspect does not count classes"
finish
