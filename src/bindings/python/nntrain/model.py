# SPDX-License-Identifier: MIT
"""Model: a trained model that predicts."""
import ctypes
import os
import threading
import weakref

import numpy as np

from ._library import DOUBLE, FLOAT, NN_DATA, NN_OK, PREDICTS, Batch, Error, NntrainError, NntrainModelError, library

_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
_ANY_ROWS = 2**31  # the library predicts in pieces, beyond which scratch does not grow
_HDF5, _SEAL = b"\x89HDF\r\n\x1a\n", 512  # what HDF5 begins with, in checkpoints behind their seal
_empty, _byref, _address = np.empty, ctypes.byref, ctypes.c_char.from_buffer
_predict_float = library.nn_infer_predict_float


def _aligned(size):
    """Bytes at an address that is a multiple of 64."""
    memory = np.empty(size + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size]


def _batch(array):
    """An array of two dimensions as libnninfer takes it; None where its strides are no whole elements."""
    size = array.itemsize
    row, column = array.strides
    if row % size or column % size or not array.flags.aligned:
        return None
    return Batch(array.__array_interface__["data"][0], FLOAT if size == 4 else DOUBLE, row // size, column // size)


class Model:
    """A trained model.

    It does not change, and any number of threads may use it at once: a prediction runs without the interpreter's lock,
    in scratch of its thread. Models can be pickled.

    Attributes
    ----------
    features : int
        Features of a row.
    outputs : int
        Outputs of a row.
    predicts : str
        What the outputs are: "classes" (probabilities, of which a row has one; one output: of class 1 of two), "labels"
        (probabilities of labels, each of which a row has or has not) or "values".
    class_names : list of str, or None
        Names of the classes or labels, in the order of the outputs; None where they are numbers alone.
    feature_names : list of str, or None
        Names of the features in the data that was trained on, in the order of a row; None where they are unknown.
    """

    def __init__(self, contents):
        """contents: of a model.safetensors, bytes or an array of bytes."""
        contents = np.frombuffer(contents, np.uint8)
        if contents.ctypes.data % 64:
            contents, given = _aligned(contents.size), contents
            contents[:] = given
        self._contents = contents  # borrowed by the library
        handle, error = ctypes.c_void_p(), Error()
        self._own(library.nn_infer_load_memory(contents.ctypes.data, contents.size, handle, error), handle, error)

    @classmethod
    def load(cls, path):
        """Reads a model: model.safetensors, or, where h5py is installed, model.h5 or a checkpoint.

        Raises NntrainModelError, of which the message names the file and what is wrong with it.
        """
        path = os.fspath(path)
        with open(path, "rb") as file:
            start = file.read(_SEAL + len(_HDF5))
        if _HDF5 in (start[: len(_HDF5)], start[_SEAL:]):
            from .checkpoint import safetensors_of

            return cls(safetensors_of(path))
        model, handle, error = cls.__new__(cls), ctypes.c_void_p(), Error()
        model._contents = None
        model._own(library.nn_infer_load(os.fsencode(path), handle, error), handle, error)
        model._path = path
        return model

    def _own(self, status, handle, error):
        if status != NN_OK:
            kind = NntrainModelError if status == NN_DATA else NntrainError
            raise kind(error.message.decode(errors="replace"))
        weakref.finalize(self, library.nn_infer_free, handle)
        self._handle = handle
        self.features = library.nn_infer_features(handle)
        self.outputs = library.nn_infer_outputs(handle)
        self.predicts = PREDICTS[library.nn_infer_predicts(handle)]
        # Of one output that speaks of classes there are two.
        count = 0 if self.predicts == "values" else max(self.outputs, 2 if self.predicts == "classes" else 1)
        names = [library.nn_infer_class_name(handle, number) for number in range(count)]
        self.class_names = None if None in names or not names else [name.decode() for name in names]
        names = [library.nn_infer_feature_name(handle, feature) for feature in range(self.features)]
        self.feature_names = None if None in names else [name.decode() for name in names]
        self._scratch = threading.local()

    def __reduce__(self):
        contents = self._contents
        if contents is None:
            with open(self._path, "rb") as file:
                contents = np.frombuffer(file.read(), np.uint8)
        return Model, (contents.tobytes(),)

    def __repr__(self):
        return f"<nntrain.Model: {self.features} features to {self.outputs} outputs, {self.predicts}>"

    def _thread_scratch(self):
        """Address of scratch of this thread."""
        try:
            return self._scratch.address
        except AttributeError:
            memory = _aligned(library.nn_infer_scratch_bytes(self._handle, _ANY_ROWS))
            self._scratch.memory, self._scratch.address = memory, memory.ctypes.data
            return self._scratch.address

    def predict(self, x):
        """Predicts.

        Parameters
        ----------
        x : array [rows, features], or [features]
            In the units of the data that was trained on. float32 and float64 are read where they lie, whatever their
            strides; other types become float32 where that holds all their values, else float64. NaN stands for a missing
            value, where the model was trained with some.

        Returns
        -------
        array [rows, outputs], or [outputs], of float32 for float32 and else float64
            What `predicts` says, with the bits of `nntrain predict`.
        """
        # The way of what is asked for most often, a few rows as they are: every attribute and call here counts.
        try:
            if x.dtype is _FLOAT32 and (flags := x.flags).c_contiguous and flags.aligned:
                rows, features = x.shape
                if features == self.features:
                    y = _empty((rows, self.outputs), _FLOAT32)
                    _predict_float(
                        self._handle, rows, _byref(_address(x)), _byref(_address(y)), self._scratch.address
                    )
                    return y
        except (AttributeError, TypeError, ValueError):
            pass  # no array, of one dimension, read-only, without rows, or the first one of a thread
        x = np.asarray(x)
        if x.dtype != _FLOAT32 and x.dtype != _FLOAT64:
            exact = x.dtype.kind in "biuf" and np.can_cast(x.dtype, _FLOAT32)
            x = x.astype(_FLOAT32 if exact else _FLOAT64)
        if not x.dtype.isnative:
            x = x.astype(x.dtype.newbyteorder("="))
        if x.ndim == 1:
            return self._predict(x[np.newaxis])[0]
        return self._predict(x)

    def _predict(self, x):
        if x.ndim != 2 or x.shape[1] != self.features:
            raise ValueError(f"x has shape {x.shape}, but the model takes [rows, {self.features}]")
        scratch = self._thread_scratch()
        y = _empty((len(x), self.outputs), x.dtype)
        batch = _batch(x)
        if batch is None:  # fields of a packed record, say
            x = np.ascontiguousarray(x)
            batch = _batch(x)
        library.nn_infer_predict(self._handle, len(x), batch, _batch(y), scratch)
        return y

    def predict_class(self, x):
        """Decides.

        Returns
        -------
        array [rows] of names, where classes have some, or numbers; of a model of labels [rows, outputs] of bool
            The most probable class; of one output whether class 1 has at least 0.5; labels likewise.
        """
        if self.predicts == "values":
            raise ValueError("the model predicts values, not classes")
        y = self.predict(x)
        if self.predicts == "labels":
            return y >= 0.5
        numbers = y.argmax(-1) if self.outputs > 1 else (y[..., 0] >= 0.5).astype(np.intp)
        return numbers if self.class_names is None else np.array(self.class_names, object)[numbers]

    def _row(self, x):
        x = np.ascontiguousarray(x, _FLOAT64)
        if x.shape != (self.features,):
            raise ValueError(f"x has shape {x.shape}, but the model takes one row [{self.features}]")
        return x

    def jacobian(self, x):
        """Derivatives of the outputs by the features at one row, x [features]: array [outputs, features] of float64, in the
        units of the data. 0 for a feature that is missing, constant in training or limited there."""
        x = self._row(x)
        jacobian = _empty((self.outputs, self.features), _FLOAT64)
        library.nn_infer_jacobian(self._handle, x.ctypes.data, jacobian.ctypes.data, self._thread_scratch())
        return jacobian

    def check_range(self, x):
        """Which features of one row, x [features], lie outside of what the training rows had: array [features] of bool.
        False for all where the file does not tell the range."""
        x = self._row(x)
        outside = _empty(self.features, np.uint8)
        library.nn_infer_check_range(self._handle, x.ctypes.data, outside.ctypes.data)
        return outside.view(bool)

