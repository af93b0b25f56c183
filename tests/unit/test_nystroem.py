import numpy as np
import pytest

from latefusion.kernel import Space, values
from latefusion.layout import WHOLE, Layout
from latefusion.linear import descend
from latefusion.nystroem import Map, solve_linear
from latefusion.svm import SVM


def blobs(n=300, K=3, d=4, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, K, n)
    centres = np.random.default_rng(50).standard_normal((K, d))
    return (rng.standard_normal((n, d)) + 0.8 * centres[y]).astype(np.float32), y


def mapped(X, chosen, gamma=0.25):
    rows = Space.fit([X], "concatenate", "none").rows([X])
    K = values(rows, rows, (gamma,), (1.0,), double=False)
    span = Map.fit(rows, chosen, (gamma,), (1.0,))
    return span.features(rows, 1) + span.centre, K


def test_all_rows_as_components_give_the_kernel_itself():
    X, _ = blobs(120)
    Z, K = mapped(X, np.arange(120))
    np.testing.assert_allclose(Z @ Z.T, K, atol=2e-3)


def test_more_components_approximate_better():
    X, _ = blobs(200)
    errors = [
        np.abs(np.subtract(*(lambda Z, K: (Z @ Z.T, K))(*mapped(X, np.arange(m))))).mean()
        for m in (5, 20, 80)
    ]
    assert errors[0] > 2 * errors[1] > 4 * errors[2]


def test_equal_components_are_no_trouble():
    X, _ = blobs(60)
    X[30:] = X[:30]
    Z, K = mapped(X, np.arange(60))
    assert np.isfinite(Z).all()
    np.testing.assert_allclose(Z @ Z.T, K, atol=2e-3)


@pytest.mark.parametrize("C", [0.05, 1.0, 20.0])
@pytest.mark.parametrize("weights", [(1.0, 1.0), (0.3, 2.0)])
def test_linear_machine_is_that_of_libsvm(C, weights):
    from sklearn.svm import SVC

    X, y = blobs(150, K=2)
    X[:, 0] += 5.0  # a bias that is not penalised has to reach far
    y = np.where(y == 0, 1.0, -1.0)
    cost = C * np.where(y > 0, *weights)
    beta, w = np.zeros(150), np.zeros(4)
    squares = np.square(X.astype(np.float64)).sum(axis=1)
    offset, _, gap = descend(X, squares, np.arange(150), y, cost, beta, w, 0.0, 1.0, 1e-3, 100_000, 0)
    assert gap < 1e-3
    np.testing.assert_allclose(w, X.T.astype(np.float64) @ beta, atol=1e-6)
    assert abs(beta.sum()) < 1e-2
    reference = SVC(C=1.0, kernel="linear", tol=1e-6).fit(X.astype(np.float64), y, sample_weight=cost)

    def primal(w, b):
        return 0.5 * w @ w + (cost * np.maximum(0, 1 - y * (X @ w + b))).sum()

    best = primal(reference.coef_[0], reference.intercept_[0])
    assert primal(w, offset) == pytest.approx(best, rel=1e-3)


def test_passes_are_limited_and_counted():
    X, y = blobs(80, K=2)
    Z, _ = mapped(X, np.arange(40))
    layout = Layout.of(np.sort(y), np.arange(80) % 2, 2, 2)
    (whole,) = solve_linear(Z, layout, [WHOLE], C=100.0, class_weight=np.ones(2), max_iter=2, n_jobs=1)
    assert whole.capped == 1
    assert whole.steps.tolist() == [2]


def test_spanning_all_rows_the_approximation_is_the_exact_machine():
    X, y = blobs()
    fold = np.arange(300) % 5
    exact = SVM(gamma=0.2).fit(X, y, fold=fold)
    spanned = SVM(gamma=0.2, approximation={"components": 300}).fit(X, y, fold=fold)
    for name in ("in_sample_decision_", "out_of_fold_decision_"):
        np.testing.assert_allclose(getattr(spanned, name), getattr(exact, name), atol=0.02)
    np.testing.assert_allclose(spanned.out_of_fold_proba_, exact.out_of_fold_proba_, atol=0.01)


@pytest.mark.parametrize("combine", ["concatenate", "kernel_mean", "kernel_aligned"])
def test_a_few_components_predict_nearly_as_well_and_training_rows_as_in_training(combine):
    X, y = blobs(600)
    T, truth = blobs(400, seed=1)
    split = [2, 4] if combine != "concatenate" else [4]

    def parts(A):
        return [A[:, a:b] for a, b in zip([0, *split], split, strict=False)]

    exact = SVM(combine=combine, random_state=0).fit(parts(X), y)
    few = SVM(combine=combine, random_state=0, approximation={"components": 60}).fit(parts(X), y)
    np.testing.assert_allclose(few.decision_function(parts(X)), few.in_sample_decision_, atol=1e-4)
    accuracy = [(model.predict(parts(T)) == truth).mean() for model in (exact, few)]
    assert accuracy[1] > accuracy[0] - 0.04
    assert len(few.support_[0]) == 60


def test_components_follow_the_seed():
    X, y = blobs()
    fold = np.arange(300) % 5
    options = {"approximation": {"components": 20}}
    one, same, other = (
        SVM(random_state=seed, **options).fit(X, y, fold=fold).in_sample_decision_ for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 1e-3


def test_a_pair_with_an_empty_side_is_constant_here_too():
    X, y = blobs(90)
    fold = np.where(y == 2, 0, np.arange(90) % 3)
    model = SVM(approximation={"components": 50}, random_state=0).fit(X, y, fold=fold, n_classes=4)
    held = model.out_of_fold_decision_[fold == 0]
    assert (held[:, 1] == 1).all()  # class 0 against class 2, which these machines never saw
    assert (model.predict_proba(X)[:, 3] == 0).all()
    np.testing.assert_allclose(model.out_of_fold_proba_.sum(axis=1), 1)
