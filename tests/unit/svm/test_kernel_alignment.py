import numpy as np
import pytest

from latefusion.core.hsic import unbiased_hsic
from latefusion.svm.gram import Gram
from latefusion.svm.kernel_alignment import Alignment
from latefusion.svm.kernels import BLOCK, InputScaling
from latefusion.svm.layout import NO_FOLD, Layout


def by_hand(K, L):
    """The unbiased estimate, term by term from the matrices."""
    n = len(K)
    K, L = K.astype(np.float64).copy(), L.astype(np.float64).copy()
    np.fill_diagonal(K, 0)
    np.fill_diagonal(L, 0)
    one = np.ones(n)
    terms = (
        np.trace(K @ L)
        + (one @ K @ one) * (one @ L @ one) / ((n - 1) * (n - 2))
        - 2 / (n - 2) * (one @ K @ L @ one)
    )
    return terms / (n * (n - 3))


def modalities(n, seed=0, signal=(1.0, 0.0)):
    rng = np.random.default_rng(seed)
    y, fold = rng.integers(0, 3, n), rng.integers(0, 4, n)
    centres = rng.standard_normal((3, 6))
    X = [(rng.standard_normal((n, 6)) + s * centres[y]).astype(np.float32) for s in signal]
    layout = Layout.of(y, fold, 3, 4)
    scaling = InputScaling.fit(X, "kernel_aligned", "none")
    rows = scaling.rows(X)
    gammas = scaling.gammas("auto")
    gram = Gram(rows, gammas, reuse=True, n_jobs=2)
    return (
        Alignment(gram, layout, gammas),
        layout,
        [gram_of(part[layout.order], gamma) for part, gamma in zip(rows.parts, gammas, strict=True)],
    )


def gram_of(part, gamma):
    part = part.astype(np.float64)
    square = np.square(part).sum(axis=1)
    return np.exp(-gamma * (square[:, None] + square - 2 * part @ part.T))


def test_estimate_is_that_of_the_matrices():
    rng = np.random.default_rng(1)
    K, L = (A + A.T for A in rng.standard_normal((2, 12, 12)))
    for M in (K, L):
        np.fill_diagonal(M, 0)
    found = unbiased_hsic(12, (K * L).sum(), K.sum(axis=1), L.sum(axis=1))
    assert found == pytest.approx(by_hand(K, L))


@pytest.mark.parametrize("n", [60, BLOCK + 40])
def test_weights_are_those_of_the_rows_that_the_machine_sees(n):
    alignment, layout, kernels = modalities(n, signal=(1.0, 0.4))
    for without in (NO_FOLD, 0, 3):
        seen = layout.seen(without)
        labels = layout.y[seen][:, None] == layout.y[seen]
        raw = []
        for K in kernels:
            K = K[np.ix_(seen, seen)]
            raw.append(max(0.0, by_hand(K, labels) / np.sqrt(by_hand(K, K))))
        np.testing.assert_allclose(alignment.weights(without), np.array(raw) / sum(raw), rtol=1e-4)


def test_pure_noise_gets_next_to_no_weight():
    shares = [modalities(400, seed=seed)[0].weights(NO_FOLD)[1] for seed in range(8)]
    assert np.mean(shares) < 0.05
    assert max(shares) < 0.15


def test_labels_that_nothing_agrees_with_leave_equal_weights():
    # both kernels are constant, so they agree with nothing, themselves included
    layout = Layout.of(np.arange(40) % 2, np.arange(40) % 4, 2, 4)
    X = [np.ones((40, 3), np.float32)] * 2
    scaling = InputScaling.fit(X, "kernel_aligned", "none")
    gram = Gram(scaling.rows(X), (1.0, 1.0), reuse=False, n_jobs=1)
    assert Alignment(gram, layout, (1.0, 1.0)).weights(NO_FOLD) == (0.5, 0.5)


def test_too_few_rows_leave_equal_weights():
    layout = Layout.of(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), 2, 2)
    X = [np.arange(4, dtype=np.float32)[:, None], np.ones((4, 1), np.float32)]
    scaling = InputScaling.fit(X, "kernel_aligned", "none")
    gram = Gram(scaling.rows(X), (1.0, 1.0), reuse=False, n_jobs=1)
    assert Alignment(gram, layout, (1.0, 1.0)).weights(0) == (0.5, 0.5)


def test_fold_machines_use_the_weights_of_their_own_rows():
    from latefusion.svm.estimator import SVM

    rng = np.random.default_rng(3)
    y, fold = rng.integers(0, 2, 80), np.arange(80) % 4
    X = [(rng.standard_normal((80, 4)) + s * y[:, None]).astype(np.float32) for s in (1.0, 0.3)]
    model = SVM(combine="kernel_aligned").fit(X, y, fold=fold)
    # permuting labels within a fold must not reach its out-of-fold decisions through the weights
    other = y.copy()
    other[fold == 2] = 1 - y[fold == 2]
    again = SVM(combine="kernel_aligned").fit(X, other, fold=fold)
    np.testing.assert_allclose(
        again.out_of_fold_decision_[fold == 2], model.out_of_fold_decision_[fold == 2], atol=3e-3
    )
    assert again.weights_ != model.weights_
