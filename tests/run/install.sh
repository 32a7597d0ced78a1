#!/usr/bin/env bash
# The installed product, moved to where nobody configured it for: the binary finds its default recipe and the library, and
# programs in C and in C++ build against the library by CMake's find_package and by pkg-config, and run on several ranks.
# BUILD is the build folder, of a static or a shared library.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

cmake --install "$BUILD" --prefix "$work/first" >log 2>&1 || fail "install: $(tail -n 5 log)"
mv first prefix
ranks 2 prefix/bin/nntrain train --set training.epochs=1 >out || fail "the installed nntrain: exit code $?"
grep -q "^data     $work/prefix/share/nntrain/datasets/digits/digits.h5" out || fail "the installed nntrain does not use the installed data: $(grep '^data' out)"
prefix/bin/nntrain-supervise -- prefix/bin/nntrain train --set training.epochs=1 --output supervised >out || fail "the installed nntrain-supervise: exit code $?"
for file in nntrain/slurm/{train.sbatch,table.sh,README.md} doc/nntrain/{LICENSE,README.md} man/man1/nntrain.1; do
    [ -s "prefix/share/$file" ] || fail "$file is not installed"
done
# Of programs and libraries without what debuggers read.
find prefix -type f | while read -r file; do
    strings --data "$file" | LC_ALL=C grep -qE "(^|[^[:alnum:]_./-])($SOURCE|$BUILD)/" && echo "$file"
done >paths
[ ! -s paths ] || fail "installed files name the checkout: $(cat paths)"

# By the compiler of this build, whose OpenMP a static library calls.
CC=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$BUILD/CMakeCache.txt")
CXX=$(dirname "$CC")/$(basename "$CC" | sed 's/clang/clang++/; s/gcc/g++/; s/^cc$/c++/')
command -v "$CXX" >/dev/null || CXX=c++
export CC CXX CMAKE_PREFIX_PATH=$work/prefix
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name nntrain.pc)")
export PKG_CONFIG_PATH
library=$(dirname "$PKG_CONFIG_PATH")
# HDF5 alone is named, not what it was built from.
if readelf --wide --dynamic prefix/bin/nntrain | grep -q 'NEEDED.*libhdf5'; then
    ! grep -rlE 'libcrypto|libcurl|libsz' "$library/cmake" "$PKG_CONFIG_PATH" || fail "what HDF5 stands on is named"
fi
for project in "$here/../example" "$here/../example/cxx"; do
    name=$(basename "$project")
    # shellcheck disable=SC2086
    cmake -S "$project" -B "$name" $EXAMPLE_OPTIONS >log 2>&1 && cmake --build "$name" >>log 2>&1 || fail "find_package in $name: $(tail -n 20 log)"
done
# shellcheck disable=SC2046,SC2086
"$CC" -std=c11 $EXAMPLE_CFLAGS "$here/../example/train.c" -o train $(pkg-config --cflags --libs nntrain) -Wl,-rpath,"$library" 2>log ||
    fail "pkg-config: $(tail -n 20 log)"
# shellcheck disable=SC2046,SC2086
"$CXX" -std=c++11 -Wall -Wextra -Wpedantic -Werror $EXAMPLE_CFLAGS "$here/../example/cxx/describe.cpp" -o describe $(pkg-config --cflags --libs nntrain) \
    -Wl,-rpath,"$library" 2>log || fail "pkg-config in C++: $(tail -n 20 log)"
for program in example/train ./train cxx/describe ./describe; do
    ranks 3 $program "$DATASETS/theory/circles.h5" || fail "$program: exit code $?"
done
finish
