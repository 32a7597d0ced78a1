#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares ONNX models with nntrain's own predictions.

    check_onnx.py make NNTRAIN FOLDER    trains and exports models of all kinds, with nntrain's predictions
    check_onnx.py compare FOLDER         runs them in the ONNX Runtime of this Python

Every activation, with every norm, for every task (a last layer, a loss, targets), where the scalings of features, missing
values, names of classes, types of data and --keep-norms take turns; the names are those of `nntrain help recipe`. A
prediction agrees where it is within 1e-5 x max(1, |y|) of nntrain's, or 2e-2 with bfloat16, where a number on the border
between two may be rounded to either; a class, where the two most probable ones are more than 1e-4 apart. Needs h5py,
onnx and onnxruntime from PyPI: docs/deploying.md has the last result.
"""

import itertools
import json
import os
import re
import subprocess
import sys

import numpy as np

ROWS, FEATURES = 48, 7
TASKS = {
    "classes": ("softmax", 4, "cross_entropy", None),
    "two": ("softmax", 2, "cross_entropy", None),
    "distribution_mse": ("softmax", 3, "mse", None),
    "one_sigmoid": ("sigmoid", 1, "binary_cross_entropy", None),
    "labels": ("sigmoid", 3, "binary_cross_entropy", None),
    "overlap": ("sigmoid", 3, "iou", None),
    "none": ("linear", 2, "mse", "none"),
    "standard": ("linear", 2, "mse", "standard"),
    "minmax": ("tanh", 2, "mae", "minmax"),
    "log1p": ("linear", 1, "huber", "log1p"),
    "scale": ("softplus", 1, "mse", "scale"),
    "wide_targets": ("linear", 1, "mse", "standard"),
}


def names_of(reference, table):
    """The names in a table of the recipe's reference."""
    lines = iter(reference.splitlines())
    for line in lines:
        if line.startswith(f"| {table} |"):
            next(lines)
            return [re.match(r"\| `(\w+)`", row)[1] for row in itertools.takewhile(lambda row: row.startswith("|"), lines)]
    raise SystemExit(f"nntrain help recipe has no table of {table}")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}{done.stdout}")


def make_rows(random, turn, impute):
    """Features as they come: of many magnitudes, with a year, a constant and missing values."""
    x = random.normal(size=(ROWS, FEATURES)) * 10.0 ** np.arange(-2, FEATURES - 2)
    kind = "double" if turn % 3 == 1 else "float"
    x[:, 1] = 3.5
    x[:, 2] = 2000 + random.uniform(-1, 1, ROWS)  # a year
    if kind == "double":
        x[:, 3] = 1.7e9 + random.uniform(-1e4, 1e4, ROWS)  # seconds since 1970
    if impute:
        x[random.uniform(size=x.shape) < 0.1] = np.nan
        x[0] = np.where(np.isnan(x[0]), 1.0, x[0])
    return x.astype(np.float64 if kind == "double" else np.float32)


def make_targets(random, task, names):
    _, outputs, loss, _ = TASKS[task]
    if task in ("labels", "overlap"):
        return random.integers(0, 2, (ROWS, outputs)).astype(np.float32)
    if loss in ("cross_entropy", "binary_cross_entropy") or task == "distribution_mse":
        classes = np.arange(ROWS) % max(outputs, 2)
        if names == "text":
            return np.array([f"class {c} ä".encode() for c in classes])
        return 10 * classes + 3 if names == "labels" else classes
    y = random.uniform(0.1, 5.0, (ROWS, outputs))
    return (1e6 + 1e3 * y if task == "wide_targets" else np.exp(3 * y) if task == "log1p" else y).astype(np.float64)


