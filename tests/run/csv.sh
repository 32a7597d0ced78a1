#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# nntrain import csv: the same file whoever makes it, which is trained from; and nothing where a record is malformed.
. "$(dirname "$0")/lib.sh"

awk 'BEGIN {
    srand(1); split("red green blue", colour, " ")
    print "width,height,colour,kind"
    for (i = 0; i < 40000; i++) {
        w = rand(); h = rand(); c = colour[1 + int(3 * rand())]
        kind = (w > h && c != "blue") ? "wide" : "other"
        printf "%.7g,%.7g,\"%s\",%s\n", w, h, c, kind
    }
}' >table.csv

for count in 1 2 3; do
    ranks "$count" "$NNTRAIN" import csv table.csv --label kind --output "table-$count.h5" >out 2>&1 ||
        fail "on $count ranks: $(cat out)"
    grep -q '^train    40,000 rows x 5 features$' out || fail "on $count ranks: $(cat out)"
    cmp table-1.h5 "table-$count.h5" || fail "another file on $count ranks"
    grep -v '^wrote' out >"report-$count"
    cmp report-1 "report-$count" || fail "another report on $count ranks"
done
cat >expected <<'R'
columns  width   number
         height  number
         colour  category, 3 levels -> 3 features
         kind    label: 2 classes: other, wide
train    40,000 rows x 5 features
R
diff expected report-1 || fail "another report"
gzip -k table.csv
"$NNTRAIN" import csv table.csv.gz --label kind --output packed.h5 >/dev/null || fail "gzipped"
cmp table-1.h5 packed.h5 || fail "another file of the gzipped table"
for ends in '\r' '\r\n'; do
    awk -v ends="$ends" 'BEGIN { ORS = ends } 1' table.csv >ends.csv
    for count in 1 3; do
        ranks "$count" "$NNTRAIN" import csv ends.csv --label kind --output ends.h5 >/dev/null || fail "lines end with $ends"
        cmp table-1.h5 ends.h5 || fail "another file on $count ranks where lines end with $ends"
    done
done
tr , '\t' <table.csv >table.tsv
"$NNTRAIN" import tsv table.tsv --label kind --output tabs.h5 >/dev/null || fail "tabs"
cmp table-1.h5 tabs.h5 || fail "another file of the table with tabs"
"$NNTRAIN" import csv table.csv --label kind --compress 4 --chunk 1000 --output small.h5 >/dev/null || fail "compressed"
h5diff table-1.h5 small.h5 || fail "other numbers when compressed"

cat >table.yaml <<'Y'
data: {train: {file: table-1.h5}, validation: {fraction: 0.2, stratified: true}, normalize: standard}
network: {layers: [{units: 32, activation: relu}, {units: 2, activation: softmax}]}
loss: cross_entropy
training: {epochs: 5}
Y
ranks 2 "$NNTRAIN" train table.yaml --output run --progress quiet || fail "training: exit code $?"
holds "$(field validation_accuracy run/metrics.jsonl) > 0.97" || fail "it is not learned: $(tail -n 1 run/metrics.jsonl)"

# 27 records with errors: each is told with its line, the first 20 of them, once.
awk -F, 'NR % 1500 == 7 { print $1; next } { print }' table.csv >bad.csv
for count in 1 3; do
    rm -f bad.h5
    ranks "$count" "$NNTRAIN" import csv bad.csv --label kind --output bad.h5 >out 2>err
    [ $? -eq 3 ] || fail "malformed on $count ranks: exit code $?"
    [ ! -e bad.h5 ] || fail "malformed on $count ranks: a file was written"
    grep -q '^nntrain: bad.csv: 27 records are malformed, the first in line 7: 1 fields instead of 4' err ||
        fail "malformed on $count ranks: $(cat err)"
    [ "$(grep -c '^bad.csv:[0-9]*: 1 fields instead of 4$' err)" -eq 20 ] || fail "malformed on $count ranks: $(cat err)"
    ranks "$count" "$NNTRAIN" import csv bad.csv --label kind --skip-bad --output "bad-$count.h5" >out 2>err ||
        fail "left out on $count ranks: $(cat err)"
    grep -q '^train    39,973 rows x 5 features; 27 records left out$' out || fail "left out on $count ranks: $(cat out)"
done
cmp bad-1.h5 bad-3.h5 || fail "another file on 3 ranks where records are left out"

# Names and texts of a file do not steer a terminal.
printf 'a\033[2J,b\n1,2\n3,\033[31mred\n4,5\n' >escapes.csv
"$NNTRAIN" import csv escapes.csv --output escapes.h5 >out 2>&1
grep -qF "escapes.csv:3: column b holds '\x1b[31mred'" out && ! grep -q "$(printf '\033')" out || fail "escapes: $(cat -v out)"

