#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The floors of src/: which folder may include whose headers, which may use MPI, HDF5 and other libraries, and how large a
# folder may be. SOURCE is the project.
. "$(dirname "$0")/lib.sh"
cd "$SOURCE" || exit 1

# A folder may include headers of its own; of folders of its floor above it in this list; and of the floors behind the
# colon, all of which are above it, too. kernels/isa/* is any folder there, and none of them uses another.
# src/CMakeLists.txt has the floors of the library in the same order.
floors='
support/system:
support
support/threads
draw: support
yaml: support
comm: support
comm/allreduce
kernels/isa: support
kernels/elementwise
kernels/update
kernels/peak
kernels/gemm
kernels/gemm/microkernel
kernels/isa/*
model/losses: support kernels
model
optim: support kernels model
infer: support kernels model
hdf5/process: support comm
hdf5
hdf5/storage
hdf5/names
hdf5/probe
data: support comm kernels model hdf5
data/order
data/rows
data/dataset
data/scaling
data/loading
data/names
data/predictions
import: support comm hdf5 data
import/csv
import/npy
import/svmlight
import/registry
inspect: support comm hdf5 data
metrics: support comm kernels model optim data
recipe: support yaml comm kernels model optim data metrics
checkpoint: support comm kernels model optim hdf5 data recipe
export: support comm kernels model optim infer data recipe checkpoint
export/safetensors
export/source
export/onnx
export/registry
report/history: support draw yaml comm kernels model optim hdf5 data metrics recipe checkpoint
report/figures
report/events
report/page
report/sections
report/compare
report/theory
report/terminal
report
train/run: support draw comm kernels model optim hdf5 data metrics recipe checkpoint export report
train/run_folder
train/record
train/callbacks
train
api: support comm kernels model optim data import metrics recipe checkpoint export report train
bench: support comm kernels model optim hdf5 data metrics recipe checkpoint train
gradcheck: support comm kernels model data recipe train
sim: support comm bench
watch: support draw comm kernels model optim metrics report train
cli: support draw yaml comm kernels model optim hdf5 data import inspect metrics recipe checkpoint export report train api bench gradcheck watch
'

# Includes that the list does not allow, "FOLDER -> FOLDER" a line. Each is a defect; one that is gone fails the test until
# its line is.
exceptions='
'

# Headers of a library, and the folders that may include them.
rooms='
mpi.h: comm sim
hdf5.h: hdf5 checkpoint inspect report/history train/record
yaml.h: yaml
zlib.h: hdf5 import draw
omp.h: support/threads train api bench
protobuf-c/protobuf-c.h: export/onnx
'

[ "$(sed -nE 's/^([a-z0-9]+).*/\1/p' <<<"$floors" | uniq | sed '/^train$/q' | xargs)" = \
    "$(sed -nE 's/^set\(library_floors (.*)\)$/\1/p' src/CMakeLists.txt)" ] ||
    fail "src/CMakeLists.txt has other floors than this list, or in another order"

# What a prediction runs through is also linked without OpenMP, into libnninfer: support/threads/team.h divides its work.
grep -rnE '#pragma omp (parallel|for|atomic|critical|barrier)' src/kernels src/model src/infer >"$work/out" &&
    fail "OpenMP where support/threads/team.h should be used: $(cat "$work/out")"

find src include -name '*.[ch]' -exec awk -v floors="$floors" -v exceptions="$exceptions" -v rooms="$rooms" '
function folder_of(path) {
    return match(path, /.*\//) ? substr(path, 1, RLENGTH - 1) : ""
}
function place_of(folder) {
    if (!(folder in place))
        sub(/[^\/]+$/, "*", folder)
    return folder in place ? place[folder] : 0
}
function floor_of(folder) {
    sub(/\/.*/, "", folder)
    return folder
}
function complain(what) {
    print what
    failed = 1
}
# A folder of src/ includes a header of another.
function check_floors(from, to, what) {
    if (from ~ /^include/)
        complain(what ": installed headers find none of src/")
    else if (!place_of(from))
        complain("src/" from " has no place among the floors")
    else if (!place_of(to))
        complain(what ": a folder that has no place among the floors")
    else if (floor_of(from) == floor_of(to) ? place_of(to) >= place_of(from) : !((floor_of(from), floor_of(to)) in below)) {
        if (!((from " -> " to) in excepted))
            complain(what ", against the floors: " from " -> " to)
        met[from " -> " to]
    }
}
function check_room(folder, header, what,    count, name, i) {
    count = split(room[header], name, " ")
    for (i = 1; i <= count; i++)
        if (index(folder "/", name[i] "/") == 1)
            return
    complain(what ", which only these may: " room[header])
}
BEGIN {
    count = split(floors, line, "\n")
    for (i = 1; i <= count; i++) {
        split(line[i], part, ":")
        place[part[1]] = i
        names = split(part[2], name, " ")
        for (j = 1; j <= names; j++) {
            if (!(name[j] in known))
                complain("floors: " part[1] " uses " name[j] ", which is not above it in the list")
            below[floor_of(part[1]), name[j]]
        }
        known[floor_of(part[1])]
    }
    for (i = split(exceptions, line, "\n"); i > 0; i--)
        if (line[i] != "")
            excepted[line[i]]
    for (i = split(rooms, line, "\n"); i > 0; i--)
        if (split(line[i], part, ": ") == 2)
            room[part[1]] = part[2]
}
FNR == 1 {
    folder = folder_of(FILENAME)
    sub(/^src\//, "", folder)
    files[folder]++
}
{
    lines[folder]++
    all_lines += FILENAME ~ /^src/
}
/^#include "/ {
    split($0, part, "\"")
    used = folder_of(part[2])
    if (used != "nntrain" && used != folder)
        check_floors(folder, used, FILENAME " includes " part[2])
}
/^#include </ {
    split($0, part, /[<>]/)
    if (part[2] in room)
        check_room(folder, part[2], FILENAME " includes " part[2])
}
END {
    for (pair in excepted)
        if (!(pair in met))
            complain("floors.sh: an exception that nothing needs: " pair)
    for (folder in files) {
        if (files[folder] > 30)
            complain(folder " has " files[folder] " files, more than 30")
        if (8 * lines[folder] > all_lines)
            complain(folder " has " lines[folder] " of " all_lines " lines, more than an eighth")
    }
    exit failed
}' {} + >"$work/out" || fail "src/ is not as its floors are: $(cat "$work/out")"
finish
