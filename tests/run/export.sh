#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# nntrain export and import-model: a model goes there and back with the same bits and predictions; one of PyTorch comes in;
# wrong usage and damaged files get one sentence and write nothing.
. "$(dirname "$0")/lib.sh"
golden=$SOURCE/tests/golden/models

"$NNTRAIN" generate circles --rows 200 --output c.h5 >/dev/null || fail "generate"
cat >c.yaml <<'Y'
data: {train: {file: c.h5}, test: {fraction: 0.2}, normalize: robust, impute: mean}
network: {layers: [{units: 8, activation: gelu, normalization: batch, dropout: 0.1}, {units: 2, activation: softmax}]}
loss: cross_entropy
training: {epochs: 3, precision: bf16}
Y
"$NNTRAIN" train c.yaml --output run >out 2>&1 || fail "train: $(cat out)"

# --- there and back ---
"$NNTRAIN" export safetensors run/model.h5 --output m.safetensors >out 2>&1 || fail "export: $(cat out)"
grep -q '^wrote    m.safetensors (.*)$' out || fail "export says: $(cat out)"
: >back.h5
"$NNTRAIN" import-model m.safetensors --output back.h5 >out 2>&1 || fail "import-model: $(cat out)"
[ "$(cat out)" = 'wrote    back.h5' ] || fail "import-model says: $(cat out)"
for group in /model /normalization /recipe; do
    h5diff run/model.h5 back.h5 $group >out 2>&1 && [ ! -s out ] || fail "there and back differ: $(cat out)"
done
h5dump -H run/model.h5 | grep -q 'DATASET "most"' || fail "the model lacks the range of its features"
for model in run/model.h5 back.h5; do
    "$NNTRAIN" predict --model $model --data c.h5 --x /test/x --output p.h5 >out 2>&1 || fail "predict: $(cat out)"
    "$NNTRAIN" eval --model $model --json >"$(basename $model).json" 2>err || fail "eval of held-out rows: $(cat err)"
    mv p.h5 "$(basename $model).p"
done
h5diff model.h5.p back.h5.p >out 2>&1 || fail "other predictions: $(cat out)"
diff <(grep -v '"model"' model.h5.json) <(grep -v '"model"' back.h5.json) >out || fail "other figures: $(cat out)"
"$NNTRAIN" export safetensors m.safetensors --output again.safetensors >out 2>&1 || fail "export of an export: $(cat out)"
cmp m.safetensors again.safetensors || fail "an export of an export is another file"
# Commands take the file as it is.
"$NNTRAIN" predict --model m.safetensors --data c.h5 --x /test/x --output p.h5 >out 2>&1 || fail "predict: $(cat out)"
h5diff model.h5.p p.h5 >out 2>&1 || fail "safetensors predicts otherwise: $(cat out)"
ranks 2 "$NNTRAIN" eval --model m.safetensors --json >m.json 2>err || fail "eval of safetensors: $(cat err)"
diff <(grep -v '"model"' model.h5.json) <(grep -v '"model"' m.json) >out || fail "figures of safetensors: $(cat out)"
"$NNTRAIN" inspect m.safetensors >out 2>&1 || fail "inspect of safetensors: $(cat out)"
grep -qx 'file     m.safetensors: a model in safetensors' out && ! grep -q '^progress' out ||
    fail "inspect of safetensors says: $(cat out)"
# 2 inputs to 8 units of batch norm: no bias, but scale and shift.
grep -qx 'layer 0  8 units, batch norm, gelu, 32 parameters' out && grep -qx 'in all   50 parameters' out ||
    fail "inspect counts parameters: $(cat out)"
"$NNTRAIN" inspect back.h5 >out 2>&1 || fail "inspect: $(cat out)"
! grep -q '^trained' out || fail "inspect tells who trained what was imported: $(cat out)"

# --- from PyTorch ---
"$NNTRAIN" import-model "$golden/named.safetensors" --activation gelu --output-activation softmax --output torch.h5 >out 2>&1 ||
    fail "import of a state_dict: $(cat out)"
grep -qx 'layer 1  fc2: 7 -> 6, batch norm bn2, gelu' out || fail "import of a state_dict says: $(cat out)"
printf 'a,b,c,d,e,f,kind\n1,2,3,4,5,6,x\n6,5,4,3,2,1,y\n0,0,0,1,1,1,x\n' >t.csv
"$NNTRAIN" import csv t.csv --label kind --output t.h5 >out 2>&1 || fail "import csv: $(cat out)"
"$NNTRAIN" predict --model torch.h5 --data t.h5 --output p.h5 >out 2>&1 || fail "predict by a state_dict: $(cat out)"
"$NNTRAIN" eval --model torch.h5 --data t.h5 >out 2>&1 || fail "eval of a state_dict: $(cat out)"
grep -q '^rows     3$' out || fail "eval of a state_dict says: $(cat out)"

