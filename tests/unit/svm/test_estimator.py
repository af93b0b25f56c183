import io
import subprocess
import sys

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.core.errors import InputError
from latefusion.svm.estimator import SVM
from latefusion.svm.pairwise_coupling import class_pairs, couple
from latefusion.svm.platt_scaling import apply_sigmoids, fit_sigmoid


def blobs(n=200, K=3, d=5, sep=0.8, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, K, n)
    X = rng.standard_normal((n, d)) + sep * rng.standard_normal((K, d))[y]
    return X.astype(np.float32), y


def libsvm(X, y, **options):
    from sklearn.svm import SVC

    svc = SVC(**{"gamma": "auto", "decision_function_shape": "ovo", **options})
    return svc.fit(np.asarray(X, np.float64), y)


def ovo(svc, X):
    """libsvm's decision values; scikit-learn turns the sign of two-class ones."""
    decision = svc.decision_function(np.asarray(X, np.float64))
    return -decision[:, None] if decision.ndim == 1 else decision


@st.composite
def datasets(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    K, d = draw(st.integers(2, 10)), draw(st.integers(1, 20))
    n = draw(st.integers(4 * K, 150))
    y = rng.integers(0, K, n)
    y[: 2 * K] = np.repeat(np.arange(K), 2)
    X = rng.standard_normal((n, d)) + draw(st.floats(0, 2)) * rng.standard_normal((K, d))[y]
    X *= 10.0 ** rng.uniform(-1, 1, d)
    if draw(st.booleans()):
        X += 100.0
    if draw(st.booleans()):
        X[:, 0] = 3.0
    if draw(st.booleans()):
        X[rng.integers(0, n, n // 3)] = X[rng.integers(0, n, n // 3)]
    if draw(st.booleans()):  # a class of two rows
        kept = (y != 0) | (np.cumsum(y == 0) <= 2)
        X, y = X[kept], y[kept]
    weight = {c: 10.0 ** rng.uniform(-1, 1) for c in range(K)} if draw(st.booleans()) else None
    C, gamma = 10.0 ** draw(st.floats(-2, 2)), 10.0 ** draw(st.floats(-3, 3)) / (d * max(X.var(), 1e-3))
    return X.astype(np.float32), y, {"C": C, "gamma": gamma, "class_weight": weight}


@given(datasets())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_votes_are_those_of_libsvm_but_at_a_boundary(dataset):
    X, y, options = dataset
    rng = np.random.default_rng(0)
    T = (
        X[rng.integers(0, len(X), 200)] + 0.3 * X.std(axis=0) * rng.standard_normal((200, X.shape[1]))
    ).astype(np.float32)
    rows = np.concatenate([X, T])
    svc = libsvm(X, y, **options)
    ours = SVM(**options).fit(X, y, fold=np.arange(len(y)) % 5)
    clear = (np.abs(ovo(svc, rows)) > 1e-3).all(axis=1)
    wrong = (ours.predict(rows) != svc.predict(rows.astype(np.float64)))[clear]
    assert wrong.sum() <= 0.001 * len(wrong)


def test_in_sample_decisions_are_those_of_libsvm_and_of_prediction():
    X, y = blobs(400, K=4)
    model = SVM(random_state=0).fit(X, y)
    np.testing.assert_allclose(model.in_sample_decision_, ovo(libsvm(X, y), X), atol=2e-3)
    np.testing.assert_allclose(model.pairwise_decision(X), model.in_sample_decision_, atol=1e-4)


@pytest.mark.parametrize("K", [2, 3, 4])
def test_everything_agrees_with_scikit_learn_on_the_same_folds(K):
    X, y = blobs(500, K=K, d=8, sep=0.5, seed=K)
    T, _ = blobs(300, K=K, d=8, sep=0.5, seed=99)
    fold = np.random.default_rng(1).integers(0, 5, 500)
    decision = np.empty((500, K * (K - 1) // 2))
    for f in range(5):
        decision[fold == f] = ovo(libsvm(X[fold != f], y[fold != f]), X[fold == f])

    def sigmoids(rows):
        return np.array(
            [
                fit_sigmoid(decision[used, p], y[used] == i)
                for p, (i, j) in enumerate(class_pairs(K))
                for used in [rows & np.isin(y, (i, j))]
            ]
        )

    everyone = np.ones(K, bool)
    final = sigmoids(np.ones(500, bool))
    expected_test = couple(apply_sigmoids(ovo(libsvm(X, y), T), final), everyone)
    expected_in = couple(apply_sigmoids(ovo(libsvm(X, y), X), final), everyone)
    expected_out = np.empty((500, K))
    for f in range(5):
        expected_out[fold == f] = couple(apply_sigmoids(decision[fold == f], sigmoids(fold != f)), everyone)

    model = SVM().fit(X, y, fold=fold)
    assert model.n_inverted_ == model.n_inverted_out_of_fold_ == 0
    for found, expected in (
        (model.predict_proba(T), expected_test),
        (model.in_sample_proba_, expected_in),
        (model.out_of_fold_proba_, expected_out),
    ):
        # libsvm's stopping rule lets a row at its edge take one sweep more or less, worth up to 5e-3
        difference = np.abs(found - expected).max(axis=1)
        assert (difference < 1e-3).mean() >= 0.99
        assert difference.max() < 5e-3
        assert (found.argmax(axis=1) == expected.argmax(axis=1)).mean() >= 0.995


@pytest.mark.parametrize("n", [150, 700])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"scale": "standard", "class_weight": "balanced"},
        {"combine": "kernel_mean"},
        {"combine": "kernel_aligned"},
        {"combine": "kernel_aligned", "gamma": 3.0},
        {"approximation": {"components": 30}, "random_state": 1},
        {"approximation": {"components": 30}, "random_state": 1, "combine": "kernel_aligned"},
    ],
)
def test_out_of_fold_decisions_do_not_see_the_labels_of_their_fold(n, options):
    X, y = blobs(n, d=6)
    parts = [X[:, :2], X[:, 2:]]
    fold = np.arange(n) % 3
    other = y.copy()
    other[fold == 1] = np.random.default_rng(0).permutation(y[fold == 1])
    before, after = (SVM(**options).fit(parts, labels, fold=fold) for labels in (y, other))
    np.testing.assert_allclose(
        after.out_of_fold_decision_[fold == 1], before.out_of_fold_decision_[fold == 1], rtol=0, atol=1e-12
    )
    assert np.abs(after.out_of_fold_decision_ - before.out_of_fold_decision_).max() > 0.05


def saved(model):
    model.drop_training_state()
    file = io.BytesIO()
    joblib.dump(model, file)
    return file.getvalue()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"combine": "balanced", "scale": "standard"},
        {"combine": "kernel_mean", "gamma": "scale"},
        {"combine": "kernel_aligned", "class_weight": "balanced"},
        {"approximation": {"components": 40}, "random_state": 3},
    ],
)
def test_one_thread_and_two_give_the_same_bytes(options):
    X, y = blobs(700, K=4, d=12)
    parts = [X[:, :8], X[:, 8:]]
    results = []
    for n_jobs in (1, 2):
        model = SVM(**options, n_jobs=n_jobs).fit(parts, y, fold=np.arange(700) % 5)
        arrays = model.predict_proba(parts), model.out_of_fold_proba_, model.in_sample_proba_
        results.append([array.tobytes() for array in arrays] + [saved(model)])
    assert results[0] == results[1]


