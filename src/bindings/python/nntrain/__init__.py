# SPDX-License-Identifier: MIT
"""Models of nntrain in Python: predictions by libnninfer, and scikit-learn estimators that train by the program nntrain."""
from ._library import NntrainError, NntrainModelError, NntrainTrainingError
from .model import Model
from .training import read_metrics

__all__ = ["Classifier", "Model", "NntrainError", "NntrainModelError", "NntrainTrainingError", "Regressor", "read_metrics"]


def __getattr__(name):
    # Models alone need no scikit-learn.
    if name in ("Classifier", "Regressor"):
        from . import estimators

        return getattr(estimators, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
