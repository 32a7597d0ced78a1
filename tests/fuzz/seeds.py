# SPDX-License-Identifier: MIT
"""seeds.py FOLDER: writes the first files of each corpus, small ones that reach far. NNTRAIN names the program."""
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile

import h5py
import numpy

folder = sys.argv[1]


def put(target, name, data):
    os.makedirs(os.path.join(folder, target), exist_ok=True)
    with open(os.path.join(folder, target, name), "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def recipes():
    put("recipe", "short", "data: {train: {file: a.h5}}\nnetwork: {layers: [{units: 2, activation: softmax}]}\n"
        "loss: cross_entropy\n")
    put("recipe", "long", """
seed: 7
data:
  train: {file: /a.h5, x: /x, y: /y, w: /w, x_columns: ["1", "3:7"], y_columns: [a]}
  validation: {fold: 2/5, stratified: true}
  test: {file: b.h5}
  normalize: unit
  impute: mean
  memory: 4G
  window: 1M
  augment: {image: [8, 8], shift: 1, flip: horizontal, noise: 0.1, cutout: 2}
network:
  layers:
    - &wide {units: 32, activation: relu, normalization: batch, dropout: 0.1}
    - *wide
    - {units: 1, activation: linear}
  initializer: constant
  constant: 0.5
loss: {name: huber, delta: 1.5}
optimizer: {name: adamw, learning_rate: 1e-3, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weight_decay: 0.01}
schedule: {name: cosine, warmup: 2 epochs, minimum: 1e-6, reference_batch: 64}
regularization: {l1: 1e-5, l2: 1e-4, clip_norm: 1, clip_value: 0.5}
training: {epochs: 3, batch: all, accumulate: 2, stop: {metric: loss, patience: 2, tolerance: 1e-4, target: 0.1}}
checkpoint: {every: 500 steps, keep: 2, asynchronous: false}
parallel: {slices: 8, threads: 2, reproducible: true, bucket: 512K}
""")
    put("recipe", "overrides", "data: {train: {file: a.h5}}\nnetwork: {layers: [{units: 3, activation: tanh}]}\n"
        "loss: mse\0optimizer=adam\0optimizer.beta1=0.8\0network.layers[0].units=5\0training.batch=all")


def command_lines():
    lines = {
        "train": "train\nr.yaml\n--set\ntraining.epochs=3\n--output\nrun\n--progress\nlines\n--resume=c.h5\n--trace=t",
        "eval": "eval\n--model\nm.h5\n--data=d.h5\n--split\ntest",
        "predict": "predict\n--model\nm.h5\n--data\nd.h5\n--output\np.h5",
        "watch": "watch\n--once\nruns/digits",
        "inspect": "inspect\nd.h5\n--all\n--features",
        "check": "check\nr.yaml\n--batch\n8\n--set\nseed=2",
        "idx": "import\nidx\n--train-x\na\n--train-y\nb\n-o\no.h5\n-z\n9",
        "csv": "import\ncsv\nt.csv\n--label\ny\n--test\nu.csv\n--drop\na,b\n--delimiter\n;\n--header\nno\n--missing\nnan\n"
               "--skip-bad\n--chunk\n9\n-o\no.h5",
        "npy": "import\nnpy\n--train-x\na.npz:x\n--train-y\ny.npy\n--compress=3\n--output=o.h5",
        "svmlight": "import\nsvmlight\nt.txt\n--features\n9\n--zero-based\n-o\no.h5",
        "export": "export\nsafetensors\nm.h5\n-o\nm.safetensors",
        "import_model": "import-model\nm.safetensors\n--activation\nrelu\n--output-activation=softmax\n-o\nm.h5",
        "generate": "generate\nspirals\n--rows\n9\n--noise\n0.5\n--seed\n3\n-o\no.h5",
        "bench": "bench\ngemm\n--seconds\n1",
        "help": "--help",
        "version": "--version",
        "command_help": "train\n--help",
    }
    for name, text in lines.items():
        put("command_line", name, text)


def checkpoints():
    with tempfile.TemporaryDirectory() as work:
        def run(*arguments):
            subprocess.run([os.environ["NNTRAIN"], *arguments], check=True, cwd=work, stdout=subprocess.DEVNULL)

        run("generate", "xor", "-o", "xor.h5")
        for name, layers, optimizer in [
            ("velocity", "{units: 1, activation: sigmoid}", "{name: sgd, momentum: 0.9}"),
            ("norms", "{units: 2, activation: relu, normalization: batch}, {units: 1, activation: sigmoid}", "adam"),
        ]:
            with open(os.path.join(work, "recipe.yaml"), "w") as file:
                file.write(f"data: {{train: {{file: xor.h5}}, impute: mean}}\nnetwork: {{layers: [{layers}]}}\n"
                           f"loss: binary_cross_entropy\noptimizer: {optimizer}\n"
                           "training: {epochs: 1, batch: 4}\nparallel: {slices: 1}\n")
            run("train", "recipe.yaml", "--output", name, "--progress", "quiet")
            with open(os.path.join(work, name, "model.h5"), "rb") as file:
                put("checkpoint", name, file.read()[512:])
            run("export", "safetensors", f"{name}/model.h5", "--output", "m.safetensors")
            with open(os.path.join(work, "m.safetensors"), "rb") as file:
                put("infer", name, file.read())
        run("export", "safetensors", "norms/model.h5", "-o", "own")
        with open(os.path.join(work, "own"), "rb") as file:
            put("model_file", "own", file.read())
    golden = os.path.join(os.path.dirname(__file__), "../golden/models")
    for name in ("sequential", "batch_norm", "named", "blocks", "alone"):
        with open(os.path.join(golden, f"{name}.safetensors"), "rb") as file:
            put("model_file", name, file.read())


def datasets():
    draw = numpy.random.default_rng(0)
    x = draw.random((12, 3)).astype("float32")
    y = (x.sum(axis=1) > 1.5).astype("uint8")
    kinds = {
        "contiguous": {},
        "chunked": {"chunks": (4, 3), "maxshape": (None, 3)},
        "filtered": {"chunks": (6, 2), "compression": "gzip", "shuffle": True, "fletcher32": True},
        "latest": {"chunks": (4, 3), "maxshape": (None, 3), "libver": "latest"},
        "scaled": {"chunks": (4, 3), "scaleoffset": 4},
    }
    for name, how in kinds.items():
        with tempfile.NamedTemporaryFile(suffix=".h5") as plain:
            with h5py.File(plain.name, "w", libver=how.pop("libver", "earliest")) as file:
                file.create_dataset("/train/x", data=x, **how)
                file.create_dataset("/train/y", data=y)
                if name == "contiguous":
                    file["/train/w"] = draw.random(12)
                if name == "latest":
                    file["/link"] = h5py.SoftLink("/train/x")
                    file["/features"] = numpy.array([b"a", b"b", b"c"])
                if name == "chunked":
                    records = numpy.zeros(12, dtype=[("a", "f4"), ("b", "i2"), ("c", "f8")])
                    file["/train/r"] = records
            put("dataset", name, open(plain.name, "rb").read())


def npy(array, version=None):
    with tempfile.TemporaryFile() as file:
        numpy.lib.format.write_array(file, array, version)
        file.seek(0)
        return file.read()


def npz(save, **arrays):
    with tempfile.TemporaryFile() as file:
        save(file, **arrays)
        file.seek(0)
        return file.read()


def imports():
    table = "name,size,kind,y\nx,1.5,red,0\ny,-2e3,\"blue, dark\",1\nz,.25,red,1\n"
    put("import_csv", "table", "@" + table)
    put("import_csv", "label", "A" + "y,a,b\n0,1,2\n1,3,4\n")
    put("import_csv", "missing", "L" + "a,b\n1,\n,2\nx\n")
    put("import_csv", "texts", "s" + "0.5,01,7\r\n1.5,02,8\r\n")
    put("import_csv", "tabs", "\0" + "a\tb\n1\t2\n")
    put("import_csv", "gzipped", b"@" + gzip.compress(table.encode(), mtime=0))
    for code, size in [(8, 1), (9, 1), (11, 2), (12, 4), (13, 4), (14, 8)]:
        idx = struct.pack(">BBBBIII", 0, 0, code, 3, 2, 2, 1) + bytes(4 * size)
        put("import_idx", f"type_{code}", idx)
    put("import_idx", "gzipped", gzip.compress(idx, mtime=0))
    array = numpy.arange(6, dtype="f4").reshape(3, 2)
    put("import_npy", "float", npy(array))
    put("import_npy", "version_2", npy(array.astype(">i2"), (2, 0)))
    put("import_npy", "half", npy(array.astype("f2")))
    put("import_npy", "bool", npy(array > 2))
    put("import_npy", "stored", npz(numpy.savez, x=array, y=array[0]))
    put("import_npy", "deflated", npz(numpy.savez_compressed, x=array))
    put("import_svmlight", "classes", "@0 1:0.5 3:2 # remark\n1 qid:3 2:-1e-3\n")
    put("import_svmlight", "values", "C-1 0:1 4:2\n+1 1:7\n")
    put("import_svmlight", "gzipped", b"@" + gzip.compress(b"1 1:2\n", mtime=0))


def histories():
    layer = {"weights": {"least": -1, "most": 1, "counts": [1, 2, 3]}, "gradients": {"least": 0, "most": 0, "counts": [4]},
             "activations": {"least": 0, "most": 2, "counts": [4, 0]}, "dead": 1}
    grid = {"least": [0, -1], "most": [1, 1], "width": 2, "height": 1}
    shape = {"units": 2, "activation": "relu", "normalization": "batch", "dropout": 0.5, "parameters": 8}
    ranks = {"ranks": 9, "rank": [0, 8]}
    events = [
        (0, "begin", {"time": "2026", "version": "1", "hosts": ["a"], "ranks": 2, "threads": 1,
                      "data": {"file": "x.h5", "digest": "ff", "train_rows": 3, "features": 2},
                      "network": {"inputs": 2, "layers": [shape, shape]}, "feature_names": ["f", "g"],
                      "class_names": ["a", "b"], "image": {"width": 2, "height": 1, "channels": 1}, "asked": "seed: 1"}),
        (0, "surface", {**grid, "loss": "AACAPwAAAMA="}),
        (0, "parameters", {"step": 1, "values": [0.5, None]}),
        (1, "norms", {"weight": [1, 2], "gradient": [None, 0.5]}),
        (1, "histograms", {"rows": 3, "layers": [layer, layer]}),
        (1, "ranks", {**ranks, **{name: [1, 2] for name in ("compute", "wait", "evaluate", "checkpoint", "io", "memory")}}),
        (1, "frame", {**grid, "outputs": 2, "values": "AACAPwAAAMAAAAAAAADAfw=="}),
        (2, "end", {"time": "2026", "state": "diverged", "message": "NaN", "record_seconds": 0.1}),
    ]
    lines = [json.dumps({"epoch": epoch, "event": event, **members}) + "\n" for epoch, event, members in events]
    put("history", "records", "".join(lines))
    put("history", "resumed", "".join(lines[:4] + lines[:1] + lines[3:5]))
    put("history", "metrics", "".join(f'{{"epoch": {i}, "step": {i}, "train_loss": {1 / i}, "test_accuracy": null, '
                                      '"test_rmse_outputs": [1, 2], "seconds": 1e1}\n' for i in (1, 2, 3)))
    put("history", "recipe", "training: {epochs: 3, stop: {metric: f1, patience: 2}, restore_best: true}\n")
    draw = numpy.random.default_rng(0)
    classes, labels, values = draw.integers(0, 3, 5).astype("i4"), draw.integers(0, 2, (5, 2)).astype("u1"), draw.random((5, 2))
    for kind, name, output, target, count in (("classes", "probabilities", draw.dirichlet([1, 1, 1], 5), classes, 3),
                                              ("labels", "probabilities", draw.random((5, 2)), labels, 0),
                                              ("values", "values", values, values + 1, 0)):
        with tempfile.NamedTemporaryFile(suffix=".h5") as plain:
            with h5py.File(plain.name, "w") as file:
                file.attrs.update(split=numpy.bytes_("test\0"), kind=numpy.bytes_(kind + "\0"), epoch=3.0,
                                  split_rows=numpy.uint64(9), classes=numpy.uint64(count))
                file[name] = output.astype("f8" if kind == "values" else "f4")
                file["target"] = target
                file["weight"] = draw.random(5)
                file["row"] = numpy.arange(5, dtype="u8")
                file["worst"] = numpy.array([4, 1], "u8")
                file["worst_x"] = draw.random((2, 3)).astype("f4")
            put("history", kind, open(plain.name, "rb").read())


def models():
    golden = os.path.join(os.path.dirname(__file__), "../golden/models")
    for name in ("torch_layer_norm_in_operators", "sklearn_names", "keras_batch_norm"):
        with open(os.path.join(golden, name + ".onnx"), "rb") as file:
            put("onnx", name, file.read())


models()
recipes()
command_lines()
checkpoints()
datasets()
imports()
histories()
