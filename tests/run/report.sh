#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# nntrain report and the report at the end of a training: its page of every state of a run, hostile files, what --share
# leaves out, what it replaces and what it does not.
. "$(dirname "$0")/lib.sh"

# without_pictures FILE: a page without the bytes of its images.
without_pictures() {
    sed 's|src="data:image/png;base64,[A-Za-z0-9+/=]*"||g' "$1"
}

# check_page FILE: valid, self-contained, small, and with no script but its own.
check_page() {
    local page=$1 found script
    [ -s "$page" ] || { fail "$page is not there" && return; }
    [ "$(wc -c <"$page")" -lt 1000000 ] || fail "$page has $(wc -c <"$page") bytes"
    [ "$(tail -n 1 "$page")" = "</html>" ] || fail "$page does not end"
    [ "$(grep -ac '<script' "$page")" = 1 ] || fail "$page has other scripts"
    without_pictures "$page" | sed '/^<script>/,/^<\/script>/d' >text
    grep -aoE '<[a-zA-Z][^<>]*>' text >tags # what is not a tag has no < and no >
    found=$(grep -aoE '[a-z-]+="[^"]*"' tags | grep -aE '^(src|action|formaction|poster|data|background)=|^[a-z:]*href="[^#]')
    [ -z "$found" ] || fail "$page loads: $found"
    found=$(sed 's/="[^"]*"//g' tags | grep -aiE '<(iframe|object|embed|link|form|base|script|image)\b|\bon[a-z]+\b')
    [ -z "$found" ] || fail "$page has active content: $found"
    sed -n '/^<style>/,/^<\/style>/p' text | grep -aE '@import|url\(' && fail "$page loads by its style"
    LC_ALL=C grep -qaP '[\x00-\x08\x0b-\x1f\x7f]' "$page" && fail "$page has control characters"
    iconv -f UTF-8 -t UTF-8 "$page" >/dev/null 2>&1 || fail "$page is no UTF-8"
    if command -v openssl >/dev/null; then
        script=$(sed -n '/^<script>/,/^<\/script>/p' "$page" | sed -e '1s/^<script>//' -e '$d' | openssl dgst -sha256 -binary | base64)
        grep -qF "script-src 'sha256-$script'" "$page" || fail "$page: its policy does not allow its own script"
    fi
    if command -v tidy >/dev/null; then
        tidy -q -e --drop-empty-elements no "$page" 2>tidied || fail "$page: tidy: $(head -n 5 tidied)"
    fi
}

# report ARGUMENTS...: the command, which must do
report() {
    "$NNTRAIN" report "$@" >said 2>&1 || fail "report $*: exit code $?: $(cat said)"
}

# says FILE TEXT...: a page has all these
says() {
    local page=$1 text
    shift
    for text in "$@"; do
        grep -qaF -- "$text" "$page" || fail "$page does not say: $text"
    done
}

# refused CODE MESSAGE ARGUMENTS...: the command does not, and says why
refused() {
    local code=$1 message=$2
    shift 2
    "$NNTRAIN" report "$@" >said 2>&1
    [ $? -eq "$code" ] && [ "$(wc -l <said)" -le 2 ] && grep -qF -- "$message" said || fail "report $*: $(cat said)"
}

digits=$DATASETS/digits/recipe.yaml

# The end of a training.
"$NNTRAIN" train "$digits" --set training.epochs=3 --output run >out 2>err || fail "train: $(cat err)"
grep -qx 'report   run/report.html' out || fail "the last lines do not name the report: $(cat out)"
check_page run/report.html
says run/report.html '>Finished<' 'after 3 of 3 epochs' '>best test accuracy<' '<title>run</title>' \
    '<code>training.epochs</code>' 'id="curves"' 'id="speed"' 'id="network"' 'id="provenance"' 'id="classes"' 'id="weights"'
cp run/report.html first.html
report run/metrics.jsonl
grep -qF 'wrote    run/report.html' said && cmp -s run/report.html first.html || fail "made later it is another report"
"$NNTRAIN" train "$digits" --set training.epochs=1 --set report=off --output plain >out 2>&1 || fail "report off: $(cat out)"
[ ! -e plain/report.html ] && ! grep -q report out || fail "report: off still writes one"
report plain -o plain.html
check_page plain.html

