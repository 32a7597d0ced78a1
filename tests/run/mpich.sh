#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# nntrain with MPICH beside the MPI of this build: it finds the HDF5 and the mpiexec that go with it, passes the tests of
# comm/, trains the same model, and mistakes still end with one sentence and the right exit code. BUILD is this build's
# folder; the other one is made below it, without optimisation, and kept.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
for program in mpicc.mpich mpirun.mpich mpiexec.hydra; do
    command -v $program >/dev/null && continue
    echo "skipped: MPICH is not installed ($program; Debian: libmpich-dev and mpich)"
    exit 77
done

build=$BUILD/with-mpich
cmake -S "$SOURCE" -B "$build" -DMPI_C_COMPILER=mpicc.mpich -DCMAKE_BUILD_TYPE=Debug -DNNTRAIN_WERROR=ON >log 2>&1 ||
    { fail "configuring with MPICH: $(tail -n 20 log)"; finish; }
grep -q '^-- nntrain .*(mpich)' log || fail "another MPI was configured: $(grep '^-- nntrain' log)"
cmake --build "$build" -j "$(nproc)" --target nntrain libnntrain_shared libnninfer libnninfer_shared test_comm test_reduction >log 2>&1 || { fail "building with MPICH: $(tail -n 20 log)"; finish; }
nntrain=$build/src/nntrain
ldd "$nntrain" >libraries
grep -q 'libmpich' libraries || fail "not linked with MPICH: $(cat libraries)"
! grep -Eq 'libmpi\.so|openmpi' libraries || fail "linked with two MPI libraries: $(grep -E 'libmpi|hdf5' libraries)"
launcher=$(sed -n 's/^MPIEXEC_EXECUTABLE:FILEPATH=//p' "$build/CMakeCache.txt")
"$launcher" --version | grep -q HYDRA || fail "tests would use $launcher, which is not MPICH's"

for test in test_comm test_reduction; do
    mpiexec.hydra -n 3 "$build/tests/$test" >log 2>&1 || fail "$test on 3 ranks: exit code $?: $(tail -n 20 log)"
done

EXAMPLE_OPTIONS="" EXAMPLE_CFLAGS="" LAUNCH=mpirun.mpich BUILD=$build bash "$here/install.sh" || fail "the installed libraries"

# Twelve ranks on a few cores also: waiting ranks must not keep those at work from them.
ranks 1 "$NNTRAIN" train --set training.epochs=3 --output expected --progress quiet || fail "the expected model: exit code $?"
for count in 1 3 12; do
    begin=$(date +%s)
    mpirun.mpich -n $count "$nntrain" train --set training.epochs=3 --output "ranks-$count" --progress lines >out 2>&1 ||
        fail "digits on $count ranks: exit code $?: $(tail -n 3 out)"
    grep -q "^nntrain .* $count rank.* on 1 host" out || fail "digits: not $count ranks: $(grep '^nntrain' out)"
    difference=$("$TOOLS/compare_models" expected/model.h5 "ranks-$count/model.h5" 1e-3) || fail "$count ranks train another model: $difference"
    echo "$count ranks: $(($(date +%s) - begin)) s, largest difference $difference of the largest weight"
done
mpirun.mpich -n 3 "$nntrain" eval --model ranks-3/model.h5 | grep -q '^accuracy 0\.9' || fail "eval on 3 ranks"

echo 'loss: cross_entropie' >bad.yaml
for count in 1 3; do
    # shellcheck disable=SC2016
    mpirun.mpich -n $count bash -c '"$@"; echo $? >"code-${PMI_RANK:-0}"' - "$nntrain" train bad.yaml >out 2>err
    [ "$(cat code-* | sort -u)" = 2 ] || fail "a bad recipe on $count ranks: exit codes $(cat code-* | tr '\n' ' '), not 2"
    [ "$(grep -c '^nntrain: bad.yaml:1:7: ' err)" -eq 1 ] || fail "a bad recipe on $count ranks says: $(cat err)"
done

# HDF5 for one MPI beside another MPI is refused.
if command -v h5pcc.openmpi >/dev/null; then
    ! cmake -S "$SOURCE" -B mixed -DMPI_C_COMPILER=mpicc.mpich -DHDF5_C_COMPILER_EXECUTABLE="$(command -v h5pcc.openmpi)" >log 2>&1 ||
        fail "HDF5 for Open MPI is taken with MPICH"
    tr -s '\n ' '  ' <log | grep -q 'The HDF5 found does not go with the MPI found' || fail "a mixture says: $(tail -n 20 log)"
fi
finish
