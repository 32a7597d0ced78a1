#!/usr/bin/env bash
# docs/mistakes.md: what users get wrong, and the one sentence that they get. Every command is run, and the page must be
# what comes out; UPDATE=1 ctest --preset release -R run_mistakes writes it anew. A mistake more is a line more.
. "$(dirname "$0")/lib.sh"

page=$SOURCE/docs/mistakes.md
"$TOOLS/make_faulty" . || exit 1
cat >recipe.yaml <<'Y'
data:
  train: {file: good.h5}
network:
  layers: [{units: 8, activation: relu}, {units: 3, activation: softmax}]
loss: cross_entropy
optimizer: {name: sgd, learning_rate: 0.1}
training: {epochs: 2, batch: 20}
parallel: {slices: 4}
Y
cp recipe.yaml targets.yaml && sed -i 's/good.h5/targets.h5/' targets.yaml
printf 'data: {train: {file: good.h5}\n' >open.yaml
printf 'data:\n\ttrain: {file: good.h5}\n' >tab.yaml
printf 'loss: mse\nlr: 0.1\n' >lr.yaml
printf 'network: {layers: [{units: 3, activation: softmax}]}\nloss: cross_entropy\n' >no-data.yaml
printf 'data: {train: {file: good.h5}}\nnetwork: {layers: [{units: 3, activation: softmax}]}\n' >no-loss.yaml
printf 'data: {train: {file: good.h5}}\nloss: cross_entropy\n' >no-layers.yaml
echo "this is a text" >text-file.h5
head -c 3000 good.h5 >truncated.h5
printf 'a,b,kind\n1,2,x\n3,y\n' >ragged.csv
printf 'a,b,kind\n1,2,x\n,4,y\n' >missing.csv
printf 'a,b,b,kind\n1,2,3,x\n4,5,6,y\n' >twice.csv
printf 'a;kind\n1,5;2\n2,5;3\n' >semicolon.csv
printf 'day,kind\n2024-02-28,1\n2024-02-29,2\n2024-02-30,3\n' >days.csv
printf 'a,kind\n1,2\nthree,4\n5,6\n' >word.csv
printf 'PK\003\004' >table.xlsx
printf 'a,kind\n1,2\n' | iconv -t UTF-16 >utf16.csv
"$NNTRAIN" train recipe.yaml --output run --progress quiet || fail "the good recipe: exit code $?"
cp run/model.h5 damaged.h5 && printf 'x' | dd of=damaged.h5 bs=1 seek=3000 conv=notrunc 2>/dev/null

section() {
    printf '\n## %s\n' "$1" >>made.md
}

# tell COMMAND_AS_TYPED WHAT COMMAND...: runs a command, and writes down what it says and its exit code. What it says
# besides, such as the records of a table, is left out, as are the folder of the test and words that differ from one
# HDF5 or processor to another.
tell() {
    local typed=$1 what=$2 code
    shift 2
    timeout 60 "$@" >out 2>err </dev/null
    code=$?
    [ $code -ne 0 ] || fail "$what: it is taken for right"
    [ "$(grep -c '^nntrain[:a-z ]*: ' err)" -eq 1 ] || fail "$what: not one sentence: $(cat err)"
    {
        printf '\n**%s**\n\n```\n$ %s\n' "$what" "$typed"
        grep '^nntrain' err | sed -e "s,$work/,,g" -e 's/ (HDF5: .*)/ (HDF5: ...)/' -e 's/step [0-9]*/step N/' \
            -e 's/rank \([0-9]\) on [^:]*:/rank \1 on HOST:/' -e 's/its [0-9]* bytes/its N bytes/'
        printf '```\n\nExit code %d.\n' $code
    } >>made.md
}

# quoted WORDS...: a command as a user types it.
quoted() {
    local word line=
    for word; do
        [[ $word =~ ^[][A-Za-z0-9_.,/=:-]+$ && $word != *[\[\]]* ]] || word="'$word'"
        line+=" $word"
    done
    echo "${line# }"
}

mistake() {
    local what=$1
    shift
    tell "nntrain $(quoted "$@")" "$what" "$NNTRAIN" "$@"
}

# set_to KEY=VALUE WHAT: the same for the good recipe with a key changed.
set_to() {
    mistake "$2" train recipe.yaml --set "$1"
}

