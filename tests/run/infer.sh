#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# libnninfer as it is installed: it stands on libc and libm alone, exports what its header declares, and programs in C99 and
# C++, by pkg-config and CMake, shared and static, predict what nntrain predicts, bit by bit, and free what they took. BUILD is
# the build folder.
. "$(dirname "$0")/lib.sh"
examples=$SOURCE/tests/examples

cmake --install "$BUILD" --prefix "$work/prefix" >log 2>&1 || fail "install: $(tail -n 5 log)"
CC=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$BUILD/CMakeCache.txt")
CXX=$(dirname "$CC")/$(basename "$CC" | sed 's/clang/clang++/; s/gcc/g++/; s/^cc$/c++/')
command -v "$CXX" >/dev/null || CXX=c++
export CC CXX CMAKE_PREFIX_PATH=$work/prefix
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name nninfer.pc)")
export PKG_CONFIG_PATH
library=$(dirname "$PKG_CONFIG_PATH")
strict=(-Wall -Wextra -Wpedantic -Werror)

# --- what it needs and what it shows ---
if [ -z "$EXAMPLE_CFLAGS" ]; then # sanitizers have libraries of their own
    ldd "$library/libnninfer.so" | awk '{ print $1 }' | grep -vE '^(linux-vdso|lib[cm]\.so|.*/ld-linux|.*/ld-musl)' >log &&
        fail "libnninfer needs $(cat log)"
fi
readelf --wide --dynamic "$library/libnninfer.so" | grep -q 'SONAME.*\[libnninfer\.so\.[0-9]*\.[0-9]*\]' || fail "no SONAME"
"$CC" -I"$work/prefix/include" -E -P "$work/prefix/include/nntrain/infer.h" | tr '\n' ' ' | tr ';' '\n' |
    sed -n 's/.*visibility("default"))) [^(]*[ *]\(nn_infer_[a-z0-9_]*\)(.*/\1/p' | sort >declared
nm -D --defined-only "$library/libnninfer.so" | sed 's/.* //' | grep -v '^__' | sort >exported
[ -s declared ] && diff declared exported >log || fail "names declared (<) and exported (>) differ: $(cat log)"
nm -g --defined-only "$library/libnninfer.a" | sed -n 's/^[0-9a-f]* [A-Z] //p' | grep -v '^__' | sort >exported
diff declared exported >log || fail "names declared (<) and those of the static library (>) differ: $(cat log)"

# --- programs ---
sed -n '/^```c$/,/^```$/{/^```/d; p}' "$SOURCE/docs/deploying.md" | sed '/^\/\* predict.c/,/^}$/!d' >manual.c
# shellcheck disable=SC2046,SC2086
build() {
    local out=$1 module=$2
    shift 2
    "$@" "${strict[@]}" $EXAMPLE_CFLAGS -o "$out" $(pkg-config --cflags --libs $module) -Wl,-rpath,"$library" 2>log ||
        fail "$out: $(tail -n 20 log)"
}
build c99 nninfer "$CC" -std=c99 "$examples/infer.c"
build static nninfer-static "$CC" -std=c99 "$examples/infer.c"
build c++ nninfer "$CXX" -std=c++17 -x c++ "$examples/infer.c" -x none
build manual nninfer "$CC" -std=c99 manual.c
build manual-c++ nninfer "$CXX" -std=c++17 -x c++ manual.c -x none
ldd static | grep -q libnninfer && fail "the static library is not used"
cat >CMakeLists.txt <<'E2'
cmake_minimum_required(VERSION 3.18)
project(user LANGUAGES C)
find_package(nninfer REQUIRED)
foreach(library nninfer nninfer_static)
    add_executable(by_${library} ${EXAMPLE})
    target_link_libraries(by_${library} PRIVATE nninfer::${library})
endforeach()
E2
# shellcheck disable=SC2086
cmake -S . -B user -DEXAMPLE="$examples/infer.c" $EXAMPLE_OPTIONS >log 2>&1 && cmake --build user >>log 2>&1 ||
    fail "find_package: $(tail -n 20 log)"

# --- predictions ---
cat >m.yaml <<E2
data: {train: {file: $DATASETS/theory/sine.h5}, normalize: standard, normalize_targets: standard}
network: {layers: [{units: 20, activation: gelu, normalization: layer}, {units: 1, activation: linear}]}
loss: mse
training: {epochs: 2}
E2
"$NNTRAIN" train m.yaml --output run --progress quiet >out 2>&1 || fail "train: $(cat out)"
"$NNTRAIN" export safetensors run/model.h5 --output m.safetensors >out 2>&1 || fail "export: $(cat out)"
"$NNTRAIN" predict --model run/model.h5 --data "$DATASETS/theory/sine.h5" --x /test/x --output p.csv >out 2>&1 || fail "predict: $(cat out)"
h5dump -y -m %.9g -w 0 -d /test/x "$DATASETS/theory/sine.h5" | tr -d ',' | grep -E '^ *-?[0-9]' >rows.txt
for program in c99 static c++ user/by_nninfer user/by_nninfer_static; do
    "./$program" m.safetensors <rows.txt >said || fail "$program: exit code $?"
    awk 'NR == FNR { y[NR] = $0; next } { bad += $1 + 0 != y[FNR + 1] + 0 } END { print FNR, bad + 0 }' p.csv said >out
    [ "$(cat out)" = "1000 0" ] || fail "$program: rows and rows that differ from nntrain's: $(cat out); $(head -n 2 said) $(head -n 3 p.csv)"
done
./manual m.safetensors | grep -qE '^y -?[0-9.e-]+ dy/dx -?[0-9.e-]+, 0 features' || fail "the manual's program: $(./manual m.safetensors)"

# --- what it frees, and what it says of no model ---
head -c 1000 m.safetensors >cut.safetensors
for model in m.safetensors cut.safetensors missing.safetensors "$DATASETS/theory/circles.h5"; do
    case $model in m.*) code=0 ;; *) code=3 ;; esac
    if command -v valgrind >/dev/null && [ -z "$EXAMPLE_CFLAGS" ]; then
        # Valgrind knows no AVX-512.
        head -n 3 rows.txt | NNTRAIN_ISA=avx2 valgrind -q --leak-check=full --errors-for-leak-kinds=all --error-exitcode=9 ./c99 "$model" >out 2>&1
    else
        ./c99 "$model" <rows.txt >out 2>&1
    fi
    got=$?
    [ $got -eq $code ] || fail "$model: exit code $got, not $code: $(cat out)"
    [ $code -eq 0 ] || { [ "$(wc -l <out)" -eq 1 ] && grep -qF "$model" out; } || fail "$model: $(cat out)"
done
finish
