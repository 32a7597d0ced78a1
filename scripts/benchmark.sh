#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures this checkout on this machine and appends a line of JSON to tests/benchmarks/history/HOST.jsonl: date, commit,
# host, load, and what nntrain bench step and bench gemm say of the machine and of their figures. Compare lines of one
# machine only, and shares of the peak rather than times: other programs on the machine slow both down.
#   scripts/benchmark.sh [FILE [OPTION of nntrain bench step...]]
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

program=${NNTRAIN:-$build/src/nntrain}
[ -x "$program" ] || { echo "$0: there is no $program; build it, or set NNTRAIN to a program" >&2; exit 2; }
file=${1:-$root/tests/benchmarks/history/$(hostname -s).jsonl}
shift $(($# > 0 ? 1 : 0))
mkdir -p "$(dirname "$file")"
export OMP_NUM_THREADS=1
prepare_mpi

# json ARGUMENTS...: what a benchmark says, on one line.
json() {
    "$program" bench "$@" --json | tr -s ' \n' ' '
}

commit=$(git -C "$root" describe --always --dirty 2>/dev/null || echo unknown)
step=$(json step "$@")
gemm=$(json gemm --repeat 3 --shape 128x512x784 --shape 128x10x512)
printf '{"date": "%s", "commit": "%s", "host": "%s", "system": "%s", "load": %s, "step": %s, "gemm": %s}\n' "$(date -u +%FT%TZ)" "$commit" \
    "$(hostname -s)" "$(uname -srm)" "$(cut -d' ' -f1 /proc/loadavg)" "${step% }" "${gemm% }" >>"$file"
echo "added     $file"
