#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Rows from HDF5 to memory: nntrain bench io against h5py, in turns on this machine.

Files of float32 and uint8, contiguous and in chunks, are made by h5py. h5py reads the same blocks of rows as nntrain
into an array that is there already (read_direct), in their order; two ranks are two processes that begin together,
each with its half. Beside them stands cat FILE >/dev/null, one process however many ranks there are. Of every round the
best of three counts; the ratios are the medians over the rounds.
"""
import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time

try:
    import h5py
    import numpy
except ImportError as error:
    sys.exit(f"bench_h5py.py: {error}; install h5py, on Debian python3-h5py, and run this with the Python it is for")

FEATURES = 784
DATASET = "/train/x"
REPEAT = 3


def make(path, kind, chunked, size):
    kind = numpy.dtype(kind)
    row_bytes = FEATURES * kind.itemsize
    chunk = ((1 << 20) // row_bytes, FEATURES) if chunked else None
    generator = numpy.random.default_rng(1)
    with h5py.File(path, "w") as file:
        data = file.create_dataset(DATASET, (size // row_bytes, FEATURES), kind, chunks=chunk)
        for first in range(0, len(data), 4096):
            count = min(4096, len(data) - first)
            data[first : first + count] = generator.integers(0, 256, (count, FEATURES), numpy.uint8)


def read_part(path, rank, ranks, step, barrier, best):
    """One rank: the blocks that begin at multiples of step, as nntrain cuts them."""
    with h5py.File(path, "r") as file:
        data = file[DATASET]
        first, end = len(data) * rank // ranks, len(data) * (rank + 1) // ranks
        memory = numpy.ones((end - first, FEATURES), data.dtype)
        for turn in range(REPEAT + 1):  # the first for the caches
            barrier.wait()
            began = time.perf_counter()
            at = first
            while at < end:
                to = min((at // step + 1) * step, end)
                data.read_direct(memory, numpy.s_[at:to], numpy.s_[at - first : to - first])
                at = to
            barrier.wait()
            if turn > 0 and rank == 0:
                best.value = min(best.value, time.perf_counter() - began)


def h5py_speed(path, ranks, step):
    barrier, best = multiprocessing.Barrier(ranks), multiprocessing.Value("d", float("inf"))
    others = [multiprocessing.Process(target=read_part, args=(path, rank, ranks, step, barrier, best))
              for rank in range(1, ranks)]
    for process in others:
        process.start()
    read_part(path, 0, ranks, step, barrier, best)
    for process in others:
        process.join()
    with h5py.File(path, "r") as file:
        return file[DATASET].nbytes / best.value


def cat_speed(path):
    best = float("inf")
    for _ in range(REPEAT + 1):
        began = time.perf_counter()
        with open(os.devnull, "wb") as nowhere:
            subprocess.run(["cat", path], stdout=nowhere, check=True)
        best = min(best, time.perf_counter() - began)
    return os.path.getsize(path) / best


def nntrain_speeds(nntrain, path, ranks):
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    command = ["mpirun", "--oversubscribe", "-np", str(ranks), nntrain, "bench", "io", "--data", path, "--dataset", DATASET,
               "--repeat", str(REPEAT), "--json"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)["data"][0]


def compare(options, path, name, ranks):
    ours, theirs, plain, cat = [], [], [], []
    for _ in range(options.rounds):
        found = nntrain_speeds(options.nntrain, path, ranks)
        ours.append(found["bytes_per_second"]["rows"])
        plain.append(found["bytes_per_second"]["plain"])
        theirs.append(h5py_speed(path, ranks, found["read_rows"]))
        cat.append(cat_speed(path))
    figures = [statistics.median(speeds) / 1e9 for speeds in (ours, theirs, cat, plain)]
    print(f"{name:20} {ranks:5}" + "".join(f" {figure:8.2f}" for figure in figures), end="")
    for others in (theirs, cat, plain):
        ratios = [a / b for a, b in zip(ours, others)]
        print(f"  {statistics.median(ratios):5.2f} ({min(ratios):.2f} to {max(ratios):.2f})", end="")
    print(flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--nntrain", default="build/release/src/nntrain", help="the binary (default: %(default)s)")
    parser.add_argument("--size", type=int, default=512, metavar="MIB", help="of each file (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="of each comparison (default: %(default)s)")
    options = parser.parse_args()
    print(f"{'GB/s':20} {'ranks':>5} {'nntrain':>8} {'h5py':>8} {'cat':>8} {'read(2)':>8}", end="")
    print("".join(f"  {'nntrain/' + other:20}" for other in ("h5py", "cat", "read(2)")))
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("float32", "uint8"):
            for chunked in (False, True):
                path = os.path.join(folder, "data.h5")
                make(path, kind, chunked, options.size << 20)
                for ranks in (1, 2):
                    compare(options, path, f"{kind} {'chunked' if chunked else 'contiguous'}", ranks)


if __name__ == "__main__":
    main()
