#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What theory promises: XOR, spirals and circles need a hidden layer that bends; a line stays at chance; one hidden layer
# approximates a function, the better the more units it has; gradient descent diverges beyond twice the inverse curvature.
# scripts/theory.sh draws it.
. "$(dirname "$0")/lib.sh"

bash "$SOURCE/scripts/theory.sh" theory.html runs >script.out 2>&1 || fail "scripts/theory.sh: $(tail -n 3 script.out)"

# reached RUN METRIC CONDITION: of the last epoch, by the condition's x.
reached() {
    local value
    value=$(field "$2" "runs/$1/metrics.jsonl")
    echo "$1: $2 $value"
    holds "${3//x/$value}" || fail "$1: $2 is $value, which is not $3"
}

for problem in xor spirals circles; do
    reached $problem test_accuracy 'x >= 0.99'
    reached $problem-linear test_accuracy 'x < 0.76' # a line has three of XOR's four rows right
done
reached circles-linear test_accuracy 'x < 0.7'

worse=1
for units in 2 3 5 10 20 100; do
    reached sine-$units test_rmse "x < $worse"
    worse=$(field test_rmse runs/sine-$units/metrics.jsonl)
done
reached sine-100 test_rmse 'x < 0.005'

# The loss of the line ends at that of its noise, or far above it, or nowhere.
reached line-right test_rmse 'x < 0.02'
reached line-slow test_rmse 'x > 0.2'
grep -q '"state": "diverged"' runs/line-diverging/records.jsonl || fail "a rate beyond the limit does not diverge"
"$NNTRAIN" train "$DATASETS/theory/line.yaml" --output wild --set optimizer.learning_rate=1 >wild.out 2>&1
[ $? -eq 4 ] || fail "a training that diverges does not end with 4: $(tail -n 1 wild.out)"
grep -q '</html>' wild/report.html || fail "a training that diverges leaves no report"

# The page is by kind, not by command line.
"$NNTRAIN" report --theory runs/spirals runs/line-diverging runs/line-right runs/sine-* runs/xor \
    runs/spirals-linear runs/line-slow runs/circles-linear runs/circles runs/xor-linear --output other.html >other.out 2>&1 || fail "report: $(tail -n 1 other.out)"
cmp -s theory.html other.html || fail "the page depends on the order of its runs"
for words in 'Rate 0.005: slow' 'Rate 0.5: arrives' 'Rate 1: diverges' ': 0.5 with linear layers, 1 with'; do
    grep -q "$words" theory.html || fail "the page does not say '$words'"
done

# Two classes with one output: the sigmoid's value is the probability of class 1.
ranks 2 "$NNTRAIN" train "$DATASETS/theory/circles.yaml" --output runs/one --set loss=mse --set optimizer.learning_rate=0.5 \
    --set 'network.layers=[{units: 16, activation: tanh}, {units: 1, activation: sigmoid}]' >one.out 2>&1 || fail "one output: $(tail -n 3 one.out)"
reached one test_accuracy 'x >= 0.99'

ranks 2 "$NNTRAIN" train "$DATASETS/theory/sine.yaml" --output runs/sine >sine.out 2>&1 || fail "sine: $(tail -n 3 sine.out)"
reached sine test_rmse 'x < 0.02'
finish
