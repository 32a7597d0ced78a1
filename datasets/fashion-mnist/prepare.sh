#!/bin/sh
# SPDX-License-Identifier: MIT
# prepare.sh [FOLDER]: makes fashion-mnist.h5 beside this script from the four IDX files of Fashion-MNIST (H. Xiao,
# K. Rasul, R. Vollgraf, 2017; MIT licence). They are looked for in FOLDER or where Debian's dataset-fashion-mnist puts
# them. The nntrain used is $NNTRAIN, the one on PATH, or the one built in this source tree.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
names="train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte"

fail() {
    echo "prepare.sh: $*" >&2
    exit 1
}

# file_in FOLDER NAME: the file, gzipped or not
file_in() {
    for file in "$1/$2.gz" "$1/$2"; do
        if [ -f "$file" ]; then
            echo "$file"
            return 0
        fi
    done
    return 1
}

has_all() {
    for name in $names; do
        file_in "$1" "$name" >/dev/null || return 1
    done
}

find_folder() {
    installed=$(dpkg -L dataset-fashion-mnist 2>/dev/null | sed -n 's,/train-images-idx3-ubyte\.gz$,,p') || installed=
    for folder in /usr/share/datasets/fashion-mnist $installed; do
        if has_all "$folder"; then
            echo "$folder"
            return 0
        fi
    done
    return 1
}

find_nntrain() {
    if [ -n "${NNTRAIN:-}" ]; then
        echo "$NNTRAIN"
        return 0
    fi
    command -v nntrain && return 0
    for program in "$here"/../../build/release/src/nntrain "$here"/../../build/*/src/nntrain "$here"/../../build/src/nntrain; do
        if [ -x "$program" ]; then
            echo "$program"
            return 0
        fi
    done
    return 1
}

case "${1:-}" in
-h | --help)
    sed -n '2,4s/^# //p' "$0"
    exit 0
    ;;
esac

if [ $# -gt 0 ]; then
    folder=$1
    for name in $names; do
        file_in "$folder" "$name" >/dev/null || fail "$folder holds neither $name.gz nor $name"
    done
else
    folder=$(find_folder) || fail "Fashion-MNIST is not installed: apt-get install dataset-fashion-mnist, or name the folder that holds its four IDX files"
fi
nntrain=$(find_nntrain) || fail "nntrain is neither on PATH nor built here; build it or set NNTRAIN to its path"

"$nntrain" import idx \
    --train-x "$(file_in "$folder" train-images-idx3-ubyte)" --train-y "$(file_in "$folder" train-labels-idx1-ubyte)" \
    --test-x "$(file_in "$folder" t10k-images-idx3-ubyte)" --test-y "$(file_in "$folder" t10k-labels-idx1-ubyte)" \
    --output "$here/fashion-mnist.h5"
