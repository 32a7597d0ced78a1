# SPDX-License-Identifier: MIT
"""model.h5 and checkpoints as the contents of a model.safetensors, by h5py."""
import json
import re

import h5py
import numpy as np

from ._library import NntrainModelError

_OLDEST, _NEWEST = 2, 3  # formats of checkpoints that are read: src/checkpoint/layout.h
_TENSORS = ("weight", "bias", "gamma", "beta", "running_mean", "running_variance")


def _text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def _predicts(activation, outputs, classes, targets_scaled):
    """As src/checkpoint/trained.c decides it."""
    if targets_scaled:
        return "values"
    if activation == "softmax" or (activation == "sigmoid" and (outputs == 1 or classes)):
        return "classes"
    return "labels" if activation == "sigmoid" else "values"


def _read(file):
    """Metadata and tensors of an open checkpoint, in the format that docs/deploying.md describes."""
    version = int(file.attrs["format"])
    if not _OLDEST <= version <= _NEWEST:
        raise NntrainModelError(f"checkpoints of format {version}; this nntrain reads {_OLDEST} to {_NEWEST}")
    tensors, layers = {}, []
    groups = file["model/layers"]
    for index in range(len(groups)):
        group = groups[str(index)]
        layers.append(
            {
                "outputs": int(group["weight"].shape[0]),
                "activation": _text(group.attrs["activation"]),
                "normalization": _text(group.attrs["normalization"]),
                "dropout": float(group.attrs["dropout"]),
            }
        )
        for name in _TENSORS:
            if name in group:
                tensors[f"layers.{index}.{name}"] = group[name][()].astype("<f4")
    features = file["normalization"]
    tensors["features.offset"] = features["offset"][()].astype("<f8")
    tensors["features.scale"] = features["scale"][()].astype("<f8")
    if "missing" in features:
        tensors["features.missing"] = features["missing"][()].astype("<f4")
    for name in ("least", "most"):
        if name in features:
            tensors[f"features.{name}"] = features[name][()].astype("<f8")
    outputs = layers[-1]["outputs"]
    target_scaling = "none"
    offset, scale = np.zeros(outputs), np.ones(outputs)
    if "target_normalization" in file:
        targets = file["target_normalization"]
        target_scaling = _text(targets.attrs["kind"])
        offset, scale = targets["offset"][()], targets["scale"][()]
    tensors["targets.offset"], tensors["targets.scale"] = offset.astype("<f8"), scale.astype("<f8")
    classes = int(file["provenance"].attrs["classes"])
    names = [_text(name) for name in file["classes"][()]] if "classes" in file else []
    recipe = _text(file["recipe"][()])
    precision = re.search(r"^  precision: *(\w+)", recipe, re.MULTILINE)
    model = {
        "inputs": int(file["model"].attrs["inputs"]),
        "precision": precision.group(1) if precision else "float32",
        "predicts": _predicts(layers[-1]["activation"], outputs, classes > 0 or names, target_scaling != "none"),
        "layers": layers,
        "feature_scaling": {"kind": _text(features.attrs["kind"]), "limit": float(features.attrs.get("limit", 0))},
        "target_scaling": target_scaling,
        "names_are_labels": bool(names) and "labels" in file["classes"].attrs,
        "class_count": classes,
        "epochs": int(file["progress"].attrs["epoch"]),
        "nntrain": _text(file["provenance"].attrs["version"]),
    }
    if names:
        model["classes"] = names
    if "features" in file:
        model["features"] = [_text(name) for name in file["features"][()]]
    return {"format": "nntrain", "format_version": "1", "recipe": recipe, "model": json.dumps(model)}, tensors


def _serialize(metadata, tensors):
    """The file: length of the header, header, tensors without gaps, doubles first so that all are aligned."""
    header, parts, end = {"__metadata__": metadata}, [], 0
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].itemsize):
        kind = "F64" if tensor.itemsize == 8 else "F32"
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [end, end + tensor.nbytes]}
        parts.append(tensor.tobytes())
        end += tensor.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    return b"".join([len(text).to_bytes(8, "little"), text, *parts])


def safetensors_of(path):
    """A checkpoint as the contents of a model.safetensors.

    Raises NntrainModelError, naming the file.
    """
    try:
        with h5py.File(path, "r") as file:
            return _serialize(*_read(file))
    except NntrainModelError as error:
        raise NntrainModelError(f"{path}: {error}") from None
    except (KeyError, OSError) as error:
        raise NntrainModelError(f"{path}: is no model of nntrain, or is damaged: {error}") from None