# --- as source code: the file names its functions, and its self-test agrees with what the trainer predicts ---
"$NNTRAIN" export c run/model.h5 --output 2-circles.c >out 2>&1 || fail "export c: $(cat out)"
printf '#include <stdio.h>\n#include "2-circles.h"\nint main(void) { float x[2] = {0, 0}, y[2]; m2_circles_predict(x, y);
printf("%%d %%.3f\\n", m2_circles_self_test(), y[0] + y[1]); return 0; }\n' >main.c
cc -std=c99 -DM2_CIRCLES_SELF_TEST main.c 2-circles.c -lm -o circles 2>err || fail "exported C does not compile: $(cat err)"
[ "$(./circles)" = "0 1.000" ] || fail "exported C: $(./circles)"
# Of a model of bfloat16 the comment tells what float makes of it: more than rounding, and not the same bits.
grep -q 'the trainer rounds products to bfloat16' 2-circles.h && ! grep -q 'same bits' 2-circles.h ||
    fail "exported C keeps quiet about bfloat16: $(cat 2-circles.h)"
"$NNTRAIN" export fortran m.safetensors --name circles --output f.f90 >out 2>&1 || fail "export fortran: $(cat out)"
grep -qx 'module circles' f.f90 || fail "export fortran --name: $(head -5 f.f90)"
for file in 2-circles.h f.f90; do
    off=$(sed -n "s/^.*differ from the trainer's by up to \([^ ]*\) of the largest output.*$/\1/p" $file)
    awk -v off="$off" 'BEGIN { exit !(off > 1e-5 && off < 0.1) }' || fail "$file: products of bfloat16 make '$off'"
done
for name in Real self_test weight_0; do
    "$NNTRAIN" export fortran m.safetensors --output $name.F90 >out 2>&1 || fail "export fortran to $name.F90: $(cat out)"
    grep -qx "module ${name}_model" $name.F90 || fail "module of $name.F90: $(grep ^module $name.F90)"
done

# --- seconds since 1970: a float has steps of 128 of them ---
awk 'BEGIN { print "t,y"; for (i = 0; i < 200; i++) printf "%.2f,%g\n", 1.7e9 + i / 2 + 0.25, i }' >s.csv
"$NNTRAIN" import csv s.csv --label y --values --output s.h5 >out 2>&1 || fail "import csv: $(cat out)"
cat >s.yaml <<'Y'
data: {train: {file: s.h5}}
network: {layers: [{units: 4, activation: tanh}, {units: 1, activation: linear}]}
loss: mse
training: {epochs: 3}
Y
"$NNTRAIN" train s.yaml --output seconds >out 2>&1 || fail "train: $(cat out)"
"$NNTRAIN" predict --model seconds/model.h5 --data s.h5 --output s.out.csv >out 2>&1 || fail "predict: $(cat out)"
for type in float int8; do
    most=1e-4
    [ $type = float ] || most=4
    "$NNTRAIN" export c seconds/model.h5 --type $type --output s.c >out 2>&1 || fail "export c: $(cat out)"
    printf '#include <stdio.h>\n#include "s.h"\nint main(void) { float y[1]; for (int i = 0; i < 200; i++) {
double x = 1.7e9 + i / 2.0 + 0.25; s_predict(&x, y); printf("%%.9g\\n", y[0]); } return s_self_test(); }\n' >main.c
    cc -std=c99 -Werror -DS_SELF_TEST main.c s.c -lm -o s 2>err || fail "C that takes double does not compile: $(cat err)"
    ./s >s.txt || fail "self-test of C that takes double, type $type"
    tail -n 200 s.out.csv | paste -d, s.txt - | awk -F, -v most=$most '
        { off = $1 - $NF; if (off * off > most * most) bad++ } END { exit bad > 0 || NR != 200 }' ||
        fail "exported C, type $type, is not what nntrain predicts: $(paste -d, s.txt s.out.csv | head -3)"
    grep -q 'x is double' s.h || fail "s.h does not say that x is double: $(head -9 s.h)"
done

