#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks the layout of C and C++ sources by clang-format and the file .clang-format.
#   scripts/format.sh [--fix] [FILE...]     all files of the tree, or those named; --fix changes them
# Versions of clang-format differ in what they make of the same settings, so that only version 14 is used: clang-format-14,
# or a clang-format of that version. Exit code 1 where the layout differs, 77 without that version.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pinned=14
action=(--dry-run --Werror)
if [ "${1:-}" = --fix ]; then
    action=(-i)
    shift
fi
for program in clang-format-$pinned clang-format; do
    found=$("$program" --version 2>/dev/null | sed -n 's/.*version \([0-9]*\)\..*/\1/p') || continue
    [ "$found" = $pinned ] && break
done
if [ "${found:-}" != $pinned ]; then
    echo "format.sh: clang-format $pinned is needed${found:+, and $found is installed} (Debian: clang-format-$pinned)" >&2
    exit 77
fi

if [ $# -eq 0 ]; then
    mapfile -t files < <(git ls-files --cached --others --exclude-standard '*.c' '*.h' '*.cpp')
    set -- "${files[@]}"
fi
for file; do # a tracked file may have been removed
    [ ! -e "$file" ] || printf '%s\0' "$file"
done | xargs -0 -r -P "$(nproc)" -n 40 "$program" --style=file "${action[@]}" || exit 1
