#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Rows that memory has no room for: the same model, bit for bit, on any number of ranks and with any data.memory.
. "$(dirname "$0")/lib.sh"

cp "$DATASETS/digits/digits.h5" . && sed 's#file: [^,}]*#file: digits.h5#g' "$DATASETS/digits/recipe.yaml" >recipe.yaml

# run FOLDER RANKS MEMORY SETTINGS...: windows of 8 rows of each slice, of which it has 90.
run() {
    local folder=$1 count=$2 memory=$3
    shift 3
    ranks "$count" "$NNTRAIN" train recipe.yaml --output "$folder" --progress lines --set data.window=8K \
        --set training.epochs=3 --set parallel.threads=1 --set parallel.reproducible=true --set data.memory="$memory" \
        "$@" >"$folder.out" 2>&1 || fail "$folder: exit code $?: $(cat "$folder.out")"
}

# same FOLDER OTHER: models, and what was measured on the way.
same() {
    h5diff "$1/model.h5" "$2/model.h5" /model || fail "$2: the model differs from $1's"
    h5diff "$1/model.h5" "$2/model.h5" /normalization || fail "$2: the normalization differs from $1's"
    for name in train_loss test_loss test_accuracy validation_loss; do
        [ "$(field $name "$1/metrics.jsonl")" = "$(field $name "$2/metrics.jsonl")" ] || fail "$2: another $name"
    done
}

streamed() {
    grep -q "of rows stay in the file; a rank reads" "$1.out" || fail "$1: its rows were kept in memory"
}

run memory 1 1M
! grep -q "stay in the file" memory.out || fail "rows that memory has room for were left in the file"
for pair in "1 32K" "2 16K" "3 14K" "5 10K"; do
    set -- $pair
    run "file-$1" "$1" "$2"
    streamed "file-$1"
    same memory "file-$1"
done

# A share for validation, carved off what stays in the file.
run carved 1 1M --set data.validation.fraction=0.2
run carved-2 2 16K --set data.validation.fraction=0.2
streamed carved-2
same carved carved-2

# Left in the middle of an epoch and gone on with, with more memory or less.
for pair in "32K 1M" "1M 32K"; do
    set -- $pair
    rm -rf left
    run left 1 "$1" --set training.epochs=2 --set "checkpoint.every=17 steps" --set checkpoint.keep=9
    rm left/model.h5 left/checkpoint-00000046.h5
    run left 1 "$2" --resume
    grep -q "^resume .*1 epoch and 11 steps done" left.out || fail "it was not resumed within an epoch: $(cat left.out)"
    h5diff memory/model.h5 left/model.h5 /model || fail "resumed with $2 after $1, it is another model"
done

# Figures of a model are those of rows in memory.
"$NNTRAIN" eval --model memory/model.h5 --data digits.h5 >eval-memory.txt
"$NNTRAIN" eval --model file-1/model.h5 --data digits.h5 >eval-file.txt
cmp eval-memory.txt eval-file.txt || fail "nntrain eval tells other figures of rows that stay in the file"
for model in memory file-1; do
    "$NNTRAIN" predict --model $model/model.h5 --data digits.h5 --x /test/x --output $model.h5 >/dev/null
done
h5diff memory.h5 file-1.h5 || fail "nntrain predict tells other classes of rows that stay in the file"

# Too little to read ahead, and another order than that of the checkpoint.
ranks 2 "$NNTRAIN" train recipe.yaml --set data.memory=2K --set data.window=8K --output small >small.txt 2>&1
[ $? -eq 2 ] || fail "too little memory: exit code $?"
grep -q "data.memory: .*lower data.window or start more ranks" small.txt || fail "$(cat small.txt)"
"$NNTRAIN" train recipe.yaml --output memory --resume --set data.window=9K --set training.epochs=4 >window.txt 2>&1
[ $? -eq 2 ] || fail "another window: exit code $?"
grep -q "data.window: .* was trained with 8K, the recipe says 9K" window.txt || fail "$(cat window.txt)"

# A file that becomes shorter meanwhile: one sentence, exit code 3 on all ranks, and the checkpoints stay.
ranks 2 "$NNTRAIN" train recipe.yaml --set data.memory=16K --set data.window=8K --set training.epochs=100000 \
    --set "checkpoint.every=50 steps" --output cut --progress quiet >cut.txt 2>&1 &
until_true 90 has_checkpoint cut || fail "no checkpoint of the file to be cut short: $(cat cut.txt)"
truncate -s 50000 digits.h5
wait $!
[ $? -eq 3 ] || fail "a file cut short: exit code $?: $(cat cut.txt)"
[ "$(grep -c "became shorter while it was in use" cut.txt)" -eq 1 ] || fail "a file cut short: $(cat cut.txt)"
ls cut/checkpoint-*.h5 >/dev/null || fail "a file cut short took the checkpoints with it"
finish