# A few hundred bytes that unpack to more than there is room for leave room for others.
mkdir small
if unshare -m true 2>/dev/null; then
    { echo a,b && yes 1,2 | head -n 20000000; } | gzip >bomb.csv.gz
    unshare -m bash -c 'mount -t tmpfs -o size=64M none small && TMPDIR=$PWD/small "$1" import csv bomb.csv.gz --output bomb.h5' - "$NNTRAIN" >out 2>&1
    [ $? -eq 5 ] && grep -q "bomb.csv.gz: unpacked it has more than .* GiB, for which $work/small has no room" out ||
        fail "no room to unpack: $(cat out)"
    taken=$(sed -n 's/.*has more than \([0-9.]*\) GiB.*/\1/p' out) free=$(sed -n 's/.*(\([0-9.]*\) GiB were free).*/\1/p' out)
    holds "$taken > 0.8 * $free && $taken < 0.95 * $free" || fail "room taken to unpack: $(cat out)"
    unshare -m bash -c 'mount -t tmpfs -o size=512K none small && "$1" import csv table.csv --label kind --output small/table.h5' - "$NNTRAIN" >out 2>&1
    [ $? -eq 5 ] && grep -q "small/table.h5: /train/x takes .* GiB, but the disk has .* GiB free" out || fail "no room to write: $(cat out)"
    # File systems in memory without a limit count no blocks: that is no full disk.
    for system in "ramfs" "tmpfs -o size=0"; do
        unshare -m bash -c 'mount -t $2 none small && TMPDIR=$PWD/small "$1" import csv table.csv.gz --label kind --output small/table.h5 &&
            cmp table-1.h5 small/table.h5' - "$NNTRAIN" "$system" >out 2>&1 || fail "no limit of $system: $(cat out)"
    done
fi

# A disk that fills up while it is written to: one sentence with the system's reason, and nothing left.
echo 28 >fault
LD_PRELOAD=$TOOLS/libfaulty_disk.so FAULTY_DISK=$PWD/fault FAULTY_NAME=full.h5 "$NNTRAIN" import csv table.csv --label kind --output full.h5 >out 2>err
[ $? -eq 5 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q '^nntrain: full.h5: .*No space left on device)*$' err || fail "a full disk: $(cat err)"
rm fault
[ -z "$(find . -name 'full.h5*')" ] || fail "a full disk leaves $(find . -name 'full.h5*')"

# A table of other countries names both of its options at once.
printf 'a;b\n1,5;2\n2,5;3\n' >comma.csv
"$NNTRAIN" import csv comma.csv --output comma.h5 >out 2>&1
[ $? -eq 2 ] && grep -q "say --delimiter ';' --decimal ',', or" out || fail "decimal commas: $(cat out)"
printf '1,5;2\n2,5;3\n' >bare.csv
"$NNTRAIN" import csv bare.csv --output bare.h5 >out 2>&1
[ $? -eq 2 ] && grep -q "has other columns by the delimiter ',', but 2 by ';'; say --delimiter ';' --decimal ',', or" out || fail "bare commas: $(cat out)"
"$NNTRAIN" import csv comma.csv --delimiter ';' --decimal ',' --output comma.h5 >out 2>&1 || fail "decimal commas: $(cat out)"

# One column: by an option where the text looks like several. Of columns that are numbers, those without a name, too.
printf 'a;b\nc;d\ne;f\n' >one.csv
"$NNTRAIN" import csv one.csv --output one.h5 >out 2>&1
[ $? -eq 2 ] && grep -q "one column by the delimiter ',', but 2 by ';'; say --delimiter ';', or --delimiter ',' where one is meant" out ||
    fail "one column: $(cat out)"
"$NNTRAIN" import csv one.csv --delimiter , --output one.h5 >out 2>&1 && grep -q '^train    2 rows x 2 features$' out || fail "one column: $(cat out)"
printf ',0,1\n1,2,3\n' >pandas.csv
"$NNTRAIN" import csv pandas.csv --header yes --label ' 1' --drop 'column 0' --output pandas.h5 >out 2>&1 &&
    [ "$(h5dump -d /features pandas.h5 | grep -c '"0"')" -eq 1 ] || fail "a column without a name: $(cat out)"

"$NNTRAIN" import csv table.csv --label sort --output none.h5 >out 2>err
[ $? -eq 2 ] && grep -q "^nntrain: --label: table.csv has no column sort; it has width, height, colour, kind" err ||
    fail "no such column: $(cat err)"

# New rows for a model: columns by their names in any order, with the features and classes of the table before.
awk 'BEGIN {
    srand(2); split("Bonn Ulm Rom a=b", towns, " ")
    print "size,town,since,rooms,good"
    for (i = 0; i < 400; i++) {
        size = rand(); town = towns[1 + int(4 * rand())]
        printf "%.5f,%s,2024-%02d-%02dT%02d:00,%d,%s\n", size, town, 1 + i % 12, 1 + i % 28, i % 24, 9 * rand(),
            (size > 0.5 && town != "Rom") ? "yes" : "no"
    }
}' >homes.csv
cat >homes.yaml <<'Y'
data: {train: {file: homes.h5}}
network: {layers: [{units: 8, activation: relu}, {units: 2, activation: softmax}]}
loss: cross_entropy
training: {epochs: 3}
Y
"$NNTRAIN" import csv homes.csv --label good --output homes.h5 >/dev/null || fail "homes"
"$NNTRAIN" train homes.yaml --output homes --progress quiet || fail "homes: exit code $?"
"$NNTRAIN" predict --model homes/model.h5 --data homes.h5 --output all.csv >/dev/null || fail "predictions of homes"
# The first three rows that are neither in Ulm nor in a=b, with a column more.
awk -F, '{ print (NR == 1 ? "note" : "n" NR), $4, $2, $3, $1, $5 }' OFS=, homes.csv >turned.csv
rows=$(awk -F, 'NR > 1 && ($3 == "Bonn" || $3 == "Rom") { print NR }' turned.csv | head -n 3)
for row in 1 $rows; do sed -n "${row}p" turned.csv; done >new.csv
for row in 1 $rows; do sed -n "${row}p" all.csv; done >expected
for count in 1 3; do
    ranks "$count" "$NNTRAIN" import csv new.csv --like homes.h5 --label good --output "new-$count.h5" >out 2>&1 ||
        fail "by --like on $count ranks: $(cat out)"
    grep -q '^columns *note *left out: the file of --like has no feature of it$' out &&
        grep -q '^new      3 rows x 7 features$' out || fail "by --like on $count ranks: $(cat out)"