# target NAME WHAT SETTINGS...: of a training from /train/NAME of targets.h5.
target() {
    local name=$1 what=$2
    shift 2
    mistake "$what" train targets.yaml --set "data.train.y=/train/$name" "$@"
}

# mapped NAME WHAT SETTINGS...: a training from /train/NAME of targets.h5 whose labels are taken for what they mean, and
# which says so.
mapped() {
    local name=$1 what=$2
    shift 2
    local words=(train targets.yaml --set "data.train.y=/train/$name" "$@")
    rm -rf runs
    "$NNTRAIN" "${words[@]}" >out 2>err </dev/null || fail "$what: exit code $?: $(cat err)"
    [ "$(grep -c '^         labels ' out)" -eq 1 ] || fail "$what: it is not told: $(cat out)"
    {
        printf '\n**%s**\n\n```\n$ nntrain %s\n' "$what" "$(quoted "${words[@]}")"
        grep '^         labels ' out
        printf '```\n\nExit code 0.\n'
    } >>made.md
}

# on_ranks N WHAT ARGUMENTS...
on_ranks() {
    local count=$1 what=$2
    shift 2
    # mpirun has words of its own when a rank fails
    tell "mpirun -np $count nntrain $(quoted "$@")" "$what" $LAUNCH -np "$count" "$NNTRAIN" "$@"
}

cat >made.md <<'M'
# Mistakes, and what nntrain says

Each gets one sentence on standard error, from one rank, and an exit code other than 0 on all of them: 2 for usage and
recipes, 3 for data and checkpoints, 4 where a training diverged, 5 for the system. What can be meant in one way only, such
as classes 1 to 3, is taken so, and told. This page is written by
`tests/run/mistakes.sh`, which runs every command and fails where one says something else.

`recipe.yaml` trains three classes from `good.h5`, which has 100 rows of 4 features; `targets.yaml` is the same recipe with
`targets.h5`, which has targets of several kinds.
M

section "Commands"
mistake "A typing error" trian recipe.yaml
mistake "Another program's word" fit recipe.yaml
mistake "A recipe without its command" recipe.yaml
mistake "An option that is misspelt" train recipe.yaml --outptu run
mistake "A key of the recipe as an option" train recipe.yaml --epochs 5
mistake "A style of progress that there is not" train recipe.yaml --progress colour
mistake "Two recipes" train recipe.yaml targets.yaml
mistake "eval without a model" eval --data good.h5
mistake "eval of data" eval --model good.h5
mistake "A split that there is not" eval --model run/model.h5 --split tset
mistake "predict without a name for its output" predict --model run/model.h5 --data good.h5
mistake "Predictions over the data" predict --model run/model.h5 --data good.h5 --x /train/x --output good.h5
mistake "A model that is damaged" eval --model damaged.h5 --data good.h5 --x /train/x --y /train/y
mistake "A problem that there is not" generate xro --output xor.h5

section "Recipes"
mistake "A recipe that is not there" train nowhere.yaml
mistake "Data in the place of the recipe" train good.h5
mistake "A bracket that is not closed" train open.yaml
mistake "A tab" train tab.yaml
mistake "No training file" train no-data.yaml
mistake "No layers" train no-layers.yaml
mistake "No loss" train no-loss.yaml
mistake "A key of another section" train lr.yaml
set_to training.epoch=3 "A key that is misspelt"
set_to epochs=5 "A key of another section in --set"
set_to optimizer.lr=0.1 "Another program's key"
set_to layers[0].units=5 "A list of another section"
set_to training.epochs "--set without a value"
set_to training.epochs=many "A word for a number"
set_to training.epochs=0 "No epochs"
set_to optimizer.learning_rate=-0.1 "A learning rate below 0"
set_to network.layers=3 "A number for a list"
set_to network.layers.units=3 "A list without the number of an element"
set_to network.layers[5].units=3 "An element that there is not"
set_to network.layers[0].activation=ReLU "Capital letters"
set_to loss=crossentropy "A loss without its underscore"
set_to loss=MSELoss "Another program's loss"
set_to optimizer=Adam "Another program's optimizer"
set_to 'optimizer={name: sgd, beta1: 0.9}' "A key of another optimizer"
set_to network.layers[1].activation=relu "A last layer that gives no probabilities"
set_to loss=binary_cross_entropy "A loss for another last layer"
set_to network.layers[0].activation=softmax "softmax in the midst"
set_to network.layers[1].units=1 "softmax with one unit"
set_to network.layers[0].units=0 "No units"
set_to network.layers[0].dropout=1.5 "Dropout of more than all"
set_to training.stop.metric=accuracy "A metric to stop by without validation"
set_to training.restore_best=true "The best epoch without validation"
set_to data.validation.fraction=2 "A fraction of more than all"
set_to data.validation.fold=6/5 "A fold that there is not"
set_to training.batch=101 "A batch larger than the data"
set_to training.batch=3 "A batch smaller than the slices"
on_ranks 5 "More ranks than slices" train recipe.yaml
mistake "A folder that has a run" train recipe.yaml --output run
mistake "A checkpoint of another network" train recipe.yaml --output run --resume --set 'network.layers[0].units=9'
mistake "A learning rate far too large" train recipe.yaml --set optimizer.learning_rate=1e30 --set loss=mse

