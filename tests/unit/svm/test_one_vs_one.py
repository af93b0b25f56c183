import logging

import numpy as np
import pytest

from latefusion.svm import one_vs_one
from latefusion.svm.decision_values import decide_training_rows
from latefusion.svm.layout import NO_FOLD, Layout
from latefusion.svm.one_vs_one import OneVsOneProblem
from latefusion.svm.pairwise_coupling import class_pairs


def problem(n=150, K=3, F=4, C=1.0, seed=0, gamma=0.3, weight=None, max_iter=None):
    rng = np.random.default_rng(seed)
    y, fold = rng.integers(0, K, n), rng.integers(0, F, n)
    layout = Layout.of(y, fold, K, F)
    X = rng.standard_normal((n, 4)) + 0.7 * rng.standard_normal((K, 4))[y]
    X = X[layout.order]
    gram = np.expm1(-gamma * np.square(X[:, None] - X[None]).sum(axis=2)).astype(np.float32)
    return gram, OneVsOneProblem(layout, C, np.ones(K) if weight is None else np.asarray(weight), max_iter)


def everything(given):
    return [NO_FOLD, *range(given.layout.n_folds)]


def reference(K, given, without, pair):
    """Decision values of all rows from scikit-learn's classifier for one pair."""
    from sklearn.svm import SVC

    seen = np.isin(given.layout.y, pair) & given.layout.seen(without)
    y = np.where(given.layout.y[seen] == pair[0], 1, -1)
    weight = given.class_weight[given.layout.y[seen]]
    svc = SVC(C=given.C, kernel="precomputed")
    svc.fit(1 + K[np.ix_(seen, seen)].astype(np.float64), y, sample_weight=weight)
    return svc.decision_function(1 + K[:, seen].astype(np.float64))


@pytest.mark.parametrize("weight", [None, [0.5, 2.0, 1.0]])
def test_every_classifier_decides_as_libsvm_trained_on_its_rows(weight):
    K, given = problem(weight=weight)
    solutions = given.solve(K, everything(given), 2)
    decision = np.zeros((2, 150, 3))
    decide_training_rows(K, given.layout, solutions, decision, 1)
    decision = decision[:, given.layout.order]
    for p, pair in enumerate(class_pairs(3)):
        np.testing.assert_allclose(decision[0, :, p], reference(K, given, NO_FOLD, pair), atol=2e-3)
        for fold in range(4):
            held = given.layout.fold == fold
            expected = reference(K, given, fold, pair)[held]
            np.testing.assert_allclose(decision[1, held, p], expected, atol=2e-3)


def test_labels_within_a_fold_do_not_touch_its_out_of_fold_decisions():
    rng = np.random.default_rng(7)
    n = 120
    X, y, fold = rng.standard_normal((n, 3)), rng.integers(0, 3, n), np.arange(n) % 3
    gram = np.expm1(-0.5 * np.square(X[:, None] - X[None]).sum(axis=2)).astype(np.float32)

    def out_of_fold(labels):
        layout = Layout.of(labels, fold, 3, 3)
        K = np.ascontiguousarray(gram[np.ix_(layout.order, layout.order)])
        solutions = OneVsOneProblem(layout, 1.0, np.ones(3), None).solve(K, [NO_FOLD, 0, 1, 2], 1)
        decision = np.zeros((2, n, 3))
        decide_training_rows(K, layout, solutions, decision, 1)
        return decision[1]

    permuted = y.copy()
    permuted[fold == 1] = rng.permutation(y[fold == 1])
    before, after = out_of_fold(y), out_of_fold(permuted)
    assert not np.array_equal(y, permuted)
    np.testing.assert_array_equal(after[fold == 1], before[fold == 1])
    assert np.abs(after[fold != 1] - before[fold != 1]).max() > 1e-3


def test_a_pair_with_an_empty_side_votes_for_the_class_that_is_there():
    layout = Layout.of(np.array([0, 0, 2, 2]), np.array([0, 1, 1, 1]), 4, 2)
    K = np.eye(4, dtype=np.float32)
    whole, *_ = OneVsOneProblem(layout, 1.0, np.ones(4), None).solve(K, [NO_FOLD], 1)
    expected = {(0, 1): 1, (0, 3): 1, (1, 2): -1, (1, 3): 0, (2, 3): 1}
    for p, pair in enumerate(class_pairs(4)):
        if pair in expected:
            assert whole.classifiers[p].offset == expected[pair]
            assert len(whole.classifiers[p].beta) == 0


