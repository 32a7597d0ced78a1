# SPDX-License-Identifier: MIT
"""libnninfer by ctypes: finds it, and declares include/nntrain/infer.h."""
import ctypes
import ctypes.util
import os
import pathlib


class NntrainError(Exception):
    """What nntrain or libnninfer says of a failure."""


class NntrainModelError(NntrainError, ValueError):
    """A model file that cannot be read."""


class NntrainTrainingError(NntrainError, RuntimeError):
    """A training that failed.

    `exit_code` is that of the program: 2 usage or recipe, 3 data, 4 diverged, 5 system.
    """

    def __init__(self, message, exit_code):
        super().__init__(message, exit_code)
        self.exit_code = exit_code

    def __str__(self):
        return self.args[0]


class Error(ctypes.Structure):
    """nn_error"""

    _fields_ = [("status", ctypes.c_int), ("message", ctypes.c_char * 1024)]


class Batch(ctypes.Structure):
    """nn_infer_input and nn_infer_output, which have the same members."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("type", ctypes.c_int),
        ("row_stride", ctypes.c_ssize_t),
        ("column_stride", ctypes.c_ssize_t),
    ]


FLOAT, DOUBLE = 0, 1
NN_OK, NN_DATA = 0, 3
PREDICTS = ("classes", "labels", "values")


def _find():
    """The library: what NNTRAIN_LIBRARY names, the package's own, or the system's."""
    named = os.environ.get("NNTRAIN_LIBRARY")
    if named:
        return named
    own = pathlib.Path(__file__).with_name("libnninfer.so")
    if own.exists():
        return str(own)
    found = ctypes.util.find_library("nninfer")
    if found:
        return found
    raise NntrainError(
        "libnninfer is not found: install the package from a wheel, which has it, or name the library in the "
        "environment variable NNTRAIN_LIBRARY"
    )


def _declare(path):
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise NntrainError(f"libnninfer cannot be loaded: {error}") from None
    model, pointer, size, status = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    error = ctypes.POINTER(Error)
    for name, result, *arguments in (
        ("nn_infer_load", status, ctypes.c_char_p, ctypes.POINTER(model), error),
        ("nn_infer_load_memory", status, pointer, size, ctypes.POINTER(model), error),
        ("nn_infer_free", None, model),
        ("nn_infer_predicts", ctypes.c_int, model),
        ("nn_infer_features", size, model),
        ("nn_infer_outputs", size, model),
        ("nn_infer_class_name", ctypes.c_char_p, model, size),
        ("nn_infer_feature_name", ctypes.c_char_p, model, size),
        ("nn_infer_scratch_bytes", size, model, size),
        ("nn_infer_predict", None, model, size, Batch, Batch, pointer),
        ("nn_infer_predict_float", None, model, size, pointer, pointer, pointer),
        ("nn_infer_predict_double", None, model, size, pointer, pointer, pointer),
        ("nn_infer_jacobian", None, model, pointer, pointer, pointer),
        ("nn_infer_check_range", size, model, pointer, pointer),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


library = _declare(_find())
