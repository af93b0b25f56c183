import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.svm.pairwise_coupling import class_pairs, couple, vote

EXAMPLES = settings(max_examples=40, deadline=None, derandomize=True)


def pairwise(n, K, seed, spread=1.0):
    rng = np.random.default_rng(seed)
    return 1 / (1 + np.exp(-spread * rng.standard_normal((n, K * (K - 1) // 2))))


def one_row(r, K):
    """The fixed-point sweeps for a single row, written as the paper's algorithm 2 states them."""
    R = np.zeros((K, K))
    for value, (i, j) in zip(np.clip(r, 1e-7, 1 - 1e-7), class_pairs(K), strict=True):
        R[i, j], R[j, i] = value, 1 - value
    Q = -R.T * R
    for t in range(K):
        Q[t, t] = sum(R[j, t] ** 2 for j in range(K) if j != t)
    p = np.full(K, 1 / K)
    for _ in range(max(100, K)):
        Qp = Q @ p
        pQp = p @ Qp
        if np.abs(Qp - pQp).max() < 0.005 / K:
            break
        for t in range(K):
            step = (pQp - Qp[t]) / Q[t, t]
            p[t] += step
            pQp = (pQp + step * (step * Q[t, t] + 2 * Qp[t])) / (1 + step) ** 2
            Qp = (Qp + step * Q[t]) / (1 + step)
            p /= 1 + step
    return p


def exact(r, K):
    """The minimum on the simplex, from the linear system of its optimality conditions."""
    R = np.zeros((K, K))
    for value, (i, j) in zip(r, class_pairs(K), strict=True):
        R[i, j], R[j, i] = value, 1 - value
    Q = -R.T * R
    np.fill_diagonal(Q, [(np.delete(R[:, t], t) ** 2).sum() for t in range(K)])
    system = np.block([[Q, np.ones((K, 1))], [np.ones((1, K)), np.zeros((1, 1))]])
    return np.linalg.solve(system, np.r_[np.zeros(K), 1])[:K]


@pytest.mark.parametrize("K", [2, 3, 4, 7, 10])
def test_all_rows_at_once_are_each_row_alone(K):
    r = pairwise(50, K, seed=K, spread=3.0)
    found = couple(r, np.ones(K, bool))
    np.testing.assert_allclose(found, [one_row(row, K) for row in r], atol=1e-12)


@given(K=st.integers(2, 8), seed=st.integers(0, 10**6), spread=st.floats(0.1, 5))
@EXAMPLES
def test_coupled_probabilities_are_close_to_the_exact_solution(K, seed, spread):
    r = pairwise(5, K, seed, spread)
    found = couple(r, np.ones(K, bool))
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-12)
    assert (found >= 0).all()
    np.testing.assert_allclose(found, [exact(row, K) for row in r], atol=1e-2)


@given(K=st.integers(2, 8), seed=st.integers(0, 10**6))
@EXAMPLES
def test_pairs_that_agree_with_one_distribution_give_it_back(K, seed):
    p = np.random.default_rng(seed).dirichlet(np.full(K, 2.0), 5)
    r = np.stack([p[:, i] / (p[:, i] + p[:, j]) for i, j in class_pairs(K)], axis=1)
    np.testing.assert_allclose(couple(r, np.ones(K, bool)), p, atol=1e-2)


def test_certain_pairs_stay_finite():
    found = couple(np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.5]]), np.ones(3, bool))
    np.testing.assert_allclose(found[0], [1, 0, 0], atol=1e-3)
    np.testing.assert_allclose(found[1], [0, 0.5, 0.5], atol=1e-3)


def test_a_class_that_the_machines_never_saw_has_probability_zero():
    r = pairwise(20, 4, seed=1)
    found = couple(r, np.array([True, False, True, True]))
    assert (found[:, 1] == 0).all()
    others = couple(r[:, [1, 2, 5]], np.ones(3, bool))  # pairs (0, 2), (0, 3), (2, 3)
    np.testing.assert_array_equal(found[:, [0, 2, 3]], others)


def test_the_only_class_has_probability_one():
    np.testing.assert_array_equal(couple(pairwise(3, 3, 0), np.array([False, True, False])), [[0, 1, 0]] * 3)


def test_no_rows_give_no_rows():
    assert couple(np.empty((0, 6)), np.ones(4, bool)).shape == (0, 4)


def test_votes_go_to_the_class_with_most_pairs():
    #                    01   02   03   12   13   23
    decision = np.array([[1.0, 1.0, 1.0, 1.0, 1.0, 1.0], [-1.0, -1.0, -1.0, -1.0, -1.0, -1.0]])
    np.testing.assert_array_equal(vote(decision, np.ones(4, bool)), [0, 3])


def test_a_tie_of_votes_goes_to_the_lowest_class():
    # 0 beats 1, 1 beats 2, 2 beats 0
    np.testing.assert_array_equal(vote(np.array([[1.0, -1.0, 1.0]]), np.ones(3, bool)), [0])


def test_a_decision_of_zero_votes_for_the_second_class_as_in_libsvm():
    np.testing.assert_array_equal(vote(np.array([[0.0]]), np.ones(2, bool)), [1])


def test_a_class_that_the_machines_never_saw_gets_no_vote():
    decision = np.array([[1.0, 1.0, -1.0]])  # 0 beats 1 and 2, 2 beats 1
    np.testing.assert_array_equal(vote(decision, np.array([False, True, True])), [2])
