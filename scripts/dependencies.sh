#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what nntrain needs and this machine lacks; says nothing when nothing is missing.
#   scripts/dependencies.sh [build|test]     build: to build and run nntrain; test: to run its tests as well (default)
# Packages are installed on Debian and Ubuntu, by root or through sudo. Elsewhere, or without the right to install, it
# tells what is missing and exits with 5.
set -euo pipefail

purpose=${1:-test}
case $purpose in
build) cmake_needed=3.18 ;;
test) cmake_needed=3.21 ;; # presets
*)
    echo "usage: ${0##*/} [build|test]" >&2
    exit 2
    ;;
esac

# A line a need: Debian package | command that succeeds where the need is met by other means | in words. What is optional is
# for a test each, which is skipped without it: no reason to stop.
needs() {
    cat <<'END'
gcc|command -v cc|a C compiler
libc6-dev|echo '#include <stdio.h>' | cc -E -|the C library's headers
make|command -v make|make
cmake|command -v cmake|CMake
pkg-config|command -v pkg-config|pkg-config
libopenmpi-dev|command -v mpicc|an MPI library with its compiler mpicc
openmpi-bin|command -v mpirun|mpirun
libhdf5-openmpi-dev|command -v h5pcc || command -v h5cc || pkg-config --exists hdf5|HDF5 with its headers
libyaml-dev|pkg-config --exists yaml-0.1|libyaml with its headers
zlib1g-dev|pkg-config --exists zlib|zlib with its headers
libxxhash-dev|pkg-config --exists libxxhash|xxHash with its headers
libprotobuf-c-dev|pkg-config --exists libprotobuf-c|optional: protobuf-c with its headers, for ONNX
protobuf-c-compiler|command -v protoc-c|optional: protoc-c, for ONNX
END
    if [ "$purpose" = test ]; then
        cat <<'END'
libcunit1-dev|pkg-config --exists cunit|CUnit with its headers
hdf5-tools|command -v h5diff|h5diff of HDF5
procps|command -v pgrep|pgrep
g++|command -v c++|optional: a C++ compiler
gfortran|command -v gfortran|optional: a Fortran compiler
iproute2|PATH=$PATH:/usr/sbin && command -v ip && command -v tc|optional: ip and tc
python3-h5py|/usr/bin/python3 -c 'import h5py'|optional: h5py
python3-numpy|/usr/bin/python3 -c 'import numpy'|optional: NumPy
hdf5-filter-plugin|false|optional: HDF5's plugins for bzip2 and lz4
hdf5-filter-plugin-blosc-serial|false|optional: HDF5's plugin for blosc
python3-pytest|/usr/bin/python3 -c 'import pytest'|optional: pytest
python3-tables|/usr/bin/python3 -c 'import tables'|optional: PyTables
tidy|command -v tidy|optional: tidy, for the HTML of reports
python3-pandas|/usr/bin/python3 -c 'import pandas'|optional: pandas
python3-netcdf4|/usr/bin/python3 -c 'import netCDF4'|optional: netCDF4 for Python
octave|command -v octave-cli|optional: Octave
libmpich-dev|command -v mpicc.mpich|optional: MPICH
mpich|command -v mpiexec.hydra|optional: mpiexec of MPICH
libhdf5-mpich-dev|command -v h5pcc.mpich|optional: HDF5 for MPICH
libsimgrid-dev|command -v smpicc|optional: SimGrid with its compiler smpicc
slurm-wlm|command -v slurmctld && command -v slurmd && command -v sbatch|optional: SLURM
munge|command -v munged|optional: MUNGE
valgrind|command -v valgrind|optional: Valgrind
doxygen|command -v doxygen|optional: Doxygen
shellcheck|command -v shellcheck|optional: shellcheck
clang-format|command -v clang-format|optional: clang-format
END
    fi
}

