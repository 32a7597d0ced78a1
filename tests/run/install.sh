#!/usr/bin/env bash
# The installed product: the binary finds its default recipe, and a C program builds against the library by CMake's
# find_package and by pkg-config, and trains a network on several ranks. BUILD is the build folder.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

cmake --install "$BUILD" --prefix "$work/prefix" >log 2>&1 || fail "install: $(tail -n 5 log)"
ranks 2 prefix/bin/nntrain train --set training.epochs=1 >out || fail "the installed nntrain: exit code $?"
grep -q "^data     $work/prefix/share/nntrain/datasets/digits/digits.h5" out || fail "the installed nntrain does not use the installed data: $(grep '^data' out)"
prefix/bin/nntrain-supervise -- prefix/bin/nntrain train --set training.epochs=1 --output supervised >out || fail "the installed nntrain-supervise: exit code $?"
for file in train.sbatch table.sh README.md; do
    [ -s "prefix/share/nntrain/slurm/$file" ] || fail "$file for SLURM is not installed"
done

cmake -S "$here/../example" -B example -DCMAKE_PREFIX_PATH="$work/prefix" $EXAMPLE_OPTIONS >log 2>&1 && cmake --build example >>log 2>&1 ||
    fail "find_package: $(tail -n 20 log)"
PKG_CONFIG_PATH=$(dirname "$(find prefix -name nntrain.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
cc -std=c11 $EXAMPLE_CFLAGS "$here/../example/train.c" -o by-pkg-config $(pkg-config --define-variable=prefix="$work/prefix" --cflags --libs nntrain) 2>log ||
    fail "pkg-config: $(tail -n 20 log)"
for program in example/train ./by-pkg-config; do
    ranks 3 $program "$DATASETS/theory/circles.h5" || fail "$program: exit code $?"
done
finish
