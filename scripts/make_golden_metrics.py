#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/metrics.h5: figures of randomised predictions by scikit-learn, which
tests/unit/metrics/test_metrics_golden.c compares with nntrain's.

Needs scikit-learn (1.9.1 made the file) and h5py. Outputs, values and weights are float32, so that nntrain has the very
numbers in either of its libraries; scikit-learn computes in float64 of them. Probabilities for log_loss are clipped
beforehand at float32's epsilon, as scikit-learn does with float32 probabilities.

One row a case: `name`; `case` [cases, 6], that is activation (0 linear, 1 sigmoid, 2 softmax), whether targets are
values, whether rows have weights, k of top_k (0: none), rows, outputs; `figure` [cases, metrics], NaN where one does not
apply; `each` [cases, metrics + 1, 10], that of each class, label or output and last the support, NaN behind; `confusion`
[cases, 10, 10]. `metric`: names of the metrics. `outputs`, `targets` and `weights` follow each other, case by case.
"""
import os
import sys
import warnings

import h5py
import numpy
from sklearn import metrics

ROWS, MOST = 50, 10
METRICS = ("accuracy", "balanced_accuracy", "top_k", "precision", "recall", "f1", "precision_micro", "recall_micro",
           "f1_micro", "subset_accuracy", "hamming_loss", "auroc", "average_precision", "log_loss", "mae", "rmse", "r2")
ACTIVATIONS = ("linear", "sigmoid", "softmax")
EPSILON = float(numpy.finfo("float32").eps)
random = numpy.random.default_rng(2026)


def clip(probabilities):
    return probabilities.clip(EPSILON, 1 - EPSILON)


def mean_where(numbers):
    numbers = [number for number in numbers if not numpy.isnan(number)]
    return numpy.mean(numbers) if numbers else numpy.nan


def areas(truth, scores, weights):
    """AUROC and average precision of each column of truth, NaN where scikit-learn says that it is not defined."""
    both = [len(numpy.unique(t)) == 2 for t in truth.T]
    auroc = [metrics.roc_auc_score(t, s, sample_weight=weights) if b else numpy.nan
             for t, s, b in zip(truth.T, scores.T, both)]
    precision = [metrics.average_precision_score(t, s, sample_weight=weights) for t, s in zip(truth.T, scores.T)]
    return numpy.array(auroc), numpy.array(precision)


def of_parts(y, predicted, weights, **how):
    """precision, recall and f1 as scikit-learn averages them, or of each where average is None."""
    figures = metrics.precision_recall_fscore_support(y, predicted, sample_weight=weights, zero_division=0, **how)
    return dict(zip(("precision", "recall", "f1", "support"), figures))


def of_classes(y, p, weights, top_k):
    """p [rows, classes], or [rows, 1] for two classes."""
    two = p.shape[1] <= 2
    predicted = (p[:, 0] >= 0.5).astype(int) if p.shape[1] == 1 else p.argmax(1)
    both = numpy.hstack([1 - p, p]) if p.shape[1] == 1 else p
    classes = list(range(both.shape[1]))
    each = of_parts(y, predicted, weights, average=None, labels=classes)
    # average='binary' fails where class 1 does not occur and others do; of class 1 alone it is the same figure.
    figures = {name: each[name][1] for name in ("precision", "recall", "f1")} if two else \
        of_parts(y, predicted, weights, average="macro")
    if two and set(y) == {0, 1}:
        binary = of_parts(y, predicted, weights, average="binary")
        assert all(abs(binary[name] - figures[name]) < 1e-12 for name in ("precision", "recall", "f1"))
    figures.pop("support", None)
    figures["accuracy"] = metrics.accuracy_score(y, predicted, sample_weight=weights)
    figures["balanced_accuracy"] = metrics.balanced_accuracy_score(y, predicted, sample_weight=weights)
    figures["log_loss"] = metrics.log_loss(y, clip(both), sample_weight=weights, labels=classes)
    if two:
        auroc, precision = areas((y == 1)[:, None], both[:, 1:], weights)
        figures.update(auroc=auroc[0], average_precision=precision[0])
    else:
        truth = y[:, None] == numpy.array(classes)
        auroc, precision = areas(truth, p, weights)
        precision[~truth.any(0)] = numpy.nan
        figures.update(auroc=mean_where(auroc), average_precision=mean_where(precision))
        each.update(auroc=auroc, average_precision=precision)
        if truth.any(0).all():
            whole = metrics.average_precision_score(y, p, sample_weight=weights)
            assert abs(whole - figures["average_precision"]) < 1e-12
            if numpy.allclose(p.sum(1), 1):
                whole = metrics.roc_auc_score(y, p, multi_class="ovr", sample_weight=weights)
                assert abs(whole - figures["auroc"]) < 1e-12
    if top_k:
        figures["top_k"] = metrics.top_k_accuracy_score(y, p, k=top_k, sample_weight=weights, labels=classes)
    confusion = metrics.confusion_matrix(y, predicted, sample_weight=weights, labels=classes).astype(float)
    return figures, each, confusion


def of_labels(y, p, weights):
    predicted = (p >= 0.5).astype(int)
    y = y.astype(int)
    each = of_parts(y, predicted, weights, average=None)
    figures = of_parts(y, predicted, weights, average="macro")
    micro = of_parts(y, predicted, weights, average="micro")
    figures.pop("support")
    figures.update({name + "_micro": micro[name] for name in ("precision", "recall", "f1")})
    figures["subset_accuracy"] = metrics.accuracy_score(y, predicted, sample_weight=weights)
    figures["hamming_loss"] = metrics.hamming_loss(y, predicted, sample_weight=weights)
    figures["log_loss"] = numpy.mean([metrics.log_loss(y[:, j], clip(p[:, j]), sample_weight=weights, labels=[0, 1])
                                      for j in range(y.shape[1])])
    auroc, precision = areas(y, p, weights)
    figures["auroc"] = mean_where(auroc)
    figures["average_precision"] = metrics.average_precision_score(y, p, sample_weight=weights)
    each.update(auroc=auroc, average_precision=precision)
    return figures, each, None


def of_values(y, p, weights):
    figures, each = {}, {}
    for name, function in (("mae", metrics.mean_absolute_error), ("rmse", metrics.root_mean_squared_error),
                           ("r2", metrics.r2_score)):
        figures[name] = function(y, p, sample_weight=weights)
        each[name] = function(y, p, sample_weight=weights, multioutput="raw_values")
    return figures, each, None


def add(cases, name, activation, outputs, y, weights, top_k=0):
    """y: whole numbers [rows] are classes; floats [rows, outputs] are values."""
    p = outputs.astype("float32").astype(float)
    w = None if weights is None else weights.astype("float32").astype(float)
    values = y.dtype.kind == "f"
    if values:
        y = y.astype("float32").astype(float)
    figures, each, confusion = {}, {}, None
    if values and activation == "sigmoid" and numpy.isin(y, (0, 1)).all():
        figures, each, confusion = of_labels(y, p, w) if y.shape[1] > 1 else of_classes(y[:, 0].astype(int), p, w, 0)
    elif not values:
        figures, each, confusion = of_classes(y, p, w, top_k)
    if values:
        more, more_each, _ = of_values(y, p, w)
        figures, each = {**figures, **more}, {**each, **(more_each if y.shape[1] > 1 else {})}
    all_each = numpy.full((len(METRICS) + 1, MOST), numpy.nan)
    for metric, numbers in each.items():
        all_each[(METRICS + ("support",)).index(metric), :len(numbers)] = numbers
    matrix = numpy.zeros((MOST, MOST))
    if confusion is not None:
        matrix[:len(confusion), :len(confusion)] = confusion
    assert set(figures) <= set(METRICS)
    cases.append({
        "name": numpy.bytes_(name),
        "case": [ACTIVATIONS.index(activation), values, w is not None, top_k, *p.shape],
        "figure": [figures.get(metric, numpy.nan) for metric in METRICS],
        "each": all_each,
        "confusion": matrix,
        "outputs": p.ravel().astype("float32"),
        "targets": y.ravel().astype("float32"),
        "weights": numpy.empty(0, "float32") if w is None else w.astype("float32"),
    })


def weights_of(kind, rows):
    if kind == "weighted":
        return random.uniform(0.2, 3, rows)
    if kind == "zeros":  # a row in four counts nothing
        return random.permutation(numpy.arange(1, rows + 1) % 4) / 2
    return None


def shares(rows, classes, steps):
    """Probabilities of classes, in whole steps for ties, else of a softmax."""
    p = numpy.exp(1.5 * random.standard_normal((rows, classes)))
    p /= p.sum(1, keepdims=True)
    return numpy.round(p * steps) / steps if steps else p


def likely(p, present):
    """The class of the largest probability, or in a third of the rows another; all of those that are present."""
    y = numpy.where(random.uniform(size=len(p)) < 0.67, p.argmax(1), random.integers(0, p.shape[1], len(p)))
    return numpy.array(present)[y % len(present)].astype("int64")


def make_classes(cases, weighting):
    for classes in (2, 3, 10):
        everyone = list(range(classes))
        for name, present, steps in (("all", everyone, 0), ("ties", everyone, 16), ("absent", everyone[1:], 0),
                                     ("absent_ties", everyone[:-1], 16), ("one", [1], 16), ("other", [0], 0)):
            p = shares(ROWS, classes, steps)
            if name == "absent":  # nor is class 0 predicted
                p[:, 0] = 0
                p /= p.sum(1, keepdims=True)
            top_k = classes // 2 if steps == 0 and classes > 2 else 0
            add(cases, f"{classes}_classes_{name}_{weighting}", "softmax", p, likely(p, present),
                  weights_of(weighting, ROWS), top_k)
        p = shares(ROWS, classes, 0)
        p[:, classes - 1] = 1e-3  # a class that is not predicted
        add(cases, f"{classes}_classes_unpredicted_{weighting}", "softmax", p, likely(shares(ROWS, classes, 0), everyone),
              weights_of(weighting, ROWS))


def make_labels(cases, weighting):
    for labels in (1, 3, 7):
        for name, steps in (("plain", 0), ("ties", 8), ("absent", 0), ("full", 8)):
            p = random.uniform(size=(ROWS, labels))
            p = numpy.round(p * steps) / steps if steps else p
            y = (p + 0.7 * random.standard_normal(p.shape) > 0.5).astype(float)
            if name in ("absent", "full"):
                y[:, -1] = name == "full"
            add(cases, f"{labels}_labels_{name}_{weighting}", "sigmoid", p, y, weights_of(weighting, ROWS))


def make_values(cases, weighting):
    for outputs in (1, 4):
        for name in ("plain", "far", "constant", "met", "few"):
            rows = 2 if name == "few" else ROWS
            y = random.standard_normal((rows, outputs)) * 10.0 ** numpy.arange(-1, outputs - 1)
            p = y + 0.3 * random.standard_normal(y.shape) * 10.0 ** numpy.arange(-1, outputs - 1)
            if name == "far":
                y, p = y + 1000, p + 1000
            if name in ("constant", "met"):  # a float that binary has exactly, or scikit-learn's mean of it is another
                y[:, 0] = 0.5
            if name == "met":
                p[:, 0] = y[:, 0]
            add(cases, f"{outputs}_values_{name}_{weighting}", "linear", p, y, weights_of(weighting, rows))
    y, p = random.uniform(size=(2, ROWS, 3))
    add(cases, f"3_values_sigmoid_{weighting}", "sigmoid", p, y, weights_of(weighting, ROWS))
    y = random.integers(0, 2, (ROWS, 3)).astype(float)
    add(cases, f"3_values_linear_{weighting}", "linear", p, y, weights_of(weighting, ROWS))


def main():
    warnings.simplefilter("ignore")
    where = sys.argv[1] if len(sys.argv) > 1 else \
        os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "golden", "metrics.h5")
    cases = []
    for weighting in ("plain", "weighted", "zeros"):
        make_classes(cases, weighting)
        make_labels(cases, weighting)
        make_values(cases, weighting)
    with h5py.File(where, "w") as file:
        for name in cases[0]:
            joined = numpy.concatenate if name in ("outputs", "targets", "weights") else numpy.array
            data = joined([case[name] for case in cases])
            data = data.astype("int32") if name == "case" else data
            file.create_dataset(name, data=data, compression="gzip", compression_opts=9, shuffle=True)
        file["metric"] = numpy.array(METRICS, dtype="S")
    print(f"{where}: {len(cases)} cases")


main()
