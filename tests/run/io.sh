#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# nntrain bench io: small files give whole tables and valid JSON on one rank and two, made files go, wrong usage gets a
# sentence. No times.
. "$(dirname "$0")/lib.sh"
export TMPDIR=$work/made
mkdir "$TMPDIR"

# looks FILE RANKS DEFLATED: JSON with the speeds there are, of inflate for DEFLATED of its data.
looks() {
    command -v python3 >/dev/null || return 0
    python3 - "$@" <<'END' || fail "$1 is not what bench io should tell: $(head -c 600 "$1")"
import json, sys
told = json.load(open(sys.argv[1]))
assert told["ranks"] == int(sys.argv[2]) and told["hdf5"] and told["machine"]["processor"]
for data in told["data"]:
    assert data["read_rows"] > 0 and data["block_rows"] > 0
    speeds = data["bytes_per_second"]
    assert min(speeds["rows"], speeds["blocks"], speeds["plain"]) > 0
    for way in ("rows", "blocks"):
        # What was read: every row once.
        size = data["rows"] * data["features"] * {"uint8": 1, "float32": 4}[data["type"]]
        assert abs(speeds[way] * data["seconds"][way] / size - 1) < 1e-4
        assert abs(data[way + "_to_plain"] * speeds["plain"] / speeds[way] - 1) < 1e-4
inflated = [data for data in told["data"] if data["bytes_per_second"]["inflate"]]
assert len(inflated) == int(sys.argv[3]) and all(data["rows_to_inflate"] > 0 for data in inflated)
END
}

for count in 1 2; do
    ranks $count "$NNTRAIN" bench io --size 4M --json="$work/io.json" >table || fail "bench io on $count: exit code $?"
    [ "$(grep -cE '^(float32|uint8) (contiguous|chunked|gzip 4) +4 +[0-9]' table)" -eq 5 ] ||
        fail "bench io on $count: not five files: $(cat table)"
    looks io.json $count 1
    ! compgen -G "$TMPDIR/*nntrain-bench*" >/dev/null || fail "bench io on $count leaves files: $(ls -R "$TMPDIR")"
done

# A given file, of fewer rows than a block has.
"$NNTRAIN" generate xor --output xor.h5 >/dev/null || fail "generate: exit code $?"
ranks 2 "$NNTRAIN" bench io --data xor.h5 --json >xor.json || fail "bench io --data: exit code $?"
looks xor.json 2 0

# refused CODE WORDS OPTION...: the exit code, and what standard error says.
refused() {
    local code=$1 words=$2
    shift 2
    "$NNTRAIN" bench io "$@" >out 2>err
    local got=$?
    [ $got -eq "$code" ] || fail "bench io $*: exit code $got is not $code"
    grep -q -- "$words" err || fail "bench io $*: no '$words' in: $(cat err)"
}
refused 2 "--size: 'much'" --size much
refused 2 "--size: '0M'" --size 0M
refused 3 "there is no file none.h5" --data none.h5
refused 3 "/train/x, /train/y" --data xor.h5 --dataset /x
refused 5 "no-such-folder/io.json" --data xor.h5 --json=no-such-folder/io.json
finish
