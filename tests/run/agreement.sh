#!/usr/bin/env bash
# Ranks whose weights differ: one is named, nothing of theirs is kept, and the run goes on from the checkpoint before.
. "$(dirname "$0")/lib.sh"

recipe=$DATASETS/digits/recipe.yaml
settings="--set training.epochs=4 --set parallel.reproducible=true --set parallel.agree_every=10 --progress quiet"

# odd RANKS RANK CALL FOLDER: the weights of a rank differ from the digest CALL on, which is one every 10 steps and one
# before every checkpoint. An epoch has 12 steps.
odd() {
    # shellcheck disable=SC2086
    LD_PRELOAD=$TOOLS/libodd_digest.so ODD_RANK=$2 ODD_CALL=$3 ranks "$1" "$NNTRAIN" train "$recipe" $settings \
        --output "$4" 2>"$4.err"
    local code=$?
    [ $code -eq 5 ] || fail "$4: exit code $code, not 5"
    [ "$(grep -c '^nntrain: ' "$4.err")" -eq 1 ] || fail "$4: not one sentence: $(cat "$4.err")"
}

# shellcheck disable=SC2086
ranks 2 "$NNTRAIN" train "$recipe" $settings --output whole || fail "the undisturbed run: exit code $?"

odd 4 2 1 early
grep -q "after step 10 the weights of rank 2 on $(hostname) are others than those of most ranks" early.err ||
    fail "rank 2 is not named: $(cat early.err)"
grep -q 'begin anew; no checkpoint is written yet' early.err || fail "no mend without a checkpoint: $(cat early.err)"
[ -z "$(find early -name 'checkpoint-*')" ] || fail "a checkpoint of wrong weights was written"

# At the end of the second epoch, just before its checkpoint.
odd 3 0 4 late
grep -q 'the weights of rank 0 on .* of most ranks' late.err || fail "rank 0 is not named: $(cat late.err)"
first=$(find late -name 'checkpoint-*.h5')
[ "$(echo "$first" | wc -l)" -eq 1 ] || fail "other checkpoints than that of the first epoch: $first"
grep -q "continue with --resume from .*$first" late.err || fail "the good checkpoint is not named: $(cat late.err)"
# shellcheck disable=SC2086
ranks 3 "$NNTRAIN" train "$recipe" $settings --output late --resume || fail "resume: exit code $?"
h5diff whole/model.h5 late/model.h5 /model || fail "the resumed weights differ"

odd 2 1 1 pair
grep -q 'the weights of rank [01] on .* of the other rank' pair.err || fail "two ranks: $(cat pair.err)"

# Asked not to look, it does not.
# shellcheck disable=SC2086
LD_PRELOAD=$TOOLS/libodd_digest.so ODD_RANK=1 ODD_CALL=1 ranks 2 "$NNTRAIN" train "$recipe" $settings \
    --set parallel.agree_every=0 --output never || fail "agree_every 0: exit code $?"
finish
