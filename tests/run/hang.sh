#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A rank that makes no progress: the run ends, one sentence tells which rank, its stacks tell where, and the checkpoint
# before is continued to the same bits. A run that is stopped whole and goes on is left alone.
# Its seconds count, and a disk that others write to may take one for a file: memory does not.
# shellcheck disable=SC2034 # of lib.sh
[ ! -w /dev/shm ] || within=/dev/shm
. "$(dirname "$0")/lib.sh"

recipe=$DATASETS/digits/recipe.yaml
# By messages alone, so that each rank has a copy of the weights to look at.
settings="--set training.epochs=4 --set parallel.exchange=mpi --set parallel.agree_every=10 --progress quiet"

# shellcheck disable=SC2086
ranks 3 "$NNTRAIN" train "$recipe" $settings --output whole || fail "the undisturbed run: exit code $?"

# check NAME SENTENCE: how a run ended that hung.
check() {
    [ "$code" -eq 5 ] || fail "$1: exit code $code, not 5: $(cat "$1.err")"
    [ "$(grep -c '^nntrain: ' "$1.err")" -eq 1 ] || fail "$1: not one sentence: $(cat "$1.err")"
    grep -q "^nntrain: $2" "$1.err" || fail "$1: $(cat "$1.err")"
    # shellcheck disable=SC2086
    ranks 3 "$NNTRAIN" train "$recipe" $settings --output "$1" --resume || fail "$1: resume: exit code $?"
    h5diff whole/model.h5 "$1/model.h5" /model || fail "$1: the resumed weights differ"
}

# A rank that is caught in a call, just before a later checkpoint than the first.
# shellcheck disable=SC2086
LD_PRELOAD=$TOOLS/libodd_digest.so ODD_STALL=1 ODD_RANK=1 ODD_CALL=6 ranks 3 "$NNTRAIN" train "$recipe" $settings \
    --set parallel.hang_after="3 seconds" --output caught 2>caught.err
code=$?
check caught "rank 1 on $(hostname) hangs: no progress for [0-9]* s .*; continue with --resume"
grep -q '^threads of rank 1 on ' caught.err || fail "no stacks: $(cat caught.err)"
grep -q 'libodd_digest.so.*XXH3_64bits' caught.err || fail "the stacks do not tell the call: $(cat caught.err)"
grep -q 'nntrain.*nni_notify_' caught.err || fail "the stacks do not tell who called: $(cat caught.err)"

# A rank that the system does not let run cannot tell anything; the others do.
long="--set training.epochs=4000"
# shellcheck disable=SC2086
ranks 3 "$NNTRAIN" train "$recipe" $settings $long --set parallel.hang_after="3 seconds" --output stopped 2>stopped.err &
launcher=$!
until_true 60 has_epochs stopped 3
kill -STOP "$(ranks_of stopped | tail -n 1)"
wait $launcher
code=$?
[ $code -eq 5 ] || fail "stopped: exit code $code, not 5: $(cat stopped.err)"
[ "$(grep -c '^nntrain: rank [0-9] on .* has waited [0-9]* s for other ranks' stopped.err)" -eq 1 ] ||
    fail "stopped: not one sentence: $(cat stopped.err)"
until_true 10 has_no_ranks stopped || fail "stopped: still running: $(ranks_of stopped | tr '\n' ' ')"

# All of them stopped for longer than that, as when a job is suspended.
# shellcheck disable=SC2086
ranks 2 "$NNTRAIN" train "$recipe" $settings --set training.epochs=400 --set parallel.hang_after="4 seconds" \
    --output suspended 2>suspended.err &
launcher=$!
until_true 60 has_epochs suspended 3
mapfile -t all < <(ranks_of suspended)
[ ${#all[@]} -eq 2 ] || fail "suspended: ${#all[@]} ranks are running, not 2"
kill -STOP "${all[@]}"
sleep 8
kill -CONT "${all[@]}"
wait $launcher || fail "suspended: exit code $?: $(cat suspended.err)"
finish
