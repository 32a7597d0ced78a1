#!/bin/sh
# SPDX-License-Identifier: MIT
# zoo.sh FOLDER [OPTION of zoo.py]...: all of the zoo in one command. Makes the data sets into FOLDER (400 MB), has
# scikit-learn fit those that baseline.tsv lacks, trains all of them on one and two ranks and puts the tables into
# README.md beside this script. Python with h5py, numpy and scikit-learn is $PYTHON, or python3.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
if [ $# -eq 0 ] || [ "${1#-}" != "$1" ]; then
    sed -n '2,4s/^# //p' "$0"
    exit 2
fi
folder=$1
shift
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
"${PYTHON:-python3}" "$here/zoo_baseline.py" "$folder"
"${PYTHON:-python3}" "$here/zoo.py" "$folder" --readme "$@"
