#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the zoo: HDF5 files of small and large data sets with raw features and raw targets, five splits of each.

zoo_data.py FOLDER [NAME...]

FOLDER/NAME-S.h5, S from 0 to 4, has /train and /test; a quarter of the rows, at most 10,000, drawn by split S, is held
out. The sets are scikit-learn's, those of R's packages, Debian's Fashion-MNIST, and some of generators. Half of them
(`choose`) served to choose the defaults, the other half (`report`) did not.
Debian: apt-get install r-base-core r-cran-mass r-cran-mlbench r-cran-kernlab r-cran-cardata r-cran-ggplot2
dataset-fashion-mnist; and Python with h5py, numpy and scikit-learn.
"""
import gzip
import os
import subprocess
import sys

import h5py
import numpy as np
from sklearn import datasets

SPLITS = 5

# Tables of R: name, expression, column of the target. Factors become numbers from 0, rows with missing values go.
R_TABLES = [
    ("zoo", 'from("mlbench", "Zoo")', "type"),
    ("crabs", 'transform(from("MASS", "crabs"), sp = interaction(sp, sex))[c(1, 4:8)]', "sp"),
    ("sonar", 'from("mlbench", "Sonar")', "Class"),
    ("glass", 'from("mlbench", "Glass")', "Type"),
    ("ionosphere", 'from("mlbench", "Ionosphere")', "Class"),
    ("pima", 'from("mlbench", "PimaIndiansDiabetes")', "diabetes"),
    ("vehicle", 'from("mlbench", "Vehicle")', "Class"),
    ("vowel", 'from("mlbench", "Vowel")', "Class"),
    ("titanic", 'from("carData", "TitanicSurvival")', "survived"),
    ("dna", 'from("mlbench", "DNA")', "Class"),
    ("spam", 'from("kernlab", "spam")', "type"),
    ("satellite", 'from("mlbench", "Satellite")', "classes"),
    ("letter", 'from("mlbench", "LetterRecognition")', "lettr"),
    ("shuttle", 'from("mlbench", "Shuttle")', "Class"),
    ("mtcars", "mtcars", "mpg"),
    ("airquality", "airquality", "Ozone"),
    ("cpus", 'from("MASS", "cpus")[-1]', "perf"),
    ("servo", 'from("mlbench", "Servo")', "Class"),
    ("salaries", 'from("carData", "Salaries")', "salary"),
    ("boston", 'from("MASS", "Boston")', "medv"),
    ("quakes", "quakes", "mag"),
    ("wages", 'from("carData", "SLID")', "wages"),
    ("houses", 'as.data.frame(from("ggplot2", "txhousing"))[-c(1, 9)]', "median"),
    ("diamonds", 'as.data.frame(from("ggplot2", "diamonds"))', "price"),
]

R_PROGRAM = """
from <- function(package, name) {
    if (!requireNamespace(package, quietly = TRUE)) stop("R package ", package, " is missing", call. = FALSE)
    place <- new.env()
    data(list = name, package = package, envir = place)
    place[[name]]
}
dump <- function(name, table, target) {
    table <- na.omit(as.data.frame(table))
    y <- table[[target]]
    x <- table[setdiff(names(table), target)]
    number <- function(column) if (is.numeric(column)) column else as.integer(factor(column)) - 1L
    x <- as.data.frame(lapply(x, number))
    table <- cbind(x, target = if (is.factor(y) || is.character(y)) as.integer(factor(y)) - 1L else y)
    write.csv(table, file.path(folder, paste0(name, ".csv")), row.names = FALSE)
}
"""


def dump_r(folder):
    """CSV files of all tables of R, by one run of it."""
    os.makedirs(folder, exist_ok=True)
    lines = [f'folder <- "{folder}"', R_PROGRAM]
    lines += [f'dump("{name}", {table}, "{target}")' for name, table, target in R_TABLES]
    try:
        subprocess.run(["Rscript", "--vanilla", "-"], input="\n".join(lines), text=True, check=True)
    except FileNotFoundError:
        sys.exit("zoo_data.py: Rscript is missing: apt-get install r-base-core and what `zoo_data.py --help` names")


def r_table(folder, name):
    if not os.path.exists(os.path.join(folder, "r", f"{name}.csv")):
        dump_r(os.path.join(folder, "r"))
    table = np.genfromtxt(os.path.join(folder, "r", f"{name}.csv"), delimiter=",", skip_header=1)
    return table[:, :-1], table[:, -1]


def idx(name):
    with gzip.open(f"/usr/share/datasets/fashion-mnist/{name}-ubyte.gz") as f:
        raw = np.frombuffer(f.read(), np.uint8)
    dimensions = raw[3]
    shape = raw[4 : 4 + 4 * dimensions].view(">u4").astype(int)
    return raw[4 + 4 * dimensions :].reshape(shape)


def fashion():
    x = np.concatenate([idx("train-images-idx3"), idx("t10k-images-idx3")])
    return x, np.concatenate([idx("train-labels-idx1"), idx("t10k-labels-idx1")])


def bunch(load, dtype=None):
    x, y = load(return_X_y=True)
    return x.astype(dtype or x.dtype), y


def blobs(random):
    return datasets.make_blobs(20, 4, centers=2, cluster_std=2, random_state=1)


def unix_times(random):
    """Seconds of a minute and a half in 2023; the second half is class 1."""
    x = 1_700_000_000 + random.uniform(0, 100, (1000, 1))
    return x, (x[:, 0] >= 1_700_000_050).astype(int)


def sums(random):
    x = random.random((5000, 20), np.float32)
    return x, (x.sum(axis=1) > 10).astype(np.int32)


def scales(random):
    """Three outputs whose deviations are 1 : 5,000 : 0.0007."""
    x, y = datasets.make_friedman1(2000, random_state=1)
    return x, np.column_stack([y, 1e4 * (x[:, 0] + x[:, 1] ** 2), 1e-3 * np.sin(6 * x[:, 2])])


def piecewise(random):
    """Steps and ramps of 2 of 10 features, two of which reach over four decades."""
    x = random.random((2000, 10))
    x[:, 1] = 10 ** (4 * x[:, 1])
    x[:, 2] = 10 ** (4 * x[:, 2])
    y = np.where(x[:, 0] > 0.5, 3.0, np.abs(x[:, 3] - 0.5) * 10) + (x[:, 4] > 0.8) + random.normal(0, 0.1, 2000)
    return x, y


def labels(rows, features, classes, mean, seed):
    return datasets.make_multilabel_classification(rows, features, n_classes=classes, n_labels=mean, random_state=seed)


# name, kind of the target, half, function of a folder and a random generator that gives x and y. Raw, as people have
# them: no feature is scaled, none of the values is.
SETS = [
    ("blobs", "classes", "choose", lambda f, r: blobs(r)),
    ("zoo", "classes", "report", None),
    ("iris", "classes", "choose", lambda f, r: bunch(datasets.load_iris)),
    ("wine", "classes", "report", lambda f, r: bunch(datasets.load_wine)),
    ("crabs", "classes", "choose", None),
    ("sonar", "classes", "report", None),
    ("glass", "classes", "choose", None),
    ("circles", "classes", "report", lambda f, r: datasets.make_circles(400, noise=0.15, factor=0.5, random_state=1)),
    ("moons", "classes", "choose", lambda f, r: datasets.make_moons(600, noise=0.25, random_state=1)),
    ("ionosphere", "binary", "report", None),
    ("cancer", "binary", "choose", lambda f, r: bunch(datasets.load_breast_cancer)),
    ("pima", "binary", "report", None),
    ("vehicle", "classes", "choose", None),
    ("vowel", "classes", "report", None),
    ("unix-times", "classes", "choose", lambda f, r: unix_times(r)),
    ("titanic", "binary", "report", None),
    ("digits", "classes", "choose", lambda f, r: bunch(datasets.load_digits, np.uint8)),
    ("noisy", "classes", "report", lambda f, r: datasets.make_classification(
        1500, 30, n_informative=6, n_redundant=4, n_classes=3, flip_y=0.1, random_state=1)),
    ("dna", "classes", "choose", None),
    ("skewed", "binary", "report", lambda f, r: datasets.make_classification(
        3000, 20, n_informative=6, weights=[0.95], flip_y=0.01, random_state=1)),
    ("spam", "binary", "choose", None),
    ("sums", "classes", "report", lambda f, r: sums(r)),
    ("satellite", "classes", "choose", None),
    ("letter", "classes", "report", None),
    ("shuttle", "classes", "choose", None),
    ("fashion", "classes", "report", lambda f, r: fashion()),
    ("labels-5", "labels", "choose", lambda f, r: labels(2000, 20, 5, 2, 1)),
    ("labels-12", "labels", "report", lambda f, r: labels(3000, 40, 12, 3, 2)),
    ("linnerud", "values", "choose", lambda f, r: bunch(datasets.load_linnerud)),
    ("mtcars", "values", "report", None),
    ("airquality", "values", "choose", None),
    ("cpus", "values", "report", None),
    ("servo", "values", "choose", None),
    ("salaries", "values", "report", None),
    ("diabetes", "values", "choose", lambda f, r: bunch(datasets.load_diabetes)),
    ("boston", "values", "report", None),
    ("friedman1", "values", "choose", lambda f, r: datasets.make_friedman1(1000, noise=1, random_state=1)),
    ("friedman2", "values", "report", lambda f, r: datasets.make_friedman2(1000, noise=100, random_state=1)),
    ("friedman3", "values", "choose", lambda f, r: datasets.make_friedman3(1000, noise=0.1, random_state=1)),
    ("quakes", "values", "report", None),
    ("piecewise", "values", "choose", lambda f, r: piecewise(r)),
    ("scales", "values", "report", lambda f, r: scales(r)),
    ("wages", "values", "choose", None),
    ("houses", "values", "report", None),
    ("diamonds", "values", "choose", None),
]


def find(name):
    for entry in SETS:
        if entry[0] == name:
            return entry
    sys.exit(f"{name} is no set of the zoo; there are {', '.join(entry[0] for entry in SETS)}")


def load(folder, name):
    """x and y of a set, whole."""
    _, kind, _, make = find(name)
    x, y = make(folder, np.random.default_rng(1)) if make else r_table(folder, name)
    return x, y.astype(np.float64 if kind == "values" else np.int32 if y.dtype.itemsize > 1 else y.dtype)


def path_of(folder, name, split):
    return os.path.join(folder, f"{name}-{split}.h5")


def write(folder, name):
    x, y = load(folder, name)
    for split in range(SPLITS):
        order = np.random.default_rng(split).permutation(len(x))
        held_out = min(len(x) // 4, 10000)
        with h5py.File(path_of(folder, name, split) + ".part", "w") as f:
            f["/test/x"], f["/test/y"] = x[order[:held_out]], y[order[:held_out]]
            f["/train/x"], f["/train/y"] = x[order[held_out:]], y[order[held_out:]]
        os.replace(path_of(folder, name, split) + ".part", path_of(folder, name, split))
    print(f"{name:12} {len(x):6} rows of {'x'.join(map(str, x.shape[1:])):>5} {x.dtype}, {y.dtype} {y.shape[1:] or ''}")


def read(folder, name, split):
    """x and y to train on, x and y to test on."""
    with h5py.File(path_of(folder, name, split)) as f:
        return [f[key][()] for key in ("/train/x", "/train/y", "/test/x", "/test/y")]


def class_count(folder, name):
    """Classes that occur in a set, test rows and all."""
    _, train_y, _, test_y = read(folder, name, 0)
    return int(max(train_y.max(), test_y.max())) + 1


def make_missing(folder, names):
    os.makedirs(folder, exist_ok=True)
    for name in names:
        if not all(os.path.exists(path_of(folder, name, split)) for split in range(SPLITS)):
            write(folder, name)


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    make_missing(sys.argv[1], sys.argv[2:] or [entry[0] for entry in SETS])
