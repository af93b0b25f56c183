import numpy as np
import pytest

from latefusion.core.errors import InputError
from latefusion.svm.estimator import SVM
from latefusion.svm.fitting import fit_all
from latefusion.svm.inputs import present_rows
from latefusion.svm.prediction import predict
from latefusion.svm.settings import SvmSettings
from latefusion.svm.training import LabelledRows, Limits, _kernel_distance, train


def data(n=240, K=3, seed=0, sep=0.9):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, K, n).astype(np.int32)
    centres = np.random.default_rng(99).standard_normal((K, 9))
    X = (rng.standard_normal((n, 9)) + sep * centres[y]).astype(np.float32)
    return [X[:, :5].copy(), X[:, 5:].copy()], y, (np.arange(n) % 4).astype(np.int32)


def fit(X, y, fold, settings=None, *, K=3, replica=True, n_jobs=1):
    rng = np.random.default_rng(7)
    return train(
        LabelledRows(X, y, fold, K),
        settings or SvmSettings(),
        limits=Limits(n_jobs=n_jobs),
        replica=replica,
        rng=rng,
    )


def test_without_a_grid_one_model_serves_every_protocol():
    X, y, fold = data()
    trained = fit(X, y, fold)
    assert trained.replica is trained.model
    assert trained.replica_rows is trained.rows
    assert "replica" not in trained.facts
    assert trained.grid == []
    reference = SVM().fit(X, y, fold=fold, n_classes=3)
    np.testing.assert_array_equal(trained.rows.out_of_fold_p, reference.out_of_fold_proba_)
    unguarded = reference.proba_of_decision(reference.in_sample_decision_, guarded=False)
    np.testing.assert_array_equal(trained.rows.in_sample_p, unguarded)
    np.testing.assert_array_equal(
        trained.rows.out_of_fold_ovo_prediction, reference.vote_of_decision(reference.out_of_fold_decision_)
    )
    T, _, _ = data(seed=1)
    p, ovo_prediction = predict(trained.model, T, guarded=True, n_jobs=2, source="rows of a test")
    np.testing.assert_array_equal(p, reference.predict_proba(T))
    np.testing.assert_array_equal(ovo_prediction, reference.predict(T))


def test_out_of_fold_probabilities_are_worse_than_in_sample_ones_and_better_than_chance():
    X, y, fold = data()
    trained = fit(X, y, fold)
    inside, outside = (
        (p.argmax(axis=1) == y).mean() for p in (trained.rows.in_sample_p, trained.rows.out_of_fold_p)
    )
    assert 1 / 3 < outside < inside


def test_rows_that_lack_a_modality_are_neither_learned_from_nor_predicted():
    X, y, fold = data()
    X[0][5] = X[1][8] = np.nan
    lacking = np.zeros(len(y), bool)
    lacking[[5, 8]] = True
    assert (present_rows(X) == ~lacking).all()
    trained = fit(X, y, fold)
    without = fit([x[~lacking] for x in X], y[~lacking], fold[~lacking])
    for name in ("in_sample_p", "out_of_fold_p"):
        p = getattr(trained.rows, name)
        assert np.isnan(p[lacking]).all()
        np.testing.assert_array_equal(p[~lacking], getattr(without.rows, name))
    for name in ("in_sample_ovo_prediction", "out_of_fold_ovo_prediction"):
        assert (getattr(trained.rows, name)[lacking] == -1).all()
        np.testing.assert_array_equal(getattr(trained.rows, name)[~lacking], getattr(without.rows, name))
    assert trained.facts["rows"] == len(y) - 2
    p, ovo_prediction = predict(trained.model, X, guarded=True, n_jobs=1, source="rows of a test")
    assert np.isnan(p[lacking]).all()
    assert (ovo_prediction[lacking] == -1).all()
    assert np.isfinite(p[~lacking]).all()


