"""Training of a learner of numbers: rows that lack a modality, what its files say, whose mistake it is."""

import numpy as np
import pytest

from latefusion.core.errors import InputError
from latefusion.learning.target_choice import choose_regression_learner
from latefusion.learning.target_training import predict_regression_learner, train_regression_learner
from latefusion.regression.target_rows import TargetRows
from latefusion.store.target_predictions import TargetPredictions
from learning_worlds import numbers

TARGETS = ("valence", "arousal")


def trained(X, Y, fold, name="ridge", **options):
    rows = TargetRows(X, Y, fold, TARGETS, "view early")
    return train_regression_learner(name, options, rows, rng=np.random.default_rng(0))


def test_items_that_lack_a_modality_are_left_out_and_have_no_prediction():
    X, Y, fold = numbers()
    lacking = np.arange(len(Y)) % 7 == 0
    gaps = [X[:, :4], np.where(lacking[:, None], np.nan, X[:, 4:])]
    own = trained(gaps, Y, fold)
    rest = trained([part[~lacking] for part in gaps], Y[~lacking], fold[~lacking])
    assert np.isnan(own.out_of_fold[lacking]).all()
    np.testing.assert_array_equal(own.out_of_fold[~lacking], rest.out_of_fold)
    said, variance = predict_regression_learner(own.model, own.facts, TARGETS, gaps, source="new items")
    assert np.isnan(said[lacking]).all()
    assert np.isnan(variance[lacking]).all()
    np.testing.assert_array_equal(said[~lacking], own.in_sample[~lacking])
    np.testing.assert_allclose(
        variance[~lacking],
        np.tile(np.square(rest.out_of_fold - Y[~lacking]).mean(axis=0), (len(said[~lacking]), 1)),
    )
    nothing = [part[:2] * np.nan for part in gaps]
    assert np.isnan(predict_regression_learner(own.model, own.facts, TARGETS, nothing, source="new")[0]).all()


def test_the_file_of_a_model_has_the_settings_and_errors_of_each_target_and_the_grid():
    X, Y, fold = numbers()
    own = trained([X], Y, fold, alpha=[1.0, 1e6])
    for t, name in enumerate(TARGETS):
        said = own.facts["targets"][name]
        errors = [point["mse"][name] for point in own.facts["grid"]]
        assert said["mse"] == min(errors)
        assert said["residual_variance"] == own.variance[t] == pytest.approx(said["mse"])
        assert said["variance"] == pytest.approx(Y[:, t].var())
        (chosen,) = (point["settings"] for point in own.facts["grid"] if point["chosen"][name])
        assert said["settings"] == chosen
    assert (own.facts["learner"], own.facts["rows"], own.facts["columns"]) == ("ridge", 120, 6)


def test_items_in_one_fold_alone_are_refused():
    X, Y, fold = numbers(n=30)
    gaps = np.where((fold > 0)[:, None], np.nan, X)
    with pytest.raises(InputError, match="in fewer than two folds"):
        trained([gaps], Y, fold)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"estimator": "sklearn.linear_model.LogisticRegression"}, ["no regressor", "task: classes"]),
        ({"estimator": "sklearn.linear_model.Rigde"}, ["learners.estimator"]),
        (
            {"estimator": "sklearn.linear_model.Lasso", "options": {"alhpa": 1}},
            ["learners.options", "write 'alpha'"],
        ),
    ],
)
def test_an_estimator_that_is_no_regressor_is_refused_with_what_to_write(options, words):
    X, Y, fold = numbers(n=40)
    with pytest.raises(InputError) as error:
        trained([X], Y, fold, "sklearn", **options)
    for word in words:
        assert word in str(error.value)


def test_a_regressor_that_says_no_number_is_named(tmp_path, monkeypatch):
    import latefusion.learners

    (tmp_path / "lost.py").write_text(
        "import numpy as np\n"
        "from latefusion.learning.regression_learner import RegressionLearner\n"
        "class Lost(RegressionLearner):\n"
        "    def _train(self, X, Z):\n"
        "        return _Nothing()\n"
        "class _Nothing:\n"
        "    def predict(self, X):\n"
        "        return np.full((len(X), 2), np.nan)\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(latefusion.learners, "__path__", [*latefusion.learners.__path__, str(tmp_path)])
    X, Y, fold = numbers(n=40)
    with pytest.raises(InputError) as error:
        trained([X], Y, fold, "lost")
    assert "lost.py" in str(error.value)
    assert "[nan, nan], of row 0 of those it was given, in view early" in str(error.value)


def test_the_learner_with_the_least_error_in_units_of_each_target_is_chosen():
    Y = np.array([[0.0, 0.0], [200.0, 2.0]] * 10)
    fold = np.arange(20, dtype=np.int32) % 2
    lacking = np.full((1, 2), np.nan)

    def said(first, second):
        predicted = np.concatenate([Y + np.array([first, second]), lacking])
        y, folds = np.concatenate([Y, [[5.0, 5.0]]]), np.append(fold, 1).astype(np.int32)
        return TargetPredictions(
            TARGETS, np.array([f"i{k}" for k in range(21)], object), y, predicted, None, folds
        )

    held = {"a.ridge": said(50, 0.9), "a.svr": said(80, 0.1), "a.knn": said(80, 0.1)}
    choice = choose_regression_learner(held, {name: {"learner": name, "grid": [1]} for name in held})
    assert choice.chosen == "a.svr"  # (0.64 + 0.01)/2 against (0.25 + 0.81)/2; the first of two equals
    assert choice.facts["candidates"]["a.svr"]["error"] == pytest.approx(0.325)
    assert choice.facts["candidates"]["a.ridge"]["error"] == pytest.approx(0.53)
    assert choice.facts["candidates"]["a.ridge"]["mse"] == pytest.approx({"valence": 2500, "arousal": 0.81})
    assert (choice.facts["learner"], "grid" in choice.facts) == ("a.svr", False)
