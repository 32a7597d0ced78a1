#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/models: files as PyTorch's users save them by safetensors' save_file(model.state_dict(), ...), with
the names and types that torch 2 gives, and what these models predict. tests/unit/export/test_state_dict.c reads them.

Needs numpy and safetensors (0.8.0 made the files); PyTorch is not needed: its modules are written out here, in float64 of the
numbers as they are stored. NAME.safetensors is the model; NAME.expected.safetensors has x [rows, inputs] F32 and y [rows,
outputs] F64, and in its metadata what the tensors do not tell, and what nntrain import-model prints of the layers.
"""
import math
import os
import sys

import numpy
import safetensors

ROWS, EPSILON = 5, 1e-5
random = numpy.random.default_rng(2026)
erf = numpy.vectorize(math.erf)


def softmax(o):
    e = numpy.exp(o - o.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


ACTIVATIONS = {
    "linear": lambda o: o,
    "relu": lambda o: numpy.maximum(o, 0),
    "tanh": numpy.tanh,
    "sigmoid": lambda o: 1 / (1 + numpy.exp(-o)),
    "gelu": lambda o: o / 2 * (1 + erf(o / math.sqrt(2))),
    "silu": lambda o: o / (1 + numpy.exp(-o)),
    "softmax": softmax,
}


def to_bf16(values):
    """The high halves, to nearest, ties to even."""
    bits = values.astype(numpy.float32).view(numpy.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(numpy.uint16)


def stored(values, dtype):
    """A tensor as it is stored, with its type, and the numbers that it stands for."""
    values = numpy.ascontiguousarray(values)
    if dtype == "bfloat16":
        raw = to_bf16(values)
        numbers = (raw.astype(numpy.uint32) << 16).view(numpy.float32)
    else:
        raw = numbers = values.astype(dtype)
    return (raw, dtype), numbers.astype(numpy.float64)


def serialize(tensors, metadata):
    return safetensors.serialize({name: safetensors.TensorSpec(dtype=dtype, shape=list(raw.shape),
                                                               data_ptr=raw.ctypes.data, data_len=raw.nbytes)
                                  for name, (raw, dtype) in tensors.items()}, metadata)


class Model:
    """Tensors by name, and the modules that they are of, in their order."""

    def __init__(self, inputs, dtype="float32"):
        self.inputs = self.width = inputs
        self.dtype = dtype
        self.tensors, self.steps, self.lines, self.line = {}, [], [], None

    def keep(self, module, part, values):
        name = f"{module}.{part}" if module else part
        self.tensors[name], numbers = stored(values, self.dtype)
        return numbers

    def linear(self, module, outputs, bias=True):
        weight = self.keep(module, "weight", random.normal(0, 1 / math.sqrt(self.width), (outputs, self.width)))
        shift = self.keep(module, "bias", random.normal(0, 0.3, outputs)) if bias else 0
        self.steps.append(lambda x: x @ weight.T + shift)
        self.line = f"layer {len(self.lines):<2} {module}{': ' if module else ''}{self.width} -> {outputs}"
        self.width = outputs
        return self

    def scale_and_shift(self, module, affine):
        if not affine:
            return 1, 0
        return (self.keep(module, "weight", random.uniform(0.5, 1.5, self.width)),
                self.keep(module, "bias", random.normal(0, 0.3, self.width)))

    def batch_norm(self, module, affine=True):
        gamma, beta = self.scale_and_shift(module, affine)
        mean = self.keep(module, "running_mean", random.normal(0, 0.5, self.width))
        variance = self.keep(module, "running_var", random.uniform(0.3, 2, self.width))
        self.tensors[f"{module}.num_batches_tracked"] = stored(77, "int64")[0]
        self.steps.append(lambda x: (x - mean) / numpy.sqrt(variance + EPSILON) * gamma + beta)
        self.line += f", batch norm {module}"
        return self

    def layer_norm(self, module):
        gamma, beta = self.scale_and_shift(module, True)
        self.steps.append(lambda x: (x - x.mean(1, keepdims=True)) / numpy.sqrt(x.var(1, keepdims=True) + EPSILON)
                          * gamma + beta)
        self.line += f", layer norm {module}"
        return self

    def activation(self, name):
        self.steps.append(ACTIVATIONS[name])
        self.lines.append(f"{self.line}, {name}")
        return self

    def write(self, folder, name):
        x = random.normal(0, 1, (ROWS, self.inputs)).astype(numpy.float32)
        y = x.astype(numpy.float64)
        for step in self.steps:
            y = step(y)
        activations = [line.rsplit(", ", 1)[1] for line in self.lines]
        about = {"output_activation": activations[-1], "layers": "\n".join(self.lines)}
        if len(activations) > 1:
            about["activation"] = activations[0]
        files = {name: serialize(self.tensors, {"format": "pt"}),
                 f"{name}.expected": serialize({"x": (x, "float32"), "y": (y, "float64")}, about)}
        for file, content in files.items():
            with open(os.path.join(folder, f"{file}.safetensors"), "wb") as out:
                out.write(content)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "../tests/golden/models")
    os.makedirs(folder, exist_ok=True)
    # nn.Sequential(Linear, ReLU, Linear), whose activations have numbers but no tensors.
    Model(5).linear("0", 7).activation("relu").linear("2", 3).activation("softmax").write(folder, "sequential")
    # nn.Sequential(Linear, BatchNorm1d, Tanh, Dropout, Linear, BatchNorm1d(affine=False), Tanh, Linear)
    model = Model(4, "float64").linear("0", 6).batch_norm("1").activation("tanh")
    model = model.linear("4", 5).batch_norm("5", affine=False).activation("tanh")
    model.linear("7", 1).activation("sigmoid").write(folder, "batch_norm")
    # self.fc1, self.bn1, ...: sorted by name all norms stand before all layers; saved in half precision.
    model = Model(6, "float16")
    for i in range(1, 3):
        model = model.linear(f"fc{i}", 8 - i, bias=i == 1).batch_norm(f"bn{i}").activation("gelu")
    model.linear("fc3", 2).activation("linear").write(folder, "named")
    # nn.ModuleList of blocks within a module, 12 of them: 10 comes behind 9.
    model = Model(3, "bfloat16")
    for i in range(12):
        model = model.linear(f"net.blocks.{i}.linear", 4).layer_norm(f"net.blocks.{i}.norm").activation("silu")
    model.linear("net.head", 3).activation("softmax").write(folder, "blocks")
    # One nn.Linear alone, without bias.
    Model(3).linear("", 2, bias=False).activation("linear").write(folder, "alone")


if __name__ == "__main__":
    main()