def test_classifiers_on_all_rows_that_start_without_a_fold_end_where_cold_ones_do():
    K, given = problem(n=240, C=2.0)
    warm, *folds = given.solve(K, everything(given), 1)
    (cold,) = given.solve(K, [NO_FOLD], 1)
    assert [solution.held_out_fold for solution in folds] == [0, 1, 2, 3]
    assert warm.steps.sum() < cold.steps.sum()
    for one, other in zip(warm.classifiers, cold.classifiers, strict=True):
        small = K[np.ix_(one.rows, one.rows)].astype(np.float64)
        values = [0.5 * m.beta @ small @ m.beta - np.abs(m.beta).sum() for m in (one, other)]
        assert values[0] == pytest.approx(values[1], rel=1e-4)
        np.testing.assert_allclose(one.f, _labels(given, one) - small @ one.beta, atol=1e-9)


def _labels(given, classifier):
    labels = given.layout.y[classifier.rows]
    return np.where(labels == labels[0], 1.0, -1.0)


def test_classifiers_stopped_by_the_limit_are_counted():
    K, given = problem(C=100.0, max_iter=3)
    assert given.solve(K, [NO_FOLD], 1)[0].capped == 3


def test_an_offset_that_no_free_row_fixes_is_the_middle_from_a_warm_start_too():
    # two classes of one size and a small cost: every row is at its bound
    given = OneVsOneProblem(
        Layout.of(np.arange(48) % 2, np.arange(48) // 2 % 4, 2, 4), 0.1 + 0.2, np.ones(2), None
    )
    X = np.random.default_rng(2).standard_normal((48, 3))[given.layout.order]
    K = np.expm1(-1e-3 * np.square(X[:, None] - X[None]).sum(axis=2)).astype(np.float32)
    whole = given.solve(K, everything(given), 1)[0].classifiers[0]
    np.testing.assert_array_equal(np.abs(whole.beta), 0.1 + 0.2)
    up, low = whole.f[24:].max(), whole.f[:24].min()
    assert whole.offset == pytest.approx((up + low) / 2)
    assert low - up > 1e-3


@pytest.mark.parametrize(("before", "after"), [(0.1, 1.0), (10.0, 1.0), (1.0, 1.0), (1e-2, 1e2)])
def test_classifiers_that_start_from_another_cost_end_where_cold_ones_do(before, after):
    K, first = problem(C=before)
    _, second = problem(C=after)
    start = {solution.held_out_fold: solution for solution in first.solve(K, [NO_FOLD], 1)}
    (warm,), (cold,) = second.solve(K, [NO_FOLD], 1, start), second.solve(K, [NO_FOLD], 1)
    for one, other in zip(warm.classifiers, cold.classifiers, strict=True):
        small = K[np.ix_(one.rows, one.rows)].astype(np.float64)
        values = [0.5 * m.beta @ small @ m.beta - np.abs(m.beta).sum() for m in (one, other)]
        assert values[0] == pytest.approx(values[1], rel=1e-3)
        assert abs(one.beta.sum()) < 1e-9 * max(1.0, after)
        assert np.abs(one.beta).max() <= after
    if before == after:
        assert warm.steps.sum() == 0


def test_threads_change_no_byte():
    K, given = problem(n=300)
    one, two = (given.solve(K, everything(given), n) for n in (1, 2))
    decisions = [np.zeros((2, 300, 3)) for _ in range(2)]
    for n_jobs, solutions, decision in zip((1, 2), (one, two), decisions, strict=True):
        decide_training_rows(K, given.layout, solutions, decision, n_jobs)
    assert decisions[0].tobytes() == decisions[1].tobytes()
    for a, b in zip(one, two, strict=True):
        assert a.coefficients(300).tobytes() == b.coefficients(300).tobytes()


def test_long_training_reports_classifiers_done_and_seconds(caplog, monkeypatch):
    monkeypatch.setattr(one_vs_one, "SECONDS_BETWEEN_REPORTS", -1.0)
    K, given = problem(n=60)
    with caplog.at_level(logging.INFO, logger="latefusion.svm.one_vs_one"):
        given.solve(K, everything(given), 1)
    assert "1 of 15 one-vs-one classifiers, 0 s" in caplog.text
    assert "15 of 15 one-vs-one classifiers" in caplog.text
