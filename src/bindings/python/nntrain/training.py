# SPDX-License-Identifier: MIT
"""The program nntrain, started as a child."""
import json
import os
import pathlib
import shutil
import subprocess

from ._library import NntrainError, NntrainTrainingError


def program():
    """Path of nntrain: what the environment variable NNTRAIN names, or what is found by PATH."""
    named = os.environ.get("NNTRAIN", "nntrain")
    found = shutil.which(named)
    if not found:
        raise NntrainError(f"the program {named} is not found: install nntrain, put it on the PATH, or name it in NNTRAIN")
    return found


def train(recipe, settings, output, ranks=1, verbose=False):
    """Trains.

    Parameters
    ----------
    recipe : path of a recipe
    settings : dict
        Values of the recipe to be overridden, by key, such as {"training.epochs": 5}.
    output : path of the run's folder
    ranks : int
        More than one are started by mpirun.
    verbose : bool
        Progress goes to the standard output.

    Raises NntrainTrainingError with the message of nntrain.
    """
    command = [program(), "train", str(recipe), "--output", str(output)]
    if not verbose:
        command += ["--progress", "quiet"]
    for key, value in settings.items():
        text = value if isinstance(value, str) else json.dumps(value)  # which is YAML, too
        command += ["--set", f"{key}={text}"]
    if ranks > 1:
        launcher = shutil.which("mpirun")
        if not launcher:
            raise NntrainError(f"mpirun is not found, which {ranks} ranks need: put MPI on the PATH, or set ranks=1")
        command = [launcher, "-np", str(ranks), *command]
    done = subprocess.run(command, stdout=None if verbose else subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        said = done.stderr.strip() or (done.stdout or "").strip()
        raise NntrainTrainingError(said or f"{command[0]} ended with {done.returncode}", done.returncode)


def read_metrics(run, frame=False):
    """Metrics of a run: a list with a dict for each epoch, or with `frame` a pandas.DataFrame.

    run : path of the run's folder, or of its metrics.jsonl
    """
    path = pathlib.Path(run)
    if path.is_dir():
        path /= "metrics.jsonl"
    with open(path, encoding="utf-8") as file:
        metrics = [json.loads(line) for line in file]
    if frame:
        import pandas

        return pandas.DataFrame(metrics)
    return metrics
