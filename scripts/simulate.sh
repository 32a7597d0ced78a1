#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Training on clusters that are not here: measures steps on one core of this machine, and has SimGrid play them on 1 to
# 1,024 hosts of a fat tree, a rank each, with the sums over ranks as src/comm does them (100 Gbit/s, about 1.5 us).
#   scripts/simulate.sh [--output DIR] [--hosts "1 4 16"] [--networks "small"] [--speeds "1 20"]
#                       [--scalings "weak strong"] [--wire float32|bf16] [--calls N] [--bucket BYTES] [--build DIR]
# Into DIR (simulation): scaling.csv, scaling.txt, a table, and scaling.png where gnuplot is installed.
#   networks: small 784-512-512-10, medium 4 layers of 1024, large 4 layers of 4096; SGD with momentum, float32
#   speeds: of a host, in cores like the one measured; everything that a host computes is so many times faster
#   weak: 256 rows a rank; strong: 16,384 rows over all ranks
#   calls: how often the sums are looked after in a layer's pass: nntrain does it at its end and every 2^24
#          multiply-adds, 8 times in a small layer, 32 in a medium one and 512 in a large one, of which 64 are played
#   bucket: parallel.bucket; where it is not given, found by measuring the simulated network
#   Sums are in any order; in that of parallel.reproducible powers of 2 send the same messages.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

output=simulation hosts="1 4 16 64 256 1024" networks="small medium large" speeds="1 20" scalings="weak strong" wire=float32 calls="" bucket=""
while [ $# -gt 0 ]; do
    case $1 in
    --output) output=$2 ;;
    --hosts) hosts=$2 ;;
    --networks) networks=$2 ;;
    --speeds) speeds=$2 ;;
    --scalings) scalings=$2 ;;
    --wire) wire=$2 ;;
    --calls) calls=$2 ;;
    --bucket) bucket=$2 ;;
    --build) build=$2 ;;
    *)
        echo "usage: ${0##*/} [--output DIR] [--hosts LIST] [--networks LIST] [--speeds LIST] [--scalings LIST] [--wire float32|bf16] [--calls N] [--bucket BYTES] [--build DIR]" >&2
        exit 2
        ;;
    esac
    shift 2
done
if ! command -v smpicc >/dev/null || ! command -v smpirun >/dev/null; then
    echo "${0##*/}: SimGrid is not installed (Debian: libsimgrid-dev)" >&2
    exit 5
fi

strong_rows=16384 weak_rows=256
most_rows=1024 # measured; more rows take so many times longer
latency=1.5e-6 bandwidth=12.5e9

mkdir -p "$output" "$build"
output=$(cd "$output" && pwd)
log=$output/build.log
: >"$log"
logged "$log" cmake -S "$root" -B "$build" -DNNTRAIN_SIMULATION=ON
logged "$log" cmake --build "$build" -j "$cores" --target nntrain_profile nntrain_simulation
programs=$build/src/sim

widths_of() {
    case $1 in
    small) echo 784 512 512 10 ;;
    medium) echo 1024 1024 1024 1024 1024 ;;
    large) echo 4096 4096 4096 4096 4096 ;;
    *)
        echo "${0##*/}: there is no network $1" >&2
        exit 2
        ;;
    esac
}

calls_of() {
    case $1 in
    small) echo 8 ;;
    medium) echo 32 ;;
    large) echo 64 ;;
    esac
}

# profile NETWORK ROWS: the name of a file with what a step of a rank costs.
profile() {
    local network=$1 rows=$2 measured=$2 file=$output/profile-$1-$2
    [ "$rows" -le $most_rows ] || measured=$most_rows
    local from=$output/profile-$network-$measured
    if [ ! -s "$from" ]; then
        # shellcheck disable=SC2046
        "$programs/nntrain_profile" "$measured" $(widths_of "$network") >"$from.new"
        mv "$from.new" "$from"
    fi
    # The passes take longer with more rows, the descent does not.
    [ "$rows" = "$measured" ] || awk -v rows="$rows" -v measured="$measured" '
        BEGIN { times = rows / measured }
        $1 == "rows" { $2 = rows } $1 == "forward" || $1 == "rest" || $1 + 0 > 0 { $2 *= times } { print }' "$from" >"$file"
    echo "$file"
}

# Switches of 32 hosts below 32 switches, as many links up as down.
platform() {
    cat <<END
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
<!-- SimGrid 4.0 crashes at a cluster that is in no zone. -->
<zone id="all" routing="Full">
<cluster id="cluster" prefix="host" suffix="" radical="0-1023" speed="${1}Gf" bw="12.5GBps" lat="0.25us"
         topology="FAT_TREE" topo_parameters="2;32,32;1,32;1,1" sharing_policy="SPLITDUPLEX"
         loopback_bw="20GBps" loopback_lat="0.1us"/>
</zone>
</platform>
END
}

