#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Data outside of its file: external links, sources of virtual datasets and raw files are followed where they may be, told
# and refused where not, and nothing of them is zeros, hangs or grows. What HDF5's C library makes comes first; the rest
# needs Python's h5py.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

cat >recipe.yaml <<'Y'
data: {train: {file: data/good.h5}}
network: {layers: [{units: 4, activation: tanh}, {units: 3, activation: softmax}]}
loss: cross_entropy
training: {epochs: 1, batch: 20}
parallel: {reproducible: true}
Y

# AddressSanitizer's shadow is larger than any limit.
limit_memory() {
    ! grep -q '^NNTRAIN_SANITIZE:STRING=$' "$BUILD/CMakeCache.txt" || ulimit -v 8000000
}
# run RANKS FILE SETTINGS...: trains in little memory and time.
run() {
    local count=$1 file=$2
    shift 2
    rm -rf out
    (
        limit_memory
        if [ "$count" -eq 1 ]; then
            timeout -k 1 60 "$NNTRAIN" train "$work/recipe.yaml" --set data.train.file="$PWD/$file" --output out --progress quiet "$@"
        else
            timeout -k 1 100 $LAUNCH -np "$count" "$NNTRAIN" train "$work/recipe.yaml" --set data.train.file="$PWD/$file" \
                --output out --progress quiet "$@"
        fi
    ) >said.txt 2>&1
}
# refused FILE WORDS SETTINGS...: one sentence and exit code 3, from one rank and from three, and from inspect where no
# link leads there.
refused() {
    local file=$1 words=$2 count code
    shift 2
    for count in 1 ${also_ranks:-}; do
        run "$count" "$file" "$@"
        code=$?
        [ $code -eq 3 ] && [ "$(grep -c "$words" said.txt)" -eq 1 ] && [ "$(grep -c '^nntrain: ' said.txt)" -eq 1 ] ||
            fail "$file, $count ranks: exit code $code: $(cat said.txt)"
    done
    (limit_memory && timeout -k 1 60 "$NNTRAIN" inspect "$file") >inspected.txt 2>&1
    code=$?
    grep -q '^link' inspected.txt && [ $code -eq 0 ] && grep -q "/train/x" inspected.txt && return
    [ $code -eq 3 ] && [ "$(grep -c "^nntrain: .*$words" inspected.txt)" -eq 1 ] ||
        fail "inspect $file: exit code $code: $(cat inspected.txt)"
}
# same FILE SETTINGS...: the model of the plain file, bit for bit.
same() {
    local file=$1
    shift
    for count in 1 ${also_ranks:-}; do
        run $count "$file" "$@" || fail "$file: exit code $?: $(cat said.txt)"
        h5diff plain/model.h5 out/model.h5 /model || fail "$file, $count ranks: another model"
    done
}

mkdir data && "$TOOLS/make_faulty" data && cp data/good.h5 . && mkfifo data/pipe && seq 100 >data/text || exit 1
run 1 data/good.h5 && mv out plain || fail "good.h5: $(cat said.txt)"
also_ranks=3
same data/virtual.h5
same data/link.h5
refused data/virtual-self.h5 "/train/x takes rows from /train/x of .*virtual-self.h5, .* in turn; break the circle"
refused data/virtual-pipe.h5 "takes rows 0 to 99 from /train/x of .*pipe, which is a pipe; a file is needed"
also_ranks=
refused data/virtual-text.h5 "of .*/text, which is not an HDF5 file; restore it"
refused data/virtual-none.h5 "takes rows 0 to 99 from /train/x of nowhere.h5, which is not there; restore it"
refused data/raw-passwd.h5 "the raw file /etc/passwd, which lies outside the data's folder .*; move it there, or say"
refused data/link-pipe.h5 "leads to /train/x in .*/pipe, which is a pipe; a file is needed"
refused data/link-outside.h5 "leads to /train/x in .*good.h5, which lies outside the data's folder"
refused data/link-user.h5 "/train/x goes through a link of a user's own type (99), which is not followed; replace it"
(
    cd data || exit 1
    refused raw-pipe.h5 "the raw file pipe, which is a pipe"
    refused raw-short.h5 "the raw file text, which has only 292 of 3200 bytes; restore it"
    exit $failures
) 2>raw.txt || fail "$(cat raw.txt)"
"$NNTRAIN" inspect data/link-outside.h5 >said.txt
grep -A1 "^link     /train/x$" said.txt | grep -q "to /train/x of ../good.h5, which lies outside the data's folder" ||
    fail "inspect of a link: $(cat said.txt)"

