#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is missing, builds nntrain and its tests with warnings as errors, and runs all tests. Arguments go to
# ctest, e.g. -R gemm or -j 1. The exit code is that of ctest.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$root/scripts/dependencies.sh" test

echo "Building nntrain and its tests into $build"
# The folder may have been set up without tests before.
build_release "$build/test.log" --preset release -DNNTRAIN_TESTS=ON

prepare_mpi
cd "$root"
# Three at a time: many of the tests wait for something most of their time.
export CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-3}
exec ctest --preset release --no-tests=error "$@"