def test_the_same_rows_in_the_same_order_give_the_same_bytes():
    X, y = blobs(300, d=40)
    T, _ = blobs(700, d=40, seed=5)
    model, again = (SVM(random_state=0).fit(X, y) for _ in range(2))
    np.testing.assert_array_equal(model.predict_proba(T), model.predict_proba(T))
    np.testing.assert_array_equal(again.predict_proba(T), model.predict_proba(T))
    np.testing.assert_array_equal(again.out_of_fold_proba_, model.out_of_fold_proba_)


def test_a_row_alone_or_in_another_place_is_decided_to_rounding_as_among_others():
    X, y = blobs(300, d=40)
    T, _ = blobs(700, d=40, seed=5)
    model = SVM(random_state=0).fit(X, y)
    whole = model.pairwise_decision(T)
    order = np.random.default_rng(0).permutation(700)
    np.testing.assert_allclose(model.pairwise_decision(T[order]), whole[order], rtol=0, atol=1e-5)
    np.testing.assert_allclose(model.pairwise_decision(T[3:4]), whole[3:4], rtol=0, atol=1e-5)
    assert model.predict_proba(T[:0]).shape == (0, 3)


@pytest.mark.parametrize("scale", ["none", "standard"])
def test_how_folds_fall_moves_decisions_by_less_than_libsvms_tolerance(scale):
    X, y = blobs(300, K=4, d=8)
    decisions = [SVM(scale=scale, random_state=seed).fit(X, y).in_sample_decision_ for seed in range(10)]
    assert max(np.ptp(decisions, axis=0).ravel()) < 1e-3


