#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The Python package by Debian's Python: models predict what nntrain does, to the last bit, and the programs of the manual run.
# BUILD is the build folder. Skipped (code 77) without h5py, numpy or pytest, and with sanitizers, whose libraries must be loaded first. scripts/test_python.sh tests the rest.
. "$(dirname "$0")/lib.sh"

grep -q '^NNTRAIN_SANITIZE:[A-Z]*=.' "$BUILD/CMakeCache.txt" && echo "skipped: sanitizers" && exit 77
need_h5py
$python -c 'import pytest' 2>/dev/null || { echo "skipped: $python lacks pytest" && exit 77; }
export PYTHONDONTWRITEBYTECODE=1 NNTRAIN PYTHONPATH=$SOURCE/src/bindings/python NNTRAIN_LIBRARY=$BUILD/src/libnninfer.so
$python -m pytest -q -p no:cacheprovider --rootdir "$work" "$PYTHONPATH/tests/test_model.py" "$PYTHONPATH/tests/test_manual.py" >out 2>&1 ||
    fail "$(tail -n 60 out)"
grep -q ' passed' out || fail "no test ran: $(cat out)"

# Without a library there is one sentence.
NNTRAIN_LIBRARY=$work/missing.so $python -c 'import nntrain' 2>&1 | grep -q 'NntrainError: libnninfer cannot be loaded: .*missing.so' ||
    fail "a library that is missing"
finish
