#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds and tests nntrain as its users have it: on Debian 12 and 13, with gcc 12 and 14, clang, MPICH, serial HDF5,
# link-time optimisation and tuning for this processor. Each Debian is a folder made by debootstrap, from the mirror
# that apt is set up with; so it takes root, and some gigabytes.
#   scripts/matrix.sh [--folder DIR] [--only REGEX] [--full] [--list]
#     --folder   where the Debians and the builds are kept (default: build/matrix)
#     --only     variants to be run, by name
#     --full     the whole test suite in each; else the tests that tell compilers and libraries apart
#     --list     tells the variants
# Last comes a table: what passed, and whether the variant's model has the same bits as that of the first one of its Debian,
# for each instruction set of this processor. The exit code is 1 where anything failed.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# name | Debian | compiler | CFLAGS | options of CMake
variants() {
    cat <<'END'
12-gcc|bookworm|gcc-12||
12-clang|bookworm|clang-14||
12-native|bookworm|gcc-12|-march=native|
12-tuned-for-zen|bookworm|gcc-12|-mtune=znver3|
12-lto|bookworm|gcc-12|-flto=auto|
12-serial-hdf5|bookworm|gcc-12||-DNNTRAIN_HDF5=serial
12-mpich|bookworm|gcc-12||-DMPI_C_COMPILER=mpicc.mpich
13-gcc-14|trixie|gcc-14||
13-gcc-12|trixie|gcc-12||
13-clang|trixie|clang-19||
13-native|trixie|gcc-14|-march=native|
13-lto|trixie|gcc-14|-flto=auto|
13-serial-hdf5|trixie|gcc-14||-DNNTRAIN_HDF5=serial
13-mpich|trixie|gcc-14||-DMPI_C_COMPILER=mpicc.mpich
END
}
# shellcheck disable=SC2034
packages_bookworm="gcc-12 clang-14 libomp-14-dev libhdf5-dev g++ binutils ccache"
# shellcheck disable=SC2034
packages_trixie="gcc-14 gcc-12 clang-19 libomp-19-dev libhdf5-dev g++ binutils ccache"

# What tells compilers, MPI and HDF5 apart.
targets="nntrain libnntrain_shared libnninfer libnninfer_shared compare_models show_threads test_gemm test_gemm_sum_tree test_gemm_bf16 test_elementwise test_losses \
    test_optimizer test_golden test_comm test_reduction test_dataset test_checkpoint"
tests='^(test_(gemm|gemm_sum_tree|gemm_bf16|elementwise|losses|optimizer|golden)(_on_[a-z0-9_]+)?|test_(comm|reduction|dataset|checkpoint)_3_ranks|run_(fused|hardening|install|digits|reproducible|ranks_agree))$'

folder=$root/build/matrix only=.
while [ $# -gt 0 ]; do
    case $1 in
    --folder) folder=$2 && shift ;;
    --only) only=$2 && shift ;;
    --full) targets=all tests=. ;;
    --list)
        variants
        exit 0
        ;;
    *)
        echo "usage: ${0##*/} [--folder DIR] [--only REGEX] [--full] [--list]" >&2
        exit 2
        ;;
    esac
    shift
done
if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
    echo "${0##*/}: takes root and debootstrap (Debian: apt-get install debootstrap)" >&2
    exit 5
