#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The installed product, moved to where nobody configured it for: the binary finds its default recipe, the libraries have the
# names of the public API alone, and programs in C and in C++ build against the shared and the static one by CMake's
# find_package and by pkg-config, run on several ranks, and free all that they took, also where they fail. BUILD is the build
# folder.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

cmake --install "$BUILD" --prefix "$work/first" >log 2>&1 || fail "install: $(tail -n 5 log)"
mv first prefix
ranks 2 prefix/bin/nntrain train --set training.epochs=1 >out || fail "the installed nntrain: exit code $?"
grep -q "^data     $work/prefix/share/nntrain/datasets/digits/digits.h5" out || fail "the installed nntrain does not use the installed data: $(grep '^data' out)"
prefix/bin/nntrain-supervise -- prefix/bin/nntrain train --set training.epochs=1 --output supervised >out || fail "the installed nntrain-supervise: exit code $?"
for file in nntrain/slurm/{train.sbatch,table.sh,README.md} doc/nntrain/{LICENSE,README.md,docs/README.md} man/man1/nntrain.1; do
    [ -s "prefix/share/$file" ] || fail "$file is not installed"
done
# Of programs and libraries without what debuggers read, which strings takes for data in an archive.
find prefix -type f | while read -r file; do
    data=$file
    if [[ $file == *.a ]]; then
        objcopy --strip-debug "$file" stripped.a && data=stripped.a
    fi
    strings --data "$data" | LC_ALL=C grep -qE "(^|[^[:alnum:]_./-])($SOURCE|$BUILD)/" && echo "$file"
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
include=$work/prefix/include
examples=$(cd "$here/../examples" && pwd)
strict=(-Wall -Wextra -Wpedantic -Werror)
# HDF5 alone is named, not what it was built from.
if readelf --wide --dynamic prefix/bin/nntrain | grep -q 'NEEDED.*libhdf5'; then
    ! grep -rlE 'libcrypto|libcurl|libsz' "$library/cmake" "$PKG_CONFIG_PATH" || fail "what HDF5 stands on is named"
fi

# Each header by itself, in C and in C++.
for header in "$include"/nntrain/*.h; do
    for language in "$CC -std=c99" "$CC -std=c11" "$CXX -std=c++17"; do
        echo "#include <nntrain/$(basename "$header")>
typedef int not_empty;" >header."${language##*=}"
        # shellcheck disable=SC2086
        case $language in *++*) kind=c++ ;; *) kind=c ;; esac
        # shellcheck disable=SC2086
        $language "${strict[@]}" -I"$include" -fsyntax-only -x $kind header."${language##*=}" 2>log ||
            fail "$header by $language: $(cat log)"
    done
done

# The shared library exports what the headers declare, the static one defines no other names than nn_* and nni_*. (Names
# that begin with two underscores are a sanitizer's.)
echo '#include <nntrain/nntrain.h>' | "$CC" -I"$include" -E -P - | tr '\n' ' ' | tr ';' '\n' |
    sed -n 's/.*visibility("default"))) [^(]*[ *]\(nn_[a-z0-9_]*\)(.*/\1/p' | sort >declared
nm -D --defined-only "$library/libnntrain.so" | sed 's/.* //' | grep -v '^__' | sort >exported
[ -s declared ] && diff declared exported >log || fail "names declared (<) and exported (>) differ: $(cat log)"
nm -g --defined-only "$library/libnntrain.a" | sed -n 's/^[0-9a-f]* [A-Z] //p' | grep -vE '^(nn_|nni_|__|\.gomp_critical_user_nni_)' >log &&
    fail "names that a program may have, too: $(cat log)"
readelf --wide --dynamic "$library/libnntrain.so" | grep -q "SONAME.*\[libnntrain\.so\.[0-9]*\.[0-9]*\]" || fail "no SONAME"

# Four ways to build a program, each into a folder of its name.
for kind in shared static; do
    [ $kind = static ] && with=-DEXAMPLES_STATIC=ON module=nntrain-static || with=-DEXAMPLES_STATIC=OFF module=nntrain
    for project in "$examples" "$examples/cxx"; do
        # shellcheck disable=SC2086
        cmake -S "$project" -B "cmake-$kind/$(basename "$project")" $with $EXAMPLE_OPTIONS >log 2>&1 &&
            cmake --build "cmake-$kind/$(basename "$project")" >>log 2>&1 || fail "find_package, $kind: $(tail -n 20 log)"
    done
    mkdir -p pkg-config-$kind/cxx
    # shellcheck disable=SC2046,SC2086
    "$CC" -std=c11 "${strict[@]}" $EXAMPLE_CFLAGS "$examples/own_loop.c" -o pkg-config-$kind/own_loop \
        $(pkg-config --cflags --libs $module) -Wl,-rpath,"$library" 2>log || fail "pkg-config, $kind: $(tail -n 20 log)"
    # shellcheck disable=SC2046,SC2086
    "$CXX" -std=c++17 "${strict[@]}" $EXAMPLE_CFLAGS "$examples/cxx/train.cpp" -o pkg-config-$kind/cxx/train \
        $(pkg-config --cflags --libs $module) -Wl,-rpath,"$library" 2>log || fail "pkg-config in C++, $kind: $(tail -n 20 log)"
done
ldd cmake-static/examples/own_loop | grep -q libnntrain && fail "the static library is not used"
for program in cmake-shared/examples cmake-static/examples pkg-config-shared pkg-config-static; do
    case $program in cmake-*) count=3 ;; *) count=1 ;; esac
    ranks $count "$program/own_loop" "$DATASETS/theory/circles.h5" own.h5 >out || fail "$program/own_loop: exit code $?: $(cat out)"
    accuracy=$(sed -n 's/^epoch 40: .*accuracy //p' out)
    holds "${accuracy:-0} >= 0.99" || fail "$program/own_loop: $(cat out)"
