#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# In a program whose locale has a decimal comma, recipes are read, and files of a run are written, as in any other.
. "$(dirname "$0")/lib.sh"

printf '%s\n' LC_NUMERIC 'decimal_point ","' 'thousands_sep ""' 'grouping -1' 'END LC_NUMERIC' >source
localedef -c -i source ./comma >/dev/null 2>&1
export LOCPATH=$PWD
[ "$(unset LC_ALL; LC_NUMERIC=comma $(type -P printf) %.1f 0,5)" = 0,5 ] || exit 77

# in_locale LOCALE FOLDER: the training, without what differs between any two.
in_locale() {
    (unset LC_ALL; LC_NUMERIC=$1 LD_PRELOAD=$TOOLS/libuser_locale.so exec "$NNTRAIN" train \
        "$DATASETS/theory/circles.yaml" --set training.epochs=4 --set optimizer.learning_rate=0.25 --output "$2" \
        --progress quiet) >out 2>&1 || fail "$1: exit code $?: $(cat out)"
    sed -E 's/, "[a-z_]*(seconds|per_second|bytes)": [^,}]*//g' "$2/metrics.jsonl" >"$2.metrics"
    grep -vE '"event": "(begin|end|ranks)"' "$2/records.jsonl" >"$2.records"
}
in_locale C point
in_locale comma comma_run
for file in metrics records; do
    cmp -s "point.$file" "comma_run.$file" || fail "$file: $(diff "point.$file" "comma_run.$file" | cut -c 1-300 | head -n 4)"
done
cmp -s point/recipe.yaml comma_run/recipe.yaml || fail "the recipe: $(diff point/recipe.yaml comma_run/recipe.yaml)"
for line in metrics records; do
    "$python" -c 'import json, sys; [json.loads(line) for line in open(sys.argv[1])]' "comma_run/$line.jsonl" || fail "$line.jsonl is no JSON"
done
grep -oE ' (d|x|y|cx|cy|data-[a-z-]*)="[^"]*[0-9][^"]*"' comma_run/report.html >places
grep -q '[0-9]\.[0-9]' places && ! grep -q '[0-9],[0-9]' places || fail "numbers of pictures: $(grep '[0-9],[0-9]' places | head -n 4)"
finish