fi
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null | grep -m 1 '/debian$' || true)
mirror=${mirror:-http://deb.debian.org/debian}

mounted=()
# shellcheck disable=SC2317
unmount() {
    local place
    for place in ${mounted[@]+"${mounted[@]}"}; do
        umount --lazy "$place" 2>/dev/null || true
    done
}
trap unmount EXIT

# inside DEBIAN COMMAND: runs it there, with the sources in /nntrain.
inside() {
    chroot "$folder/$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 CCACHE_DIR=/ccache OMPI_ALLOW_RUN_AS_ROOT=1 \
        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 bash -c "$2"
}

# copy_sources FOLDER: those that are not there as they are now, which become new, since a build goes by the times of files;
# and what is gone goes there, too.
copy_sources() {
    local file
    (cd "$1" && find . -path ./build -prune -o -type f -print0) | while IFS= read -r -d '' file; do
        [ -f "$root/$file" ] || rm "$1/$file"
    done
    (cd "$root" && git ls-files -z --cached --others --exclude-standard) | while IFS= read -r -d '' file; do
        [ ! -f "$root/$file" ] || cmp -s "$root/$file" "$1/$file" || (cd "$root" && cp --parents "$file" "$1")
    done
}

# prepare DEBIAN: makes it if need be, with the sources as they are now and all that the tests need.
prepare() {
    local place=$folder/$1 packages=packages_$1
    if [ ! -e "$place/.made" ]; then
        echo "Making $place from $mirror"
        logged "$folder/$1.log" debootstrap --variant=minbase "$1" "$place" "$mirror"
        touch "$place/.made"
    fi
    # A mount of its own, or no test could make a mount inside.
    mounted=("$place" ${mounted[@]+"${mounted[@]}"})
    mount --bind "$place" "$place"
    mounted=("$place/proc" "$place/sys" "$place/dev" "${mounted[@]}")
    mount -t proc proc "$place/proc"
    mount --rbind /sys "$place/sys"
    mount --make-rslave "$place/sys"
    mount --rbind /dev "$place/dev"
    mount --make-rslave "$place/dev"
    cp /etc/hosts "$place/etc/hosts" # else mpirun waits for somebody to tell where this host is
    mkdir -p "$place/nntrain"
    copy_sources "$place/nntrain"
    logged "$folder/$1.log" inside "$1" "cd /nntrain && apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${!packages} && scripts/dependencies.sh test"
}

# Run inside, for each instruction set: a model of everything that sums, against that of the first variant, which is kept.
# shellcheck disable=SC2016
same_bits='
    build=$1 word=
    for isa in $($build/src/nntrain --version | sed -n "s/^kernels .*(NNTRAIN_ISA: \\(.*\\))/\\1/p" | tr -d ,); do
        rm -rf /tmp/run
        NNTRAIN_ISA=$isa $build/src/nntrain train /nntrain/datasets/digits/recipe.yaml --output /tmp/run --progress lines \
            --set "network.layers=[{units: 48, activation: gelu, normalization: batch, dropout: 0.2}, {units: 32, activation: silu, normalization: layer}, {units: 10, activation: softmax}]" \
            --set training.epochs=3 --set optimizer=adam --set parallel.reproducible=true >/tmp/out || { echo "$isa: does not train"; exit; }
        if [ ! -e /models/$isa.h5 ]; then # nothing to be compared with yet
            mkdir -p /models && cp /tmp/run/model.h5 /models/$isa.h5 && word="$word$isa (first) "
            continue
        fi
        h5diff /models/$isa.h5 /tmp/run/model.h5 /model && word="$word$isa " || word="$word$isa differs "
    done
    echo "${word% }"'

# variant NAME DEBIAN COMPILER CFLAGS OPTIONS: builds and tests one, and adds its line to the table.
variant() {
    local name=$1 debian=$2 compiler=$3 cflags=$4 options=$5 build=/nntrain/build/$1 log=$folder/$1.log result bits
    local place=$folder/$debian
    : >"$log"
    echo "$name: building (its log: $log)"
    if ! inside "$debian" "cd /nntrain && CC=$compiler CFLAGS='$cflags' cmake -S . -B $build -DCMAKE_BUILD_TYPE=Release -DNNTRAIN_WERROR=ON \
            -DCMAKE_C_COMPILER_LAUNCHER=ccache $options && cmake --build $build -j $cores --target $targets" >>"$log" 2>&1; then
        result="does not build" bits=""
    else
        inside "$debian" "cd $build && ctest --output-on-failure -R '$tests'" >>"$log" 2>&1 || true
        result=$(sed -n 's/^\([0-9]*\)% tests passed, \([0-9]*\) tests failed out of \([0-9]*\).*/\2 of \3 failed/p' "$log" | tail -n 1 |
            sed 's/^0 of \(.*\) failed/all \1 passed/')
        result=${result:-no tests ran}
        bits=$(chroot "$place" bash -s "$build" <<<"$same_bits" 2>>"$log" | tail -n 1)
    fi
    case $result in all*) ;; *) failed=1 ;; esac
    case $bits in *differs* | "" | *not*) failed=1 ;; esac
    echo "| $name | $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' "$place/etc/os-release") | $compiler ${cflags:-} ${options:-} | $result | $bits |" |
        tr -s ' ' | tee -a "$folder/table"
}

failed=0
: >"$folder/table"
prepared=" "
while IFS='|' read -r name debian compiler cflags options; do
    [[ $name =~ $only ]] || continue
    [[ $prepared == *" $debian "* ]] || prepare "$debian"
    [[ $prepared == *" $debian "* ]] || rm -rf "$folder/$debian/models" # of other sources
    prepared+="$debian "
    variant "$name" "$debian" "$compiler" "$cflags" "$options" </dev/null
done < <(variants)
echo
echo "| variant | system | compiler, flags, options | tests | the same bits |"
echo "|---|---|---|---|---|"
cat "$folder/table"
exit $failed
