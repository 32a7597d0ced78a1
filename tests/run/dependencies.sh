#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# scripts/dependencies.sh on machines that lack things, for a user who may not install: what is needed and what is not, and
# where an MPI library hides. Commands of the machine are those in a folder, and the rest is not there.
. "$(dirname "$0")/lib.sh"
script=$SOURCE/scripts/dependencies.sh

mkdir bin
for command in bash sed grep sort head tail cat env mktemp rm mkdir tr cc make; do
    ln -s "$(command -v $command)" bin/ || exit 77
done
stub() {
    printf '#!/bin/sh\n%s\n' "$2" >"bin/$1"
    chmod +x "bin/$1"
}
stub id 'echo 1000'
stub cmake 'echo cmake version 3.30.0'
stub apt-get 'echo "apt-get was called" >&2; exit 100'
# Of packages that are installed, those in this list.
stub dpkg-query 'for name; do case " $INSTALLED " in *" $name "*) echo "$name install ok installed" ;; esac; done'

# lacking PURPOSE: the script's exit code, with what it says in out.
lacking() {
    env -i PATH="$work/bin" INSTALLED="${installed:-}" NNTRAIN_SYSTEM_ROOT="$work/root" bash "$script" "$1" >out 2>&1
}

lacking test
[ $? -eq 5 ] || fail "nothing is installed: exit code $?: $(cat out)"
line=$(grep '^  apt-get install --no-install-recommends ' out) || fail "nothing is installed: $(cat out)"
for package in libopenmpi-dev libhdf5-openmpi-dev libcunit1-dev; do
    [[ " $line " == *" $package "* ]] || fail "$package is not told: $line"
done
for package in octave valgrind slurm-wlm libmpich-dev hdf5-filter-plugin; do
    [[ " $line " != *" $package "* ]] || fail "$package is told as needed: $line"
    grep -q "^optional, for tests that are skipped without them: .*\b$package\b" out || fail "$package: $(cat out)"
done
grep -q 'apt-get was called' out && fail "a user without rights had apt-get called"
grep -q 'an MPI library is there' out && fail "an MPI library that is not there: $(cat out)"

# Only what is optional is missing: no reason to stop, and nothing to say.
installed="gcc libc6-dev make cmake pkg-config libopenmpi-dev openmpi-bin libhdf5-openmpi-dev libyaml-dev
zlib1g-dev libxxhash-dev libcunit1-dev hdf5-tools procps"
installed=${installed//$'\n'/ }
lacking test || fail "only optional packages are missing: exit code $?: $(cat out)"
[ ! -s out ] || fail "only optional packages are missing: $(cat out)"
installed=

# Without dpkg; and MPI libraries as Red Hat and SUSE install them.
rm bin/dpkg-query
lacking build
[ $? -eq 5 ] && grep -q '^  an MPI library with its compiler mpicc$' out || fail "without dpkg: $(cat out)"
lacking test
grep -q '^  optional: Octave$' out || fail "without dpkg: $(cat out)"
mkdir -p root/usr/lib64/mpi/gcc/openmpi4/bin root/usr/lib64/openmpi/bin root/usr/share/modulefiles/mpi
ln -s /bin/true root/usr/lib64/mpi/gcc/openmpi4/bin/mpicc
lacking build
grep -qF "an MPI library is there, but not on the PATH; say: export PATH=$work/root/usr/lib64/mpi/gcc/openmpi4/bin:\$PATH" out ||
    fail "SUSE's MPI: $(cat out)"
ln -s /bin/true root/usr/lib64/openmpi/bin/mpicc
touch root/usr/share/modulefiles/mpi/openmpi-x86_64
lacking build
grep -q 'an MPI library is there, but not on the PATH; say: module load mpi/openmpi-x86_64$' out || fail "Red Hat's MPI: $(cat out)"
finish