done
for program in cmake-shared/cxx cmake-static/cxx pkg-config-shared/cxx pkg-config-static/cxx; do
    case $program in cmake-shared/*) count=2 ;; *) count=1 ;; esac
    ranks $count "$program/train" "$DATASETS/theory/xor.yaml" >out || fail "$program/train: exit code $?: $(cat out)"
    grep -q 'accuracy 1.0000' out || fail "$program/train: $(cat out)"
done

# The module for Fortran, by find_package and as pkg-config has it.
if command -v gfortran >/dev/null; then
    cmake -S "$examples/fortran" -B cmake-fortran >log 2>&1 && cmake --build cmake-fortran >>log 2>&1 || fail "find_package, Fortran: $(tail -n 20 log)"
    # shellcheck disable=SC2046
    gfortran -fopenmp "$work"/prefix/share/nntrain/fortran/nntrain.f90 "$examples"/fortran/{read_rows,openmp}.f90 -o own_openmp \
        $(pkg-config --libs nninfer) -Wl,-rpath,"$library" 2>log || fail "pkg-config, Fortran: $(tail -n 20 log)"
    "$NNTRAIN" export safetensors own.h5 --output own.safetensors >/dev/null || fail "export: exit code $?"
    echo 0.5 0.5 >row.txt
    for program in cmake-fortran/openmp ./own_openmp; do
        $program own.safetensors <row.txt >out 2>&1 && [ "$(wc -w <out)" -eq 2 ] || fail "$program: $(cat out)"
    done
fi

# The model of a loop of one's own is one like others: what it predicts is what nntrain predicts of it.
"$NNTRAIN" predict --model own.h5 --data "$DATASETS/theory/circles.h5" --x /test/x --output predicted.csv >/dev/null || fail "nntrain predict: exit code $?"
h5dump -y -m %.9g -d /test/x -s 0,0 -c 20,2 "$DATASETS/theory/circles.h5" | tr -d ',' | grep -E '^ *-?[0-9]' >rows.txt
cmake-shared/examples/predict own.h5 <rows.txt >out || fail "predict: exit code $?"
awk -F, 'NR > 1 && NR <= 21 { printf "class %d: %.4f %.4f\n", $1, $2, $3 }' predicted.csv >expected
[ "$(wc -l <expected)" -eq 20 ] && cmp expected out || fail "predict says $(head -n 3 out), nntrain $(head -n 3 expected)"

# On one rank, the loop of one's own takes the very steps of a training.
cmake-shared/examples/read_model own.h5 | sed -n '/^seed:/,$p' >own.yaml
"$NNTRAIN" train own.yaml --output same --progress quiet || fail "training by the model's recipe: exit code $?"
difference=$("$TOOLS/compare_models" same/model.h5 own.h5 0) || fail "own_loop trains another model: $difference"

# Nothing that was taken is kept, by a program that succeeds or fails at any place. Sanitized programs look for leaks
# themselves, the others by LeakSanitizer, which knows allocations of uninstrumented libraries, too.
[ -n "$EXAMPLE_CFLAGS" ] || EXAMPLE_CFLAGS=-fsanitize=leak
export LSAN_OPTIONS=fast_unwind_on_malloc=0:suppressions=$SOURCE/tests/lsan.supp:print_suppressions=0
mkdir leaks
for example in train_from_recipe own_loop read_model predict; do
    # shellcheck disable=SC2046,SC2086
    "$CC" -g -std=c11 $EXAMPLE_CFLAGS "$examples/$example.c" -o leaks/$example $(pkg-config --cflags --libs nntrain) \
        -Wl,-rpath,"$library" 2>log || fail "$example to look for leaks: $(tail -n 20 log)"
done
# shellcheck disable=SC2046,SC2086
"$CXX" -g -std=c++17 $EXAMPLE_CFLAGS "$examples/cxx/train.cpp" -o leaks/train $(pkg-config --cflags --libs nntrain) \
    -Wl,-rpath,"$library" 2>log || fail "C++ to look for leaks: $(tail -n 20 log)"
# frees CODE PROGRAM...: the program ends with that code, and has freed what it took.
frees() {
    local code=$1
    shift
    ranks 1 "$@" >out 2>&1 <"${input:-/dev/null}"
    [ $? -eq "$code" ] && ! grep -q LeakSanitizer out || fail "$*: not exit code $code alone: $(head -n 40 out)"
}
cd leaks || exit 1
mkdir -p empty && echo nothing >empty/model.h5
sed 's/units: 16/units: 0/' "$DATASETS/theory/circles.yaml" >bad.yaml
frees 0 ./train_from_recipe "$DATASETS/theory/circles.yaml" training.epochs=2
frees 2 ./train_from_recipe bad.yaml
frees 3 ./train_from_recipe "$DATASETS/theory/circles.yaml" data.train.file=missing.h5
frees 0 ./own_loop "$DATASETS/theory/circles.h5" leaks.h5
frees 3 ./own_loop missing.h5 leaks.h5
frees 5 ./own_loop "$DATASETS/theory/circles.h5" missing/folder/model.h5
frees 0 ./read_model leaks.h5
grep -q '^layer 0 (tanh): weight \[16, 2\], up to ' out || fail "read_model: $(cat out)"
frees 3 ./read_model empty/model.h5
input=$work/rows.txt frees 0 ./predict leaks.h5
echo 1 2 3 >three.txt
input=three.txt frees 3 ./predict leaks.h5
frees 0 ./train "$DATASETS/theory/xor.yaml"
frees 2 ./train bad.yaml
finish
