#!/usr/bin/env bash
# Help, versions and wrong usage: what a user types first.
. "$(dirname "$0")/lib.sh"

for command in train eval predict inspect check import generate bench; do
    "$NNTRAIN" $command --help >help || fail "$command --help: exit code $?"
    grep -q "Usage: nntrain $command" help || fail "$command --help does not begin with its usage: $(head -n 1 help)"
    "$NNTRAIN" --help | grep -q "^  $command " || fail "nntrain --help does not list $command"
    "$NNTRAIN" $command --no-such-option >out 2>err
    [ $? -eq 2 ] || fail "$command --no-such-option: exit code is not 2"
    [ -s err ] && [ ! -s out ] || fail "$command --no-such-option: nothing on standard error"
done
"$NNTRAIN" --version >version || fail "--version: exit code $?"
for line in nntrain MPI HDF5 OpenMP kernels; do
    grep -q "^$line  *[^ ]" version || fail "--version does not tell $line"
done
NNTRAIN_ISA=portable "$NNTRAIN" --version | grep -q '^kernels  portable' || fail "--version does not tell the instruction set in use"
"$NNTRAIN" frobnicate 2>err
[ $? -eq 2 ] || fail "an unknown command: exit code is not 2"
grep -q "no command 'frobnicate'" err || fail "an unknown command is not named"

# What was meant: a command, an option, a recipe without its command.
meant() {
    local words=$1
    shift
    "$NNTRAIN" "$@" 2>err
    [ $? -eq 2 ] && grep -qF "(did you mean $words?); see nntrain" err || fail "$*: not '$words': $(cat err)"
}
meant train trian
meant train Train
meant train fit
meant eval evaluate
meant "train mine.yaml" mine.yaml
meant --output train --outptu x
meant --model eval --modle m.h5
meant --label import csv t.csv --labels y
meant --split eval --model --verbose --spilt test
"$NNTRAIN" train --batch-size 5 >out 2>err
[ $? -eq 2 ] && grep -qF "no option --batch-size, but a key of the recipe: --set training.batch=VALUE; see" err || fail "a key as an option: $(cat err)"
"$NNTRAIN" train --out >out 2>err
[ $? -eq 2 ] && ! grep -q "no option" err || fail "an abbreviated option is unknown: $(cat err)"

# Under mpirun one rank speaks.
[ "$(ranks 4 "$NNTRAIN" --version | grep -c '^nntrain ')" -eq 1 ] || fail "--version under mpirun speaks more than once"
ranks 4 "$NNTRAIN" train --no-such-option >out 2>err
[ $? -eq 2 ] || fail "wrong usage under mpirun: exit code is not 2"
[ "$(grep -c 'no-such-option' err)" -eq 1 ] || fail "wrong usage under mpirun is said $(grep -c no-such-option err) times"
finish