# What is allowed: in the recipe, which a run that goes on keeps; by an option where there is none.
run 1 data/link-outside.h5 --set data.external=allow || fail "allowed: $(cat said.txt)"
h5diff plain/model.h5 out/model.h5 /model || fail "allowed: another model"
grep -q "^  external: allow$" out/recipe.yaml || fail "recipe.yaml: $(cat out/recipe.yaml)"
"$NNTRAIN" train recipe.yaml --set data.train.file="$PWD/data/link-outside.h5" --output out --resume \
    --set training.epochs=2 >said.txt 2>&1
[ $? -eq 3 ] && grep -q "lies outside" said.txt || fail "resumed without leave: $(cat said.txt)"
for command in "eval --model plain/model.h5 --split train --data" "predict --model plain/model.h5 --output p.h5 --data" \
    "bench io --repeat 1 --data"; do
    "$NNTRAIN" $command data/link-outside.h5 >said.txt 2>&1
    [ $? -eq 3 ] && grep -q "lies outside" said.txt || fail "$command: $(cat said.txt)"
    "$NNTRAIN" $command data/link-outside.h5 --external allow >said.txt 2>&1 || fail "$command, allowed: $(cat said.txt)"
done

# HDF5's own search paths lead where they lead.
mkdir elsewhere && cp good.h5 elsewhere/nowhere.h5
HDF5_VDS_PREFIX=$PWD/elsewhere refused data/virtual-none.h5 "/elsewhere/nowhere.h5, which lies outside"
mkdir data/below && cp good.h5 data/below/nowhere.h5
HDF5_VDS_PREFIX=$PWD/data/below run 1 data/virtual-none.h5 || fail "prefix below: $(cat said.txt)"
ln -s ../elsewhere/nowhere.h5 data/nowhere.h5
refused data/virtual-none.h5 "nowhere.h5, which lies outside"
rm data/nowhere.h5

# Pipes and devices where files belong: nothing waits for them, but a recipe for its writer, for 10 s.
for what in "train recipe.yaml --output none --set data.train.file=$PWD/data/pipe" "inspect data/pipe" \
    "eval --model data/pipe" "eval --model plain/model.h5 --data data/pipe" "import csv data/pipe --label y --output t.h5" \
    "import npy --train-x=data/pipe --output t.h5" "import svmlight data/pipe --output t.h5" "train data/pipe" "inspect /dev/zero"; do
    timeout -k 1 60 "$NNTRAIN" $what >said.txt 2>&1
    code=$?
    [ $code -eq 2 ] || [ $code -eq 3 ] && [ "$(grep -c . said.txt)" -eq 1 ] || fail "$what: exit code $code: $(cat said.txt)"
    [ "$what" != "train data/pipe" ] || grep -q "recipe data/pipe is a pipe that nobody wrote to for 10 s" said.txt ||
        fail "$what: $(cat said.txt)"
done
"$NNTRAIN" train <(cat recipe.yaml) --set data.train.file="$PWD/data/good.h5" --output piped --progress quiet >said.txt 2>&1 ||
    fail "a recipe from a pipe: $(cat said.txt)"

python=/usr/bin/python3
$python -c 'import h5py, numpy' 2>/dev/null || finish
$python "$here/external.py" data || fail "external.py"

# Sources that are not whole, and rows without one, are no zeros.
refused data/truncated.h5 "takes rows 40 to 59 from x of .*t-2.h5, which is truncated (HDF5: .*); restore it"
refused data/no-dataset.h5 "takes rows 0 to 19 from z of .*part-0.h5, which has no such dataset"
refused data/few-rows.h5 "takes rows 20 to 39 from x of .*s-1.h5, which has 32 values instead of 80; restore it"
refused data/broader.h5 "rows 0 to 19 from x of .*b-0.h5, which has 160 values instead of 80; its rows have another shape"
refused data/texts.h5 "which holds values of another kind"
refused data/gap.h5 "row 40 of /train/x has no source and would be zeros; map it"
refused data/tile-gap.h5 "row 60 of /train/x has no source"
refused data/series-gap.h5 "series of sources with a gap: h-3.h5 is there, but h-2.h5 is not"
run 1 data/meant.h5 || fail "a fill value of its own: $(cat said.txt)"
also_ranks=3
same data/series.h5
also_ranks=
for file in parts turns tiles growing nested grown columns; do
    same data/$file.h5
