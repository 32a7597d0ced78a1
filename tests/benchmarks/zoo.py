#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains recipes of three entries on the zoo and compares their test scores with scikit-learn's in baseline.tsv.

zoo.py FOLDER [--program nntrain] [--ranks 1,2] [--splits 5] [--units 100 | --units 64,64,64 | --units '']
       [--activation relu] [--set KEY=VALUE]... [--resume] [--readme] [NAME...]

A recipe names the training file, layers and loss, and the test rows that are scored; the seed is that of the split.
Every score is appended to FOLDER/scores.tsv; --resume leaves out what is there. --set goes on to `nntrain train`, so
that other settings can be compared. --readme puts the tables into README.md beside this script. Ends with 1 where a run
failed.
"""
import argparse
import collections
import json
import os
import shutil
import subprocess
import sys
import time

import h5py
import numpy as np

import zoo_data
import zoo_score

HERE = os.path.dirname(os.path.abspath(__file__))
NEAR = 0.02  # as good as scikit-learn's

Result = collections.namedtuple("Result", "score seconds")


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("folder")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--program", default=os.path.join(HERE, "../../build/release/src/nntrain"))
    parser.add_argument("--ranks", default="1,2")
    parser.add_argument("--splits", type=int, default=zoo_data.SPLITS)
    parser.add_argument("--units", default="100")
    parser.add_argument("--activation", default="relu")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--readme", action="store_true")
    given = parser.parse_intermixed_args()
    given.ranks = [int(ranks) for ranks in given.ranks.split(",")]
    given.units = [int(units) for units in given.units.split(",") if units]
    given.names = given.names or [entry[0] for entry in zoo_data.SETS]
    return given


def recipe(given, name, split, train_y):
    """The three entries, and the test rows."""
    kind = zoo_data.find(name)[1]
    outputs = 1 if train_y.ndim == 1 else train_y.shape[1]
    loss, activation = {
        "classes": ("cross_entropy", "softmax"),
        "binary": ("binary_cross_entropy", "sigmoid"),
        "labels": ("binary_cross_entropy", "sigmoid"),
        "values": ("mse", "linear"),
    }[kind]
    if kind == "classes":
        outputs = zoo_data.class_count(given.folder, name)
    file = os.path.abspath(zoo_data.path_of(given.folder, name, split))
    hidden = [{"units": units, "activation": given.activation} for units in given.units]
    return {
        "data": {"train": {"file": file}, "test": {"file": file}},
        "network": {"layers": hidden + [{"units": outputs, "activation": activation}]},
        "loss": loss,
    }


def run(given, name, split, ranks):
    """Score on the test rows and seconds of the training; None where the run failed, which is told."""
    work = os.path.join(given.folder, "work")
    kind = zoo_data.find(name)[1]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    _, train_y, _, test_y = zoo_data.read(given.folder, name, split)
    with open(os.path.join(work, "recipe.yaml"), "w") as f:
        json.dump(recipe(given, name, split, train_y), f)
    start = ["mpirun", "-np", str(ranks)] if ranks > 1 else []
    settings = [word for setting in [f"seed={split + 1}"] + given.set for word in ("--set", setting)]
    commands = [
        [given.program, "train", f"{work}/recipe.yaml", "--output", f"{work}/run", *settings],
        [given.program, "predict", "--model", f"{work}/run/model.h5", "--split", "test", "--output", f"{work}/p.h5"],
    ]
    began = time.monotonic()
    for command in commands:
        done = subprocess.run(start + command, capture_output=True, text=True,
                              env=dict(os.environ, OMP_NUM_THREADS=os.environ.get("OMP_NUM_THREADS", "1")))
        if done.returncode:
            said = [line for line in (done.stderr or done.stdout).splitlines() if line.startswith("nntrain")]
            print(f"{name}, split {split}, {ranks} ranks: {command[1]} ended with {done.returncode}: "
                  f"{said[0] if said else done.stderr}", file=sys.stderr)
            return None
        if command[1] == "train":
            seconds = time.monotonic() - began
    with h5py.File(f"{work}/p.h5") as f:
        predicted = f[{"classes": "class", "binary": "class"}.get(kind, kind)][()]
    return Result(zoo_score.score(kind, test_y, predicted), seconds)


def known_results(path):
    results = {}
    if os.path.exists(path):
        with open(path) as f:
            for line in f:
                name, split, ranks, score, seconds = line.split("\t")
                results[name, int(split), int(ranks)] = Result(float(score), float(seconds))
    return results


def run_all(given):
    path = os.path.join(given.folder, "scores.tsv")
    if not given.resume and os.path.exists(path):
        os.remove(path)
    results = known_results(path)
    failures = 0
    for name in given.names:
        for split in range(given.splits):
            for ranks in given.ranks:
                if (name, split, ranks) in results:
                    continue
                result = run(given, name, split, ranks)
                failures += result is None
                if result:
                    results[name, split, ranks] = result
                    with open(path, "a") as f:
                        f.write(f"{name}\t{split}\t{ranks}\t{result.score:.6f}\t{result.seconds:.2f}\n")
        print(name, file=sys.stderr, flush=True)
    return results, failures


def mean_score(results, name, ranks, splits):
    """Mean over the splits, None where a run failed."""
    scores = [results[name, split, ranks].score for split in splits if (name, split, ranks) in results]
    return float(np.mean(scores)) if len(scores) == len(splits) else None


def table(given, results, half):
    """Lines of a table in Markdown of one half, and what it comes to."""
    peers = zoo_score.baseline()
    heads = [f"{ranks} rank{'s' * (ranks > 1)}" for ranks in given.ranks]
    lines = [f"| set | rows | features | target | scikit-learn | {' | '.join(heads)} | difference | s |",
             "|---|---:|---:|---|---:|" + "---:|" * (len(heads) + 2)]
    rows = complete = near = above = 0
    for name in given.names:
        if zoo_data.find(name)[2] != half:
            continue
        train_x, train_y, _, _ = zoo_data.read(given.folder, name, 0)
        kind = zoo_data.find(name)[1] + (f", {train_y.shape[1]}" if train_y.ndim > 1 else "")
        ours = [mean_score(results, name, ranks, range(given.splits)) for ranks in given.ranks]
        # scikit-learn's fits of large sets take long: where splits are missing, the others are compared
        shared = [split for split in range(given.splits) if split in peers.get(name, {})]
        peer = float(np.mean([peers[name][split] for split in shared])) if shared else None
        difference = None
        if shared and None not in ours:
            difference = min(mean_score(results, name, ranks, shared) for ranks in given.ranks) - peer
        seconds = [results[key].seconds for key in results if key[0] == name and key[2] == given.ranks[0]]
        rows += 1
        complete += None not in ours
        near += difference is not None and difference >= -NEAR
        above += difference is not None and difference > 0
        fewer = f" ({len(shared)} of {given.splits})" if len(shared) < given.splits else ""
        cells = [name, f"{len(train_x):,}", "x".join(map(str, train_x.shape[1:])), kind,
                 "" if peer is None else f"{peer:.4f}{fewer}", *("failed" if s is None else f"{s:.4f}" for s in ours),
                 "" if difference is None else f"{difference:+.4f}", f"{np.mean(seconds):.1f}" if seconds else ""]
        lines.append("| " + " | ".join(cells) + " |")
    lines.append("")
    lines.append(f"Of {rows} sets {complete} trained in every run; {near} are within {NEAR} of scikit-learn or above, "
                 f"{above} above." + (f" The lower of {' and '.join(heads)} counts." if len(heads) > 1 else ""))
    return lines


def put_into_readme(text):
    path = os.path.join(HERE, "README.md")
    with open(path) as f:
        before, rest = f.read().split("<!-- zoo.py: begin -->\n")
        after = rest.split("<!-- zoo.py: end -->\n")[1]
    with open(path, "w") as f:
        f.write(f"{before}<!-- zoo.py: begin -->\n{text}<!-- zoo.py: end -->\n{after}")


def machine():
    with open("/proc/cpuinfo") as f:
        models = [line.split(":")[1].strip() for line in f if line.startswith("model name")]
    return f"{len(models)} x {models[0]}" if models else os.uname().machine


def main():
    given = arguments()
    zoo_data.make_missing(given.folder, given.names)
    results, failures = run_all(given)
    version = subprocess.run([given.program, "--version"], capture_output=True, text=True).stdout.split("\n")
    text = f"{' '.join(version[0].split())}, {' '.join(version[1].split())}, on {machine()}.\n"
    if given.set:
        text += f"With {', '.join(given.set)}.\n"
    for half, title in (("choose", "The half that chose"), ("report", "The half that did not")):
        text += f"\n### {title}\n\n" + "\n".join(table(given, results, half)) + "\n"
    print(text)
    if given.readme:
        put_into_readme(text)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
