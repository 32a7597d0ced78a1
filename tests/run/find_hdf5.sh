#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Which HDF5 is built with where there are several: what CMAKE_PREFIX_PATH names, what stands beside the mpicc in use, what is
# first on the PATH, and of all these only one that was built for this MPI. BUILD is the build folder.
. "$(dirname "$0")/lib.sh"

cached() {
    sed -n "s/^$1:[A-Z]*=//p" "$2/CMakeCache.txt"
}
wrapper=$(cached HDF5_C_COMPILER_EXECUTABLE "$BUILD") mpicc=$(cached MPI_C_COMPILER "$BUILD")
case $(basename "$wrapper") in
h5pcc*) ;;
*)
    echo "skipped: this build has no parallel HDF5 with a compiler wrapper"
    exit 77
    ;;
esac

# stands_in PATH PROGRAM: a wrapper of another name that is the program all the same.
stands_in() {
    mkdir -p "$(dirname "$1")"
    printf '#!/bin/sh\nexec %s "$@"\n' "$2" >"$1"
    chmod +x "$1"
}
mkdir project
cat >project/CMakeLists.txt <<'E2'
cmake_minimum_required(VERSION 3.18)
project(find LANGUAGES C)
include(${SOURCE}/src/package/find_mpi.cmake)
include(${SOURCE}/src/package/find_hdf5.cmake)
E2

# finds WHAT EXPECTED OPTIONS...: configuring takes the wrapper that is expected.
finds() {
    local what=$1 expected=$2
    shift 2
    rm -rf found
    cmake -S project -B found -DSOURCE="$SOURCE" "$@" >log 2>&1 || { fail "$what: $(tail -n 20 log)"; return; }
    [ "$(cached HDF5_C_COMPILER_EXECUTABLE found)" = "$expected" ] ||
        fail "$what: $(cached HDF5_C_COMPILER_EXECUTABLE found) is taken, not $expected"
}

stands_in "$work/first/bin/h5pcc" "$wrapper"
stands_in "$work/named/bin/h5pcc" "$wrapper"
stands_in "$work/beside/bin/h5pcc" "$wrapper"
stands_in "$work/beside/bin/mpicc" "$mpicc"
finds "the one there is" "$wrapper" -DMPI_C_COMPILER="$mpicc"
PATH=$work/first/bin:$PATH finds "the first on the PATH" "$work/first/bin/h5pcc" -DMPI_C_COMPILER="$mpicc"
PATH=$work/first/bin:$PATH finds "the one named" "$work/named/bin/h5pcc" -DMPI_C_COMPILER="$mpicc" -DCMAKE_PREFIX_PATH="$work/named"
finds "the one beside mpicc" "$work/beside/bin/h5pcc" -DMPI_C_COMPILER="$work/beside/bin/mpicc"
other=$(command -v h5pcc.mpich || true)
[ "$other" != "$wrapper" ] || other=$(command -v h5pcc.openmpi || true)
if [ -n "$other" ]; then
    stands_in "$work/foreign/bin/h5pcc" "$other"
    PATH=$work/foreign/bin:$PATH finds "one for another MPI" "$wrapper" -DMPI_C_COMPILER="$mpicc"
fi
finish
