#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# data.augment: the same bits on any number of ranks and threads and after a kill, rows of an evaluation left as they are,
# and one sentence for each recipe that cannot be.
. "$(dirname "$0")/lib.sh"

# Batches of 101 rows divide by nothing here; wide enough that a kill finds the run at work.
settings=("$DATASETS/digits/recipe.yaml" --set training.epochs=12 --set training.batch=101
    --set "network.layers[0].units=1024" --set parallel.reproducible=true --set parallel.threads=1
    --set data.validation.fraction=0.2 --set checkpoint.every="5 steps"
    --set "data.augment={image: [8, 8], shift: 1, flip: horizontal, noise: 0.05, cutout: 3}")

# train RANKS FOLDER ARGUMENTS...
train() {
    local count=$1 folder=$2
    shift 2
    ranks "$count" "$NNTRAIN" train "${settings[@]}" --output "$folder" "$@" >"$folder.out" 2>&1 ||
        fail "$folder on $count ranks: exit code $?: $(cat "$folder.out")"
}

# same FOLDER: its model, state and history are those of the run on one rank.
same() {
    for group in /model /optimizer /normalization; do
        h5diff one/model.h5 "$1/model.h5" $group || fail "$1: $group differs from one rank's"
    done
    sed 's/, "seconds".*//' one/metrics.jsonl >one.history
    sed 's/, "seconds".*//' "$1/metrics.jsonl" | cmp - one.history || fail "$1: the history differs"
}

train 1 one
train 2 two
same two
train 3 three
same three
train 2 threads --set parallel.threads=2
same threads
echo "on one rank: $(tail -n 1 one.history)"

# Each kind of it makes another training.
for change in shift=0 flip=none noise=0 cutout=0; do
    train 1 "$change" --set "data.augment.$change"
    cmp -s <(field train_loss one/metrics.jsonl) <(field train_loss "$change/metrics.jsonl") &&
        fail "without $change nothing is different"
done

# The digits are [rows, 8, 8], which says what image they are.
train 2 found --set "data.augment={shift: 1, flip: horizontal, noise: 0.05, cutout: 3}"
same found

# Killed outright, and continued on another number of ranks.
$LAUNCH -np 2 "$NNTRAIN" train "${settings[@]}" --output killed >killed.out 2>&1 &
launcher=$!
until_true 60 has_ranks killed 2
pid=$(ranks_of killed | head -n 1)
until_true 60 has_checkpoint killed
kill -KILL "$pid"
wait $launcher
[ ! -e killed/model.h5 ] || fail "the run was over before it was killed"
train 3 killed --resume
grep -q '^resume ' killed.out || fail "nothing was resumed: $(cat killed.out)"
same killed

# What is evaluated is never augmented, whoever does it.
"$NNTRAIN" eval --model one/model.h5 --split test >eval.out || fail "eval: exit code $?"
loss=$(sed -n 's/^loss  *\([0-9.]*\) .*/\1/p' eval.out)
holds "$(field test_loss one/metrics.jsonl) - $loss < 1e-6 && $loss - $(field test_loss one/metrics.jsonl) < 1e-6" ||
    fail "the test loss of the training is not that of nntrain eval, $loss"

# refuse CODE AUGMENTATION PATTERN: one sentence, the same exit code from 1 and from 3 ranks, nothing left behind.
refuse() {
    local code=$1 mapping=$2 pattern=$3 count
    cat >wrong.yaml <<Y
data:
  train: {file: $DATASETS/digits/digits.h5}
  augment: $mapping
network: {layers: [{units: 10, activation: softmax}]}
loss: cross_entropy
Y
    for count in 1 3; do
        rm -f code-*
        # Each rank leaves its own exit code, which mpirun would sum up.
        # shellcheck disable=SC2016
        ranks $count bash -c '"$@"; echo $? >"code-${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}}"' - \
            "$NNTRAIN" train wrong.yaml --output refused >out 2>err
        [ "$(cat code-* | sort -u)" = "$code" ] || fail "$mapping: exit codes $(cat code-* | tr '\n' ' '), not $code"
        [ "$(grep -c '^nntrain: ' err)" -eq 1 ] || fail "$mapping on $count ranks: not one sentence: $(cat err)"
        grep -q "^nntrain: $pattern" err || fail "$mapping on $count ranks says: $(cat err)"
        [ ! -e refused ] || fail "$mapping on $count ranks leaves a folder"
    done
    grep '^nntrain: ' err
}
refuse 3 '{image: [28, 28], shift: 2}' 'data.augment.image: 28 x 28 pixels of 1 channel make 784 values, but /train/x in .*/digits.h5 has 64 a row; write its'
refuse 3 '{shift: 8}' 'data.augment.shift: images of /train/x in .*/digits.h5 are 8 x 8 pixels; it must be less than 8'
refuse 2 '{image: [8, 8], shift: -1}' 'wrong.yaml:3:35: data.augment.shift: "-1" is no whole number of 0 or more'
refuse 2 '{image: [8, 8], shift: 8}' 'wrong.yaml:3:35: data.augment.shift: .* shift must be less than 8'
refuse 2 '{image: [8, 8], cutout: 9}' 'wrong.yaml:3:36: data.augment.cutout: a square of 9 x 9 pixels is larger than an image of 8 x 8'
refuse 2 '{image: [8, 8], flip: diagonal}' 'wrong.yaml:3:34: data.augment.flip: "diagonal" is none of none, horizontal, vertical, both'
refuse 2 '{image: [8, 8], noise: -1}' 'wrong.yaml:3:35: data.augment.noise: must be at least 0'
finish
