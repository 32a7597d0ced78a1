#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The Fortran module: what it promises (tests/run/fortran.f90); a program of threads and one of ranks predict what nntrain
# does, to the last bit; the program of docs/deploying.md runs as it stands there. SOURCE is the project, BUILD the build
# folder. Skipped (code 77) without gfortran, and with
# sanitizers, whose libraries must be linked.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

grep -q '^NNTRAIN_SANITIZE:[A-Z]*=.' "$BUILD/CMakeCache.txt" && echo "skipped: sanitizers" && exit 77
command -v gfortran >/dev/null || { echo "skipped: there is no gfortran" && exit 77; }

# Two classes with names, around the origin; values of one feature.
awk 'BEGIN { srand(1); print "a,b,place"; for (i = 0; i < 600; i++) { a = 2 * rand() - 1; b = 2 * rand() - 1
    print a "," b "," (a * a + b * b < 0.6 ? "inner" : "outer") } }' >classes.csv
"$NNTRAIN" import csv classes.csv --label place --output classes.h5 >/dev/null || fail "import: exit code $?"
cat >classes.yaml <<'Y'
data: {train: {file: classes.h5}}
network: {layers: [{units: 16, activation: tanh}, {units: 2, activation: softmax}]}
loss: cross_entropy
training: {epochs: 5}
Y
# model NAME RECIPE: NAME.h5 and NAME.safetensors
model() {
    "$NNTRAIN" train "$2" --output "run-$1" --progress quiet --set training.epochs=5 || fail "$1: exit code $?"
    "$NNTRAIN" export safetensors "run-$1/model.h5" --output "$1.safetensors" >/dev/null || fail "$1: export: exit code $?"
}
model classes classes.yaml
model values "$DATASETS/theory/sine.yaml"

library=$BUILD/src
strict=(-std=f2018 -Wall -Wextra -Werror -g -O1 -fcheck=all)
gfortran "${strict[@]}" -c "$SOURCE/src/bindings/fortran/nntrain.f90" 2>log || fail "the module does not compile: $(head -n 20 log)"
# compiled PROGRAM FLAGS... FILES...: with the module.
compiled() {
    local program=$1
    shift
    gfortran "${strict[@]}" "$@" nntrain.o -o "$program" -L"$library" -lnninfer -Wl,-rpath,"$library" 2>log ||
        fail "$program does not compile: $(head -n 20 log)"
}
compiled check -Wno-compare-reals -Wno-function-elimination "$here/fortran.f90"
echo nothing >nothing.safetensors
./check classes.safetensors values.safetensors nothing.safetensors >out 2>&1 || fail "the module: $(cat out)"

# Programs of threads and of ranks, by the compiler of MPI where it has one for Fortran.
examples=$SOURCE/tests/examples/fortran
h5dump -y -w 1 -m %.17g -d /train/x classes.h5 | grep -E '^ *-?[0-9]' | tr -d ',' | xargs -n 2 >rows.txt
"$NNTRAIN" predict --model run-classes/model.h5 --data classes.h5 --x /train/x --output predicted.h5 >/dev/null || fail "predict: exit code $?"
h5dump -y -w 1 -m %.17g -d /probabilities predicted.h5 | grep -E '^ *-?[0-9]' | tr -d ',' | xargs -n 2 >expected.txt
# same NAME: its outputs are the numbers of nntrain.
same() {
    awk 'NR == FNR { a[FNR] = $1; b[FNR] = $2; next } a[FNR] != $1 || b[FNR] != $2 { wrong++ } END { exit wrong || FNR != 600 }' \
        expected.txt "$1.txt" || fail "$1: other numbers than nntrain's: $(head -n 2 "$1.txt") and $(head -n 2 expected.txt)"
}
compiled openmp -fopenmp "$examples/read_rows.f90" "$examples/openmp.f90"
OMP_NUM_THREADS=3 ./openmp classes.safetensors <rows.txt >openmp.txt || fail "openmp: exit code $?"
same openmp
./openmp nothing.safetensors </dev/null >out 2>&1
[ $? -eq 3 ] && grep -q nothing.safetensors out || fail "openmp: $(cat out)"
mapfile -t flags < <(mpifort -showme:compile 2>/dev/null | tr ' ' '\n'; mpifort -showme:link 2>/dev/null | tr ' ' '\n')
if [ ${#flags[@]} -gt 0 ] && [[ $LAUNCH != *mpiexec.hydra* ]]; then
    compiled mpi "$examples/read_rows.f90" "$examples/mpi.f90" "${flags[@]}"
    ranks 3 ./mpi classes.safetensors <rows.txt >mpi.txt || fail "mpi: exit code $?"
    same mpi
fi

# The program of the manual.
awk '/^## / { here = /From Fortran/ } /^```fortran/ { inside = here; next } /^```/ { inside = 0 } inside' "$SOURCE/docs/deploying.md" >manual.f90
[ -s manual.f90 ] || fail "docs/deploying.md has no program in Fortran"
compiled manual manual.f90
cp classes.safetensors model.safetensors
./manual >out 2>&1 && grep -q . out || fail "the program of docs/deploying.md: $(cat out)"
finish
