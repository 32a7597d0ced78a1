#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Doxygen reads the public headers without a warning: everything in them is documented.
. "$(dirname "$0")/lib.sh"

command -v doxygen >/dev/null || { echo "skipped: there is no doxygen"; exit 77; }
(cat "$SOURCE/docs/Doxyfile"; echo "OUTPUT_DIRECTORY = $work/api") >Doxyfile
(cd "$SOURCE" && doxygen "$work/Doxyfile") >log 2>&1 || fail "$(head -n 20 log)"
[ -s api/html/structnn__tensor.html ] || fail "no pages were written: $(tail -n 5 log)"
finish
