#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The simulation of scaling, small: the sums of src/comm on 4, 12 and 24 simulated hosts, in segments and in rounds, end,
# take the time that a formula expects of them. How efficient 24 such hosts are depends on the core measured: the faster it
# is, the more of a step is wire.
. "$(dirname "$0")/lib.sh"
command -v smpirun >/dev/null && command -v smpicc >/dev/null || {
    echo "skipped: SimGrid is not installed (Debian: libsimgrid-dev)"
    exit 77
}

"$SOURCE/scripts/simulate.sh" --output out --build "$BUILD" --networks small --hosts "4 12 24" --speeds 20 >log 2>&1 ||
    fail "exit code $?: $(tail -n 20 log)"
cat out/scaling.txt
[ "$(tail -n +2 out/scaling.csv | wc -l)" -eq 6 ] || fail "not 6 runs: $(cat out/scaling.csv)"
while IFS=, read -r network scaling speed hosts rows seconds formula rest; do
    # The formula has rounds seen at the pace of their own layer's pass, where they may be seen sooner: the simulation took
    # 0.86 to 1.08 of it on processors of different speed.
    holds "$seconds > 0 && $seconds < 1.15 * $formula && $formula < 1.3 * $seconds" ||
        fail "$network, $scaling, speed $speed, $hosts hosts, $rows rows: $seconds s, by the formula $formula s ($rest)"
done < <(tail -n +2 out/scaling.csv)
efficiency=$(awk -F, '$2 == "weak" && $4 == 24 { print $9 }' out/scaling.csv)
holds "$efficiency > 0.3 && $efficiency <= 1.001" || fail "an efficiency of $efficiency from 4 to 24 hosts"
finish
