#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares reports of runs with scikit-learn and with their own files.

    check_report.py RUN...

Of each folder, report.html is held against predictions.h5 (confusion counts, precision, recall, F1, AUROC, average
precision, ECE, R2, RMSE, MAE to 1e-6, by sklearn.metrics; ROC and precision-recall curves, read back from the coordinates
of the SVG, to a pixel) and against metrics.jsonl (every curve, to a pixel). Needs h5py, numpy and scikit-learn. Exits 1
where something differs.
"""
import json
import re
import sys
import warnings
from html.parser import HTMLParser
from pathlib import Path

import h5py
import numpy as np
from sklearn import metrics

TOLERANCE = 1e-6
PIXEL = 1.0


class Page(HTMLParser):
    """What a report tells: figures, cells of tables, and lines of plots in the units of their axes' pixels."""

    def __init__(self, text):
        super().__init__()
        self.figures, self.tables, self.plots = {}, {}, []
        self.table = self.row = self.words = self.plot = self.series = None
        self.section = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        classes = (a.get("class") or "").split()
        if tag == "h2":
            self.section = a.get("id", "")
        elif tag == "table":
            self.table = self.tables.setdefault(a.get("data-figure"), [])
        elif tag == "tr" and self.table is not None:
            self.row = []
            self.table.append(self.row)
        elif tag in ("td", "th") and self.row is not None:
            self.words = []
            if "data-value" in a:
                self.row.append(float(a["data-value"]))
                self.words = None
        elif "data-figure" in a and "data-value" in a:
            self.figures[a["data-figure"]] = float(a["data-value"])
        elif tag == "figcaption":
            self.words = []
            self.plot = {"section": self.section, "area": None, "series": []}
            self.plots.append(self.plot)
        elif "area" in classes and self.plot:
            self.plot["area"] = {k[5:]: float(v) for k, v in a.items() if k.startswith("data-")}
        elif tag == "g" and "data-name" in a and self.plot:
            self.series = {"name": a["data-name"], "line": None}
            self.plot["series"].append(self.series)
        elif tag == "path" and "line" in classes and self.series is not None and self.plot["area"]:
            self.series["line"] = points_of(a["d"])

    def handle_data(self, data):
        if self.words is not None:
            self.words.append(data)

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self.row is not None and self.words is not None:
            self.row.append("".join(self.words))
        if tag == "figcaption" and self.words is not None:
            self.plot["title"] = "".join(self.words)
        if tag in ("td", "th", "figcaption"):
            self.words = None
        if tag == "tr":
            self.row = None
        if tag == "table":
            self.table = None
        if tag == "g":
            self.series = None


