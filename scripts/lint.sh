#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Looks for mistakes that compilers do not see: shellcheck over all shell scripts, clang-tidy with the file .clang-tidy over C
# files of src/ that differ from the main branch.
#   scripts/lint.sh [--all | FILE...]     --all: clang-tidy over all of src/, for some half an hour; FILE...: these alone
# LINT_BASE names another branch or commit to compare with, LINT_MOST how many changed files at most are looked at. How C files
# are compiled is asked of a build folder of its own, build/lint, configured for Clang; nothing but headers is made there.
# Exit code 1 where something is found, 77 without shellcheck or without clang-tidy 14 where it is needed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pinned=14
status=0
skipped=0

# Changed since the branch left main, whatever main is called here; on main itself, what is not committed.
base=${LINT_BASE:-}
for branch in origin/main main; do
    [ -n "$base" ] || base=$(git merge-base HEAD $branch 2>/dev/null) || true
done
mapfile -t scripts < <(git ls-files --cached --others --exclude-standard '*.sh' '*.sbatch' scripts/pre-commit)
case ${1:-} in
--all) mapfile -t files < <(git ls-files 'src/*.c') ;;
"") mapfile -t files < <(git diff --name-only --diff-filter=d "${base:-HEAD}" -- 'src/*.c') ;;
*)
    scripts=() files=()
    for file; do
        case $file in *.c) files+=("$file") ;; *) scripts+=("$file") ;; esac
    done
    ;;
esac

if [ ${#scripts[@]} -gt 0 ]; then
    if command -v shellcheck >/dev/null; then
        for script in "${scripts[@]}"; do # a tracked file may have been removed
            [ ! -e "$script" ] || printf '%s\0' "$script"
        done | xargs -0 -P "$(nproc)" -n 8 shellcheck --severity=warning || status=1
    else
        echo "lint.sh: shellcheck is needed (Debian: shellcheck)" >&2
        skipped=77
    fi
fi

most=${LINT_MOST:-${#files[@]}}
if [ "$most" -lt ${#files[@]} ]; then
    echo "lint.sh: clang-tidy looks at $most of ${#files[@]} changed files; scripts/lint.sh alone looks at all of them"
    files=("${files[@]:0:$most}")
fi

if [ ${#files[@]} -gt 0 ]; then
    for program in clang-tidy-$pinned clang-tidy; do
        found=$("$program" --version 2>/dev/null | sed -n 's/.*version \([0-9]*\)\..*/\1/p') || continue
        [ "$found" = $pinned ] && break
    done
    if [ "${found:-}" != $pinned ] || ! command -v clang >/dev/null; then
        echo "lint.sh: clang and clang-tidy $pinned are needed${found:+, and clang-tidy $found is installed}" >&2
        skipped=77
    elif ! cmake -S . -B build/lint -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_EXPORT_COMPILE_COMMANDS=ON >build/lint.log 2>&1; then
        echo "lint.sh: CMake cannot configure for Clang, see build/lint.log" >&2
        skipped=77
    else
        # Headers that are generated, where there are any.
        cmake --build build/lint --target nntrain_onnx_messages >>build/lint.log 2>&1 || true
        # What no target compiles here, such as the simulation's files, has no entry.
        for file in "${files[@]}"; do
            ! grep -qF "\"$PWD/$file\"" build/lint/compile_commands.json || printf '%s\0' "$file"
        done | xargs -0 -r -P "$(nproc)" -n 1 "$program" -p build/lint --quiet 2>/dev/null || status=1
    fi
fi
[ $status -ne 0 ] || status=$skipped
exit $status
