#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every mistake a user can make gets one clear sentence from one rank, the right exit code on all of them, and no hang.
. "$(dirname "$0")/lib.sh"

"$TOOLS/make_faulty" . || exit 1
echo "this is a text" >text-file.h5
head -c 3000 good.h5 >truncated.h5
cat >recipe.yaml <<'Y'
data:
  train: {file: good.h5}
network:
  layers: [{units: 8, activation: relu}, {units: 3, activation: softmax}]
loss: cross_entropy
training: {epochs: 2, batch: 20}
parallel: {slices: 4}
optimizer: sgd
Y
sed 's/epochs: 2/epoch: 2/' recipe.yaml >unknown.yaml
sed 's/activation: relu/activation: relo/' recipe.yaml >misspelt.yaml
printf 'data: {train: {file: good.h5}\n' >broken.yaml

# expect NAME CODE PATTERN RANKS COMMAND...: within a minute, that exit code from every rank, and one sentence that fits
# the pattern.
expect() {
    local name=$1 code=$2 pattern=$3 count=$4
    shift 4
    # Each rank leaves its own exit code, which mpirun would sum up.
    rm -rf code-* diverged
    # shellcheck disable=SC2016
    timeout 60 $LAUNCH -np "$count" bash -c '"$@"; echo $? >"code-${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}}"' - "$NNTRAIN" "$@" >out 2>err
    local ended=$?
    [ $ended -ne 124 ] || fail "$name on $count ranks: not over after 60 s"
    local sentences
    sentences=$(grep -c '^nntrain: ' err)
    [ "$sentences" -eq 1 ] || fail "$name on $count ranks: $sentences sentences: $(cat err)"
    grep -Eq "^nntrain: $pattern" err || fail "$name on $count ranks says: $(cat err)"
    [ "$(cat code-* | sort -u)" = "$code" ] || fail "$name on $count ranks: exit codes $(cat code-* | tr '\n' ' '), not $code"
    [ "$(find . -maxdepth 1 -name 'code-*' | wc -l)" -eq "$count" ] || fail "$name on $count ranks: not all ranks ended by themselves"
    ! grep -Eq 'HDF5-DIAG|MPI_ERR|MPI_ABORT|Assertion|core dumped' err || fail "$name: a library's error stack: $(cat err)"
    [ "$count" -gt 1 ] || echo "$name: $(grep '^nntrain: ' err)"
}

# train NAME CODE PATTERN ARGUMENTS...: the same for a training, on 1 and on 3 ranks.
train() {
    local name=$1 code=$2 pattern=$3
    shift 3
    for count in 1 3; do
        expect "$name" "$code" "$pattern" $count train "$@"
    done
}

train "missing recipe" 2 '.*nowhere.yaml.*: No such file' nowhere.yaml
train "broken YAML" 2 'broken.yaml:[0-9]+:[0-9]+: ' broken.yaml
train "unknown key" 2 'unknown.yaml:6:12: training: unknown key "epoch" \(did you mean epochs' unknown.yaml
train "unknown value" 2 'misspelt.yaml:4:[0-9]+: .*relo.*relu' misspelt.yaml
train "unknown key in --set" 2 '--set .*epoch.*' recipe.yaml --set training.epoch=3
train "missing file" 3 'there is no file .*/gone.h5; correct the path' recipe.yaml --set data.train.file=gone.h5
train "no HDF5" 3 '.*text-file.h5.*HDF5' recipe.yaml --set data.train.file=text-file.h5
train "truncated" 3 '.*truncated.h5.*' recipe.yaml --set data.train.file=truncated.h5
train "missing dataset" 3 '.*no-x.h5.*/train/x' recipe.yaml --set data.train.file=no-x.h5
train "x and y differ" 3 '.*short-y.h5.*100 rows.*90' recipe.yaml --set data.train.file=short-y.h5
train "no numbers" 3 '.*text.h5.*/train/x' recipe.yaml --set data.train.file=text.h5
train "label too large" 3 '.*label-12.h5.*row 57.*12' recipe.yaml --set data.train.file=label-12.h5
train "negative label" 3 '.*label-minus-1.h5.*row 57.*-1' recipe.yaml --set data.train.file=label-minus-1.h5
train "three classes for one sigmoid" 3 '.*row 2 .*is class 2, but labels are the 3 whole numbers from 0 to 2, where a single sigmoid' recipe.yaml --set 'network.layers=[{units: 1, activation: sigmoid}]' --set loss=mse
train "NaN" 3 '.*nan.h5.*row 57.*NaN|.*nan.h5.*NaN.*row 57' recipe.yaml --set data.train.file=nan.h5
train "infinity" 3 '.*infinite.h5.*row 57|.*infinite.h5.*infinit.*row 57' recipe.yaml --set data.train.file=infinite.h5
train "batch smaller than slices" 2 '.*batch.*slices' recipe.yaml --set training.batch=3
train "batch larger than the data" 2 '.*batch.*101.*100' recipe.yaml --set training.batch=101
train "more slices than rows" 3 '.*slices.*' recipe.yaml --set training.batch=100000 --set parallel.slices=1000
expect "more ranks than slices" 2 '5 ranks are more than the 4 slices.*parallel.slices' 5 train recipe.yaml
train "unwritable output" 5 'cannot make the output folder /dev/null/run' recipe.yaml --output /dev/null/run
NNTRAIN_ISA=bogus train "unknown instruction set" 2 'NNTRAIN_ISA=bogus is no instruction set of this processor, which has portable' recipe.yaml
OMP_NUM_THREADS=abc train "no number of threads" 2 'OMP_NUM_THREADS=abc is no number of threads' recipe.yaml
OMP_NUM_THREADS=0 train "no threads" 2 'OMP_NUM_THREADS=0 is no number of threads' recipe.yaml
OMP_NUM_THREADS="1, 2" NNTRAIN_ISA=portable ranks 1 "$NNTRAIN" train recipe.yaml --output listed --progress quiet ||
    fail "a list of threads: exit code $?"