def test_a_saved_model_predicts_the_same_after_loading():
    X, y = blobs()
    model = SVM(random_state=0).fit(X, y)
    before = model.predict_proba(X)
    again = joblib.load(io.BytesIO(saved(model)))
    np.testing.assert_array_equal(again.predict_proba(X), before)
    assert not hasattr(again, "out_of_fold_decision_")


def inverted():
    """Rows whose fold tells their class: out of fold, what looks like one class is the other."""
    fold = np.arange(200) % 2
    y = np.arange(200) // 2 % 2
    X = np.where(fold == 0, 1.0, -1.0) * np.where(y == 0, 1.0, -1.0)
    return (X[:, None] + 0.1 * np.random.default_rng(0).standard_normal((200, 1))).astype(np.float32), y, fold


def test_a_sigmoid_that_slopes_the_wrong_way_is_flat_behind_the_guard_and_counted():
    X, y, fold = inverted()
    model = SVM().fit(X, y, fold=fold)
    assert model.n_inverted_ == 1
    assert model.libsvm_sigmoids_[0, 0] > 0
    np.testing.assert_array_equal(model.sigmoids_, [[0.0, 0.0]])
    np.testing.assert_allclose(model.predict_proba(X), 0.5)
    assert np.ptp(model.predict_proba(X, guarded=False)[:, 0]) > 0.1


def test_labels_may_be_of_any_kind():
    X, y = blobs()
    names = np.array(["sad", "angry", "happy"])[y]
    model = SVM(random_state=0).fit(X, names)
    assert model.classes_.tolist() == ["angry", "happy", "sad"]
    assert (model.predict(X) == libsvm(X, names).predict(X.astype(np.float64))).mean() >= 0.99


def test_a_class_without_rows_has_probability_zero_and_no_votes():
    X, y = blobs(K=3)
    with_gap = np.array([0, 1, 3])[y]
    model, compact = (
        SVM(random_state=0).fit(X, labels, n_classes=k) for labels, k in ((with_gap, 5), (y, 3))
    )
    p = model.predict_proba(X)
    assert (p[:, [2, 4]] == 0).all()
    np.testing.assert_allclose(p[:, [0, 1, 3]], compact.predict_proba(X), atol=1e-5)
    np.testing.assert_array_equal(model.predict(X), np.array([0, 1, 3])[compact.predict(X)])
    assert np.isfinite(model.out_of_fold_proba_).all()


def test_balanced_class_weights_are_those_of_scikit_learn():
    X, y = blobs(300)
    X, y = X[(y != 0) | (np.arange(300) % 5 == 0)], y[(y != 0) | (np.arange(300) % 5 == 0)]
    ours, theirs = (
        SVM(class_weight="balanced", random_state=0).fit(X, y),
        libsvm(X, y, class_weight="balanced"),
    )
    np.testing.assert_allclose(ours.in_sample_decision_, ovo(theirs, X), atol=2e-3)