def points_of(path):
    """The corners of a path of M, L, H and V, large and small; where it is interrupted stands a NaN."""
    points, at = [], [0.0, 0.0]
    for command, numbers in re.findall(r"([MmLlHhVv])([^A-Za-z]*)", path):
        values = [float(v) for v in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", numbers)]
        step = 1 if command in "HhVv" else 2
        for i in range(0, len(values), step):
            if command in "Mm" and i == 0 and points:
                points.append((np.nan, np.nan))
            for k, value in enumerate(values[i:i + step]):
                axis = 1 if command in "Vv" else k
                at[axis] = value + (at[axis] if command.islower() else 0)
            points.append(tuple(at))
    return np.array(points)


def pixels_of(area, x, y):
    """Where values lie in a plot."""
    result = []
    for values, name, begin, length, turned in ((x, "x", "left", "width", False), (y, "y", "top", "height", True)):
        least, most = area[name + "-min"], area[name + "-max"]
        values = np.asarray(values, float)
        if area[name + "-log"]:
            with np.errstate(divide="ignore", invalid="ignore"):
                values, least, most = np.log(np.where(values > 0, values, np.nan)), np.log(least), np.log(most)
        share = (values - least) / (most - least)
        result.append(area[begin] + area[length] * (1 - share if turned else share))
    return np.stack(result, 1)


def distance_to_line(points, line):
    """How far each point is from the nearest segment of a line, or from its nearest corner."""
    begin, end = line[:-1], line[1:]
    whole = np.isfinite(begin).all(1) & np.isfinite(end).all(1)
    corners = line[np.isfinite(line).all(1)]
    begin, end = np.concatenate([begin[whole], corners]), np.concatenate([end[whole], corners])
    result = np.empty(len(points))
    for i, point in enumerate(points):
        way = end - begin
        length = (way ** 2).sum(1)
        share = np.clip(((point - begin) * way).sum(1) / np.where(length > 0, length, 1), 0, 1)
        result[i] = np.sqrt(((begin + share[:, None] * way - point) ** 2).sum(1).min())
    return result


class Check:
    def __init__(self, run):
        self.run, self.failures, self.compared, self.farthest = run, 0, 0, 0.0

    def fail(self, words):
        self.failures += 1
        print(f"{self.run}: {words}")

    def equal(self, what, page, expected):
        self.compared += 1
        if page is None or not isinstance(page, float) or not abs(page - expected) <= TOLERANCE * max(1, abs(expected)):
            self.fail(f"{what} is {page} in the report, {expected} by scikit-learn")

    def line(self, what, plot, series, x, y):
        """Every point lies on the line, and every corner of the line on the points' own line, but for those cut off."""
        self.compared += 1
        area = plot["area"]
        data = pixels_of(area, x, y)
        inside = np.isfinite(data).all(1) & (data[:, 1] <= area["top"] + area["height"] + PIXEL) & \
            (data[:, 1] >= area["top"] - PIXEL)
        if series["line"] is None:
            if inside.sum() > 1:
                self.fail(f"{what} has no line")
            return
        corners = series["line"][np.isfinite(series["line"]).all(1)]
        ahead = distance_to_line(data[inside], series["line"]) if inside.any() else np.zeros(1)
        back = distance_to_line(corners, np.where(np.isfinite(data).all(1)[:, None], data, np.nan))
        worst = max(ahead.max(), back.max())
        self.farthest = max(self.farthest, worst)
        if not worst <= PIXEL:
            self.fail(f"{what} is {worst:.2f} pixels off")


def letters(text):
    return re.sub(r"[^a-z0-9]", "", text.lower().replace("\u00b2", "2"))


def check_curves(check, page, folder):
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    epochs = [line["epoch"] for line in lines]
    plots = {letters(p["title"]): p for p in page.plots if p["section"] == "curves"}
    for name in {key: None for line in lines for key in line}:
        split, _, metric = name.partition("_")
        if split not in ("train", "validation", "test") or any(isinstance(line.get(name), list) for line in lines):
            continue  # what is measured of each output has its table
        wanted = letters(re.sub("(.*)_micro", r"micro \1", metric))  # "micro F1"
        fitting = [t for t in plots if t.startswith(wanted)]
        series = [s for s in plots[min(fitting, key=len)]["series"] if s["name"] == split] if fitting else []
        values = [np.nan if line.get(name) is None else line[name] for line in lines]
        if series:
            check.line(name, plots[min(fitting, key=len)], series[0], epochs, values)
        elif np.isfinite(values).any():
            check.fail(f"{name} is not drawn")


def names_of(folder, key, count, word):
    for line in (folder / "records.jsonl").read_text().splitlines():
        names = json.loads(line).get(key)
        if names:
            return names
    return [f"{word} {i}" for i in range(count)]


def ece_of(confidence, right, weight):
    bins = np.clip(np.ceil(confidence * 15) - 1, 0, 14).astype(int)
    total = 0
    for b in range(15):
        own = bins == b
        total += abs((weight[own] * (right[own] - confidence[own])).sum())
    return total / weight.sum()


def check_curve_of(check, page, title, name, area, x, y):
    for plot in page.plots:
        if plot.get("title", "").startswith(title):
            for series in plot["series"]:
                if series["name"].rpartition(" ")[0] == name:
                    check.line(f"{title} of {name}", plot, series, x, y)
                    check.equal(f"the area of {name}", float(series["name"].rpartition(" ")[2]),
                                float(f"{area:.4g}"))
                    return True
    return False


def check_classes(check, page, folder, file, weight):
    truth = np.array(file["target"])
    output = np.array(file["probabilities"], float)
    labels = truth.ndim == 2
    if not labels and output.shape[1] == 1:
        output = np.concatenate([1 - output, output], 1)
        predicted = (output[:, 1] >= 0.5).astype(int)
    else:
        predicted = (output >= 0.5).astype(int) if labels else output.argmax(1)
    count = output.shape[1]
    names = names_of(folder, "output_names" if labels else "class_names", count, "label" if labels else "class")
    rows = {row[0]: row[1:] for row in page.tables["classes"][1:]}
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        truth, predicted, labels=None if labels else range(count), sample_weight=weight, zero_division=0)
    shown, aurocs = 0, []
    for c in range(count):
        own = truth[:, c] if labels else (truth == c).astype(int)
        if own.min() < own.max():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                auroc = metrics.roc_auc_score(own, output[:, c], sample_weight=weight)
                average = metrics.average_precision_score(own, output[:, c], sample_weight=weight)
                aurocs.append(auroc)
                fpr, tpr, _ = metrics.roc_curve(own, output[:, c], sample_weight=weight, drop_intermediate=False)
                p, r, _ = metrics.precision_recall_curve(own, output[:, c], sample_weight=weight)
            shown += check_curve_of(check, page, "ROC", names[c], auroc, fpr, tpr)
            check_curve_of(check, page, "Precision over recall", names[c], average, r, p)
        if names[c] not in rows:
            continue
        row = rows[names[c]]
        check.equal(f"rows of {names[c]}", row[0], float((weight * own).sum()))
        check.equal(f"precision of {names[c]}", row[2], precision[c])
        check.equal(f"recall of {names[c]}", row[3], recall[c])
        check.equal(f"F1 of {names[c]}", row[4], f1[c])
        if own.min() < own.max():
            check.equal(f"AUROC of {names[c]}", row[5], auroc)
            check.equal(f"average precision of {names[c]}", row[6], average)
    if not shown and aurocs:
        check.fail("there are no ROC curves")
    if "mean_auroc" in page.figures:
        check.equal("the mean AUROC", page.figures["mean_auroc"], np.mean(aurocs))
    check.equal("the accuracy", page.figures.get("accuracy"),
                metrics.accuracy_score(truth, predicted, sample_weight=weight))
    if labels:
        every = np.repeat(weight, count)
        check.equal("ECE", page.figures.get("ece"), ece_of(output.ravel(), truth.ravel(), every))
        return
    check.equal("ECE", page.figures.get("ece"), ece_of(output[np.arange(len(truth)), predicted],
                                                       predicted == truth, weight))
    matrix = metrics.confusion_matrix(truth, predicted, labels=range(count), sample_weight=weight)
    if "confusion" in page.tables:
        for c, row in enumerate(page.tables["confusion"][1:]):
            for d, cell in enumerate(row[1:]):
                check.equal(f"{names[c]} as {names[d]}", cell, float(matrix[c, d]))
    else:
        np.fill_diagonal(matrix, 0)
        largest = np.sort(matrix.ravel())[::-1]
        for i, row in enumerate(page.tables["confused"][1:]):
            check.equal(f"{row[0]} as {row[1]}", row[2], float(matrix[names.index(row[0]), names.index(row[1])]))
            check.equal(f"confusion {i}", row[2], float(largest[i]))