# met_otherwise NEED: runs the command in the middle of a line, which may itself contain bars.
met_otherwise() {
    local command=${1#*|}
    bash -c "${command%|*}" >/dev/null 2>&1
}

# Packages that are missing, to dpkg's knowledge.
missing_packages() {
    local need package packages=() status
    while read -r need; do
        packages+=("${need%%|*}")
    done < <(needs)
    # dpkg-query fails for names it has never heard of, and still tells of the others.
    # shellcheck disable=SC2016
    status=$(dpkg-query -W -f '${Package} ${Status}\n' "${packages[@]}" 2>/dev/null || true)
    for package in "${packages[@]}"; do
        grep -q "^$package [a-z]* ok installed$" <<<"$status" || echo "$package"
    done
}

# Lines of needs() that nothing on this machine meets: no package, and no library or program from elsewhere. The packages
# that are missing are given.
unmet_needs() {
    local need
    while read -r need; do
        if [ $# -eq 0 ] || [[ " $* " == *" ${need%%|*} "* ]]; then
            met_otherwise "$need" || echo "$need"
        fi
    done < <(needs)
}

# Fills as_root with what makes a command run as root; fails where nothing does.
as_root=()
become_root() {
    if [ "$(id -u)" -eq 0 ]; then
        return 0
    fi
    command -v sudo >/dev/null || return 1
    as_root=(sudo)
    sudo -n true 2>/dev/null && return 0
    [ -t 0 ] && [ -t 2 ] || return 1
    echo "Some packages are missing, and sudo may ask for your password to install them: $*" >&2
    sudo -v
}

# Services come with these packages, which the test starts for itself and nobody else has asked for. Debian asks a file
# whether to start them; ours is there during the installation only, and one that is there already stays as it is.
with_services=' (slurm-wlm|munge) '
policy=/usr/sbin/policy-rc.d
services_held=no
services_may_start() {
    [ $services_held = no ] || ${as_root[@]+"${as_root[@]}"} rm -f $policy
    services_held=no
}
keep_services_from_starting() {
    if [ -e $policy ] || [[ ! " $* " =~ $with_services ]]; then
        return 0
    fi
    services_held=yes
    trap services_may_start EXIT
    printf '#!/bin/sh\nexit 101\n' | ${as_root[@]+"${as_root[@]}"} tee $policy >/dev/null
    ${as_root[@]+"${as_root[@]}"} chmod 755 $policy
}

remedy="an administrator can install them by"
install_packages() {
    command -v apt-get >/dev/null && become_root "$@" || return 1
    local log apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300)
    log=$(mktemp "${TMPDIR:-/tmp}/nntrain-packages-XXXXXX")
    echo "Installing packages: $*"
    # Lists that cannot all be brought up to date may still do.
    ${as_root[@]+"${as_root[@]}"} "${apt[@]}" update >"$log" 2>&1 </dev/null || true
    keep_services_from_starting "$@"
    if ! ${as_root[@]+"${as_root[@]}"} "${apt[@]}" install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null; then
        tail -n 15 "$log" >&2
        echo "${0##*/}: apt-get could not install all packages (the whole log: $log)" >&2
        remedy="when apt-get can get at them, install them by"
        services_may_start
        return 1
    fi
    services_may_start
    rm -f "$log"
}

optional='|optional: '
worth_stopping() {
    printf '%s\n' "$@" | grep -qvF "$optional"
}

# tell_unmet packages|words NEEDS...: those that stop us, then the optional ones.
tell_unmet() {
    local how=$1 needed optionals
    shift
    mapfile -t needed < <(printf '%s\n' "$@" | grep -vF "$optional")
    mapfile -t optionals < <(printf '%s\n' "$@" | grep -F "$optional")
    if [ "$how" = packages ]; then
        echo "  apt-get install --no-install-recommends ${needed[*]%%|*}" >&2
        [ ${#optionals[@]} -eq 0 ] ||
            echo "optional, for tests that are skipped without them: ${optionals[*]%%|*}" >&2
    else
        printf '  %s\n' "${needed[@]##*|}" >&2
        [ ${#optionals[@]} -eq 0 ] || printf '  %s\n' "${optionals[@]##*|}" >&2
    fi
    if printf '%s\n' "${needed[@]}" | grep -q '|command -v mpicc|'; then
        hint_mpi
    fi
}

# Red Hat's and SUSE's MPI libraries are installed off the PATH, to be put on it by a module.
system_root=${NNTRAIN_SYSTEM_ROOT:-} # another one for the test of this
hint_mpi() {
    local mpicc module
    for mpicc in "$system_root"/usr/lib64/*mpi*/bin/mpicc "$system_root"/usr/lib64/mpi/gcc/*mpi*/bin/mpicc; do
        [ -x "$mpicc" ] || continue
        for module in "$system_root"/{usr/share,etc}/modulefiles/mpi/*mpi*; do
            [ -e "$module" ] || continue
            echo "an MPI library is there, but not on the PATH; say: module load mpi/${module##*/}" >&2
            return
        done
        echo "an MPI library is there, but not on the PATH; say: export PATH=${mpicc%/mpicc}:\$PATH" >&2
        return
    done
}

# All packages, or where apt-get does not know one of them at least those that cannot be done without.
install_missing() {
    local needed
    install_packages "$@" && return 0
    mapfile -t needed < <(printf '%s\n' "$@" | grep -vxFf <(needs | grep -F "$optional" | sed 's/|.*//'))
    [ ${#needed[@]} -gt 0 ] && [ ${#needed[@]} -lt $# ] && install_packages "${needed[@]}"
}

if command -v dpkg-query >/dev/null; then
    mapfile -t missing < <(missing_packages)
    if [ ${#missing[@]} -gt 0 ] && ! install_missing "${missing[@]}"; then
        mapfile -t unmet < <(unmet_needs "${missing[@]}")
        if [ ${#unmet[@]} -gt 0 ] && worth_stopping "${unmet[@]}"; then
            echo "nntrain needs packages that are missing on this machine; $remedy" >&2
            tell_unmet packages "${unmet[@]}"
            exit 5
        fi
    fi
else
    mapfile -t unmet < <(unmet_needs)
    if [ ${#unmet[@]} -gt 0 ] && worth_stopping "${unmet[@]}"; then
        echo "nntrain needs what is missing on this machine; please install, by its own package manager (names of Debian" \
            "packages are in scripts/dependencies.sh):" >&2
        tell_unmet words "${unmet[@]}"
        exit 5
    fi
fi

cmake_found=$(cmake --version | sed -n 's/^cmake version \([0-9.]*\).*/\1/p')
if [ "$(printf '%s\n' "$cmake_needed" "$cmake_found" | sort -V | head -n 1)" != "$cmake_needed" ]; then
    echo "${0##*/}: CMake $cmake_found ($(command -v cmake)) is too old, $cmake_needed or newer is needed;" \
        "https://cmake.org/download has one to unpack and put on the PATH" >&2
    exit 5
fi