def test_standardised_columns_are_those_of_scikit_learn():
    from sklearn.preprocessing import StandardScaler

    X, y = blobs(300)
    X = X * np.float32([1, 10, 100, 0.1, 1]) + np.float32(7)
    ours = SVM(scale="standard", random_state=0).fit(X, y)
    seen = StandardScaler().fit_transform(X.astype(np.float64))
    np.testing.assert_allclose(ours.in_sample_decision_, ovo(libsvm(seen, y), seen), atol=2e-3)


def test_parameters_are_read_set_and_cloned_as_scikit_learn_does():
    from sklearn.base import clone

    model = SVM(C=3.0, gamma=0.5, combine="balanced")
    assert model.get_params()["gamma"] == 0.5
    assert SVM(**model.get_params()).get_params() == model.get_params()
    assert clone(model).get_params() == model.get_params()
    assert model.set_params(C=4.0).C == 4.0
    with pytest.raises(ValueError, match="has no parameter 'c'"):
        model.set_params(c=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": np.zeros((4, 2, 2))}, "two dimensions"),
        ({"X": np.full((4, 2), np.nan)}, "NaN or infinite"),
        ({"X": [np.zeros((4, 2)), np.zeros((3, 2))]}, "4 and 3 rows"),
        ({"y": [0, 1, 0]}, r"y has shape \(3,\), X has 4 rows"),
        ({"y": [0, 0, 0, 0]}, "at least two classes"),
        ({"y": [0, 1, 2, 1], "n_classes": 2}, "from 0 to 1"),
        ({"fold": [0, 1]}, "fold has shape"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, message):
    arguments = {"X": np.zeros((4, 2)), "y": [0, 1, 0, 1], **change}
    with pytest.raises(ValueError, match=message):
        SVM().fit(**arguments)


@pytest.mark.parametrize("K", [2, 3])
def test_decision_function_has_the_shape_and_signs_of_scikit_learn(K):
    X, y = blobs(300, K=K)
    names = np.array(["angry", "happy", "sad"])[y]
    found = SVM(random_state=0).fit(X, names).decision_function(X)
    np.testing.assert_allclose(
        found, libsvm(X, names).decision_function(X.astype(np.float64)), rtol=0, atol=2e-3
    )


def test_too_little_memory_is_refused_with_the_bytes_before_any_is_taken():
    X, y = blobs(3000)
    with pytest.raises(InputError, match=r"components: 1000") as error:
        SVM(memory_mb=360).fit(X, y)
    assert "3,000 training rows" in str(error.value)
    assert "10,000,000 bytes" in str(error.value)


def test_a_machine_that_does_not_converge_warns_as_scikit_learn_does():
    from sklearn.exceptions import ConvergenceWarning

    X, y = blobs(sep=0.0)
    with pytest.warns(ConvergenceWarning, match="max_iter"):
        model = SVM(C=100.0, max_iter=5, random_state=0).fit(X, y)
    assert model.n_capped_ == 18


def test_importing_the_estimator_loads_no_heavy_library():
    code = (
        "import sys, latefusion.svm.estimator, latefusion.svm.training\n"
        "print([name for name in ('sklearn', 'numba', 'scipy', 'torch', 'pandas') if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="scripts"
    )
    assert found.stdout.strip() == "[]"


def test_predicting_from_a_saved_model_loads_neither_numba_nor_scikit_learn(tmp_path):
    X, y = blobs()
    model = SVM(random_state=0).fit(X, y)
    (tmp_path / "model").write_bytes(saved(model))
    np.save(tmp_path / "X.npy", X)
    code = (
        "import sys, joblib, numpy as np\n"
        "model = joblib.load(sys.argv[1])\n"
        "np.save(sys.argv[3], model.predict_proba(np.load(sys.argv[2])))\n"
        "print([name for name in ('sklearn', 'numba', 'scipy') if name in sys.modules])"
    )
    paths = [str(tmp_path / name) for name in ("model", "X.npy", "p.npy")]
    found = subprocess.run(
        [sys.executable, "-c", code, *paths], capture_output=True, text=True, check=True, cwd="scripts"
    )
    assert found.stdout.strip() == "[]"
    np.testing.assert_array_equal(np.load(tmp_path / "p.npy"), model.predict_proba(X))
