# What the end-to-end tests share. Sourced with NNTRAIN (the binary), DATASETS (the shipped datasets), TOOLS (the test
# tools) and LAUNCH (the MPI's mpirun, as it takes more ranks than cores) in the environment; leaves the test in an empty
# folder of its own that goes away at its end.
set -u
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

LAUNCH=${LAUNCH:-mpirun --oversubscribe}

work=$(mktemp -d "${TMPDIR:-/tmp}/nntrain-test-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

# ranks N COMMAND...: runs a command on N ranks, as many as asked for on however few cores.
ranks() {
    local count=$1
    shift
    $LAUNCH -np "$count" "$@"
}

# ranks_of RUN: the processes that train into that folder of the test, without mpirun.
ranks_of() {
    local pid
    for pid in $(pgrep -x nntrain); do
        tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q -- "--output $work/$1 " && echo "$pid"
    done
}

# progress FOLDER: how far a training is, to the last bit, but for the clock.
progress() {
    h5dump -m %a -g /progress "$1/model.h5" | sed -e 1d -e '/ATTRIBUTE "seconds"/,/^   }/d'
}

fail() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
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
