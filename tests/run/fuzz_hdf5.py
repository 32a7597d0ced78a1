# SPDX-License-Identifier: MIT
"""fuzz_hdf5.py COUNT SEED: trains from damaged HDF5 files, and expects success, or one sentence and exit code 3."""
import collections
import os
import random
import subprocess
import sys

import h5py
import numpy

count, seed = int(sys.argv[1]), int(sys.argv[2])
nntrain = os.environ["NNTRAIN"]

RECIPE = """
data: {train: {file: damaged.h5}}
network: {layers: [{units: 2, activation: softmax}]}
loss: cross_entropy
training: {epochs: 1, batch: 50}
"""


def write_sources():
    """Files whose metadata differ: layouts, filters, versions of the format, links, attributes."""
    draw = numpy.random.default_rng(0)
    x = draw.random((200, 8)).astype("float32")
    y = (x.sum(axis=1) > 4).astype("uint8")
    kinds = {
        "contiguous": {},
        "chunked": {"chunks": (32, 8)},
        "filtered": {"chunks": (32, 8), "compression": "gzip", "shuffle": True, "fletcher32": True},
        "latest": {"chunks": (16, 8), "maxshape": (None, 8), "libver": "latest"},
        "lzf": {"chunks": (50, 4), "compression": "lzf"},
        "scaled": {"chunks": (40, 8), "scaleoffset": 4},
    }
    for name, how in kinds.items():
        with h5py.File(name + ".h5", "w", libver=how.pop("libver", "earliest")) as file:
            file.create_dataset("/train/x", data=x, **how)
            file.create_dataset("/train/y", data=y)
            file["/train"].attrs["names"] = ["a", "b"]
            file["/link"] = h5py.SoftLink("/train/x")
    return [name + ".h5" for name in kinds] + write_composites(x, y)


def write_composites(x, y):
    """Files whose rows lie in others."""
    rows = x.shape[0] // 4
    layout = h5py.VirtualLayout(x.shape, "f4")
    for i in range(4):
        with h5py.File(f"part-{i}.h5", "w") as file:
            file["x"] = x[i * rows : (i + 1) * rows]
        layout[i * rows : (i + 1) * rows] = h5py.VirtualSource(f"part-{i}.h5", "x", shape=(rows, x.shape[1]))
    x.tofile("raw.bin")
    with h5py.File("virtual.h5", "w") as file:
        file["/train/y"] = y
        file.create_virtual_dataset("/train/x", layout)
    with h5py.File("raw.h5", "w") as file:
        file["/train/y"] = y
        file.create_dataset("/train/x", x.shape, "f4", external=[("raw.bin", 0, x.nbytes)])
        file["/train/link"] = h5py.ExternalLink("part-0.h5", "/x")
    return ["virtual.h5", "raw.h5"]


def damage(data):
    """Some bytes are others, most of them among the metadata at the front; or the end is missing."""
    data = bytearray(data)
    for _ in range(random.choice([1, 1, 2, 4, 16])):
        at = random.randrange(min(len(data), 4096) if random.random() < 0.7 else len(data))
        data[at] = random.choice([0, 255, data[at] ^ 1 << random.randrange(8), random.randrange(256)])
    if random.random() < 0.1:
        data = data[: random.randrange(len(data))]
    return bytes(data)


def main():
    random.seed(seed)
    with open("recipe.yaml", "w") as file:
        file.write(RECIPE)
    sources = [open(name, "rb").read() for name in write_sources()]
    outcomes = collections.Counter()
    for i in range(count):
        with open("damaged.h5", "wb") as file:
            file.write(damage(random.choice(sources)))
        run = subprocess.run(
            [nntrain, "train", "recipe.yaml", "--output", "run", "--progress", "quiet"],
            capture_output=True, text=True, errors="replace", timeout=60)
        subprocess.run(["rm", "-rf", "run"])
        lines = [line for line in run.stderr.splitlines() if line]
        outcomes[run.returncode] += 1
        # 4: a number that became huge, so that the training diverged
        if run.returncode not in (0, 3, 4) or run.returncode != 0 and len(lines) != 1:
            os.rename("damaged.h5", f"kept-{i}.h5")
            print(f"file {i} of seed {seed}: exit code {run.returncode}: {lines}")
            sys.exit(1)
    print(", ".join(f"{number} ended with {code}" for code, number in sorted(outcomes.items())))
    if outcomes[3] < count // 5 or outcomes[0] == 0:
        sys.exit("hardly any file was damaged, or all were")


main()
