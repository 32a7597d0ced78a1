#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes datasets/digits/digits.h5 from the copy of the UCI digits that scikit-learn ships.

Needs Debian's python3-sklearn and python3-h5py. Rerunning it gives the same file, byte by byte.
"""
import os
import sys

import h5py
import numpy
from sklearn.datasets import load_digits

TEST_ROWS = 360
ABOUT = {
    "title": "Optical Recognition of Handwritten Digits",
    "authors": "E. Alpaydin, C. Kaynak",
    "year": "1998",
    "source": "UCI Machine Learning Repository, https://archive.ics.uci.edu/dataset/80",
    "doi": "10.24432/C50P49",
    "licence": "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/",
    "changes": "the repository's test set (1,797 digits), cut into 1,437 training and 360 test rows by "
               "scripts/make_digits.py; values unchanged, 0 to 16",
}


def test_share(labels):
    """How many rows of each class are held out: proportional, the largest remainders rounded up."""
    exact = numpy.bincount(labels) * TEST_ROWS / len(labels)
    share = numpy.floor(exact).astype(int)
    share[numpy.argsort(share - exact, kind="stable")[: TEST_ROWS - share.sum()]] += 1
    return share


def split(labels):
    """Row numbers of training and test, each in shuffled order. RandomState's stream is frozen by numpy's promise."""
    order = numpy.random.RandomState(1998).permutation(len(labels))
    left = test_share(labels)
    train, test = [], []
    for row in order:
        held_out = left[labels[row]] > 0
        left[labels[row]] -= held_out
        (test if held_out else train).append(row)
    return train, test


def write(path, images, labels):
    with h5py.File(path, "w") as file:
        for key, value in ABOUT.items():
            file.attrs[key] = numpy.bytes_(value)
        for name, rows in zip(("train", "test"), split(labels)):
            for key, values in (("x", images[rows]), ("y", labels[rows])):
                chunk = (120,) + values.shape[1:]
                file.create_dataset(f"{name}/{key}", data=values, chunks=chunk, compression="gzip", compression_opts=9,
                                    track_times=False)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "..", "datasets", "digits", "digits.h5")
    digits = load_digits()
    write(path, digits.images.astype("uint8"), digits.target.astype("uint8"))


if __name__ == "__main__":
    main()
