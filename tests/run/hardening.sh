#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The program as it is shipped: loaded anywhere, its tables read-only once it runs, no stack that can be executed, guards
# on the stack and checked copies, and no library of the folder it happens to be started in.
. "$(dirname "$0")/lib.sh"

grep -q '^NNTRAIN_HARDENING:BOOL=ON' "$BUILD/CMakeCache.txt" || { echo "SKIPPED: built without hardening"; exit 77; }
grep -q '^NNTRAIN_SANITIZE:STRING=$' "$BUILD/CMakeCache.txt" || { echo "SKIPPED: built with sanitizers"; exit 77; }
grep -q '^CMAKE_BUILD_TYPE:STRING=Rel' "$BUILD/CMakeCache.txt" || { echo "SKIPPED: no optimised build"; exit 77; }

readelf --wide --file-header "$NNTRAIN" | grep -q 'Type: *DYN' || fail "not position independent"
readelf --wide --dynamic "$NNTRAIN" >dynamic
grep -q 'FLAGS_1.*PIE' dynamic || fail "not position independent: $(grep FLAGS dynamic)"
grep -q 'FLAGS.*NOW' dynamic || fail "symbols are bound late: $(grep FLAGS dynamic)"
# An empty entry in the list of folders is the current one.
grep -E 'R(UN)?PATH' dynamic | grep -qE '\[:|::|:\]|\[\]' && fail "libraries of the current folder come first: $(grep -E 'R(UN)?PATH' dynamic)"
for library in $(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' dynamic); do
    echo "no library" >"$library"
done
"$NNTRAIN" --version >/dev/null 2>log || fail "libraries of the current folder are loaded: $(cat log)"
readelf --wide --program-headers "$NNTRAIN" >headers
grep -q GNU_RELRO headers || fail "tables stay writable"
grep GNU_STACK headers | grep -q 'RW ' || fail "the stack: $(grep GNU_STACK headers)"
grep GNU_STACK headers | grep -q 'RWE' && fail "the stack can be executed"
readelf --wide --dyn-syms "$NNTRAIN" >symbols
grep -q __stack_chk_fail symbols || fail "no guard on the stack"
grep -qE '__(snprintf|memcpy|memset|strcpy)_chk@' symbols || fail "no checked copies"
finish
