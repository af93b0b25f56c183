"""Conditional logit, exactly."""

import numpy as np
import pytest
from scipy.optimize import minimize

from latefusion.fusion.aggregation import softmax
from latefusion.fusion.conditional_logit import fit


def chosen(X, weights, offsets, rng):
    """Classes drawn from the model."""
    p = softmax(np.tensordot(weights, X, axes=(0, 1)) + offsets)
    return (p.cumsum(axis=1) < rng.random((len(p), 1))).sum(axis=1).astype(np.int32)


def test_nothing_that_scipy_finds_is_better():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3, 4))
    y = chosen(X, [1.0, -0.5, 0.0], [0.3, 0, 0, -0.3], rng)
    ridge = 0.01

    def loss(theta):
        scores = np.tensordot(theta[:3], X, axes=(0, 1)) + theta[3:]
        shifted = scores - scores.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -log_p[np.arange(200), y].mean() + ridge / 2 * theta @ theta

    found = minimize(loss, np.zeros(7), method="BFGS", options={"gtol": 1e-9})
    model = fit(X, y, ridge)
    assert model.value == pytest.approx(found.fun, abs=1e-10)
    assert [*model.weights, *model.offsets] == pytest.approx(found.x, abs=1e-5)
    assert model.weights[1] < 0
    assert model.offsets.sum() == pytest.approx(0, abs=1e-12)


def test_a_class_without_rows_is_never_chosen_and_moves_no_other():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(120, 2, 3))
    y = (2 * rng.integers(2, size=120)).astype(np.int32)
    model, without = fit(X, y, 1e-3), fit(X[:, :, ::2], y // 2, 1e-3)
    assert model.offsets[1] == -np.inf
    assert model.predict(X)[:, ::2] == pytest.approx(without.predict(X[:, :, ::2]), abs=1e-12)


def test_separable_rows_have_finite_weights():
    y = np.arange(30, dtype=np.int32) % 3
    X = np.eye(3)[y][:, None]
    model = fit(X, y, 1e-4)
    assert np.isfinite([*model.weights, *model.offsets]).all()
    assert model.predict(X)[np.arange(30), y].min() > 0.99