def check_values(check, page, folder, file, weight):
    truth, value = np.array(file["target"]), np.array(file["values"])
    names = names_of(folder, "output_names", value.shape[1], "output")
    rows = {row[0]: row[1:] for row in page.tables["values"][1:]}
    for i, name in enumerate(names):
        if name not in rows:
            continue
        t, v = truth[:, i], value[:, i]
        check.equal(f"R2 of {name}", rows[name][0], metrics.r2_score(t, v, sample_weight=weight))
        check.equal(f"RMSE of {name}", rows[name][1], metrics.mean_squared_error(t, v, sample_weight=weight) ** 0.5)
        check.equal(f"MAE of {name}", rows[name][2], metrics.mean_absolute_error(t, v, sample_weight=weight))


def check_run(folder):
    check, page = Check(folder), Page((folder / "report.html").read_text())
    check_curves(check, page, folder)
    with h5py.File(folder / "predictions.h5") as file:
        weight = np.array(file["weight"]) if "weight" in file else np.ones(len(file["target"]))
        (check_values if "values" in file else check_classes)(check, page, folder, file, weight)
    print(f"{folder}: {check.compared} figures and curves compared, curves at most {check.farthest:.2f} pixels off, "
          f"{check.failures} differ")
    return check.failures


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    sys.exit(1 if sum([check_run(Path(folder)) for folder in sys.argv[1:]]) else 0)
