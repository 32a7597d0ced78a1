#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh [SECONDS] [TARGET...]: fuzzes each target for some time (60 s), or those named, from their corpora, and prints a
# line on each: runs, code reached, findings. New inputs are kept in build/fuzz/corpus, findings in build/fuzz/findings; one
# that was mended goes into tests/fuzz/corpus under a name that tells of it. First: cmake --preset fuzz && cmake --build
# --preset fuzz.
set -u
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${FUZZ_BUILD:-$source/build/fuzz}
seconds=${1:-60}
[ $# -gt 0 ] && shift
if [ $# -eq 0 ]; then
    set -- recipe command_line checkpoint dataset history model_file import_csv import_idx import_npy import_svmlight infer
fi

export TMPDIR
TMPDIR=$(mktemp -d /dev/shm/nntrain-fuzz-XXXXXX) || exit 1
trap 'rm -rf "$TMPDIR"' EXIT
export FUZZ_HDF5_CRASHES=$TMPDIR/hdf5_crashes OMP_NUM_THREADS=1
# A claim of memory fails as it would elsewhere, rather than end the run.
export ASAN_OPTIONS=allocator_may_return_null=1:detect_stack_use_after_return=0:suppressions=$source/tests/fuzz/asan.supp
export LSAN_OPTIONS=suppressions=$source/tests/fuzz/lsan.supp:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1

status=0
for target in "$@"; do
    program=$build/tests/fuzz/fuzz_$target
    findings=$build/findings/$target
    log=$build/$target.log
    mkdir -p "$build/corpus/$target" "$findings"
    : >"$FUZZ_HDF5_CRASHES"
    # Where HDF5 reads hostile bytes a crash of it ends the process, and libFuzzer starts the next.
    case $target in
    checkpoint | dataset | history) how="-fork=1 -ignore_crashes=0 -max_len=65536" ;;
    *) how="-max_len=8192" ;;
    esac
    # shellcheck disable=SC2086
    "$program" "$build/corpus/$target" "$source/tests/fuzz/corpus/$target" $how -max_total_time="$seconds" \
        -timeout=25 -rss_limit_mb=4096 -malloc_limit_mb=16384 -dict="$source/tests/fuzz/words.dict" -artifact_prefix="$findings/" \
        -print_final_stats=1 -close_fd_mask=3 >"$log" 2>&1
    code=$?
    [ $code -eq 0 ] || status=1
    echo "$target: $(grep -E '^#[0-9]+' "$log" | tail -n 1 | tr -s '\t ' ' '); libhdf5 crashed" \
        "$(wc -l <"$FUZZ_HDF5_CRASHES") times; exit code $code, $(find "$findings" -type f | wc -l) findings in $findings"
done
exit $status
