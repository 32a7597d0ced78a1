# SPDX-License-Identifier: MIT
"""Predictions of models, against those of the program."""
import pickle
import subprocess
import threading

import h5py
import numpy as np
import pytest

import nntrain
from nntrain.training import program, train


@pytest.fixture(params=["h5", "safetensors"])
def model(trained, request):
    return nntrain.Model.load(getattr(trained, request.param))


@pytest.fixture
def rows(trained):
    return trained.x.astype(np.float32)


def test_predictions_have_the_bits_of_nntrain(trained, model):
    predictions = trained.predictions
    y = model.predict(trained.x.astype(np.float32))
    assert y.dtype == np.float32 and y.shape == (len(trained.x), model.outputs)
    if "values" in predictions:
        assert model.predicts == "values"
        np.testing.assert_array_equal(y, predictions["values"].astype(np.float32))
    else:
        assert model.predicts == "classes"
        np.testing.assert_array_equal(y, predictions["probabilities"])
        np.testing.assert_array_equal(model.predict_class(trained.x), predictions["class"])
    np.testing.assert_array_equal(model.predict(trained.x), y if trained.x.dtype == np.float32 else model.predict(trained.x))


def test_integers_that_float32_holds_are_predicted_as_nntrain_does(trained, model):
    if trained.x.dtype == np.uint8:
        np.testing.assert_array_equal(model.predict(trained.x), trained.predictions["probabilities"])


def test_float64_gives_float64(rows, model):
    y = model.predict(rows.astype(np.float64))
    assert y.dtype == np.float64
    np.testing.assert_allclose(y, model.predict(rows), rtol=2e-4, atol=1e-6)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_strides_make_no_difference(rows, model, kind):
    x = rows.astype(kind)
    expected = model.predict(x)
    wide = np.full((2 * len(x), 3 * x.shape[1]), np.nan, kind)
    wide[::2, 2::3] = x
    field = np.zeros(x.shape, [("other", "u1"), ("value", kind)])  # elements at odd addresses
    field["value"] = x
    frozen = x.copy()
    frozen.flags.writeable = False
    swapped = x.astype(x.dtype.newbyteorder())
    for form in (np.asfortranarray(x), wide[::2, 2::3], x[::-1][::-1], field["value"], frozen, swapped):
        np.testing.assert_array_equal(model.predict(form), expected)
    np.testing.assert_array_equal(model.predict(x[::-1]), expected[::-1])


def test_a_row_is_what_it_is_among_others(rows, model):
    expected = model.predict(rows)
    for number in (0, 7, len(rows) - 1):
        np.testing.assert_array_equal(model.predict(rows[number]), expected[number])
        np.testing.assert_array_equal(model.predict(rows[number : number + 1]), expected[number : number + 1])
    many = np.tile(rows, (3, 1))
    np.testing.assert_array_equal(model.predict(many), np.tile(expected, (3, 1)))
    assert model.predict(rows[:0]).shape == (0, model.outputs)


def test_results_are_not_shared_between_calls(rows, model):
    first = model.predict(rows[:1])
    kept = first.copy()
    model.predict(rows[1:2])
    np.testing.assert_array_equal(first, kept)


def test_threads_share_a_model(rows, model):
    expected = model.predict(rows)
    wrong = []

    def ask(offset):
        for number in range(200):
            row = (offset + number) % len(rows)
            if not np.array_equal(model.predict(rows[row : row + 1])[0], expected[row]):
                wrong.append(row)

    threads = [threading.Thread(target=ask, args=(17 * offset,)) for offset in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_jacobian_is_that_of_differences(trained, rows, model):
    x = rows[3].astype(np.float64)
    jacobian = model.jacobian(x)
    assert jacobian.shape == (model.outputs, model.features)
    step = 0.02 if trained.x.dtype == np.float32 else 0.5
    largest = np.abs(jacobian).max()
    for feature in range(0, model.features, 9):
        there, back = x.copy(), x.copy()
        there[feature] += step
        back[feature] -= step
        slope = (model.predict(there) - model.predict(back)) / (2 * step)
        np.testing.assert_allclose(jacobian[:, feature], slope, atol=0.05 * largest)


def test_check_range_finds_what_lies_outside(trained, model):
    x = trained.x[5].astype(np.float64)
    assert not model.check_range(x).any()
    x[-1] = 1e9
    outside = model.check_range(x)
    assert outside[-1] and outside.sum() == 1


def test_features_have_the_names_of_the_data(tmp_path):
    names = ["b", "a \N{DEGREE SIGN}", "c"]
    x = np.random.default_rng(1).random((30, 3))
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file["x"], file["y"], file["features"] = x, x.sum(1), names
    data = f"data: {{train: {{file: {tmp_path / 'd.h5'}, x: x, y: y}}}}\n"
    recipe = tmp_path / "r.yaml"
    recipe.write_text(data + "network: {layers: [{units: 1, activation: linear}]}\nloss: mse\ntraining: {epochs: 1}\n")
    train(recipe, {}, tmp_path / "run")
    command = [program(), "export", "safetensors", tmp_path / "run/model.h5", "--output", tmp_path / "m.safetensors"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for model in (tmp_path / "run/model.h5", tmp_path / "m.safetensors"):
        assert nntrain.Model.load(model).feature_names == names


def test_features_without_names_have_none(model):
    assert model.feature_names is None


def test_models_can_be_pickled(rows, model):
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copy.predict(rows), model.predict(rows))


def test_wrong_shapes_are_errors(rows, model):
    with pytest.raises(ValueError, match=r"takes \[rows, "):
        model.predict(np.zeros((2, model.features + 1), np.float32))
    with pytest.raises(ValueError, match="takes one row"):
        model.jacobian(rows)
    with pytest.raises(ValueError):
        model.predict("text")


def test_files_that_are_no_models_are_errors(tmp_path):
    (tmp_path / "nothing").write_text("nothing")
    with pytest.raises(nntrain.NntrainModelError, match="nothing"):
        nntrain.Model.load(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError):
        nntrain.Model.load(tmp_path / "missing")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = np.zeros(3)
    with pytest.raises(nntrain.NntrainModelError, match="other.h5"):
        nntrain.Model.load(tmp_path / "other.h5")


def test_metrics_of_a_run(trained):
    metrics = nntrain.read_metrics(trained.folder / "run")
    assert [epoch["epoch"] for epoch in metrics] == [1, 2, 3]
    assert metrics[-1]["train_loss"] < metrics[0]["train_loss"]