def test_no_rows_to_predict_give_no_probabilities():
    X, y, fold = data()
    model = fit(X, y, fold).model
    p, ovo_prediction = predict(model, [x[:0] for x in X], guarded=True, n_jobs=1, source="rows of a test")
    assert p.shape == (0, 3)
    assert ovo_prediction.shape == (0,)
    p, ovo_prediction = predict(
        model, [np.full((2, x.shape[1]), np.nan, np.float32) for x in X], guarded=True, n_jobs=1, source="-"
    )
    assert np.isnan(p).all()
    assert ovo_prediction.tolist() == [-1, -1]


def test_a_class_without_rows_has_probability_zero():
    X, y, fold = data()
    trained = fit(X, y, fold, K=5)
    assert trained.rows.out_of_fold_p.shape == (240, 5)
    assert (trained.rows.out_of_fold_p[:, 3:] == 0).all()
    assert set(trained.rows.out_of_fold_ovo_prediction.tolist()) <= {0, 1, 2}


@pytest.mark.parametrize(
    ("left", "found"), [([0, 0], "1 class among the 2 of 240"), ([], "0 classes among the 0 of 240")]
)
def test_fewer_than_two_classes_with_all_modalities_are_refused_by_view_partition_and_modality(left, found):
    X, y, fold = data()
    y[: len(left)] = left
    X[1][len(left) :] = np.nan
    rows = LabelledRows(
        X,
        y,
        fold,
        3,
        source="view early, training part of partition given (a.parquet)",
        modalities=("a", "b"),
    )
    with pytest.raises(InputError) as error:
        train(rows, SvmSettings(), replica=False, rng=np.random.default_rng(0))
    text = str(error.value)
    assert text.startswith("view early, training part of partition given (a.parquet)")
    assert f"{found} items with all modalities (items that have a: 240, b: {len(left)})" in text


def test_a_result_that_is_no_number_ends_training_with_its_view(monkeypatch):
    from latefusion.svm import training

    X, y, fold = data()
    states = fit_all([SVM()], X, y, fold=fold, n_classes=3)
    states[0].in_sample_decision[7, 1] = np.nan
    monkeypatch.setattr(training, "fit_all", lambda *arguments, **options: states)
    rows = LabelledRows(X, y, fold, 3, source="view text, training part of partition given")
    with pytest.raises(InputError, match="view text, training part") as error:
        train(rows, SvmSettings(), replica=False, rng=np.random.default_rng(0))
    assert "1 item of 240 for which the computation gave NaN" in str(error.value)
    assert "number 7" in str(error.value)


GRID = SvmSettings(C=[10.0, 0.1, 1.0], gamma=["auto", 0.02])


def test_the_grid_is_chosen_by_log_loss_out_of_fold():
    X, y, fold = data(sep=0.5)
    trained = fit(X, y, fold, GRID)
    losses = [row["log_loss"] for row in trained.grid]
    assert [row["chosen"] for row in trained.grid] == [loss == min(losses) for loss in losses]
    assert len(losses) == 6
    chosen = next(row for row in trained.grid if row["chosen"])
    assert (trained.model.C, trained.model.gamma) == (chosen["C"], chosen["gamma"])
    p = trained.rows.out_of_fold_p[np.arange(len(y)), y]
    assert chosen["log_loss"] == pytest.approx(-np.log(p).mean())
    assert chosen["accuracy"] == (trained.rows.out_of_fold_p.argmax(axis=1) == y).mean()


def test_the_grid_ends_where_each_of_its_points_does_alone():
    X, y, fold = data(sep=0.5)
    for row in fit(X, y, fold, GRID).grid:
        alone = SVM(C=row["C"], gamma=row["gamma"]).fit(X, y, fold=fold, n_classes=3)
        loss = -np.log(alone.out_of_fold_proba_[np.arange(len(y)), y]).mean()
        assert row["log_loss"] == pytest.approx(loss, abs=2e-4)


