"""Minima of small convex functions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.fusion.constrained_newton import minimise

laws = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def quadratic(centre, scale):
    def objective(w):
        d = w - centre
        return float(0.5 * scale @ d**2), scale * d, np.diag(scale)

    return objective


@laws
@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.1, 10)), min_size=1, max_size=6))
def test_a_parabola_in_the_positive_orthant(terms):
    centre, scale = np.array(terms).T
    found = minimise(quadratic(centre, scale), np.full(len(centre), 1 / len(centre)), sum_to_one=False)
    assert found.weights == pytest.approx(np.maximum(centre, 0), abs=1e-9)
    assert found.violation <= 1e-11


@laws
@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.1, 10), st.booleans()), min_size=1, max_size=6))
def test_a_weight_of_either_sign_goes_where_the_parabola_is_least(terms):
    centre, scale, signed = (np.array(column) for column in zip(*terms, strict=True))
    start = np.full(len(centre), 1 / len(centre))
    found = minimise(quadratic(centre, scale), start, sum_to_one=False, signed=signed)
    assert found.weights == pytest.approx(np.where(signed, centre, np.maximum(centre, 0)), abs=1e-9)
    assert found.violation <= 1e-11


@laws
@given(st.lists(st.floats(-3, 3), min_size=1, max_size=6))
def test_a_projection_on_the_simplex(centre):
    """Of equal curvature: sort, cut at the level at which the rest sums to one."""
    centre = np.array(centre)
    found = minimise(
        quadratic(centre, np.ones(len(centre))), np.full(len(centre), 1 / len(centre)), sum_to_one=True
    )
    ordered = np.sort(centre)[::-1]
    levels = (np.cumsum(ordered) - 1) / np.arange(1, len(centre) + 1)
    level = levels[np.flatnonzero(ordered > levels)[-1]]
    assert found.weights == pytest.approx(np.maximum(centre - level, 0), abs=1e-9)
    assert found.weights.sum() == pytest.approx(1)


def mixture(right):
    def objective(w):
        pooled = right @ w
        relative = right / pooled[:, None]
        return -float(np.log(pooled).mean()), -relative.mean(axis=0), relative.T @ relative / len(right)

    return objective


@laws
@given(st.integers(0, 10**6), st.integers(1, 8), st.integers(2, 60), st.booleans())
def test_mixtures_meet_the_conditions_of_optimality(seed, M, n, duplicated):
    right = np.maximum(np.random.default_rng(seed).random((n, M)) ** 4, 1e-6)
    if duplicated:
        right[:, -1] = right[:, 0]
    found = minimise(mixture(right), np.full(M, 1 / M), sum_to_one=True)
    assert found.violation <= 1e-11
    assert found.steps < 30
    # at the optimum, Σ right/pooled is n for those with weight and no more for the others (Cover 1984)
    ratio = (right / (right @ found.weights)[:, None]).mean(axis=0)
    assert ratio.max() <= 1 + 1e-9
    assert ratio[found.weights > 0] == pytest.approx(1, abs=1e-9)


def test_the_mixture_is_that_of_expectation_maximisation():
    right = np.random.default_rng(0).random((50, 3)) ** 2
    w = np.full(3, 1 / 3)
    for _ in range(20_000):
        w = (right * w / (right @ w)[:, None]).mean(axis=0)
    assert minimise(mixture(right), np.full(3, 1 / 3), sum_to_one=True).weights == pytest.approx(w, abs=1e-6)


def test_a_weight_that_should_be_zero_is_zero():
    right = np.column_stack([np.full(20, 0.9), np.full(20, 0.1)])
    assert minimise(mixture(right), np.array([0.5, 0.5]), sum_to_one=True).weights.tolist() == [1, 0]


def test_equal_modalities_share_their_weight():
    right = np.tile(np.random.default_rng(0).random((30, 1)), 2)
    assert minimise(mixture(right), np.array([0.5, 0.5]), sum_to_one=True).weights == pytest.approx(
        [0.5, 0.5]
    )