done

# Names of classes are optional, and followed where they are used.
same data/classes-texts.h5
refused data/classes-numbers.h5 "/classes leads to /classes in nowhere.h5, which is not there"

# No end, or hardly any.
refused data/chain-0.h5 "chain-8.h5: /train/x is a virtual dataset of virtual datasets, more than 8 deep"
refused data/bomb-0.h5 "/train/x is put together of more than 131072 parts"
refused data/mutual-a.h5 "/train/x takes rows from /train/x of .*mutual-a.h5, which takes them from there in turn"
refused data/wide.h5 "/train/x claims .* rows, but only 0 bytes were ever written to its sources"
refused data/wide-turns.h5 "/train/x claims 33554432 rows, but only 512 bytes were ever written to its sources"
timeout -k 1 60 "$NNTRAIN" inspect data/deep.h5 >said.txt 2>&1 || fail "deep: $(cut -c 1-300 said.txt)"
grep -q "not looked into: groups are more than 100 deep" said.txt || fail "deep: $(cut -c 1-300 said.txt)"
# Sources are open all at a time: one that cannot be opened is no zeros.
(ulimit -n 90 && run 1 data/many.h5)
[ $? -eq 5 ] && grep -q "has rows of 100 files, which HDF5 keeps open, but a process may have 90; raise" said.txt ||
    fail "many: $(cat said.txt)"
run 1 data/many.h5 || fail "many: $(cat said.txt)"
# On a rank that may open fewer than the others.
rm -r out
training=("$NNTRAIN" train recipe.yaml --output out --progress quiet --set)
ranks_apart 2 "${training[@]}" data.train.file=data/many.h5 -- bash -c 'ulimit -n 90 && exec "$@"' - "${training[@]}" \
    data.train.file=data/many.h5 >said.txt 2>&1
[ $? -eq 5 ] && grep -q "rank 1 on .*: .*has rows of 100 files, which HDF5 keeps open, but a process may have 90; raise" said.txt ||
    fail "many on rank 1: $(cat said.txt)"
rm -rf out
# On a host that lacks a folder of sources which the first has.
cat >agent <<'A'
#!/usr/bin/env bash
exec unshare ${OWN:-} --uts --mount bash -c 'hostname "$0" && mount -t tmpfs own "$MISSING" && eval "$@"' "$@"
A
chmod +x agent
export MISSING=$work/data/disk
./agent other true 2>/dev/null || export OWN=-r # what a root may not do in a container, or another on a host
if ./agent other true 2>/dev/null && ${LAUNCH%% *} --version | grep -q "Open MPI"; then
    $LAUNCH --mca plm_rsh_agent "$work/agent" -np 4 --host "$(hostname):2,other:2" "${training[@]}" \
        data.train.file=data/disk.h5 >said.txt 2>&1
    [ $? -eq 3 ] && grep -q "rank 2 on other: .*takes rows 0 to 19 from x of disk/part-0.h5, which is not there; restore it" said.txt ||
        fail "a host without the sources: $(cat said.txt)"
else
    echo "hosts without the sources: skipped, no host may have another name here, or not by this MPI"
fi

# Names from a file do not steer a terminal.
"$NNTRAIN" inspect data/names.h5 >said.txt 2>&1 || fail "names: $(cat said.txt)"
grep -q 'dataset  /a\\nb/x\\x1b\[31m\\x07' said.txt && grep -q 'of no\\x1bwhere.h5, which is not there' said.txt &&
    ! grep -q $'\x1b' said.txt || fail "names: $(cat -v said.txt)"
run 1 data/names.h5 --set 'data.train.x="/bad/\ny"'
[ "$(grep -c . said.txt)" -eq 1 ] && ! grep -q $'\x1b' said.txt || fail "names in messages: $(cat -v said.txt)"
finish
