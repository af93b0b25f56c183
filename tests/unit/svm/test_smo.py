import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.svm.smo import WHOLE, optimise, weighted_sums

TOLERANCE, FLAT = 1e-3, 1e-12
EXAMPLES = settings(max_examples=40, deadline=None, derandomize=True)


def rbf(X, gamma):
    X = X.astype(np.float64)
    K = np.exp(-gamma * np.square(X[:, None] - X[None]).sum(axis=2))
    return K.astype(np.float32)


def less_one(K):
    """A kernel as the solver takes it."""
    return K - np.float32(1)


def chunks(ranges, size=7):
    """Start and stop among the machine's rows, and the distance to the column of K."""
    table, at = [], 0
    for first, last in ranges:
        table += [
            (at + a, min(at + a + size, at + last - first), first - at) for a in range(0, last - first, size)
        ]
        at += last - first
    return np.array(table, np.uint64)


def solve(K, y, cost, ranges=None, max_iter=10**6):
    """Return β, f, steps and gap; `y` and `cost` are those of the machine's rows."""
    ranges = ranges or [(0, len(y))]
    rows = np.concatenate([np.arange(a, b) for a, b in ranges]).astype(np.uint64)
    upper, lower = np.where(y > 0, cost, 0.0), np.where(y > 0, 0.0, -cost)
    beta, f = np.zeros(len(y)), y.astype(np.float64)
    steps, gap = optimise(
        less_one(K), chunks(ranges), rows, beta, upper, lower, f, TOLERANCE, max_iter, FLAT, WHOLE
    )
    return beta, f, steps, gap


def objective(K, y, beta):
    return 0.5 * beta @ K.astype(np.float64) @ beta - y @ beta


def test_two_rows_have_the_solution_worked_out_by_hand():
    # maximise 2a - a²(1 - k), so a = 1/(1 - k), and both rows lie on the margin
    k = 0.25
    K = np.array([[1, k], [k, 1]], np.float32)
    beta, f, steps, _ = solve(K, np.array([1.0, -1.0]), np.full(2, 10.0))
    np.testing.assert_allclose(beta, [4 / 3, -4 / 3], rtol=1e-6)
    np.testing.assert_allclose(f, 0, atol=1e-6)
    assert steps == 1


def test_coefficients_stop_at_the_cost():
    K = np.array([[1, 0.25], [0.25, 1]], np.float32)
    beta, *_ = solve(K, np.array([1.0, -1.0]), np.full(2, 0.5))
    np.testing.assert_array_equal(beta, [0.5, -0.5])


def test_equal_rows_on_both_sides_cancel_at_the_cost():
    beta, _, _, gap = solve(np.ones((2, 2), np.float32), np.array([1.0, -1.0]), np.full(2, 3.0))
    np.testing.assert_array_equal(beta, [3.0, -3.0])
    assert gap < TOLERANCE


