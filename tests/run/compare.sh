#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# nntrain report of several runs: folders that are made up here, of every state, of hostile names, and to be shared.
. "$(dirname "$0")/lib.sh"

# make_run FOLDER OPTIMIZER RATE UNITS EPOCHS STATE BEST: what a training of digits would leave; STATE killed: no end
make_run() {
    mkdir -p "$1"
    cat >"$1/recipe.yaml" <<A
seed: 1
data:
  train: {file: /home/somebody/digits.h5, x: /train/x, y: /train/y}
  test: {file: /home/somebody/digits.h5, x: /test/x, y: /test/y}
network: {layers: [{units: $4, activation: relu}, {units: 10, activation: softmax}]}
loss: {name: cross_entropy, label_smoothing: 0}
optimizer: {name: $2, learning_rate: $3}
training: {epochs: 30, batch: 64}
A
    awk -v epochs="$5" -v best="$7" 'BEGIN {
        for (i = 1; i <= epochs; i++)
            printf "{\"epoch\": %d, \"train_loss\": %.6f, \"test_loss\": %s, \"test_accuracy\": %.6f, \"seconds\": %d}\n",
                i, 2 * exp(-i * best / 4), i == 3 && best < 0.5 ? "null" : 1 / i, best * (1 - exp(-i / 3)), i }' >"$1/metrics.jsonl"
    {
        echo '{"epoch": 0, "event": "begin", "time": "2026-01-01T00:00:00Z", "hosts": ["node17"], "ranks": 1, "threads": 1,' \
            '"data": {"file": "/home/somebody/digits.h5", "bytes": 1, "digest": "00000000000000aa", "train_rows": 1437,' \
            '"validation_rows": 0, "test_rows": 360, "features": 64}, "network": {"inputs": 64, "layers": []}}'
        [ "$6" = killed ] ||
            echo "{\"epoch\": $5, \"event\": \"end\", \"time\": \"2026-01-01T00:01:00Z\", \"state\": \"$6\", \"record_seconds\": 0}"
    } >"$1/records.jsonl"
}

# report PAGE ARGUMENTS...: writes it; it must be whole, valid, and load nothing
report() {
    local page=$1
    shift
    "$NNTRAIN" report --output "$page" "$@" >said 2>&1 || fail "report $*: exit code $?: $(cat said)"
    [ "$(tail -n 1 "$page")" = "</html>" ] || fail "$page does not end"
    [ "$(grep -ac '<script' "$page")" = 1 ] || fail "$page has other scripts"
    grep -aqE '(src|href)="[^#"]' "$page" && fail "$page loads something"
    LC_ALL=C grep -qaP '[\x00-\x08\x0b-\x1f\x7f]' "$page" && fail "$page has control characters"
    if command -v tidy >/dev/null; then
        tidy -q -e --drop-empty-elements no "$page" 2>tidied || fail "$page: tidy: $(head -n 5 tidied)"
    fi
}

# says PAGE TEXT...: a page has all these
says() {
    local page=$1 text
    shift
    for text in "$@"; do
        grep -qaF -- "$text" "$page" || fail "$page does not say: $text"
    done
}

# Twelve: settings that differ are columns and axes, others are not; the table is sorted.
states=(finished stopped diverged failed killed)
i=0
for optimizer in adam sgd; do
    for rate in 0.001 0.01 0.1; do
        for units in 32 64; do
            make_run "sweep/$optimizer-$rate-$units" $optimizer $rate $units $((6 + i)) "${states[i % 5]}" "0.$((85 + i))"
            i=$((i + 1))
        done
    done
done
report twelve.html sweep/*
says twelve.html '12 runs side by side' 'the best is <b>sgd-0.1-64</b>' 'The 8 runs with the best test accuracy are in colour' \
    '>network.<wbr>layers[0].<wbr>units</th>' '>optimizer</th>' '>optimizer.<wbr>learning_rate</th>' 'Settings and what came of them' \
    '>killed</td>' '>diverged</td>' '>stopped</td>' '>failed</td>' '>finished</td>'
grep -qF '>training.<wbr>batch</th>' twelve.html && fail "a setting that does not differ has a column"
[ "$(grep -c '<tr><th scope="row"><div>' twelve.html)" = 12 ] || fail "the table has not twelve runs"
order=$(grep -oE '<th scope="row"><div>(<span class="swatch s[0-7]"></span>)?[a-z0-9.-]+' twelve.html | sed 's/.*>//' | head -n 3 | xargs)
grep -qF '<th scope="col" class="text">run</th><th scope="col" class="text">ended</th>' twelve.html || fail "how runs ended is not the second column"
says twelve.html '</b> diverged.</p>' '</b> ended by an error.</p>'
[ "$order" = "sgd-0.1-64 sgd-0.1-32 sgd-0.01-64" ] || fail "the table begins with $order"

# Runs of values beside those of classes, of nothing, of one name, of hostile ones: nothing of their names is markup.
hostile=$'<script>alert(1)<'$'\x1b[31m"onload=\'x\' \xe2\x80\xae&amp;'
make_run "a/run" sgd 0.1 32 30 finished 0.9
make_run "b/run" sgd 0.1 64 30 finished 0.8
make_run "$hostile" 'adam' '"<b onclick=x>"' 64 1 diverged 0.4
make_run values sgd 0.1 32 30 finished 0.9
sed -i 's/test_accuracy/test_r2/' values/metrics.jsonl
mkdir nothing torn
echo 'seed: [' >nothing/recipe.yaml
head -c 300 a/run/metrics.jsonl >torn/metrics.jsonl
report mixed.html a/run b/run "$hostile" values nothing torn ./a/run/metrics.jsonl
[ "$(grep -cxF 'nntrain: ./a/run/metrics.jsonl is the same run as a/run; it is reported once' said)" = 1 ] ||
    fail "a run that is named twice: $(cat said)"
says mixed.html '6 runs side by side' '>a/run</' '>b/run<' '&lt;script&gt;alert(1)' '>test R²</th>' \
    '<summary>Some files of ' '<b>nothing</b>: '
grep -qaE '<b onclick|<script>alert' mixed.html && fail "a name became markup"

# To be shared: names of runs, no paths, hosts and users.
report shared.html --share "$PWD/a/run" "$PWD/b/run" "$PWD/nothing"
says shared.html '>run<' '>run-2<' 'digits.h5' 'could not be read'
grep -qaE "somebody|node17|$work" shared.html && fail "a page to be shared names paths, hosts or users"
finish
