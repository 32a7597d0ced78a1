#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The messages of docs/troubleshooting.md: wrong input, and the one sentence that answers it. Every command is run, and what
# stands between the page's two markers must be the result; UPDATE=1 ctest --preset release -R run_mistakes writes it anew.
. "$(dirname "$0")/lib.sh"

page=$SOURCE/docs/troubleshooting.md
begin='<!-- messages: tests/run/mistakes.sh -->'
end='<!-- end of messages -->'
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
    printf '\n### %s\n' "$1" >>made.md
}

# tell COMMAND_AS_TYPED WHAT COMMAND...: runs a command that must fail, and appends its message and exit code to the page.
# Other output, such as the records of a table, is left out; the folder of the test, and what differs from one HDF5 or
# processor to another, is replaced.
tell() {
    local typed=$1 what=$2 code
    shift 2
    timeout 60 "$@" >out 2>err </dev/null
    code=$?
    [ $code -ne 0 ] || fail "$what: the command succeeds"
    [ "$(grep -c '^nntrain[:a-z ]*: ' err)" -eq 1 ] || fail "$what: not exactly one message: $(cat err)"
    {
        printf '\n**%s** (exit code %d)\n\n```\n$ %s\n' "$what" $code "$typed"
        grep '^nntrain' err | sed -e "s,$work/,,g" -e 's/ (HDF5: .*)/ (HDF5: ...)/' -e 's/step [0-9]*/step N/' \
            -e 's/rank \([0-9]\) on [^:]*:/rank \1 on HOST:/' -e 's/its [0-9]* bytes/its N bytes/'
        printf '```\n'
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

# mapped NAME WHAT SETTINGS...: a training from /train/NAME of targets.h5 that succeeds, and says which labels it takes for
# which classes.
mapped() {
    local name=$1 what=$2
    shift 2
    local words=(train targets.yaml --set "data.train.y=/train/$name" "$@")
    rm -rf runs
    "$NNTRAIN" "${words[@]}" >out 2>err </dev/null || fail "$what: exit code $?: $(cat err)"
    [ "$(grep -c '^         labels ' out)" -eq 1 ] || fail "$what: no line on labels: $(cat out)"
    {
        printf '\n**%s** (exit code 0)\n\n```\n$ nntrain %s\n' "$what" "$(quoted "${words[@]}")"
        grep '^         labels ' out
        printf '```\n'
    } >>made.md
}

# on_ranks N WHAT ARGUMENTS...
on_ranks() {
    local count=$1 what=$2
    shift 2
    # mpirun prints messages of its own when a rank fails
    tell "mpirun -np $count nntrain $(quoted "$@")" "$what" $LAUNCH -np "$count" "$NNTRAIN" "$@"
}

: >made.md

section "Commands"
mistake "A misspelt command" trian recipe.yaml
mistake "A command of another program" fit recipe.yaml
mistake "A recipe without a command" recipe.yaml
mistake "A misspelt option" train recipe.yaml --outptu run
mistake "A key of the recipe as an option" train recipe.yaml --epochs 5
mistake "An unknown progress style" train recipe.yaml --progress colour
mistake "Two recipes" train recipe.yaml targets.yaml
mistake "eval without a model" eval --data good.h5
mistake "A data file as the model" eval --model good.h5
mistake "An unknown split" eval --model run/model.h5 --split tset
mistake "predict without an output file" predict --model run/model.h5 --data good.h5
mistake "The data file as the output of predict" predict --model run/model.h5 --data good.h5 --x /train/x --output good.h5
mistake "A damaged model" eval --model damaged.h5 --data good.h5 --x /train/x --y /train/y
mistake "An export onto the data" export safetensors run/model.h5 --output good.h5
mistake "An export onto a recipe" export safetensors run/model.h5 --output recipe.yaml
mistake "An export to standard output" export safetensors run/model.h5 --output -
mistake "An export under the extension of another format" export safetensors run/model.h5 --output model.c
mistake "An unknown problem to generate" generate xro --output xor.h5

section "Recipes"
mistake "A recipe that does not exist" train nowhere.yaml
mistake "A data file in place of the recipe" train good.h5
mistake "An unclosed bracket" train open.yaml
mistake "A tab as indentation" train tab.yaml
mistake "No training file" train no-data.yaml
mistake "No layers" train no-layers.yaml
mistake "No loss" train no-loss.yaml
mistake "A key at the wrong place" train lr.yaml
set_to training.epoch=3 "A misspelt key"
set_to epochs=5 "A key without its section in --set"
set_to optimizer.lr=0.1 "A key of another program"
set_to layers[0].units=5 "A list without its section in --set"
set_to training.epochs "--set without a value"
set_to training.epochs=many "A word in place of a number"
set_to training.epochs=0 "Zero epochs"
set_to optimizer.learning_rate=-0.1 "A negative learning rate"
set_to network.layers=3 "A number in place of a list"
set_to network.layers.units=3 "A list without an index"
set_to network.layers[5].units=3 "An index beyond the list"
set_to network.layers[0].activation=ReLU "Wrong capitalisation"
set_to loss=crossentropy "A misspelt loss"
set_to loss=MSELoss "A loss as PyTorch names it"
set_to optimizer=Adam "An optimizer as other programs name it"
set_to 'optimizer={name: sgd, beta1: 0.9}' "A key of another optimizer"
set_to network.layers[1].activation=relu "A last layer that gives no probabilities"
set_to loss=binary_cross_entropy "A loss that does not fit the last layer"
set_to network.layers[0].activation=softmax "softmax in a hidden layer"
set_to network.layers[1].units=1 "softmax with one unit"
set_to network.layers[0].units=0 "Zero units"
set_to network.layers[0].dropout=1.5 "Dropout of 1 or more"
set_to training.stop.metric=accuracy "Early stopping by accuracy without a validation split"
set_to training.restore_best=true "restore_best without a validation split"
set_to data.validation.fraction=2 "A fraction above 1"
set_to data.validation.fold=6/5 "A fold number above the number of folds"
set_to training.batch=101 "A batch larger than the data"
set_to training.batch=3 "A batch smaller than the number of slices"
on_ranks 5 "More ranks than slices" train recipe.yaml
mistake "An output folder with a finished run" train recipe.yaml --output run
mistake "A model to begin with that is not there" train recipe.yaml --set network.from=nowhere.h5 --output new
mistake "A model to begin with that has other layers" train recipe.yaml --set network.from=run/model.h5 --set 'network.layers[0].units=9' --output new
mistake "A model to begin with that takes other features" train recipe.yaml --set network.from=run/model.h5 --set data.train.x_columns=[0] --output new
set_to network.freeze=1 "Layers that keep the weights they were drawn with"
mistake "A loss that does not suit the model to begin with" train recipe.yaml --set 'network={from: run/model.h5}' --set loss=binary_cross_entropy --output new
mistake "Resuming from another model to begin with" train recipe.yaml --output run --resume --set network.from=run/model.h5
mistake "More frozen layers than a model gives" train recipe.yaml --set network.from=run/model.h5 --set network.freeze=2 --set 'network.layers=[{units: 8, activation: relu}, {units: 8, activation: relu}, {units: 3, activation: softmax}]' --output new
mistake "Resuming with another network" train recipe.yaml --output run --resume --set 'network.layers[0].units=9'
mistake "A learning rate far too large" train recipe.yaml --set optimizer.learning_rate=1e30 --set loss=mse

section "Data"
set_to data.train.file=gone.h5 "A file that does not exist"
set_to data.train.file=text-file.h5 "A text file in place of HDF5"
set_to data.train.file=truncated.h5 "A truncated file"
set_to data.train.x=/x "A dataset that does not exist"
set_to 'data.test={}' "No test rows in the training file"
set_to data.train.file=short-y.h5 "Fewer targets than rows"
set_to data.train.file=text.h5 "Text features"
set_to data.train.file=nan.h5 "Missing values (NaN)"
set_to data.train.file=infinite.h5 "Infinite values"
set_to data.train.file=label-12.h5 "More classes than outputs"
set_to data.train.file=label-minus-1.h5 "A negative class"
set_to data.train.file=link-outside.h5 "A link to a file that does not exist"
target value "Values with cross_entropy"
mapped from_1 "Classes numbered from 1"
mapped sign "Classes -1 and 1" --set 'network.layers=[{units: 1, activation: sigmoid}]' --set loss=binary_cross_entropy
mapped huge "Classes that are large numbers"
target rows "Target rows that are no distribution"
linear=(--set 'network.layers=[{units: 1, activation: linear}]' --set loss=mse)
target value "A classification metric for values" "${linear[@]}" --set data.validation.fraction=0.2 --set training.stop.metric=f1
target value "Standardised targets under a sigmoid" --set 'network.layers=[{units: 1, activation: sigmoid}]' --set loss=mse --set data.normalize_targets=standard
target two "Two values for three outputs" --set loss=mse
target from_1 "Three classes for one output" --set 'network.layers=[{units: 1, activation: sigmoid}]' --set loss=binary_cross_entropy
target from_1 "A negative sample weight" --set data.train.w=/train/weight --set network.layers[1].units=4
on_ranks 2 "Missing values, on two ranks" train recipe.yaml --set data.train.file=nan.h5
on_ranks 2 "A file that does not exist, on two ranks" predict --model run/model.h5 --data gone.h5 --output p.h5

section "Tables"
mistake "A misspelt format" import cvs ragged.csv --output t.h5
mistake "A label column that does not exist" import csv missing.csv --label sort --output t.h5
mistake "Two columns with the same name" import csv twice.csv --label b --output t.h5
mistake "Records of different lengths" import csv ragged.csv --label kind --output t.h5
mistake "A missing number" import csv missing.csv --label kind --output t.h5
mistake "A word among numbers" import csv word.csv --label kind --output t.h5
mistake "Semicolons and decimal commas" import csv semicolon.csv --label kind --output t.h5
mistake "Decimal commas without --decimal" import csv semicolon.csv --delimiter ';' --label kind --output t.h5
mistake "A date that does not exist" import csv days.csv --label kind --output t.h5
mistake "Text labels as values" import csv missing.csv --label kind --values --output t.h5
mistake "A spreadsheet file" import csv table.xlsx --output t.h5
mistake "A file in UTF-16" import csv utf16.csv --output t.h5

awk -v begin="$begin" -v end="$end" '
    $0 == end { inside = 0 }
    !inside { print }
    $0 == begin { inside = 1; while ((getline line <"made.md") > 0) print line; print "" }' "$page" >new.md
[ "$(grep -cxF -e "$begin" -e "$end" "$page")" -eq 2 ] || fail "the markers are missing in docs/troubleshooting.md"
if [ -n "${UPDATE:-}" ] && [ "$failures" -eq 0 ]; then
    cp new.md "$page"
fi
diff "$page" new.md || fail "docs/troubleshooting.md has other messages; where the new ones are better: UPDATE=1 ctest -R run_mistakes"
finish
