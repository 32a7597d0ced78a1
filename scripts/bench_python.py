#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Microseconds of one prediction from Python, libnninfer beside onnxruntime with one thread, in turns.

bench_python.py  (the package nntrain, the program by NNTRAIN or the PATH; onnx and onnxruntime)
"""
import pathlib
import tempfile
import timeit

import h5py
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from nntrain import Model
from nntrain.training import train

ROWS = (1, 16, 256, 4096)
NETWORKS = ([64], [128, 64], [512, 512])
FEATURES, CLASSES = 64, 10


def trained(folder, hidden):
    """A network of random rows."""
    draw = np.random.default_rng(1)
    with h5py.File(folder / "data.h5", "w") as file:
        file["train/x"] = draw.normal(size=(200, FEATURES)).astype(np.float32)
        file["train/y"] = (np.arange(200) % CLASSES).astype(np.int32)
    (folder / "recipe.yaml").write_text("{}")
    layers = [{"units": units, "activation": "relu"} for units in hidden] + [{"units": CLASSES, "activation": "softmax"}]
    settings = {"data.train.file": str(folder / "data.h5"), "data.normalize": "none", "network.layers": layers}
    train(folder / "recipe.yaml", {**settings, "loss": "cross_entropy", "training.epochs": 1}, folder / "run")
    return folder / "run" / "model.h5"


def session(path):
    """The same network in onnxruntime."""
    nodes, weights, last = [], [], "x"
    with h5py.File(path) as file:
        layers = file["model/layers"]
        for i in range(len(layers)):
            for name in ("weight", "bias"):
                weights.append(numpy_helper.from_array(layers[str(i)][name][()], f"{name}{i}"))
            nodes.append(helper.make_node("Gemm", [last, f"weight{i}", f"bias{i}"], [f"sums{i}"], transB=1))
            last = f"outputs{i}"
            nodes.append(helper.make_node("Softmax" if i + 1 == len(layers) else "Relu", [f"sums{i}"], [last]))
    x, y = (helper.make_tensor_value_info(*of) for of in (("x", TensorProto.FLOAT, ["rows", FEATURES]), (last, TensorProto.FLOAT, ["rows", CLASSES])))
    graph = helper.make_graph(nodes, "network", [x], [y], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def microseconds(calls):
    """The best of 15 turns of each."""
    count = max(10, int(0.02 / min(timeit.repeat(calls[0], number=1, repeat=5))))
    best = [float("inf")] * len(calls)
    for _ in range(15):
        for i, call in enumerate(calls):
            best[i] = min(best[i], timeit.timeit(call, number=count) / count * 1e6)
    return best


def main():
    print(f"onnxruntime {onnxruntime.__version__}, NumPy {np.__version__}")
    print("| network | rows | libnninfer | onnxruntime | ratio |\n|---|---|---|---|---|")
    for hidden in NETWORKS:
        with tempfile.TemporaryDirectory() as folder:
            path = trained(pathlib.Path(folder), hidden)
            model, other = Model.load(path), session(path)
        for rows in ROWS:
            x = np.random.default_rng(2).normal(size=(rows, FEATURES)).astype(np.float32)
            np.testing.assert_allclose(model.predict(x), other.run(None, {"x": x})[0], atol=1e-5)
            ours, theirs = microseconds([lambda: model.predict(x), lambda: other.run(None, {"x": x})])
            name = "-".join(map(str, [FEATURES, *hidden, CLASSES]))
            print(f"| {name} | {rows} | {ours:.2f} us | {theirs:.2f} us | {ours / theirs:.2f} |")


if __name__ == "__main__":
    main()