# Diverged; the data decides nothing.
"$NNTRAIN" train "$digits" --set training.epochs=3 --set optimizer.learning_rate=1e30 --output bad >out 2>&1
[ $? -eq 4 ] || fail "diverged: $(cat out)"
check_page bad/report.html
says bad/report.html '>Diverged<' optimizer.learning_rate

# Without records: its report knows how it ended, too.
"$NNTRAIN" train "$digits" --set training.epochs=3 --set optimizer.learning_rate=1e30 --set record=off --output quiet >out 2>&1
[ $? -eq 4 ] || fail "diverged without records: $(cat out)"
check_page quiet/report.html
says quiet/report.html '>Diverged<' optimizer.learning_rate "$(sed -n 's/^nntrain: //p' out | cut -c 1-20)"
"$NNTRAIN" train "$digits" --set training.epochs=9 --set record=off --set training.stop.target=10 --output early >out 2>&1
says early/report.html '>Finished<' 'after 1 of 9 epochs'

# While it runs, stopped by a signal, killed.
"$NNTRAIN" train "$digits" --set training.epochs=1000000 --progress quiet --output long >out 2>&1 &
until_true 20 has_epochs long 2
report long -o running.html
kill -TERM $!
wait $!
[ $? -eq 75 ] || fail "stopped: $(cat out)"
check_page running.html
says running.html '>Running<' 'of 1000000 epochs'
check_page long/report.html
says long/report.html '>Stopped<' --resume
cp -r run killed
sed -i '/"event": "end"/d' killed/records.jsonl
sed -i '$s/.\{30\}$//' killed/metrics.jsonl # within a line
report killed
check_page killed/report.html
says killed/report.html '>Killed<' 'after 2 of 3 epochs' --resume

# No records, no epochs, no numbers.
mkdir -p bare/empty bare/recipe bare/nulls
: >bare/empty/metrics.jsonl
cp run/recipe.yaml bare/recipe
echo '{"epoch": 1, "step": 1, "train_loss": null, "test_loss": null, "learning_rate": 0.1}' >bare/nulls/metrics.jsonl
cp run/records.jsonl bare/nulls
for run in empty recipe nulls; do
    report bare/$run
    check_page bare/$run/report.html
done

