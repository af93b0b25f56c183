"""Cooperative learning against the dense solution of its equations, and the fits at the ends of its axis."""

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge

from latefusion.kernel_ridge import cooperative_systems
from latefusion.kernel_ridge.cooperative import fit_cooperative
from latefusion.kernel_ridge.cooperative_systems import ModalityKernels, TrainingSets

N, GAMMAS = 160, (0.2, 0.05, 0.4)
RHO, PENALTY = np.array([0.0, 0.35, 1.0]), np.array([0.3, 2.0, 1.0])


@pytest.fixture(scope="module", params=["whole", "of low rank"])
def rank(request):
    """With a preconditioner that is exact, and one that is not."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "of low rank":
            patch.setattr(cooperative_systems, "RANK", 25)
        yield


def problem(modalities, seed=0):
    """Rows of each modality, two targets, and three sets of rows to learn from."""
    rng = np.random.default_rng(seed)
    X = [rng.standard_normal((N, 4)) for _ in range(modalities)]
    signal = sum(np.sin(2 * x[:, 0]) for x in X)
    Y = np.stack([signal, X[0][:, 1] * X[-1][:, 2]], axis=1) + 0.5 * rng.standard_normal((N, 2)) + 3.0
    fold = rng.integers(2, size=N)
    return X, Y, np.column_stack([np.ones(N, bool), fold == 0, fold == 1])


def fit(X, Y, mask, rho=RHO, penalty=PENALTY, n_jobs=1, start=None):
    kernels = ModalityKernels.of(X, GAMMAS[: len(X)], n_jobs)
    sets = TrainingSets.of(kernels, mask, n_jobs)
    return fit_cooperative(kernels, Y, sets, rho, penalty, n_jobs, start=start)


def rbf(X, gamma):
    return np.exp(-gamma * np.square(X[:, None] - X).sum(axis=2))


def dense(X, Y, rows, rho, penalty):
    """The functions that minimise the loss, by its gradient: (1 − ρ) Σ_l f_l + ρ M f_m + 2λ α_m = y."""
    K = [rbf(x, gamma) for x, gamma in zip(X, GAMMAS, strict=False)]
    n, M = int(rows.sum()), len(X)
    level = Y[rows].mean(axis=0)
    blocks = [
        [
            ((1 - rho) + rho * M * (m == other)) * K[other][np.ix_(rows, rows)]
            + 2 * penalty * (m == other) * np.eye(n)
            for other in range(M)
        ]
        for m in range(M)
    ]
    alpha = np.linalg.solve(np.block(blocks), np.tile(Y[rows] - level, (M, 1))).reshape(M, n, -1)
    return alpha, sum(k[:, rows] @ a for k, a in zip(K, alpha, strict=True)) + level


@pytest.mark.usefixtures("rank")
@pytest.mark.parametrize("modalities", [1, 2, 3])
def test_fits_are_the_dense_solutions(modalities):
    X, Y, mask = problem(modalities)
    found = fit(X, Y, mask)
    for r, (rho, penalty) in enumerate(zip(RHO, PENALTY, strict=True)):
        for s, rows in enumerate(mask.T):
            alpha, fitted = dense(X, Y, rows, rho, penalty)
            np.testing.assert_allclose(found.fitted[:, r, s], fitted, rtol=0, atol=1e-5)
            np.testing.assert_allclose(found.dual[:, rows, r, s], alpha, rtol=0, atol=1e-5)
            assert not found.dual[:, ~rows, r, s].any()


def loss(X, Y, alpha, rho, penalty):
    K = [rbf(x, gamma) for x, gamma in zip(X, GAMMAS, strict=False)]
    f = [k @ a for k, a in zip(K, alpha, strict=True)]
    apart = sum(np.square(f[m] - f[other]).sum() for m in range(len(f)) for other in range(m))
    norms = sum((a * g).sum() for a, g in zip(alpha, f, strict=True))
    return np.square(Y - Y.mean(axis=0) - sum(f)).sum() / 2 + rho / 2 * apart + penalty * norms


@pytest.mark.parametrize("modalities", [2, 3])
def test_no_other_functions_near_have_a_smaller_loss(modalities):
    X, Y, mask = problem(modalities)
    found, rng = fit(X, Y, mask[:, :1]), np.random.default_rng(1)
    for r, (rho, penalty) in enumerate(zip(RHO, PENALTY, strict=True)):
        alpha = found.dual[:, :, r, 0]
        least = loss(X, Y, alpha, rho, penalty)
        for _ in range(20):
            other = alpha + 0.01 * rng.standard_normal(alpha.shape)
            assert loss(X, Y, other, rho, penalty) > least


@pytest.mark.parametrize("modalities", [2, 3])
def test_rho_zero_is_ridge_regression_with_the_sum_of_the_kernels(modalities):
    X, Y, mask = problem(modalities)
    K, level = sum(rbf(x, gamma) for x, gamma in zip(X, GAMMAS, strict=False)), Y.mean(axis=0)
    theirs = KernelRidge(alpha=2 * 0.7, kernel="precomputed").fit(K, Y - level).predict(K) + level
    ours = fit(X, Y, mask[:, :1], np.zeros(1), np.array([0.7])).fitted[:, 0, 0]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


@pytest.mark.parametrize("modalities", [2, 3])
def test_rho_one_is_the_mean_of_separate_ridge_regressions(modalities):
    X, Y, mask = problem(modalities)
    level = Y.mean(axis=0)
    separate = [
        KernelRidge(alpha=2 * 0.7 / modalities, kernel="rbf", gamma=gamma).fit(x, Y - level).predict(x)
        for x, gamma in zip(X, GAMMAS, strict=False)
    ]
    ours = fit(X, Y, mask[:, :1], np.ones(1), np.array([0.7])).fitted[:, 0, 0]
    np.testing.assert_allclose(ours, np.mean(separate, axis=0) + level, rtol=0, atol=1e-5)


@pytest.mark.usefixtures("rank")
def test_targets_outside_of_a_set_change_no_bit_of_its_fit():
    X, Y, mask = problem(2)
    before, other = fit(X, Y, mask), Y.copy()
    other[~mask[:, 1]] = np.random.default_rng(1).permutation(Y[~mask[:, 1]]) * 5.0
    after = fit(X, other, mask)
    np.testing.assert_array_equal(after.fitted[:, :, 1], before.fitted[:, :, 1])
    np.testing.assert_array_equal(after.dual[:, :, :, 1], before.dual[:, :, :, 1])
    assert not np.array_equal(after.fitted[:, :, 0], before.fitted[:, :, 0])


@pytest.mark.usefixtures("rank")
def test_threads_change_no_bit():
    X, Y, mask = problem(2)
    one, two = (fit(X, Y, mask, n_jobs=jobs) for jobs in (1, 2))
    np.testing.assert_array_equal(one.fitted, two.fitted)
    np.testing.assert_array_equal(one.dual, two.dual)
    assert one.steps == two.steps


@pytest.mark.usefixtures("rank")
def test_where_the_search_starts_changes_no_more_than_its_tolerance():
    X, Y, mask = problem(2)
    start = fit(X, Y, mask, penalty=10 * PENALTY).beta
    warm, cold = fit(X, Y, mask, start=start), fit(X, Y, mask)
    np.testing.assert_allclose(warm.fitted, cold.fitted, rtol=0, atol=1e-5)
