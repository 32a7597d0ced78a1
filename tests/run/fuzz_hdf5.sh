#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# 100 damaged HDF5 files: each is read all the same, or refused in one sentence with exit code 3. Skipped (code 77) where
# Python lacks h5py. FUZZ_COUNT and FUZZ_SEED ask for more of them, or for others.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# libhdf5 forgets some of its memory over such files, which is no leak of ours.
if [ -n "${LSAN_OPTIONS:-}" ]; then
    cat "$SOURCE/tests/lsan.supp" "$SOURCE/tests/fuzz/lsan.supp" >lsan.supp
    export LSAN_OPTIONS=suppressions=$work/lsan.supp:print_suppressions=0
fi

need_h5py
OMP_NUM_THREADS=1 $python "$here/fuzz_hdf5.py" "${FUZZ_COUNT:-100}" "${FUZZ_SEED:-1}" || fail "a damaged file"
finish