@st.composite
def problems(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n, d = draw(st.integers(4, 80)), draw(st.integers(1, 6))
    X = rng.standard_normal((n, d))
    if draw(st.booleans()):
        X[n // 2 :] = X[rng.integers(0, n // 2, n - n // 2)]
    if draw(st.booleans()):
        X[:, 0] = 2.0
    y = np.where(np.arange(n) < draw(st.integers(1, n - 1)), 1.0, -1.0)
    cost = 10.0 ** draw(st.floats(-2, 2)) * np.where(y > 0, 10.0 ** draw(st.floats(-1, 1)), 1.0)
    return rbf(X, 10.0 ** draw(st.floats(-3, 3))), y, cost


@given(problems())
@EXAMPLES
def test_solution_is_feasible_and_optimal_to_the_tolerance(problem):
    K, y, cost = problem
    beta, f, _, gap = solve(K, y, cost)
    assert gap < TOLERANCE
    assert (y * beta >= 0).all()
    assert (np.abs(beta) <= cost).all()
    assert abs(beta.sum()) < 1e-9 * max(1.0, np.abs(beta).sum())
    exact = y - K.astype(np.float64) @ beta
    np.testing.assert_allclose(f, exact, atol=1e-7 * max(1.0, np.abs(beta).sum()))
    up = np.where(y > 0, beta < cost, beta < 0)
    low = np.where(y > 0, beta > 0, beta > -cost)
    if up.any() and low.any():
        assert exact[up].max() - exact[low].min() < 1.01 * TOLERANCE + 1e-6 * cost.max()


@given(problems())
@EXAMPLES
def test_objective_is_that_of_libsvm(problem):
    from sklearn.svm import SVC

    K, y, cost = problem
    reference = SVC(kernel="precomputed", C=1.0).fit(K.astype(np.float64), y, sample_weight=cost)
    theirs = np.zeros(len(y))
    theirs[reference.support_] = reference.dual_coef_[0]
    expected = objective(K, y, theirs)
    assert objective(K, y, solve(K, y, cost)[0]) == pytest.approx(expected, rel=1e-3)


def test_a_machine_in_several_ranges_is_the_machine_of_these_rows():
    rng = np.random.default_rng(3)
    K = rbf(rng.standard_normal((60, 3)), 0.4)
    ranges = [(3, 14), (20, 31), (35, 36), (40, 58)]
    kept = np.concatenate([np.arange(a, b) for a, b in ranges])
    y = np.where(np.arange(len(kept)) < 22, 1.0, -1.0)
    found = solve(K, y, np.ones(len(y)), ranges)
    alone = solve(np.ascontiguousarray(K[np.ix_(kept, kept)]), y, np.ones(len(y)))
    np.testing.assert_array_equal(found[0], alone[0])


def test_the_limit_of_steps_is_kept_and_the_gap_tells():
    rng = np.random.default_rng(4)
    K = rbf(rng.standard_normal((80, 2)), 1.0)
    y = np.where(np.arange(80) < 40, 1.0, -1.0)
    _, _, steps, gap = solve(K, y, np.full(80, 50.0), max_iter=9)
    assert steps == 9
    assert gap > TOLERANCE


def test_scores_far_from_zero_do_not_hide_a_violation():
    # 4,000 equal pairs put f at ±1e7, where neighbouring single-precision numbers are 1 apart
    n = 2000
    K = np.ones((n + 2, n + 2), np.float32)
    K[-2:, :] = K[:, -2:] = 0.0
    K[-2:, -2:] = [[1, 0.5], [0.5, 1]]
    y = np.r_[np.ones(n // 2), np.ones(1), -np.ones(n // 2), -np.ones(1)]
    order = np.r_[np.arange(n // 2), n, np.arange(n // 2, n), n + 1]
    K = np.ascontiguousarray(K[np.ix_(order, order)])
    cost = np.full(n + 2, 1e4)
    cost[-1] = cost[n // 2] = 100.0
    beta, _, _, gap = solve(K, y, cost)
    assert gap < TOLERANCE
    np.testing.assert_allclose(beta[[n // 2, -1]], [2, -2], rtol=1e-3)


def test_a_row_that_only_rounding_keeps_from_its_bound_is_put_on_it():
    K = np.array([[1, 0.25], [0.25, 1]], np.float32)
    beta = np.array([0.3 * (1 - 1e-15), -0.3 * (1 + 1e-16)])
    f = np.array([1.0, -1.0]) - K.astype(np.float64) @ beta
    upper, lower = np.array([0.3, 0.0]), np.array([0.0, -0.3])
    steps, _ = optimise(
        less_one(K),
        chunks([(0, 2)]),
        np.arange(2, dtype=np.uint64),
        beta,
        upper,
        lower,
        f,
        TOLERANCE,
        10,
        FLAT,
        WHOLE,
    )
    assert steps == 0
    assert beta.tolist() == [0.3, -0.3]


@given(problems(), st.integers(0, 10**6))
@EXAMPLES
def test_weighted_sums_are_the_matrix_product(problem, seed):
    K, y, _ = problem
    rng = np.random.default_rng(seed)
    cut = len(y) // 3
    ranges = [(0, cut), (cut + 1, len(y))]
    columns = np.concatenate([np.arange(a, b) for a, b in ranges])
    rows = rng.integers(0, len(y), 5)
    beta, out = rng.standard_normal(len(columns)), np.full(5, np.nan)
    weighted_sums(K, rows.astype(np.uint64), chunks(ranges), beta, out)
    np.testing.assert_allclose(out, K[np.ix_(rows, columns)].astype(np.float64) @ beta, atol=1e-12)


def test_a_warm_start_ends_where_a_cold_one_does():
    rng = np.random.default_rng(6)
    K = rbf(rng.standard_normal((120, 3)), 0.5)
    y = np.where(np.arange(120) < 60, 1.0, -1.0)
    ranges = [(0, 50), (60, 110)]
    kept = np.r_[0:50, 60:110]
    part, *_ = solve(K, y[kept], np.ones(100), ranges)
    beta, upper, lower = np.zeros(120), np.where(y > 0, 1.0, 0.0), np.where(y > 0, 0.0, -1.0)
    beta[kept] = part
    f = y - K.astype(np.float64) @ beta
    steps, _ = optimise(
        less_one(K),
        chunks([(0, 120)]),
        np.arange(120, dtype=np.uint64),
        beta,
        upper,
        lower,
        f,
        TOLERANCE,
        10**6,
        FLAT,
        WHOLE,
    )
    cold, _, cold_steps, _ = solve(K, y, np.ones(120))
    assert objective(K, y, beta) == pytest.approx(objective(K, y, cold), rel=1e-4)
    assert steps < cold_steps