def test_the_replica_keeps_the_notebooks_values_beside_a_grid():
    X, y, fold = data(sep=0.5)
    trained = fit(X, y, fold, SvmSettings(C=[0.01, 0.1], gamma=[0.5, 0.05]))
    assert (trained.replica.C, trained.replica.gamma) == (1.0, "auto")
    assert trained.model.replica_ is trained.replica
    assert len(trained.grid) == 4  # the notebook's point is not part of the choice
    notebook = fit(X, y, fold)
    for name in ("in_sample_p", "out_of_fold_p"):
        of_notebook = getattr(notebook.rows, name)
        np.testing.assert_allclose(getattr(trained.replica_rows, name), of_notebook, atol=2e-3)
        assert np.abs(getattr(trained.rows, name) - of_notebook).max() > 0.05
    assert (trained.facts["replica"]["C"], trained.facts["replica"]["gamma"]) == (1.0, "auto")
    assert trained.facts["C"] < 1


def test_the_replica_keeps_a_single_configured_value():
    X, y, fold = data()
    trained = fit(X, y, fold, SvmSettings(C=3.0, gamma=[0.5, 0.05]))
    assert (trained.replica.C, trained.replica.gamma) == (3.0, "auto")


def test_beside_a_grid_what_is_said_in_sample_and_out_of_fold_is_of_one_machine():
    X, y, fold = data(sep=0.5)
    settings = SvmSettings(C=[0.1, 100.0])
    both, alone = (fit(X, y, fold, settings, replica=replica) for replica in (True, False))
    assert both.model.C == alone.model.C
    for name in ("in_sample_p", "out_of_fold_p"):
        np.testing.assert_allclose(getattr(both.rows, name), getattr(alone.rows, name), atol=2e-3)
    decision = SVM(C=both.model.C).fit(X, y, fold=fold, n_classes=3)
    expected = decision.proba_of_decision(decision.in_sample_decision_, guarded=False)
    np.testing.assert_allclose(both.rows.in_sample_p, expected, atol=2e-3)


def test_without_the_replica_its_machines_are_not_trained():
    X, y, fold = data()
    trained = fit(X, y, fold, SvmSettings(C=[0.1, 10.0]), replica=False)
    assert trained.replica is trained.model
    assert not hasattr(trained.model, "replica_")


def test_threads_change_no_byte_of_a_grid():
    X, y, fold = data(sep=0.5)
    one, two = (fit(X, y, fold, GRID, n_jobs=n) for n in (1, 2))
    assert one.rows.out_of_fold_p.tobytes() == two.rows.out_of_fold_p.tobytes()
    assert one.grid == two.grid


def test_facts_are_plain_numbers_for_json():
    import json

    X, y, fold = data()
    settings = SvmSettings(approximation={"components": 30})
    exact, approximated = fit(X, y, fold).facts, fit(X, y, fold, settings).facts
    json.dumps([exact, approximated])
    assert (exact["approximated"], exact["n_components"]) == (False, None)
    assert (approximated["approximated"], approximated["n_components"]) == (True, 30)
    assert exact["columns"] == 9
    assert exact["hit_max_iter"] == 0
    assert 0 < exact["n_support"] <= 240


@pytest.mark.parametrize("unit", [1.0, 1e-4])
def test_the_median_of_gamma_times_the_squared_distance_is_noted(unit):
    from scipy.spatial.distance import pdist

    X, y, fold = data(n=150)
    X = [np.float32(unit) * x for x in X]
    expected = np.median(-np.expm1(-pdist(np.hstack(X).astype(np.float64), "sqeuclidean") / 9))
    assert fit(X, y, fold).facts["kernel_distance"] == pytest.approx(expected, rel=1e-4)


def test_the_median_distance_is_that_of_a_sample_over_all_rows():
    X, y, _ = data(n=4000)
    few = [x[np.linspace(0, 3999, 200).astype(int)] for x in X]
    found = [_kernel_distance(SVM(random_state=0).fit(x, y[: len(x[0])]), x) for x in (X, few)]
    assert found[0] == pytest.approx(found[1], rel=1e-6)