done
cmp new-1.h5 new-3.h5 || fail "another file on 3 ranks by --like"
"$NNTRAIN" import csv new.csv --like homes.h5 --output bare.h5 >out 2>&1 &&
    grep -q '^ *good *left out: the file of --like has no feature of it; if it is the label, --label names it$' out ||
    fail "no hint at --label: $(cat out)"
for name in features columns classes; do
    h5diff homes.h5 new-1.h5 "/$name" || fail "another /$name by --like"
done
cut -d, -f1-5 new.csv | tr , '\t' >bare.tsv
"$NNTRAIN" import tsv bare.tsv --like homes.h5 --output bare.h5 >out 2>&1 || fail "without a label: $(cat out)"
h5diff new-1.h5 bare.h5 /train/x && ! h5dump -n bare.h5 | grep -q /train/y || fail "without a label: $(h5dump -n bare.h5)"
"$NNTRAIN" predict --model homes/model.h5 --data bare.h5 --output new-rows.csv >out 2>&1 || fail "new rows: $(cat out)"
diff expected new-rows.csv || fail "other predictions of the same rows"
"$NNTRAIN" eval --model homes/model.h5 --data new-1.h5 >out 2>&1 && grep -q '^rows     3$' out || fail "eval of new rows: $(cat out)"

# As many features, but others: told, unless the dataset is named.
cut -d, -f2-6 turned.csv >reordered.csv
"$NNTRAIN" import csv reordered.csv --label good --output reordered.h5 >/dev/null || fail "reordered"
for command in "predict --output odd.csv" eval; do
    ranks 2 "$NNTRAIN" $command --model homes/model.h5 --data reordered.h5 >out 2>&1
    [ $? -eq 3 ] && grep -q '^nntrain: reordered.h5: feature 0 of /train/x is rooms, but size in .*/homes.h5, which' out || fail "$command of others: $(cat out)"
done
"$NNTRAIN" predict --model homes/model.h5 --data reordered.h5 --x /train/x --output odd.csv >out 2>&1 || fail "others as they are: $(cat out)"

