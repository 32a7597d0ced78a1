# SPDX-License-Identifier: MIT
"""The estimators: what they train, and what scikit-learn asks of them."""
import pathlib
import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.datasets import make_regression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import nntrain

# Batches are drawn among rows: a row of weight 2 is no row that is there twice, and one of weight 0 still takes a place.
FAILED = {
    "check_sample_weight_equivalence_on_dense_data": "batches are drawn among rows, so that a weight of 2 is not the same row twice"
}


@parametrize_with_checks(
    [nntrain.Classifier(), nntrain.Regressor()], expected_failed_checks=lambda estimator: FAILED
)
def test_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture
def blobs(draw):
    centres = np.array([[0, 0], [4, 0], [0, 4]])
    numbers = np.arange(150) % 3
    names = np.array(["oak", "ash", "elm"])
    return centres[numbers] + draw.normal(size=(150, 2)), names[numbers]


def test_classes_keep_their_names(blobs):
    x, y = blobs
    trees = nntrain.Classifier(layers=(16,), epochs=60).fit(x, y)
    assert list(trees.classes_) == ["ash", "elm", "oak"]
    assert trees.score(x, y) > 0.9
    np.testing.assert_allclose(trees.predict_proba(x).sum(axis=1), 1, rtol=1e-6)
    assert trees.n_iter_ == 60 == len(trees.metrics_)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(trees)).predict_proba(x), trees.predict_proba(x))


def test_several_values():
    x, y = make_regression(300, 5, n_targets=3, random_state=1)
    values = nntrain.Regressor(epochs=100).fit(x, y)
    assert values.predict(x).shape == (300, 3)
    assert values.score(x, y) > 0.95


def test_a_recipe_is_the_base_and_parameters_override_it(blobs, tmp_path):
    x, y = blobs
    recipe = {
        "network": {"layers": [{"units": 5, "activation": "tanh"}, {"units": 3, "activation": "softmax"}]},
        "loss": "cross_entropy",
        "training": {"epochs": 3, "batch": 10},
        "optimizer": "sgd",
    }
    path = tmp_path / "recipe.yaml"
    path.write_text(str(recipe).replace("'", '"'))
    by_dict = nntrain.Classifier(recipe, epochs=2).fit(x, y)
    by_path = nntrain.Classifier(path, epochs=2).fit(x, y)
    by_parameters = nntrain.Classifier(
        layers=[5], activation="tanh", epochs=2, settings={"training.batch": 10}, optimizer="sgd"
    ).fit(x, y)
    assert by_dict.n_iter_ == 2
    for other in (by_path, by_parameters):
        np.testing.assert_array_equal(other.predict_proba(x), by_dict.predict_proba(x))
    assert nntrain.Classifier(recipe, epochs=2, seed=9).fit(x, y).predict_proba(x)[0, 0] != by_dict.predict_proba(x)[0, 0]


def test_validation_and_early_stopping(blobs):
    x, y = blobs
    settings = {"training.stop": {"metric": "accuracy", "target": 0.5}}
    trees = nntrain.Classifier(validation=0.2, epochs=50, settings=settings).fit(x, y)
    assert trees.n_iter_ < 50
    assert "validation_accuracy" in trees.metrics_[0]


def test_ranks_train_the_same_model(blobs):
    x, y = blobs
    common = {"epochs": 2, "threads": 1, "settings": {"parallel.reproducible": True}}
    one = nntrain.Classifier(**common).fit(x, y)
    two = nntrain.Classifier(ranks=2, **common).fit(x, y)
    np.testing.assert_array_equal(one.predict_proba(x), two.predict_proba(x))


def test_what_nntrain_says_reaches_the_exception(blobs):
    x, y = blobs
    with pytest.raises(nntrain.NntrainTrainingError, match="optimizer.*adamm.*adam") as raised:
        nntrain.Classifier(optimizer="adamm").fit(x, y)
    assert raised.value.exit_code == 2


def test_missing_values(blobs):
    x, y = blobs
    x[::7, 1] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        nntrain.Classifier().fit(x, y)
    trees = nntrain.Classifier(epochs=30, settings={"data.impute": "mean"}).fit(x, y)
    assert trees.score(x, y) > 0.7


def test_in_a_pipeline_and_a_search(blobs):
    x, y = blobs
    pipeline = make_pipeline(StandardScaler(), nntrain.Classifier(epochs=20))
    assert cross_val_score(pipeline, x, y, cv=3).mean() > 0.8
    search = GridSearchCV(nntrain.Classifier(epochs=20), {"layers": [(2,), (16,)]}, cv=2).fit(x, y)
    assert search.best_score_ > 0.8


def test_no_folder_is_left(blobs, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    nntrain.Classifier(epochs=1).fit(*blobs)
    assert not list(pathlib.Path(tmp_path).iterdir())
