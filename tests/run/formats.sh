#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Files as other programs write them train the very model that the same numbers in a plain file do. Skipped (code 77)
# where Python lacks h5py; without netCDF4, PyTables, pandas or Octave their files are left out, with a sentence.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

need_h5py
plugins=/usr/lib/$(uname -m)-linux-gnu/hdf5/serial/plugins # where Debian's hdf5-filter-plugin has them
HDF5_PLUGIN_PATH=$plugins $python "$here/formats.py" . >made || fail "formats.py: exit code $?"

# train NAME RANKS FILE X Y [OPTIONS...]: two epochs, with what is said more. Doubles would be scaled in double, floats in
# float32, which differs in the last bit.
train() {
    local name=$1 count=$2 file=$3 x=$4 y=$5
    shift 5
    cat >"$name.yaml" <<YAML
data:
  train: {file: $file, x: $x, y: $y}
  test: {file: $file, x: $x, y: $y}
  normalize: none
network:
  layers:
    - {units: 8, activation: tanh}
    - {units: 3, activation: softmax}
loss: cross_entropy
training: {epochs: 2, batch: 24}
parallel: {slices: 6, reproducible: true}
YAML
    ranks "$count" "$NNTRAIN" train "$name.yaml" --output "$name-$count" --progress quiet "$@"
}

# Which plain file holds the same numbers.
plain_of() {
    case $1 in
    onehot*) echo plain_onehot ;;
    bool) echo plain_bits ;;
    *) echo plain ;;
    esac
}

for plain in plain plain_onehot plain_bits; do
    train $plain 1 $plain.h5 x y || fail "$plain: exit code $?"
done

# HDF5 has lz4 and lzf as plugins; where one is missing, the sentence tells what to do.
HDF5_PLUGIN_PATH=$work train lzf 1 lzf.h5 x y 2>said && fail "lzf without its plugin was read"
grep -q "compressed with lzf (filter 32000).* compress it with gzip" said || fail "lzf without its plugin: $(cat said)"
if [ -f lz4.h5 ]; then
    HDF5_PLUGIN_PATH=$work train nowhere 1 lz4.h5 x y 2>said && fail "lz4 without its plugin was read"
    grep -q "compressed with lz4 (filter 32004).*Debian: hdf5-filter-plugin" said || fail "lz4: $(cat said)"
fi
if [ -f blosc.h5 ]; then
    HDF5_PLUGIN_PATH=$work train nowhere 1 blosc.h5 x y 2>said && fail "blosc without its plugin was read"
    grep -q "compressed with blosc (filter 32001).*Debian: hdf5-filter-plugin-blosc-serial" said || fail "blosc: $(cat said)"
fi
export HDF5_PLUGIN_PATH=$plugins

# Rows of a virtual dataset that are not there are no zeros.
mv part1.h5 away.h5
train hole 1 virtual.h5 x y 2>said && fail "a virtual dataset with a hole was read"
grep -q "x takes rows 80 to 159 from x of part1.h5, which is not there" said || fail "a virtual dataset with a hole: $(cat said)"
mv away.h5 part1.h5

sort -u made | grep "^lacking" | sed "s/lacking \(.*\)/without \1 its files are left out/"
while read -r name file x y x_columns y_columns <&3; do
    if [[ $name == plain* || $name == lzf || $name == lacking ]]; then
        continue
    fi
    columns=()
    [ -n "$x_columns" ] && columns=(--set "data.train.x_columns=[$x_columns]" --set "data.train.y_columns=[$y_columns]")
    for count in 1 2; do
        train "$name" $count "$file" "$x" "$y" "${columns[@]}" || fail "$name on $count ranks: exit code $?"
        h5diff "$(plain_of "$name")-1/model.h5" "$name-$count/model.h5" /model /model >differences ||
            fail "$name on $count ranks: another model than from the plain file"
    done
    # Read again and again, where memory has no room.
    train "$name" 1 "$file" "$x" "$y" "${columns[@]}" --set data.memory=7K --set data.window=1K --output "$name-read" ||
        fail "$name, read again: exit code $?"
done 3<made
h5diff plain-1/model.h5 plain_bits-1/model.h5 /model /model >differences && fail "the comparison cannot tell models apart"
finish