# The names are the model's, whatever became of its data: not there any more, or changed. Also after --resume, of models of models, and of exported ones.
"$NNTRAIN" train homes.yaml --output homes --resume --progress quiet --set training.epochs=4 >out 2>&1 || fail "--resume: $(cat out)"
"$NNTRAIN" train homes.yaml --output warm --progress quiet --set network.from=homes/model.h5 >out 2>&1 || fail "network.from: $(cat out)"
"$NNTRAIN" export safetensors homes/model.h5 --output homes.safetensors >out 2>&1 || fail "export: $(cat out)"
"$NNTRAIN" import-model homes.safetensors --output back.h5 >out 2>&1 || fail "import-model: $(cat out)"
for name in train classes; do h5copy -i homes.h5 -o nameless.h5 -s "/$name" -d "/$name"; done
"$NNTRAIN" train homes.yaml --output warmer --progress quiet --set data.train.file=nameless.h5 --set network.from=warm/model.h5 >out 2>&1 || fail "network.from without names: $(cat out)"
mv homes.h5 kept.h5
# refuses MODEL, accepts MODEL: columns in another order, and those that were trained on.
refuses() {
    "$NNTRAIN" predict --model "$1" --data reordered.h5 --output odd.csv >out 2>&1
    [ $? -eq 3 ] && grep -q '^nntrain: reordered.h5: feature 0 of /train/x is rooms, but size in .*[.]h5, which' out
}
accepts() { "$NNTRAIN" predict --model "$1" --data new-1.h5 --output odd.csv >out 2>&1; }
for model in homes/model.h5 warmer/model.h5 back.h5; do
    refuses $model && accepts $model || fail "$model without its data: $(cat out)"
done
"$NNTRAIN" train homes.yaml --output odd --progress quiet --set data.train.file=reordered.h5 --set network.from=homes/model.h5 >out 2>&1
[ $? -eq 3 ] && grep -q 'feature 0 of /train/x is rooms, but size in' out || fail "network.from without its data: $(cat out)"
cp reordered.h5 homes.h5
refuses homes/model.h5 && accepts homes/model.h5 || fail "a model whose data was changed: $(cat out)"
mv kept.h5 homes.h5

# Missing columns, texts and classes that are new, and a file of before there were /columns.
cut -d, -f1,2,5 new.csv >lacking.csv
for count in 1 3; do
    rm -f lacking.h5
    ranks "$count" "$NNTRAIN" import csv lacking.csv --like homes.h5 --output lacking.h5 >out 2>&1
    [ $? -eq 3 ] && [ ! -e lacking.h5 ] &&
        grep -q '^nntrain: --like: lacking.csv lacks 2 columns of which homes.h5 has features: town, since;' out ||
        fail "missing columns on $count ranks: $(cat out)"
done
sed -e '3s/Bonn\|Rom/Oslo/' -e '3s/yes$\|no$/maybe/' new.csv >oslo.csv
"$NNTRAIN" import csv oslo.csv --like homes.h5 --output oslo.h5 >out 2>&1
[ $? -eq 3 ] && grep -q "^oslo.csv:3: column town holds 'Oslo', of which the file of --like has no feature; --unknown none" out ||
    fail "a new text: $(cat out)"
"$NNTRAIN" import csv oslo.csv --like homes.h5 --unknown none --output oslo.h5 >out 2>&1 &&
    grep -q 'town   category, 4 levels -> 4 features, 1 missing or unknown$' out || fail "a new text as none: $(cat out)"
"$NNTRAIN" import csv oslo.csv --like homes.h5 --unknown none --label good --output oslo.h5 >out 2>&1
[ $? -eq 3 ] && grep -q "^oslo.csv:3: column good holds 'maybe', which is no class of the file of --like" out || fail "a new class: $(cat out)"
"$NNTRAIN" import csv homes.csv --like homes.h5 --output homes.h5 >out 2>&1
[ $? -eq 2 ] && grep -q 'would overwrite the file of --like' out || fail "onto itself: $(cat out)"
for name in features train classes; do h5copy -i homes.h5 -o old.h5 -s "/$name" -d "/$name"; done
"$NNTRAIN" import csv new.csv --like old.h5 --output old-rows.h5 >out 2>&1
[ $? -eq 3 ] && grep -q 'column since of new.csv holds dates, but old.h5 does not tell what they became' out || fail "dates of an old file: $(cat out)"
for name in features train classes; do h5copy -i table-1.h5 -o plain.h5 -s "/$name" -d "/$name"; done
awk -F, '{ print $4, $3, $2, $1 }' OFS=, table.csv | head -n 9 >few.csv
head -n 9 table.csv >few-before.csv
"$NNTRAIN" import csv few-before.csv --label kind --like table-1.h5 --output few-before.h5 >/dev/null &&
    "$NNTRAIN" import csv few.csv --label kind --like plain.h5 --output few.h5 >out 2>&1 || fail "an old file: $(cat out)"
cmp few-before.h5 few.h5 || fail "other rows by an old file"
finish
