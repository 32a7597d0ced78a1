#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/figures.h5: figures of randomised predictions by scikit-learn, SciPy and statsmodels, which
tests/unit/report/test_figures.c compares with those of reports.

Needs scikit-learn (1.9.1 made the file), statsmodels (0.15.0) and h5py. Probabilities and weights are float32, so that
nntrain has the very numbers; all is computed in float64 of them.

One row a case: `name`; `case` [cases, 5], that is whether columns are labels, whether rows have weights, rows, outputs,
classes (0 of labels); `auroc`, `average_precision` [cases, 4] of each column, NaN where one does not apply; `confusion`
[cases, 4, 4]; `calibration` [cases, 3, 15], confidence, accuracy and weight of each bin, NaN where one is empty; `ece`.
`outputs`, `targets` and `weights` follow each other, case by case; so do the points of curves, column by column: `points`
[cases, 2, 4], how many those of ROC and of precision and recall are, `x` and `y`.

`mcnemar` [tests, 4]: rows that only the first has right, only the second, p, and whether the test is exact. `errors`
[2, rows]: squared errors of two models; `interval` [2]: of the difference of their means, by SciPy's paired bootstrap.
"""
import os
import sys
import warnings

import h5py
import numpy
from scipy import stats
from sklearn import calibration, metrics
from statsmodels.stats import contingency_tables

ROWS, MOST, BINS = 60, 4, 15
random = numpy.random.default_rng(2026)


def calibrate(right, confidence, weights):
    bins = numpy.clip(numpy.digitize(confidence, numpy.linspace(0, 1, BINS + 1), right=True) - 1, 0, BINS - 1)
    sums = [numpy.bincount(bins, numbers, BINS) for numbers in (weights * confidence, weights * right, weights)]
    means = [numpy.where(sums[2] > 0, total / numpy.where(sums[2] > 0, sums[2], 1), numpy.nan) for total in sums[:2]]
    if (weights == 1).all():
        accuracy, mean = calibration.calibration_curve(right, confidence, n_bins=BINS)
        assert numpy.allclose(accuracy, means[1][sums[2] > 0]) and numpy.allclose(mean, means[0][sums[2] > 0])
    return [*means, sums[2]], numpy.nansum(sums[2] * abs(means[1] - means[0])) / sums[2].sum()


def curves(truth, scores, weights):
    """Two curves and their areas."""
    roc = precision = (numpy.empty(0), numpy.empty(0))
    areas = [numpy.nan, numpy.nan]
    counted = truth if weights is None else truth[weights > 0]
    if len(set(counted)) == 2:
        roc = metrics.roc_curve(truth, scores, sample_weight=weights)[:2]
        areas[0] = metrics.roc_auc_score(truth, scores, sample_weight=weights)
    if counted.any():
        y, x, _ = metrics.precision_recall_curve(truth, scores, sample_weight=weights)
        precision = x[::-1], y[::-1]
        areas[1] = metrics.average_precision_score(truth, scores, sample_weight=weights)
    return roc, precision, areas


def add(cases, name, p, y, weights, labels):
    p = p.astype("float32").astype(float)
    w = None if weights is None else weights.astype("float32").astype(float)
    ones = numpy.ones(len(p)) if w is None else w
    one = p.shape[1] == 1 and not labels
    classes = 0 if labels else max(2, p.shape[1])
    matrix = numpy.zeros((MOST, MOST))
    if labels:
        truth = y
        bins, ece = calibrate(y.ravel(), p.ravel(), numpy.repeat(ones, p.shape[1]))
    else:
        predicted = (p[:, 0] >= 0.5).astype(int) if one else p.argmax(1)
        likely = numpy.maximum(p[:, 0], 1 - p[:, 0]) if one else p.max(1)
        truth = (y == 1)[:, None] if one else y[:, None] == numpy.arange(classes)
        bins, ece = calibrate((predicted == y).astype(float), likely, ones)
        matrix[:classes, :classes] = metrics.confusion_matrix(y, predicted, sample_weight=w, labels=range(classes))
    areas = numpy.full((2, MOST), numpy.nan)
    points = numpy.zeros((2, MOST), "int32")
    x, y_of = [], []
    for column in range(p.shape[1]):
        *both, areas[:, column] = curves(truth[:, column], p[:, column], w)
        points[:, column] = [len(curve[0]) for curve in both]
        x += [curve[0] for curve in both]
        y_of += [curve[1] for curve in both]
    cases.append({
        "name": numpy.bytes_(name), "case": [labels, w is not None, *p.shape, classes],
        "auroc": areas[0], "average_precision": areas[1], "confusion": matrix, "calibration": bins, "ece": ece,
        "points": points, "x": numpy.concatenate(x), "y": numpy.concatenate(y_of),
        "outputs": p.ravel().astype("float32"), "targets": y.ravel().astype("int32"),
        "weights": numpy.empty(0, "float32") if w is None else w.astype("float32"),
    })


def weights_of(kind, rows):
    if kind == "weighted":
        return random.uniform(0.2, 3, rows)
    if kind == "zeros":  # a row in four counts nothing
        return random.permutation(numpy.arange(1, rows + 1) % 4) / 2
    return None


def make_classes(cases, weighting):
    for outputs in (1, 2, 4):
        classes = max(2, outputs)
        for name, steps, present in (("plain", 0, range(classes)), ("ties", 8, range(classes)),
                                     ("level", 1, range(classes)), ("one", 8, [classes - 1]), ("other", 0, [0])):
            p = random.dirichlet(numpy.full(classes, 0.7), ROWS)
            y = numpy.where(random.uniform(size=ROWS) < 0.6, p.argmax(1), random.integers(0, classes, ROWS))
            y = numpy.array(present)[y % len(present)]
            p = numpy.full(p.shape, 1 / classes) if name == "level" else numpy.round(p * steps) / steps if steps else p
            add(cases, f"{outputs}_outputs_{name}_{weighting}", p[:, classes - outputs:], y, weights_of(weighting, ROWS),
                False)
        p = random.dirichlet(numpy.ones(classes), 1)
        add(cases, f"{outputs}_outputs_one_row_{weighting}", p[:, classes - outputs:], p.argmax(1),
            None if weighting == "plain" else numpy.full(1, 0.5), False)


def make_labels(cases, weighting):
    for labels in (1, 3):
        for name, steps in (("plain", 0), ("ties", 8), ("absent", 0), ("full", 8)):
            p = random.uniform(size=(ROWS, labels))
            p = numpy.round(p * steps) / steps if steps else p
            y = (p + 0.7 * random.standard_normal(p.shape) > 0.5).astype(int)
            if name in ("absent", "full"):
                y[:, -1] = name == "full"
            add(cases, f"{labels}_labels_{name}_{weighting}", p, y, weights_of(weighting, ROWS), True)


def make_tests(file):
    tests = []
    for first, second in ((0, 0), (1, 0), (0, 7), (10, 14), (3, 21), (12, 13), (5, 20), (40, 41), (30, 70), (0, 300)):
        count, exact = first + second, first + second < 25
        p = contingency_tables.mcnemar([[9, first], [second, 9]], exact=exact).pvalue if count > 0 else 1
        by_scipy = stats.binomtest(first, count).pvalue if exact and count > 0 else \
            stats.chi2.sf(max(0, abs(first - second) - 1) ** 2 / count, 1) if count > 0 else 1
        assert abs(p - by_scipy) < 1e-12
        tests.append((first, second, p, exact))
    file["mcnemar"] = numpy.array(tests, float)
    errors = random.standard_normal((2, 200)) ** 2 * [[1.3], [1]]
    file["errors"] = errors
    found = stats.bootstrap((errors[1] - errors[0],), numpy.mean, n_resamples=100000, method="percentile", rng=random)
    file["interval"] = numpy.array(found.confidence_interval)


def main():
    warnings.simplefilter("ignore")
    where = sys.argv[1] if len(sys.argv) > 1 else \
        os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "golden", "figures.h5")
    cases = []
    for weighting in ("plain", "weighted", "zeros"):
        make_classes(cases, weighting)
        make_labels(cases, weighting)
    with h5py.File(where, "w") as file:
        for name in cases[0]:
            joined = numpy.concatenate if name in ("outputs", "targets", "weights", "x", "y") else numpy.array
            data = joined([case[name] for case in cases])
            data = data.astype("int32") if name == "case" else data
            file.create_dataset(name, data=data, compression="gzip", compression_opts=9, shuffle=True)
        make_tests(file)
    print(f"{where}: {len(cases)} cases, {sum(len(case['x']) for case in cases)} points")


main()
