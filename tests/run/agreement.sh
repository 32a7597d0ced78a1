#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Ranks that were told to do different things are told so before they begin; and ranks whose weights differ: one is named, nothing of theirs is kept, and the run goes on from the checkpoint before.
. "$(dirname "$0")/lib.sh"

recipe=$DATASETS/digits/recipe.yaml
# By messages alone, so that each rank has a copy of the weights.
settings="--set training.epochs=4 --set parallel.exchange=mpi --set parallel.agree_every=10 --progress quiet"

# odd RANKS RANK CALL FOLDER: the weights of a rank differ from the digest CALL on, which is one every 10 steps and one
# before every checkpoint. An epoch has 23 steps.
odd() {
    # shellcheck disable=SC2086
    LD_PRELOAD=$TOOLS/libodd_digest.so ODD_RANK=$2 ODD_CALL=$3 ranks "$1" "$NNTRAIN" train "$recipe" $settings \
        --output "$4" 2>"$4.err"
    local code=$?
    [ $code -eq 5 ] || fail "$4: exit code $code, not 5"
    [ "$(grep -c '^nntrain: ' "$4.err")" -eq 1 ] || fail "$4: not one sentence: $(cat "$4.err")"
}

# shellcheck disable=SC2086
ranks 3 "$NNTRAIN" train "$recipe" $settings --output whole || fail "the undisturbed run: exit code $?"

odd 4 2 1 early
grep -q "after step 10 the weights of rank 2 on $(hostname) are others than those of most ranks" early.err ||
    fail "rank 2 is not named: $(cat early.err)"
grep -q 'begin anew; no checkpoint is written yet' early.err || fail "no mend without a checkpoint: $(cat early.err)"
[ -z "$(find early -name 'checkpoint-*')" ] || fail "a checkpoint of wrong weights was written"

# At the end of the second epoch, just before its checkpoint.
odd 3 0 6 late
grep -q 'the weights of rank 0 on .* of most ranks' late.err || fail "rank 0 is not named: $(cat late.err)"
first=$(find late -name 'checkpoint-*.h5')
[ "$(echo "$first" | wc -l)" -eq 1 ] || fail "other checkpoints than that of the first epoch: $first"
grep -q "continue with --resume from .*$first" late.err || fail "the good checkpoint is not named: $(cat late.err)"
# shellcheck disable=SC2086
ranks 3 "$NNTRAIN" train "$recipe" $settings --output late --resume || fail "resume: exit code $?"
h5diff whole/model.h5 late/model.h5 /model || fail "the resumed weights differ"

odd 2 1 1 pair
grep -q 'the weights of rank [01] on .* of the other rank' pair.err || fail "two ranks: $(cat pair.err)"

# unlike NAME PATTERN FIRST...: a second and a third rank that follow another command than the first.
unlike() {
    local name=$1 pattern=$2
    shift 2
    LAUNCH="timeout 60 $LAUNCH" ranks_apart 3 "$NNTRAIN" "$@" -- "${others[@]}" >"$name.out" 2>"$name.err"
    local code=$?
    [ $code -eq 2 ] || fail "$name: exit code $code, not 2: $(cat "$name.err")"
    [ "$(grep -c '^nntrain: ' "$name.err")" -eq 1 ] || fail "$name: not one sentence: $(cat "$name.err")"
    grep -q "^nntrain: rank [0-2] on $(hostname) has another $pattern; start all ranks with the same one" "$name.err" ||
        fail "$name: $(cat "$name.err")"
    [ ! -e unlike ] || fail "$name: a folder was made"
}

sed 's/batch: 64/batch: 32/' "$recipe" >edited.yaml
others=("$NNTRAIN" train "$recipe" --output unlike --progress quiet)
unlike edited "recipe than rank 1 on $(hostname) (training.batch: 32 there, 64 here)" train edited.yaml --output unlike
unlike set "recipe than rank 1 on $(hostname) (optimizer.name: adam there, sgd here)" train "$recipe" --output unlike --set optimizer=adam
unlike longer "recipe than rank 1 on $(hostname) (network.layers\[0\].dropout: 0.5 there, absent here)" train "$recipe" --output unlike \
    --set 'network.layers[0].dropout=0.5'
unlike resume "command line than rank 1 on $(hostname) (--resume: the newest checkpoint there, not given here)" train "$recipe" \
    --output unlike --resume
unlike command "program than rank 1 on $(hostname) (command: eval there, train here)" eval --model whole/model.h5
others=("$NNTRAIN" eval --model whole/model.h5)
unlike eval "program than rank 1 on $(hostname) (command: train there, eval here)" train "$recipe" --output unlike

# An option that one rank alone objects to.
LAUNCH="timeout 60 $LAUNCH" ranks_apart 2 "$NNTRAIN" train "$recipe" --output unlike -- "$NNTRAIN" train "$recipe" --output unlike \
    --progress bogus >option.out 2>option.err
code=$?
[ $code -eq 2 ] || fail "an option of one rank: exit code $code, not 2: $(cat option.err)"
[ "$(grep -c "^nntrain: rank 1 on .*: --progress: 'bogus' is none of" option.err)" -eq 1 ] || fail "an option of one rank: $(cat option.err)"

# What is each rank's own affair: where the data is, and how much of its host it takes. Kernels may differ, too.
cp "$DATASETS/digits/digits.h5" .
# shellcheck disable=SC2086
NNTRAIN_ISA=portable ranks_apart 2 "$NNTRAIN" train "$recipe" $settings --output own --set parallel.threads=2 -- \
    "$NNTRAIN" train edited.yaml $settings --output own --set training.batch=64 --set data.memory=1G >own.out 2>&1 ||
    fail "what may differ: exit code $?: $(cat own.out)"
! grep -q '^warning  rank .* other kernels' own.out || fail "the same kernels: $(cat own.out)"
reproducible="--set training.epochs=4 --set parallel.reproducible=true --progress quiet"
# shellcheck disable=SC2086
ranks_apart 2 env NNTRAIN_ISA=portable "$NNTRAIN" train "$recipe" $reproducible --output kernels -- \
    "$NNTRAIN" train "$recipe" $reproducible --output kernels >kernels.out 2>&1 || fail "kernels: exit code $?: $(cat kernels.out)"
"$NNTRAIN" --version | grep -q '^kernels  portable' || grep -q '^warning  rank [01] on .* computes with other kernels than the other rank: .*NNTRAIN_ISA=portable' kernels.out ||
    fail "kernels: no warning: $(cat kernels.out)"

# Asked not to look, it does not.
# shellcheck disable=SC2086
LD_PRELOAD=$TOOLS/libodd_digest.so ODD_RANK=1 ODD_CALL=1 ranks 2 "$NNTRAIN" train "$recipe" $settings \
    --set parallel.agree_every=0 --output never || fail "agree_every 0: exit code $?"
finish
