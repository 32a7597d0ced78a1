#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What theory promises: XOR, spirals and circles need a hidden layer that bends; a line stays at chance; one hidden layer
# approximates a function.
. "$(dirname "$0")/lib.sh"

train() {
    ranks 2 "$NNTRAIN" train "$DATASETS/theory/$1.yaml" --output "$1" >"$1.out" 2>&1 || fail "$1: $(tail -n 3 "$1.out")"
}

for problem in xor spirals circles; do
    train $problem
    accuracy=$(field test_accuracy $problem/metrics.jsonl)
    echo "$problem: accuracy $accuracy"
    holds "$accuracy >= 0.99" || fail "$problem reached $accuracy only"
done

# Two classes with one output: the sigmoid's value is the probability of class 1.
ranks 2 "$NNTRAIN" train "$DATASETS/theory/circles.yaml" --output one --set loss=mse --set optimizer.learning_rate=0.5 \
    --set 'network.layers=[{units: 16, activation: tanh}, {units: 1, activation: sigmoid}]' >one.out 2>&1 || fail "one output: $(tail -n 3 one.out)"
accuracy=$(field test_accuracy one/metrics.jsonl)
echo "circles, one output: accuracy $accuracy"
holds "$accuracy >= 0.99" || fail "circles with one output reached $accuracy only"

train circles-linear
accuracy=$(field test_accuracy circles-linear/metrics.jsonl)
echo "circles, linear: accuracy $accuracy"
holds "$accuracy < 0.75" || fail "a line cannot separate circles, yet accuracy is $accuracy"

train sine
rmse=$(field test_rmse sine/metrics.jsonl)
echo "sine: RMSE $rmse"
holds "$rmse < 0.02" || fail "sine reached an RMSE of $rmse only"
finish
