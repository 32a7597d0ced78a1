#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Shell scripts pass shellcheck, and C files that differ from the main branch pass clang-tidy: 20 of them at most, which take
# less than a minute. Skipped (code 77) without shellcheck, or without the version of clang-tidy that is used.
. "$(dirname "$0")/lib.sh"
git -C "$SOURCE" rev-parse 2>/dev/null || { echo "skipped: this is no checkout" && exit 77; }
LINT_MOST=${LINT_MOST:-20} "$SOURCE/scripts/lint.sh"
