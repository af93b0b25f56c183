"""Tests of differences agree with those that exist where items are independent."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, norm
from statsmodels.stats.contingency_tables import cochrans_q, mcnemar
from statsmodels.stats.multitest import multipletests

from latefusion.evaluation.statistics.paired_tests import (
    bootstrap_p,
    cochran_q,
    holm,
    least_detectable,
    sign_flip,
    wald,
)


@given(st.integers(0, 400), st.integers(0, 400))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_with_one_item_a_group_the_sign_flip_is_mcnemars_mid_p(b, c):
    if b == c:
        b += 1
    sums = np.r_[np.ones(b, int), -np.ones(c, int), np.zeros(7, int)]
    exact = mcnemar([[0, b], [c, 0]], exact=True).pvalue
    expected = exact - binom.pmf(min(b, c), b + c, 0.5)
    assert sign_flip(sums) == pytest.approx(max(expected, 1e-12), rel=1e-6, abs=2e-12)


@pytest.mark.parametrize("b", [1, 4, 30])
def test_as_many_discordant_items_on_either_side_have_a_mid_p_below_one(b):
    # Fagerland, Lydersen and Laake 2013: 1 − P(X = b)/2
    sums = np.r_[np.ones(b, int), -np.ones(b, int)]
    assert sign_flip(sums) == pytest.approx(1 - binom.pmf(b, 2 * b, 0.5) / 2)


@given(st.lists(st.integers(-9, 9), max_size=10), st.sampled_from([1, 3]))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_the_sign_flip_distribution_is_that_of_all_signs(sums, scale):
    totals = [
        abs(sum(s * d for s, d in zip(signs, sums, strict=True)))
        for signs in product((1, -1), repeat=len(sums))
    ]
    observed = abs(sum(sums))
    expected = np.mean([(t > observed) + 0.5 * (t == observed) for t in totals])
    # nothing differs: there is nothing to test
    expected = 1.0 if not any(sums) else expected
    assert sign_flip(scale * np.array(sums, int)) == pytest.approx(expected, abs=1e-10)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_holm_is_that_of_statsmodels(p):
    assert holm(np.array(p)) == pytest.approx(multipletests(p, method="holm")[1])


def test_an_empty_family_has_nothing_to_adjust():
    assert len(holm(np.empty(0))) == 0


def test_cochrans_q_is_that_of_statsmodels():
    rng = np.random.default_rng(0)
    right = (rng.random((400, 5)) < [0.5, 0.5, 0.55, 0.6, 0.5]).astype(float)
    expected = cochrans_q(right)
    q, df, p = cochran_q(right)
    assert (q, df, p) == pytest.approx((expected.statistic, 4, expected.pvalue))


def test_the_overall_test_agrees_with_cochrans_q_where_items_are_independent():
    rng = np.random.default_rng(1)
    for shift in (0.0, 0.02, 0.04):
        right = (rng.random((4000, 4)) < np.array([0.5, 0.5, 0.5, 0.5 + shift])).astype(float)
        q, _, p_q = cochran_q(right)
        w, df, p_w = wald(right, np.arange(4000))
        assert df == 3
        assert w == pytest.approx(q, rel=0.03)
        assert p_w == pytest.approx(p_q, abs=0.01)


def test_the_overall_test_ignores_columns_that_depend_on_others():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(300, 3))
    group = rng.integers(60, size=300)
    group[:60] = np.arange(60)
    once = wald(values, group)
    twice = wald(np.c_[values, values[:, 0]], group)
    assert once[1] == 2
    assert twice[1] == 2
    assert wald(np.c_[values[:, 0], values[:, 0]], group) == (0.0, 0, 1.0)


def test_the_bootstrap_p_value_of_a_normal_difference_is_the_normal_one():
    rng = np.random.default_rng(3)
    draws = rng.normal(1.5, 1.0, 200_000)
    assert bootstrap_p(1.5, draws, 100) == pytest.approx(2 * norm.sf(1.5), abs=0.003)
    assert bootstrap_p(0.0, np.zeros(100), 100) == 1.0


@pytest.mark.parametrize("groups", [1, 2, 5, 9])
def test_no_bootstrap_is_surer_than_flips_of_so_few_groups_can_be(groups):
    # all groups agree: the surest that flips can be, without the halving of ties
    least = 2 * sign_flip(np.ones(groups, int)) if groups > 1 else 1.0
    assert bootstrap_p(1.0, np.ones(999), groups) == pytest.approx(max(least, 0.001))


def test_the_least_detectable_difference_is_the_one_that_was_settled():
    # 2,718 items, a quarter discordant, no design effect: 2.7 points
    se = np.sqrt(0.25 / 2718)
    assert least_detectable(se) == pytest.approx(0.027, abs=0.0002)
    assert least_detectable(se, 10) == pytest.approx((norm.isf(0.0025) + norm.isf(0.2)) * se)
    # what no p-value can be small enough for is not found, however large
    assert least_detectable(se, 10, least=0.006) is None
    assert least_detectable(se, 10, least=0.005) == least_detectable(se, 10)