train "NaN loss" 4 '(the loss became|a weight became).*learning_rate' recipe.yaml --set data.train.file=huge.h5 --set data.normalize=none --set loss=mse --set optimizer.learning_rate=1e30 --output diverged
"$NNTRAIN" train recipe.yaml --output diverged --set loss=mse --set optimizer.learning_rate=1e30 >out 2>err
[ $? -eq 4 ] && [ -e diverged/metrics.jsonl ] && ! has_checkpoint diverged || fail "it did not diverge at once: $(cat err)"
"$NNTRAIN" train recipe.yaml --output diverged --progress quiet || fail "a run that diverged blocks its folder: exit code $?"
[ "$(wc -l <diverged/metrics.jsonl)" -eq 2 ] || fail "metrics of a run that diverged stay: $(cat diverged/metrics.jsonl)"

ranks 1 "$NNTRAIN" train recipe.yaml --output other --progress quiet || fail "the good recipe: exit code $?"
train "a run is there already" 2 'other already holds a run.*--resume' recipe.yaml --output other
train "checkpoint of another network" 3 '.*other/checkpoint-.*another network.*8 units.*9' recipe.yaml --output other --resume --set 'network.layers[0].units=9'
train "another seed" 2 'seed: .*' recipe.yaml --output other --resume --set seed=2
train "other data" 3 '.*other/checkpoint-.*other data' recipe.yaml --output other --resume --set data.train.file=huge.h5
train "missing checkpoint" 3 'cannot open checkpoint other/gone.h5' recipe.yaml --resume=other/gone.h5
train "slices changed" 2 'parallel.slices: .* was trained with 4, the recipe says 5' recipe.yaml --output other --resume --set parallel.slices=5
train "batch changed" 2 'training.batch: .* was trained with 20, the recipe says all' recipe.yaml --output other --resume --set training.batch=all
train "fewer epochs" 2 'training.epochs: the recipe says 1, but .* has 2 epochs' recipe.yaml --output other --resume --set training.epochs=1
ranks 1 "$NNTRAIN" train recipe.yaml --output second --progress quiet || fail "a second run: exit code $?"
train "two histories in one folder" 2 'second already holds another run' recipe.yaml --output second --resume=other/model.h5
train "a network beyond memory" 5 'the network and its batches take [0-9.]+ GiB on .*, which has' recipe.yaml --set 'network.layers=[{units: 16000000, activation: relu}, {units: 9000, activation: relu}, {units: 3, activation: softmax}]'
cp other/model.h5 damaged.h5
printf 'x' | dd of=damaged.h5 bs=1 seek=3000 conv=notrunc 2>/dev/null
for count in 1 3; do
    expect "damaged model" 3 'damaged.h5 is damaged or truncated' $count eval --model damaged.h5 --data good.h5 --x /train/x --y /train/y
    expect "no checkpoint" 3 'good.h5 holds data and no model' $count eval --model good.h5 --data good.h5
    expect "missing features" 3 '.*no-x.h5.*/train/x' $count predict --model other/model.h5 --data no-x.h5 --output p.h5 --x /train/x
    expect "overwriting the data" 2 '--output good.h5 would overwrite' $count predict --model other/model.h5 --data good.h5 --output good.h5 --x /train/x
    expect "unwritable predictions" 5 'cannot write /dev/null/p.h5' $count predict --model other/model.h5 --data good.h5 --output /dev/null/p.h5 --x /train/x
done
"$NNTRAIN" train recipe.yaml --resume= >out 2>err
[ $? -eq 2 ] || fail "--resume= with nothing behind it: not refused"
"$NNTRAIN" eval --model other/model.h5 --split train >/dev/full 2>err
[ $? -eq 5 ] || fail "eval to a full device: exit code is not 5"

# A full disk, as a limit on the size of files: an error, and nothing left behind.
(trap '' XFSZ; ulimit -f 8; "$NNTRAIN" generate sine --output sine.h5 >out 2>err)
[ $? -eq 5 ] || fail "generate on a full disk: exit code is not 5: $(cat err)"
[ -z "$(find . -name 'sine*')" ] || fail "generate on a full disk leaves $(find . -name 'sine*')"

# A shape that nothing stands behind is described, not read.
timeout 60 "$NNTRAIN" inspect claims.h5 >out 2>err || fail "inspect of a huge empty dataset: exit code $?: $(cat err)"
grep -q '1000000000 x 1000' out || fail "inspect of a huge empty dataset: $(cat out)"
finish