def make(nntrain, folder):
    import h5py

    reference = subprocess.run([nntrain, "help", "recipe", "--markdown"], capture_output=True, text=True, check=True).stdout
    activations = [name for name in names_of(reference, "activation") if name != "softmax"]
    norms, scalings = names_of(reference, "normalization"), names_of(reference, "normalize")
    scalings.remove("auto")
    os.makedirs(folder, exist_ok=True)
    cases = list(itertools.product(activations, norms, TASKS))
    random = np.random.default_rng(1)
    for turn, (activation, norm, task) in enumerate(cases):
        last, outputs, loss, targets = TASKS[task]
        impute, names = turn % 2 == 1, ("numbers", "labels", "text")[turn % 3]
        path = f"{folder}/{turn:04d}"
        with h5py.File(path + ".h5", "w") as file:
            file["train/x"] = make_rows(random, turn, impute)
            file["train/y"] = make_targets(random, task, names)
        recipe = {
            "seed": turn,
            "data": {
                "train": {"file": f"{turn:04d}.h5"},
                "normalize": scalings[turn % len(scalings)],
                "impute": "mean" if impute else "none",
            },
            "network": {
                "layers": [
                    {"units": 9, "activation": activation, "normalization": norm, "dropout": 0.1},
                    {"units": 5, "activation": activation, "normalization": norms[turn % len(norms)]},
                    {"units": outputs, "activation": last},
                ]
            },
            "loss": loss,
            "optimizer": {"name": "adam", "learning_rate": 0.01},
            "training": {"epochs": 3, "batch": 16, "precision": "bf16" if turn % 23 == 5 else "float32"},
        }
        if targets:
            recipe["data"]["normalize_targets"] = targets
        if recipe["data"]["normalize"] == "none":  # no network learns from 1e9 as it is
            with h5py.File(path + ".h5", "r+") as file:
                x = file["train/x"][:]
                del file["train/x"]
                file["train/x"] = (x - np.nanmean(x, 0)) / 10.0 ** np.arange(-2, FEATURES - 2)
        with open(path + ".json", "w", encoding="utf-8") as file:
            json.dump(recipe, file)
        run(nntrain, "train", path + ".json", "--output", path, "--progress", "quiet")
        model = f"{path}/model.h5"
        run(nntrain, "predict", "--model", model, "--data", path + ".h5", "--output", path + ".predicted.h5")
        keep = ["--keep-norms"] if turn // len(TASKS) % 2 == 1 else []
        run(nntrain, "export", "onnx", model, "--output", path + ".onnx", *keep)
        print(f"\rmade {turn + 1} of {len(cases)}", end="", flush=True)
    print()


def compare(folder):
    import h5py
    import onnx
    import onnxruntime

    onnxruntime.set_default_logger_severity(2)
    worst, failed, count = {}, 0, 0
    for path in sorted(name[:-5] for name in os.listdir(folder) if name.endswith(".onnx")):
        model = onnx.load(f"{folder}/{path}.onnx")
        onnx.checker.check_model(model, full_check=True)
        session = onnxruntime.InferenceSession(f"{folder}/{path}.onnx", providers=["CPUExecutionProvider"])
        with h5py.File(f"{folder}/{path}.h5") as file:
            x = file["train/x"][:]
        kind = np.float64 if session.get_inputs()[0].type == "tensor(double)" else np.float32
        outputs = dict(zip([output.name for output in session.get_outputs()], session.run(None, {"x": x.astype(kind)})))
        with h5py.File(f"{folder}/{path}.predicted.h5") as file:
            expected = {name: file[name][:] for name in ("probabilities", "values", "class", "labels") if name in file}
        with open(f"{folder}/{path}.json", encoding="utf-8") as file:
            recipe = json.load(file)
        precision = recipe["training"]["precision"]
        name = "values" if "values" in expected else "probabilities"
        y = expected[name]
        difference = np.max(np.abs(outputs[name] - y) / np.maximum(1, np.abs(y)))
        sure = np.ones(len(y), bool)
        if "class" in expected and y.shape[1] > 1:
            ordered = np.sort(y, 1)
            sure = ordered[:, -1] - ordered[:, -2] > 1e-4
        elif "class" in expected:
            sure = np.abs(y[:, 0] - 0.5) > 1e-4
        elif "labels" in expected:
            sure = np.all(np.abs(y - 0.5) > 1e-4, axis=1)
        decided = all(
            outputs[d].shape == expected[d].shape and np.array_equal(outputs[d][sure], expected[d][sure])
            for d in ("class", "labels")
            if d in expected and precision == "float32"
        )
        count += 1
        worst[precision] = max(worst.get(precision, 0), difference)
        if set(outputs) != set(expected) or not decided or not difference <= (1e-5 if precision == "float32" else 2e-2):
            failed += 1
            print(f"{path}: differs by {difference:.2e}, decisions {'agree' if decided else 'differ'}: {json.dumps(recipe)}")
    for precision, difference in worst.items():
        print(f"{precision}: largest difference {difference:.2e}")
    print(f"onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}: {count} models, {failed} differ")
    sys.exit(failed > 0 or count == 0)


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "make":
        make(sys.argv[2], sys.argv[3])
    elif len(sys.argv) == 3 and sys.argv[1] == "compare":
        compare(sys.argv[2])
    else:
        raise SystemExit(__doc__)
