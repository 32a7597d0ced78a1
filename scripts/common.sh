# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the scripts of this folder share; sourced by them.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034
build=$root/build/release
cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)

# logged FILE COMMAND...: appends the command's output to a file, and shows the end of it should the command fail.
logged() {
    local log=$1 code=0
    shift
    "$@" >>"$log" 2>&1 || code=$?
    if [ $code -ne 0 ]; then
        tail -n 40 "$log" >&2
        echo "${0##*/}: failed: $* (the whole log: $log)" >&2
        exit $code
    fi
}

# build_release LOG CMAKE_ARGUMENTS...: configures and builds into $build.
build_release() {
    local log=$1
    shift
    mkdir -p "$build"
    : >"$log"
    (cd "$root" && logged "$log" cmake "$@")
    logged "$log" cmake --build "$build" -j "$cores"
}

# Lets mpirun work wherever it is called on a single machine: as root, with more ranks than cores, in a container.
# Open MPI 5 reads the PRTE_ names.
prepare_mpi() {
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    export OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
    # Containers often forbid one process to read another's memory; Open MPI then warns on every message it would have
    # copied so.
    export OMPI_MCA_btl_vader_single_copy_mechanism=none
    # Each of its processes that ends removes their common folder if it finds it empty, perhaps just when another has made
    # it and is about to fill it, which then fails: something must always be in there.
    mkdir -p "${TMPDIR:-/tmp}/ompi.${HOSTNAME%%.*}.$(id -u)/kept"
    # Open MPI looks for ssh even when all ranks are here, and gives up without it.
    if [ -z "${SLURM_JOB_ID:-}" ] && ! command -v ssh >/dev/null && ! command -v rsh >/dev/null; then
        export OMPI_MCA_plm=isolated
    fi
}
