# SPDX-License-Identifier: MIT
"""How good predictions are: accuracy of classes, R2 of values (mean of the outputs), micro F1 of several labels."""
import os

import numpy as np

BASELINE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "baseline.tsv")


def score(kind, truth, predicted):
    truth = np.asarray(truth, dtype=float)
    predicted = np.asarray(predicted, dtype=float).reshape(truth.shape)
    if kind == "labels":
        return 2 * np.sum(truth * predicted) / (np.sum(truth) + np.sum(predicted))
    if kind == "values":
        truth, predicted = truth.reshape(len(truth), -1), predicted.reshape(len(truth), -1)
        return float(np.mean(1 - np.sum((truth - predicted) ** 2, 0) / np.sum((truth - truth.mean(0)) ** 2, 0)))
    return float(np.mean(truth == predicted))


def baseline():
    """{set: {split: score}} of baseline.tsv."""
    scores = {}
    if os.path.exists(BASELINE):
        with open(BASELINE) as f:
            for line in f:
                name, split, value = line.split("\t")[:3]
                scores.setdefault(name, {})[int(split)] = float(value)
    return scores
