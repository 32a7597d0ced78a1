# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the end-to-end tests share. Sourced with NNTRAIN (the binary), DATASETS (the shipped datasets), TOOLS (the test
# tools) and LAUNCH (the MPI's mpirun, as it takes more ranks than cores) in the environment, and perhaps within, the
# folder for its files; leaves the test in an empty folder of its own that goes away at its end.
set -u
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

LAUNCH=${LAUNCH:-mpirun --oversubscribe}

work=$(mktemp -d "${within:-${TMPDIR:-/tmp}}/nntrain-test-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

# ranks N COMMAND...: runs a command on N ranks, as many as asked for on however few cores.
ranks() {
    local count=$1
    shift
    $LAUNCH -np "$count" "$@"
}

# ranks_apart N FIRST... -- OTHERS...: N ranks, of which rank 0 runs one command and the others another. Not by the colon of
# mpirun, at which Debian 13's crashes.
ranks_apart() {
    local count=$1 of_rank_0=()
    shift
    while [ "$1" != -- ]; do
        of_rank_0+=("$1")
        shift
    done
    shift
    {
        echo 'case ${OMPI_COMM_WORLD_RANK:-$PMI_RANK} in'
        printf '0) exec%s ;;\n*) exec%s ;;\nesac\n' "$(printf ' %q' "${of_rank_0[@]}")" "$(printf ' %q' "$@")"
    } >apart.sh
    ranks "$count" bash apart.sh
}

# ranks_of RUN: the processes that train into that folder of the test, without mpirun, the last rank last. Other tests have
# runs of the same name beside this one, in folders of their own.
ranks_of() {
    local pid
    for pid in $(pgrep -x nntrain); do
        [ "$(readlink "/proc/$pid/cwd")" = "$work" ] &&
            tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qE -- "--output ($work/)?$1 " && echo "$pid"
    done
}

# until_true SECONDS COMMAND...: waits until it holds. False where it does not in that time.
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.02
    done
}

# has_checkpoint FOLDER: without another process, for the training may soon be over.
has_checkpoint() {
    compgen -G "$1/checkpoint-*.h5" >/dev/null
}

# has_epochs FOLDER N: so many at least are behind it.
has_epochs() {
    [ "$(cat "$1/metrics.jsonl" 2>/dev/null | wc -l)" -ge "$2" ]
}

# has_ranks RUN N, has_no_ranks RUN
has_ranks() {
    [ "$(ranks_of "$1" | wc -l)" -ge "$2" ]
}
has_no_ranks() {
    [ -z "$(ranks_of "$1")" ]
}

# progress FOLDER: how far a training is, to the last bit, but for the clock.
progress() {
    h5dump -m %a -g /progress "$1/model.h5" | sed -e 1d -e '/ATTRIBUTE "seconds"/,/^   }/d'
}

# train_for_seconds N ARGUMENTS...: a training of the digits on N ranks, wide enough that it takes seconds, with all the
# state there is. Takes the place of its shell: in the background it is mpirun itself, to be killed.
train_for_seconds() {
    local count=$1
    local layers='network.layers=[{units: 384, activation: gelu, normalization: batch, dropout: 0.2}, {units: 256, activation: relu}, {units: 10, activation: softmax}]'
    shift
    exec $LAUNCH -np "$count" "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --set "$layers" --set optimizer=adam \
        --set parallel.reproducible=true --set parallel.threads=1 --set checkpoint.every="7 steps" --progress quiet "$@"
}

fail() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

# need_h5py: skips the test where the system's Python lacks h5py or numpy.
python=/usr/bin/python3
need_h5py() {
    $python -c 'import h5py, numpy' 2>/dev/null || {
        echo "skipped: $python lacks h5py or numpy"
        exit 77
    }
}

# finish: ends a test script.
finish() {
    if [ "$failures" -gt 0 ]; then
        echo "$failures checks failed" >&2
        exit 1
    fi
    exit 0
}

# field NAME FILE: the last value of a field in a metrics file.
field() {
    sed -n "s/.*\"$1\": \([^,}]*\).*/\1/p" "$2" | tail -n 1
}

# holds EXPRESSION: arithmetic on floating-point numbers, by awk.
holds() {
    awk "BEGIN { exit !($1) }"
}