# --- mistakes ---
# wrong CODE MESSAGE ARGUMENTS...: one line on standard error, and no new file.
wrong() {
    local code=$1 message=$2
    shift 2
    rm -f new new.partial
    "$NNTRAIN" "$@" >out 2>err
    [ $? -eq "$code" ] || fail "$*: exit code is not $code: $(cat err)"
    grep -qF -- "$message" err && [ "$(wc -l <err)" -eq 1 ] || fail "$*: not '$message': $(cat err)"
    [ ! -e new ] && [ ! -e new.partial ] || fail "$*: leaves a file"
}
head -c 700 m.safetensors >cut.safetensors
head -c 3000 run/model.h5 >cut.h5
mkdir folder
wrong 2 "there is no format 'safetensor' (did you mean safetensors?)" export safetensor run/model.h5 --output new
wrong 3 "there is no file none.h5" export safetensors none.h5 --output new
wrong 3 "run is a folder; a file is needed" export safetensors run --output new
wrong 3 "cut.h5 is damaged or truncated" export safetensors cut.h5 --output new
wrong 3 "c.yaml is no model" export safetensors c.yaml --output new
wrong 5 "cannot write folder: there is something by that name that is no file" export safetensors run/model.h5 --output folder
wrong 5 "cannot write none/new: No such file or directory" export safetensors run/model.h5 --output none/new
wrong 2 "run/model.h5 is the model itself" export safetensors run/model.h5 --output run/model.h5
wrong 2 "new: C source needs a name that ends in .c" export c run/model.h5 --output new
wrong 2 "quotes, backslashes and line ends" export c run/model.h5 --output 'a"b.c'
wrong 2 "new.f: Fortran source needs a name that ends in .f90" export fortran run/model.h5 --output new.f
wrong 2 "--name Exp: no module can be called by a name that stands in it" export fortran run/model.h5 --name Exp --output x.f90
wrong 3 "cut.safetensors is no safetensors file, or cut off" import-model cut.safetensors --output new
wrong 2 "is a checkpoint of nntrain already" import-model run/model.h5 --output new
wrong 2 "tells its activations itself" import-model m.safetensors --activation relu --output new
wrong 2 "say it: --activation relu" import-model "$golden/named.safetensors" --output new
wrong 2 "m.safetensors is the model itself" import-model m.safetensors --output m.safetensors
wrong 2 "c.h5 is the data that the model was trained on" export safetensors run/model.h5 --output c.h5
wrong 2 "c.h5 is the data that the model was trained on" import-model m.safetensors --output c.h5
wrong 2 "t.h5 is there and is no file of safetensors; choose another name, or remove it" export safetensors run/model.h5 --output t.h5
wrong 2 "t.h5 is there and is no checkpoint of nntrain" import-model m.safetensors --output t.h5
wrong 2 "run/recipe.yaml is there and is no file of safetensors" export safetensors run/model.h5 --output run/recipe.yaml
wrong 2 "run/recipe.yaml is there and is no checkpoint" import-model m.safetensors --output run/recipe.yaml
wrong 2 "main.c is there and is no source that nntrain wrote" export c run/model.h5 --output main.c
cp c.yaml own.h
wrong 2 "own.h is there and is no source that nntrain wrote" export c run/model.h5 --output own.c
cmp c.yaml own.h && [ ! -e own.c ] || fail "export c has begun"
wrong 2 "--output - is no standard output; name a file, such as model.f90" export fortran run/model.h5 --output -
wrong 2 "n.f90 has the extension of fortran, and c is written; name it n.c" export c run/model.h5 --output n.f90
wrong 2 "n.c has the extension of c, and a checkpoint is written; name it n.h5" import-model m.safetensors --output n.c
[ -z "$(find . -name '-*' -o -name 'n.*')" ] || fail "files that were refused: $(ls)"
wrong 3 "c.h5 holds data and no model" export safetensors c.h5 --output new
wrong 3 "neither a checkpoint of nntrain, such as model.h5, nor a file of safetensors" predict --model c.yaml --data c.h5 --output new
wrong 3 "there is no file none.h5" predict --model none.h5 --data c.h5 --output new
"$NNTRAIN" export c run/model.h5 --output 2-circles.c >out 2>&1 || fail "C over C: $(cat out)"
"$NNTRAIN" export fortran run/model.h5 --name circles --output f.f90 >out 2>&1 || fail "Fortran over Fortran: $(cat out)"
"$NNTRAIN" import-model m.safetensors --output torch.h5 >out 2>&1 || fail "a checkpoint over another: $(cat out)"
"$NNTRAIN" export safetensors run/model.h5 2>err
[ $? -eq 2 ] && grep -q 'export safetensors model.h5 --output FILE.safetensors' err || fail "export without --output: $(cat err)"
"$NNTRAIN" import-model x --activation rleu --output new 2>err
[ $? -eq 2 ] && grep -q "no activation 'rleu' (did you mean relu?)" err || fail "a misspelt activation: $(cat err)"
"$NNTRAIN" export fortran run/model.h5 --type int8 --output new.f90 2>err
[ $? -eq 2 ] && grep -q "'int8' is none of float, double$" err || fail "a type of another format: $(cat err)"
"$NNTRAIN" export fortran --help | xargs -0 echo | tr -s ' \n' ' ' >out && grep -q 'default) or double' out || fail "help of export fortran: $(cat out)"
echo 'int of_mine;' >mine.h
wrong 2 "mine.h is there and is no source that nntrain wrote" export c run/model.h5 --output mine.c
[ "$(cat mine.h)" = 'int of_mine;' ] && [ ! -e mine.c ] || fail "export c replaces a header, or leaves a file"
"$NNTRAIN" export c run/model.h5 --output 2-circles.c >out 2>&1 || fail "export c does not replace its own header: $(cat out)"
"$NNTRAIN" export safetensors run/model.h5 --type int8 --output new 2>err
[ $? -eq 2 ] && grep -q 'no option --type' err || fail "an option of another format: $(cat err)"

# Under mpirun one process does it.
ranks 2 "$NNTRAIN" export safetensors run/model.h5 --output two.safetensors >out 2>&1 || fail "under mpirun: $(cat out)"
[ "$(grep -c ^wrote out)" -eq 1 ] && cmp m.safetensors two.safetensors || fail "under mpirun: $(cat out)"
finish
