# SPDX-License-Identifier: MIT
"""Models that tests share, trained by the program."""
import pathlib
import subprocess

import h5py
import numpy as np
import pytest

from nntrain.training import program, train

DATASETS = pathlib.Path(__file__).resolve().parents[4] / "datasets"
RECIPES = {
    "digits": (DATASETS / "digits/recipe.yaml", {"training.epochs": 3}),
    "sine": (DATASETS / "theory/sine.yaml", {"training.epochs": 3}),
}


class Trained:
    """A run, and what nntrain itself predicts and exports."""

    def __init__(self, folder, name):
        self.recipe, settings = RECIPES[name]
        self.folder = folder
        train(self.recipe, settings, folder / "run")
        self.h5 = folder / "run" / "model.h5"
        self.safetensors = folder / "model.safetensors"
        data = self.recipe.with_name("digits.h5" if name == "digits" else f"{name}.h5")
        command = [program(), "predict", "--model", self.h5, "--data", data, "--x", "/test/x", "--output", folder / "out.h5"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        command = [program(), "export", "safetensors", self.h5, "--output", self.safetensors]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with h5py.File(data) as file, h5py.File(folder / "out.h5") as out:
            x = file["test/x"][()]
            self.x = x.reshape(len(x), -1)
            self.predictions = {key: out[key][()] for key in out}


@pytest.fixture(scope="session", params=list(RECIPES))
def trained(request, tmp_path_factory):
    return Trained(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture
def draw():
    return np.random.default_rng(1)
