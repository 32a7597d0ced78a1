# SPDX-License-Identifier: MIT
"""scikit-learn estimators that train by the program nntrain, and predict by libnninfer."""
import json
import os
import pathlib
import tempfile

import h5py
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, column_or_1d, validate_data

from .model import Model
from .training import read_metrics, train

# Parameters of estimators, and the keys of a recipe that they stand for.
_KEYS = {
    "optimizer": "optimizer",
    "learning_rate": "optimizer.learning_rate",
    "schedule": "schedule",
    "epochs": "training.epochs",
    "batch": "training.batch",
    "normalize": "data.normalize",
    "seed": "seed",
    "threads": "parallel.threads",
}

_PARAMETERS = """Parameters
    ----------
    recipe : dict or path, optional
        The base: sections of a recipe, as docs/recipe.md lists them, or a file of them. Its data is replaced by what fit is
        given; every parameter that is not None overrides what it says.
    layers : sequence, optional
        Hidden layers: a number of units each, or a dict such as {"units": 64, "activation": "gelu", "dropout": 0.1}. The
        last layer follows from the targets. None: one of 64 units, or those of the recipe, its last layer included.
    activation : str
        Of hidden layers that are given as numbers.
    loss, optimizer, learning_rate, schedule, epochs, batch, normalize, seed, threads : optional
        As in the recipe: loss, optimizer, optimizer.learning_rate, schedule, training.epochs, training.batch,
        data.normalize, seed, parallel.threads. None: what the recipe says, else nntrain's defaults.
    validation : float or dict, optional
        Share of the rows that is held out and measured after each epoch, or data.validation of the recipe.
    settings : dict, optional
        Any other values of the recipe by their keys, such as {"training.stop.patience": 10}; they override all else.
    ranks : int
        More than one are started by mpirun.
    verbose : bool
        The progress of the training goes to the standard output.

    Attributes
    ----------
    model_ : nntrain.Model
    metrics_ : list of dict
        What the training measured after each epoch.
    n_iter_ : int
        Epochs.
    """


class _Estimator(BaseEstimator):
    def __init__(
        self,
        recipe=None,
        *,
        layers=None,
        activation="relu",
        loss=None,
        optimizer=None,
        learning_rate=None,
        schedule=None,
        epochs=None,
        batch=None,
        normalize=None,
        validation=None,
        seed=None,
        threads=None,
        ranks=1,
        settings=None,
        verbose=False,
    ):
        self.recipe = recipe
        self.layers = layers
        self.activation = activation
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.epochs = epochs
        self.batch = batch
        self.normalize = normalize
        self.validation = validation
        self.seed = seed
        self.threads = threads
        self.ranks = ranks
        self.settings = settings
        self.verbose = verbose

    def _imputes(self):
        """Whether the training says what to do about missing values."""
        recipe = self.recipe if isinstance(self.recipe, dict) else {}
        return (self.settings or {}).get("data.impute", recipe.get("data", {}).get("impute", "none")) != "none"

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self._imputes()
        return tags

    def _validate(self, X, **others):
        finite = "allow-nan" if self._imputes() else True
        return validate_data(self, X, dtype=[np.float64, np.float32], ensure_all_finite=finite, **others)

    def _layers(self, last):
        hidden = [64] if self.layers is None else self.layers
        return [
            dict(layer) if isinstance(layer, dict) else {"units": int(layer), "activation": self.activation}
            for layer in hidden
        ] + [last]

    def _overrides(self, last, loss, sections):
        """Values of the recipe that fit and the parameters decide, by key.

        sections : of the base recipe; None: unknown, a file that has layers and a loss
        """
        values = {}
        if self.layers is not None or (sections is not None and "layers" not in sections.get("network", {})):
            values["network.layers"] = self._layers(last)
        if self.loss is not None or (sections is not None and "loss" not in sections):
            values["loss"] = self.loss if self.loss is not None else loss
        values.update({key: getattr(self, name) for name, key in _KEYS.items() if getattr(self, name) is not None})
        values.update(self.settings or {})
        return values

    def _fit(self, X, y, sample_weight, last, loss):
        with tempfile.TemporaryDirectory(prefix="nntrain-") as folder:
            folder = pathlib.Path(folder)
            with h5py.File(folder / "data.h5", "w") as file:
                file["train/x"], file["train/y"] = X, y
                if sample_weight is not None:
                    file["train/w"] = sample_weight
            source = {"file": str(folder / "data.h5"), "x": "/train/x", "y": "/train/y"}
            if sample_weight is not None:
                source["w"] = "/train/w"
            overrides = {"data.train": source}
            if self.validation is not None:
                fraction = not isinstance(self.validation, dict)
                overrides["data.validation"] = {"fraction": self.validation} if fraction else self.validation
            sections = dict(self.recipe or {}) if not isinstance(self.recipe, (str, os.PathLike)) else None
            recipe = self.recipe
            if sections is not None:
                recipe = folder / "recipe.yaml"
                recipe.write_text(json.dumps(sections), encoding="utf-8")
            overrides.update(self._overrides(last, loss, sections))
            train(recipe, overrides, folder / "run", self.ranks, self.verbose)
            self.model_ = Model.load(folder / "run" / "model.h5")
            self.metrics_ = read_metrics(folder / "run")
        self.n_iter_ = len(self.metrics_)
        return self

    def _predict(self, X):
        check_is_fitted(self)
        return self.model_.predict(self._validate(X, reset=False))


class Classifier(ClassifierMixin, _Estimator):
    __doc__ = f"""Classifier: a feed-forward network, trained by nntrain.

    {_PARAMETERS}
    classes_ : array
        Classes, in the order of the outputs.
    """

    def fit(self, X, y, sample_weight=None):
        """Trains. X [rows, features], y [rows] of any labels, sample_weight [rows]."""
        X, y = self._validate(X, y=y)
        check_classification_targets(y)
        y = column_or_1d(y, warn=True)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float32, ensure_non_negative=True)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y has one class only, {self.classes_[0]!r}; a classifier needs 2 or more")
        last = {"units": len(self.classes_), "activation": "softmax"}
        return self._fit(X, numbers.astype(np.int32), sample_weight, last, "cross_entropy")

    def predict_proba(self, X):
        """Probabilities of the classes: array [rows, classes]."""
        y = self._predict(X)
        return np.hstack([1 - y, y]) if y.shape[1] == 1 else y

    def predict(self, X):
        """The most probable class of each row: array [rows]."""
        y = self.predict_proba(X)
        return self.classes_[y.argmax(axis=1)]


class Regressor(RegressorMixin, _Estimator):
    __doc__ = f"""Regressor: a feed-forward network, trained by nntrain, of one or several values.

    {_PARAMETERS}"""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X, y, sample_weight=None):
        """Trains. X [rows, features], y [rows] or [rows, outputs], sample_weight [rows]."""
        X, y = self._validate(X, y=y, multi_output=True, y_numeric=True)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float32, ensure_non_negative=True)
        self._one = y.ndim == 1
        y = np.asarray(y, np.float64).reshape(len(X), -1)
        last = {"units": y.shape[1], "activation": "linear"}
        return self._fit(X, y, sample_weight, last, "mse")

    def predict(self, X):
        """Values: array [rows], or [rows, outputs] as y was."""
        y = self._predict(X)
        return y[:, 0] if self._one else y