# simulate RANKS PROFILE BUCKET SPEED CALLS
simulate() {
    smpirun -np "$1" -hostfile "$output/hosts" -platform "$output/platform-$4.xml" --log=root.thres:warning \
        --cfg=smpi/simulate-computation:no --cfg=smpi/shared-malloc-blocksize:1073741824 \
        --cfg=smpi/bw-factor:0:1 --cfg=smpi/lat-factor:0:1 --cfg=network/crosstraffic:0 \
        --cfg=smpi/test:0 --cfg=smpi/grow-injected-times:no \
        "$programs/nntrain_simulation" "$2" "$3" "$4" $latency $bandwidth "$5" "$wire" >"$output/last.log" 2>&1 ||
        { cat "$output/last.log" >&2 && return 1; }
    sed -n 's/^result [0-9]* //p' "$output/last.log"
}

seq 0 1023 | sed 's/^/host/' >"$output/hosts"
csv=$output/scaling.csv
echo "network,scaling,speed,hosts,rows_a_rank,seconds,seconds_formula,samples_a_second,efficiency,efficiency_formula,latency,gigabytes_a_second,bytes_a_piece" >"$csv"
for speed in $speeds; do
    platform "$speed" >"$output/platform-$speed.xml"
    for network in $networks; do
        for scaling in $scalings; do
            first=
            for ranks in $hosts; do
                rows=$weak_rows
                [ $scaling = weak ] || rows=$((strong_rows / ranks))
                measured=$(profile "$network" $rows)
                result=$(simulate "$ranks" "$measured" $((${bucket:-0} / 4)) "$speed" "${calls:-$(calls_of "$network")}")
                read -r seconds formula short rate piece <<<"$result"
                # Against the fewest hosts simulated, which had the same work a rank or in all.
                first=${first:-$ranks $rows $seconds $formula}
                awk -v first="$first" -v ranks="$ranks" -v rows=$rows -v seconds="$seconds" -v formula="$formula" \
                    -v head="$network,$scaling,$speed,$ranks,$rows" -v tail="$short,$rate,$piece" 'BEGIN {
                        split(first, f, " ")
                        work = ranks * rows / (f[1] * f[2]); more = ranks / f[1]
                        printf "%s,%.6g,%.6g,%.6g,%.4f,%.4f,%s\n", head, seconds, formula, ranks * rows / seconds,
                               work * f[3] / (more * seconds), work * f[4] / (more * formula), tail }' >>"$csv"
                echo "$network, $scaling, speed $speed: $ranks hosts, $seconds s"
            done
        done
    done
done

awk -F, 'NR > 1 {
    key = $1 "," $2 "," $3
    if (!(key in seen)) { seen[key] = 1; keys[++count] = key }
    if (!($4 in known)) { known[$4] = 1; list[++sizes] = $4 }
    cell[key, $4] = sprintf("%.3f (%.3f)", $9, $10) }
    END {
        printf "efficiency by the simulation (and by the formula)\n%-8s %-7s %5s", "network", "scaling", "speed"
        for (s = 1; s <= sizes; s++) printf " %14s", list[s]
        print ""
        for (k = 1; k <= count; k++) {
            split(keys[k], part, ",")
            printf "%-8s %-7s %5s", part[1], part[2], part[3]
            for (s = 1; s <= sizes; s++) printf " %14s", cell[keys[k], list[s]]
            print ""
        } }' "$csv" | tee "$output/scaling.txt"

if command -v gnuplot >/dev/null; then
    {
        echo "set datafile separator ','; set logscale x 2; set yrange [0:1.05]; set key left bottom; set xlabel 'hosts'"
        echo "set ylabel 'efficiency'; set terminal pngcairo size 1400,600; set output '$output/scaling.png'; set multiplot layout 1,2"
        for scaling in $scalings; do
            echo "set title '$scaling scaling: simulation (lines), formula (points)'"
            curves=() color=0
            for network in $networks; do
                for speed in $speeds; do
                    color=$((color + 1))
                    rows="<awk -F, '\$1 == \"$network\" && \$2 == \"$scaling\" && \$3 == $speed' $csv"
                    rows=${rows//\'/\'\'}
                    curves+=("'$rows' using 4:9 with lines lc $color lw 2 title '$network, speed $speed'")
                    curves+=("'$rows' using 4:10 with points lc $color pt 6 notitle")
                done
            done
            (IFS=, && echo "plot ${curves[*]}")
        done
    } >"$output/scaling.gnuplot"
    gnuplot "$output/scaling.gnuplot"
fi