section "Data"
set_to data.train.file=gone.h5 "A file that is not there"
set_to data.train.file=text-file.h5 "A text in the place of HDF5"
set_to data.train.file=truncated.h5 "Half a file"
set_to data.train.x=/x "A dataset that is not there"
set_to 'data.test={}' "No test rows in the training file"
set_to data.train.file=short-y.h5 "Targets of other rows"
set_to data.train.file=text.h5 "Features that are texts"
set_to data.train.file=nan.h5 "Missing values"
set_to data.train.file=infinite.h5 "Infinite values"
set_to data.train.file=label-12.h5 "More classes than outputs"
set_to data.train.file=label-minus-1.h5 "A class below 0"
set_to data.train.file=link-outside.h5 "A link to a file that is not there"
target value "Values under cross_entropy"
mapped from_1 "Classes that begin with 1"
mapped sign "Classes -1 and 1" --set 'network.layers=[{units: 1, activation: sigmoid}]' --set loss=binary_cross_entropy
mapped huge "Classes that are large numbers"
target rows "Rows that are no distribution"
linear=(--set 'network.layers=[{units: 1, activation: linear}]' --set loss=mse)
target value "A metric of classes for values" "${linear[@]}" --set data.validation.fraction=0.2 --set training.stop.metric=f1
target value "Targets scaled to both signs under a sigmoid" --set 'network.layers=[{units: 1, activation: sigmoid}]' --set loss=mse --set data.normalize_targets=standard
target two "Two values for three outputs" --set loss=mse
target from_1 "Three classes for one output" --set 'network.layers=[{units: 1, activation: sigmoid}]' --set loss=binary_cross_entropy
target from_1 "A weight below 0" --set data.train.w=/train/weight --set network.layers[1].units=4
on_ranks 2 "Missing values, on two ranks" train recipe.yaml --set data.train.file=nan.h5
on_ranks 2 "No such file, on two ranks" predict --model run/model.h5 --data gone.h5 --output p.h5

section "Tables"
mistake "A format that is misspelt" import cvs ragged.csv --output t.h5
mistake "A label that there is not" import csv missing.csv --label sort --output t.h5
mistake "Two columns of one name" import csv twice.csv --label b --output t.h5
mistake "Records of other lengths" import csv ragged.csv --label kind --output t.h5
mistake "A number that is missing" import csv missing.csv --label kind --output t.h5
mistake "A word among numbers" import csv word.csv --label kind --output t.h5
mistake "Semicolons and decimal commas" import csv semicolon.csv --label kind --output t.h5
mistake "Decimal commas" import csv semicolon.csv --delimiter ';' --label kind --output t.h5
mistake "A day that there is not" import csv days.csv --label kind --output t.h5
mistake "Texts as values" import csv missing.csv --label kind --values --output t.h5
mistake "A spreadsheet" import csv table.xlsx --output t.h5
mistake "UTF-16" import csv utf16.csv --output t.h5

if [ -n "${UPDATE:-}" ] && [ "$failures" -eq 0 ]; then
    cp made.md "$page"
fi
diff "$page" made.md || fail "other words than in docs/mistakes.md; where they are better: UPDATE=1 ctest -R run_mistakes"
finish
