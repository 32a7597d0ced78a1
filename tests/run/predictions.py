#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Recomputes predictions with h5py and numpy alone: predictions.py MODEL.h5 DATA.h5 DATASET PREDICTIONS.h5."""
import sys

import h5py
import numpy as np

ACTIVATIONS = {
    "linear": lambda o: o,
    "relu": lambda o: np.maximum(o, 0),
    "tanh": np.tanh,
    "sigmoid": lambda o: 1 / (1 + np.exp(-o)),
    "softmax": lambda o: np.exp(o - o.max(1, keepdims=True)) / np.exp(o - o.max(1, keepdims=True)).sum(1, keepdims=True),
}


def text(value):
    return value.decode() if isinstance(value, bytes) else value


model_path, data_path, dataset, predictions_path = sys.argv[1:]
with h5py.File(model_path) as model, h5py.File(data_path) as data, h5py.File(predictions_path) as predictions:
    rows = data[dataset][()]
    a = rows.reshape(len(rows), -1).astype(np.float64)
    a = (a - model["normalization/offset"][()]) * model["normalization/scale"][()]
    limit = model["normalization"].attrs.get("limit", 0)
    if limit > 0:
        a = np.clip(a, -limit, limit)
    layers = model["model/layers"]
    for index in range(len(layers)):
        layer = layers[str(index)]
        a = ACTIVATIONS[text(layer.attrs["activation"])](a @ layer["weight"][()].T + layer["bias"][()])
    if "target_normalization" in model:
        scaling = model["target_normalization"]
        a = a / scaling["scale"][()] + scaling["offset"][()]
        a = np.expm1(a) if text(scaling.attrs["kind"]) == "log1p" else a
    name = "probabilities" if "probabilities" in predictions else "values"
    difference = (np.abs(predictions[name][()] - a) / np.maximum(1, np.abs(a).max(0))).max()
    print(f"{name}: largest difference {difference:.3g}")
    if not difference < 1e-5:
        sys.exit(1)
    if name == "probabilities" and a.shape[1] > 1 and not (predictions["class"][()] == a.argmax(1)).all():
        sys.exit("classes differ")
