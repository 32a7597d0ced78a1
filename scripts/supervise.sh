#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs a training and, when a rank, the launcher or the system fails it, starts it again from its last checkpoint:
#   scripts/supervise.sh [--retries N] [--backoff SECONDS] -- COMMAND...
#   scripts/supervise.sh -- mpirun -np 4 nntrain train recipe.yaml --output runs/a
# COMMAND ends with the options of nntrain train, among them --output DIR, where the checkpoints are looked for; every
# start but the first has --resume as well. After N failures in a row without a new checkpoint (5) it gives up. The wait
# before a start is SECONDS (5) and doubles with each such failure, up to 5 minutes.
# TERM, INT, HUP and USR1 are passed to the command and end the supervision. The exit code is that of the last start; 75,
# stopped but to be continued, where a signal comes between two starts.
set -euo pipefail

retries=5 backoff=5 longest=300

say() { echo "$(date '+%F %T') supervise: $*" >&2; }

usage() {
    [ $# -eq 0 ] || echo "supervise: $*" >&2
    echo "usage: ${0##*/} [--retries N] [--backoff SECONDS] -- COMMAND... --output DIR" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    case $1 in
    --retries=* | --backoff=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
    --retries | --backoff)
        [[ ${2:-} =~ ^[0-9]{1,6}$ ]] || usage "$1 needs a number"
        printf -v "${1#--}" %d "$((10#$2))"
        shift 2
        ;;
    --)
        shift
        break
        ;;
    -*) usage "there is no option $1" ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || usage

# The last one counts: srun has an --output of its own, before nntrain's.
output=
for ((i = 1; i <= $#; i++)); do
    case ${!i} in
    --output | -o) j=$((i + 1)) output=${!j:-} ;;
    --output=*) output=${!i#--output=} ;;
    esac
done
[ -n "$output" ] || usage "the command must name its folder, --output DIR: without it every start would begin a new run"

# The step of the newest checkpoint; -1 without one.
newest_step() {
    local file step newest=-1
    for file in "$output"/checkpoint-*.h5; do
        step=${file##*/checkpoint-} step=${step%.h5}
        if [[ $step =~ ^[0-9]+$ ]] && ((10#$step > newest)); then
            newest=$((10#$step))
        fi
    done
    echo "$newest"
}

asked='' interrupted=no child=''
# shellcheck disable=SC2317  # called by trap
pass() {
    asked=$1 interrupted=yes
    [ -z "$child" ] || kill -s "$1" "$child" 2>/dev/null || true
}
for signal in TERM INT HUP USR1; do
    # shellcheck disable=SC2064
    trap "pass $signal" $signal
done

# run COMMAND...: runs a command to its end, which signals do not make it miss; leaves its exit code in $code.
run() {
    # A process group of its own for the command: a Ctrl-C on the terminal then reaches it once, through this script, and
    # mpirun takes a second one as a reason to give up at once. Without job control while waiting, which would take a
    # stopped command for one that has ended.
    set -m
    "$@" </dev/null &
    child=$!
    set +m
    [ -z "$asked" ] || pass "$asked" # it came while the command was being started
    interrupted=yes
    while [ $interrupted = yes ]; do
        interrupted=no code=0
        wait "$child" || code=$?
    done
    child=''
}

best=$(newest_step) failures=0
while true; do
    run "$@"
    if [ -n "$asked" ]; then
        say "$asked was passed on; the command ended with $code"
        exit "$code"
    fi
    reason="exit code $code"
    case $code in
    0) exit 0 ;;
    # Recipe, data and divergence stay as they are, and so does a command that is not there.
    2 | 3 | 4 | 126 | 127)
        say "$reason; starting again would not mend that"
        exit "$code"
        ;;
    5) reason+=" (system)" ;;
    75) reason+=" (stopped by a signal)" ;;
    *) name=$(kill -l "$code" 2>/dev/null) && [ "$code" -gt 128 ] && reason+=" (SIG$name)" ;;
    esac

    step=$(newest_step)
    if [ "$step" -gt "$best" ]; then
        best=$step failures=0
    fi
    failures=$((failures + 1))
    [ "$step" -lt 0 ] && reason+=", no checkpoint" || reason+=", last checkpoint of step $step"
    if [ "$failures" -gt "$retries" ]; then
        say "$reason; giving up: $failures failures in a row without a new checkpoint"
        exit "$code"
    fi
    if [ "$failures" -eq 1 ]; then
        delay=$backoff
    elif [ "$delay" -lt $longest ]; then
        delay=$((2 * delay < longest ? 2 * delay : longest))
    fi
    say "$reason; starting again in $delay s, $failures of at most $retries times without a new checkpoint"
    run sleep "$delay"
    if [ -n "$asked" ]; then
        say "$asked while no command ran; to be continued"
        exit 75
    fi
    [ "${!#}" = --resume ] || set -- "$@" --resume
done
