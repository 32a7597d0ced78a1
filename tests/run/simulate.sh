#!/usr/bin/env bash
# The simulation of scaling, small: the sums of src/comm on 8 and 16 simulated hosts, in both orders, end, take the time
# that a formula expects of them, and cost a step of such hosts little of its efficiency.
. "$(dirname "$0")/lib.sh"
command -v smpirun >/dev/null && command -v smpicc >/dev/null || {
    echo "skipped: SimGrid is not installed (Debian: libsimgrid-dev)"
    exit 77
}

"$SOURCE/scripts/simulate.sh" --output out --build "$BUILD" --networks small --hosts "8 16" --speeds 20 >log 2>&1 ||
    fail "exit code $?: $(tail -n 20 log)"
cat out/scaling.txt
[ "$(tail -n +2 out/scaling.csv | wc -l)" -eq 8 ] || fail "not 8 runs: $(cat out/scaling.csv)"
while IFS=, read -r network scaling sums speed hosts rows seconds formula rest; do
    holds "$seconds > 0 && $seconds < 1.1 * $formula && $formula < 1.1 * $seconds" ||
        fail "$network, $scaling, $sums, speed $speed, $hosts hosts, $rows rows: $seconds s, by the formula $formula s ($rest)"
done < <(tail -n +2 out/scaling.csv)
for sums in library tree; do
    efficiency=$(awk -F, -v sums=$sums '$2 == "weak" && $3 == sums && $5 == 16 { print $10 }' out/scaling.csv)
    holds "$efficiency > 0.8 && $efficiency <= 1.001" || fail "$sums: an efficiency of $efficiency from 8 to 16 hosts"
done
finish
