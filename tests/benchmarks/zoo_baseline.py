#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What scikit-learn's multilayer perceptron makes of the zoo: one hidden relu layer, all else its defaults, behind a
StandardScaler, and a TransformedTargetRegressor with another for values.

zoo_baseline.py FOLDER [NAME...]

Adds a line of each set and split to baseline.tsv beside this script, where there is none yet: set, split, score,
seconds.
"""
import sys
import time
import warnings

from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import zoo_data
import zoo_score

UNITS = 100


def model(kind, seed):
    if kind != "values":
        return make_pipeline(StandardScaler(), MLPClassifier(hidden_layer_sizes=(UNITS,), random_state=seed))
    regressor = make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(UNITS,), random_state=seed))
    return TransformedTargetRegressor(regressor, transformer=StandardScaler())


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    warnings.simplefilter("ignore", ConvergenceWarning)
    folder = sys.argv[1]
    names = sys.argv[2:] or [entry[0] for entry in zoo_data.SETS]
    zoo_data.make_missing(folder, names)
    known = zoo_score.baseline()
    for name in names:
        kind = zoo_data.find(name)[1]
        for split in range(zoo_data.SPLITS):
            if split in known.get(name, {}):
                continue
            train_x, train_y, test_x, test_y = zoo_data.read(folder, name, split)
            began = time.monotonic()
            fitted = model(kind, split).fit(train_x.reshape(len(train_x), -1), train_y)
            score = zoo_score.score(kind, test_y, fitted.predict(test_x.reshape(len(test_x), -1)))
            with open(zoo_score.BASELINE, "a") as f:
                f.write(f"{name}\t{split}\t{score:.6f}\t{time.monotonic() - began:.2f}\n")
        print(name, "done", flush=True)


if __name__ == "__main__":
    main()
