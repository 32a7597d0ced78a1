#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# C sources are laid out as .clang-format says. Skipped (code 77) without the version of clang-format that is used.
. "$(dirname "$0")/lib.sh"
git -C "$SOURCE" rev-parse 2>/dev/null || { echo "skipped: this is no checkout" && exit 77; }
"$SOURCE/scripts/format.sh"
