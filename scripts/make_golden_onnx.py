#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes ONNX models of tests/golden/models as other programs write them, and what these models predict themselves.

    make_golden_onnx.py sklearn|torch|keras [FOLDER]

Each part needs packages that no other test does, in an environment of its own; tests/golden/README.md has the versions that the
files were made with. NAME.onnx is the model; NAME.expected.safetensors has x [rows, inputs] F32 and y [rows, outputs] F64, and in
its metadata the names of the classes, a line each. tests/unit/export/test_onnx_read.c reads them.
"""
import json
import os
import sys

import numpy

ROWS = 6
random = numpy.random.default_rng(2026)


def write_expected(folder, name, x, y, classes=()):
    x, y = numpy.ascontiguousarray(x, numpy.float32), numpy.ascontiguousarray(y, numpy.float64)
    header = {"__metadata__": {"classes": "\n".join(classes)}, "y": {"dtype": "F64", "shape": y.shape, "data_offsets": (0, y.nbytes)},
              "x": {"dtype": "F32", "shape": x.shape, "data_offsets": (y.nbytes, y.nbytes + x.nbytes)}}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(f"{folder}/{name}.expected.safetensors", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + y.tobytes() + x.tobytes())


def make_sklearn(folder):
    import warnings

    from skl2onnx import to_onnx
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    warnings.filterwarnings("ignore")
    x = random.normal(3, [1, 20, 0.1, 5], (90, 4)).astype(numpy.float32)
    three = numpy.digitize(x[:, 0] + x[:, 3] / 5, [2.8, 4.2])

    def save(name, model, y, classes=(), **options):
        pipeline = make_pipeline(StandardScaler(), model).fit(x, y)
        with open(f"{folder}/{name}.onnx", "wb") as file:
            file.write(to_onnx(pipeline, x[:1], **options).SerializeToString())
        found = pipeline.predict_proba(x[:ROWS]) if hasattr(model, "predict_proba") else pipeline.predict(x[:ROWS])
        if hasattr(model, "predict_proba") and len(model.classes_) == 2 and y.ndim == 1:
            found = found[:, 1:]
        write_expected(folder, name, x[:ROWS], found.reshape(ROWS, -1), classes)

    names = numpy.array(["ant", "bee", "cicada"])
    save("sklearn_names", MLPClassifier((7,), max_iter=40, random_state=1), names[three], names)
    save("sklearn_numbers", MLPClassifier((6, 5), "tanh", max_iter=40, random_state=1), 10 * three, ["0", "10", "20"],
         options={"zipmap": False})
    save("sklearn_two", MLPClassifier((6,), "logistic", max_iter=40, random_state=1), (three > 0).astype(int))
    save("sklearn_labels", MLPClassifier((6,), max_iter=40, random_state=1),
         numpy.stack([three > 0, three > 1], 1).astype(int))
    save("sklearn_value", MLPRegressor(hidden_layer_sizes=(6,), max_iter=40, random_state=1), x[:, 0] * 2 + x[:, 1] / 10)


def make_torch(folder):
    import torch
    from torch import nn

    class Flat(nn.Module):
        def forward(self, x):
            return x.view(x.size(0), -1)

    torch.manual_seed(1)
    x = torch.randn(ROWS, 4)

    def save(name, model, opset):
        for module in model:
            if isinstance(module, nn.BatchNorm1d):
                module.running_mean.uniform_(-1, 1)
                module.running_var.uniform_(0.3, 2)
            for tensor in module.parameters() if "Norm" in type(module).__name__ else ():
                nn.init.uniform_(tensor, 0.5, 1.5)
        model.eval()
        torch.onnx.export(model, x[:2], f"{folder}/{name}.onnx", opset_version=opset, input_names=["x"], output_names=["y"],
                          dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}})
        with torch.no_grad():
            write_expected(folder, name, x.numpy(), model.double()(x.double()).numpy())

    save("torch_batch_norm", nn.Sequential(nn.Flatten(), nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.2),
                                           nn.Linear(6, 5), nn.GELU(), nn.BatchNorm1d(5), nn.Linear(5, 3), nn.Softmax(1)), 13)
    norms = nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.SiLU(), nn.Linear(6, 6, bias=False), nn.LayerNorm(6),
                          nn.GELU(approximate="tanh"), nn.Linear(6, 2))
    save("torch_layer_norm", norms, 17)
    save("torch_layer_norm_in_operators", norms.float(), 11)
    save("torch_activations", nn.Sequential(Flat(), nn.Linear(4, 6), nn.ELU(), nn.Linear(6, 6), nn.SELU(), nn.Linear(6, 6),
                                            nn.LeakyReLU(), nn.Linear(6, 6), nn.Softplus(), nn.Linear(6, 6), nn.Tanh(),
                                            nn.Linear(6, 1), nn.Sigmoid()), 14)


def make_keras(folder):
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
    import tensorflow
    import tf2onnx

    layers = tensorflow.keras.layers
    tensorflow.random.set_seed(1)
    x = random.normal(5, 3, (ROWS, 4)).astype(numpy.float32)

    def save(name, *parts):
        model = tensorflow.keras.Sequential([layers.Input((4,)), *parts])
        model.set_weights([w + random.uniform(0.1, 0.5, w.shape) for w in model.get_weights()])
        tf2onnx.convert.from_keras(model, opset=13, output_path=f"{folder}/{name}.onnx")
        write_expected(folder, name, x, model.predict(x, verbose=0))

    def dense(units, activation=None):
        return layers.Dense(units, activation)

    save("keras_plain", dense(6, "relu"), layers.Dropout(0.1), dense(3, "softmax"))
    save("keras_batch_norm", layers.Normalization(mean=[5, 4, 5, 6], variance=[9, 8, 9, 10]), dense(6, "gelu"),
         layers.BatchNormalization(), dense(5), layers.BatchNormalization(), layers.Activation("relu"), dense(5, "swish"),
         dense(1))
    save("keras_activations", dense(5, "elu"), dense(5, "selu"), dense(5, "softplus"), dense(5, "tanh"), dense(2, "sigmoid"))


if __name__ == "__main__":
    makers = {"sklearn": make_sklearn, "torch": make_torch, "keras": make_keras}
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in makers:
        raise SystemExit(__doc__)
    target = sys.argv[2] if len(sys.argv) == 3 else os.path.join(os.path.dirname(__file__), "../tests/golden/models")
    os.makedirs(target, exist_ok=True)
    makers[sys.argv[1]](target)
