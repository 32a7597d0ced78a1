#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that TensorBoard reads what `nntrain report --tensorboard` writes of runs.

EventAccumulator lists every figure of metrics.jsonl and every event of records.jsonl, at the same steps and with the same
values, rounded to float32 as TensorBoard keeps scalars; and the server of TensorBoard, asked as a browser asks it, has the same tags for its scalars, histograms and images.
No part of the test suite: TensorBoard is not in Debian. With pip install tensorboard:

    scripts/check_tensorboard.py build/release/src/nntrain RUN...
"""
import json
import math
import os
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import numpy
from tensorboard import program
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

SPLITS = ("train_", "validation_", "test_")


def lines(folder, name):
    path = os.path.join(folder, name)
    return [json.loads(line) for line in open(path)] if os.path.exists(path) else []


def is_figure(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def tag_of(figure):
    for split in SPLITS:
        if figure.startswith(split):
            return split[:-1] + "/" + figure[len(split):]
    return "run/" + figure


def expected_of(folder):
    """{tag: [(step, value)]} of scalars, {tag: [(step, record)]} of histograms, and the steps of frames."""
    scalars, histograms, frames = {}, {}, []
    for line in lines(folder, "metrics.jsonl"):
        for figure, value in line.items():
            if figure != "epoch" and is_figure(value):
                scalars.setdefault(tag_of(figure), []).append((line["epoch"], float(value)))
    for line in lines(folder, "records.jsonl"):
        if line["event"] == "norms":
            for kind in ("weight", "gradient"):
                for layer, value in enumerate(line[kind]):
                    if is_figure(value):
                        scalars.setdefault(f"{kind}_norm/layer_{layer}", []).append((line["epoch"], float(value)))
        elif line["event"] == "histograms":
            for layer, of_layer in enumerate(line["layers"]):
                scalars.setdefault(f"dead_units/layer_{layer}", []).append((line["epoch"], float(of_layer["dead"])))
                for kind in ("weights", "activations", "gradients"):
                    if of_layer[kind]["counts"]:
                        histograms.setdefault(f"{kind}/layer_{layer}", []).append((line["epoch"], of_layer[kind]))
        elif line["event"] == "frame":
            frames.append(line["epoch"])
    return scalars, histograms, frames


def check_files(folder, events):
    accumulator = EventAccumulator(events, size_guidance={"scalars": 0, "histograms": 0, "images": 0})
    accumulator.Reload()
    scalars, histograms, frames = expected_of(folder)
    found = {kind: set(accumulator.Tags()[kind]) for kind in ("scalars", "histograms", "images")}
    for kind, expected in (("scalars", set(scalars)), ("histograms", set(histograms))):
        assert found[kind] == expected, f"{folder}: missing {expected - found[kind]}, unexpected {found[kind] - expected}"
    for tag, values in scalars.items():
        read = [(event.step, event.value) for event in accumulator.Scalars(tag)]
        assert read == [(step, float(numpy.float32(value))) for step, value in values], f"{folder}: {tag}: {read}"
    for tag, values in histograms.items():
        for event, (epoch, of_epoch) in zip(accumulator.Histograms(tag), values, strict=True):
            read = event.histogram_value
            edges = numpy.linspace(of_epoch["least"], of_epoch["most"], len(of_epoch["counts"]) + 1)
            assert event.step == epoch and read.bucket == of_epoch["counts"] and \
                numpy.allclose([read.min, *read.bucket_limit], edges, rtol=1e-12, atol=0), f"{folder}: {tag}: {read}"
    for tag in found["images"]:
        images = accumulator.Images(tag)
        for image in images:
            width, height = struct.unpack(">II", image.encoded_image_string[16:24])
            assert image.encoded_image_string.startswith(b"\x89PNG") and (image.width, image.height) == (width, height)
        if tag.startswith("frames/"):
            assert [image.step for image in images] == frames, f"{folder}: {tag}: {[image.step for image in images]}"
    assert bool(frames) == any(tag.startswith("frames/") for tag in found["images"]), f"{folder}: frames"
    return found


def ask(url, plugin, what, **query):
    with urllib.request.urlopen(f"{url}data/plugin/{plugin}/{what}?{urllib.parse.urlencode(query)}") as answer:
        return json.load(answer)


def check_server(folder, expected):
    server = program.TensorBoard()
    server.configure(argv=[None, "--logdir", folder, "--port", "0", "--samples_per_plugin", "scalars=100000"])
    url = server.launch()
    end = time.monotonic() + 60
    names = set(expected)
    while any(set(ask(url, plugin, "tags")) != {name for name in names if expected[name][plugin]}
              for plugin in ("scalars", "images")):
        assert time.monotonic() < end, f"TensorBoard shows {ask(url, 'scalars', 'tags').keys()}, not {names}"
        time.sleep(0.2)
    for plugin in ("scalars", "histograms", "images"):
        shown = {name: set(tags) for name, tags in ask(url, plugin, "tags").items()}
        for name in names:
            assert shown.get(name, set()) == expected[name][plugin], f"{name}: {plugin}: {shown.get(name)}"
    for name in names:
        points = ask(url, "scalars", "scalars", run=name, tag="train/loss") \
            if "train/loss" in expected[name]["scalars"] else []
        assert all(point[0] > 1e9 and point[2] > 0 for point in points), f"{name}: {points[:3]}"
        for tag in expected[name]["images"]:
            assert ask(url, "images", "images", run=name, tag=tag, sample=0), f"{name}: {tag}"


def main():
    nntrain, *folders = sys.argv[1:]
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([nntrain, "report", *folders, "--tensorboard", work], check=True)
        names = [os.path.basename(os.path.normpath(folder)) for folder in folders]
        assert sorted(os.listdir(work)) == sorted(names), "runs of different names, please"
        expected = {name: check_files(folder, os.path.join(work, name)) for name, folder in zip(names, folders)}
        check_server(work, expected)
    for name, tags in expected.items():
        print(f"{name}: " + ", ".join(f"{len(of_kind)} {kind}" for kind, of_kind in tags.items()) + " as in its files")


if __name__ == "__main__":
    main()