# Hostile names, in every file.
mkdir hostile
bad='<script>alert(1)</script>&lt;\"'"'"'</title>\u001b[31m\u202eevil'
cat >hostile/metrics.jsonl <<END
{"epoch": 1, "train_loss": 1e999, "test_loss": 0.5, "test_$bad": 0.25, "learning_rate": 1e-3}
{"epoch": 2, "train_loss": null, "test_loss": 1e-300, "test_$bad": -1e300}
END
sed -e "s|\"hosts\": \[[^]]*\]|\"hosts\": [\"$(sed 's/[\\&|]/\\&/g' <<<"$bad")\"]|" run/records.jsonl |
    sed -e '1s|"image": |"class_names": ["<script>alert(2)</script>", "\\u0007", "\\u202e]]>", "--", "\&amp;", "'\''", "<!--", "", " ", "<b>"], "image": |' \
        -e '1s|"processor": "[^"]*"|"processor": "<img src=x onerror=alert(3)>"|' >hostile/records.jsonl
printf '{"epoch": 2, "event": "end", "state": "failed", "time": "<b>", "message": "%s"}\n' "$bad" >>hostile/records.jsonl
cat >hostile/recipe.yaml <<'END'
seed: 1
data:
  train: {file: '/tmp/<script>alert(4)</script>" onload="alert(5).h5', x: /train/x, y: "</pre>\x1b[0m"}
"<i>key": '<svg onload=alert(6)>'
training: {epochs: 2}
END
cp run/predictions.h5 run/model.h5 hostile
mv hostile 'x" onload="alert(7)'
report 'x" onload="alert(7)' -o hostile.html
check_page hostile.html
grep -qaiE '<(script|svg|img|b|i)>?[^>]*(alert|evil|onerror|onload)|<i>key' hostile.html && fail "hostile names are not escaped"
says hostile.html '&lt;script&gt;alert(1)' '&lt;script&gt;alert(2)' 'src=x onerror' 'alert(4)' '&lt;i&gt;key' '>Failed<'
printf 'data: [{\xff\xfe' >'x" onload="alert(7)/recipe.yaml' # no YAML, no UTF-8
report 'x" onload="alert(7)' -o hostile.html
check_page hostile.html

# To be shared: no hosts, no paths, no users.
cp -r run shared
sed -i -e '1s|"hosts": \[[^]]*\]|"hosts": ["node17", "node18.cluster"]|' -e '1s|"file": "[^"]*"|"file": "/home/Jane Doe/secret/digits.h5"|' \
    -e '/"event": "end"/d' shared/records.jsonl
sed -i "s|file: [^,}]*|file: /home/Jane Doe/secret/digits.h5|" shared/recipe.yaml
message='cannot read /home/Jane Doe/secret/digits.h5 on node17: see shared/log/x.txt, and jane@node3:/scratch/jane/y.h5; cannot write /home/alice: no space on node17.eu.example.com, job-node18 died'
printf '{"epoch": 3, "event": "end", "state": "failed", "time": "2026-01-01T00:00:00Z", "message": "%s"}\n' "$message" >>shared/records.jsonl
report "$PWD/shared" -o open.html
says open.html node17 '/home/Jane Doe/secret/digits.h5' "$PWD/shared" 'jane@'
report "$PWD/shared" --share -o shared.html --json shared.json
check_page shared.html
says shared.html 'digits.h5 on HOST: see x.txt, and (left out):y.h5; cannot write (left out): no space on HOST, job-HOST died' '>Failed<' '2 hosts'
for word in node17 node18 /home Jane jane Doe secret alice example /scratch "$PWD" "$work" "$(hostname)"; do
    without_pictures shared.html | grep -aFw -- "$word" - shared.json >found && fail "--share leaves $word: $(cut -c 1-200 found | head -n 3)"
done

printf '"/home/jane/x": 1\n"/home/jane/x": 1\n' >shared/recipe.yaml # no YAML: the reason names a key
report "$PWD/shared" --share -o shared.html
says shared.html 'recipe.yaml cannot be read'
without_pictures shared.html | grep -aqw jane && fail "--share leaves a key of a damaged recipe"

# What is written where, and what is not.
report run plain bad
[ -s report.html ] && check_page report.html
says report.html plain bad
report run -o run.html --csv run.csv --json run.json --tensorboard events
[ "$(wc -l <run.csv)" -eq 4 ] && [ -s run.html ] && grep -q '"confusion"' run.json && ls events/run/events.out.tfevents.* >/dev/null ||
    fail "files that were asked for are not there: $(ls)"
cp -r run damaged && head -c 2000 run/predictions.h5 >damaged/predictions.h5 # read while JSON is written: noted all the same
report run damaged --json two.json
[ "$(grep -c '"confusion"' two.json)" = 1 ] && [ "$(grep -o '"state": *"finished"' two.json | wc -l)" = 2 ] &&
    grep -q 'damaged/predictions.h5 is' two.json || fail "JSON lacks what was read of two runs: $(cut -c 1-500 two.json)"
report run -o run.html
echo mine >mine.html
refused 2 'mine.html is there and is no report of nntrain' run -o mine.html
refused 2 'run/metrics.jsonl is there and is no table of runs' run --csv run/metrics.jsonl
refused 2 'events is a folder; name a file in it, such as events/report.html' run -o events
refused 2 'the folder nowhere is not there; make it first' run -o nowhere/report.html
refused 2 'name a run: report runs/NAME'
refused 2 '--output: name a file' run --output=
refused 2 '--csv: name a file' run --csv -
[ ! -e - ] || fail "there is a file named -"
refused 3 'no run has what the theory draws' run --theory
[ ! -e theory.html ] && cmp -s run/report.html first.html || fail "--theory replaced the report of a run"
echo 13 >fault
LD_PRELOAD=$TOOLS/libfaulty_disk.so FAULTY_DISK=$PWD/fault FAULTY_NAME=report.html refused 5 '--output FILE writes it elsewhere' run
rm fault
refused 3 'rum is not there (did you mean run?)' rum
refused 3 'events' events
[ "$(cat mine.html)" = mine ] || fail "a file that is no report was replaced"
finish
