"""Metrics of predicted numbers against scikit-learn, scipy and the definition."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from latefusion.evaluation.statistics.continuous_metrics import (
    METRICS,
    from_sums,
    spearman,
    spearman_influence,
    target_sums,
)


def numbers(n=200, level=0.0, unit=1.0):
    rng = np.random.default_rng(0)
    y = rng.standard_normal(n)
    f = 0.3 * y + 0.5 * rng.standard_normal(n)
    return level + unit * y, level + unit * f, rng.integers(20, size=n)


def metrics(y, f, group, baseline):
    sums = target_sums(y, f, baseline, group, int(group.max()) + 1).sum(axis=0)[None]
    return dict(zip(METRICS, from_sums(sums, float(y.mean()))[0].tolist(), strict=True))


@pytest.mark.parametrize(("level", "unit"), [(0.0, 1.0), (1e6, 1.0), (0.0, 1e6), (-3e5, 1e-3)])
def test_each_metric_is_that_of_the_libraries_at_any_level_and_unit(level, unit):
    y, f, group = numbers(level=level, unit=unit)
    found = metrics(y, f, group, float(y.mean()))
    line = stats.linregress(f - level, y - level)
    expected = {
        "r2": r2_score(y, f),
        "rmse": np.sqrt(mean_squared_error(y, f)),
        "mae": mean_absolute_error(y, f),
        "pearson": stats.pearsonr(y, f).statistic,
        "ccc": 2 * np.cov(y, f, ddof=0)[0, 1] / (y.var() + f.var() + (y.mean() - f.mean()) ** 2),
        "slope": line.slope,
        "intercept": line.intercept + level * (1 - line.slope),
    }
    assert found == pytest.approx(expected, rel=1e-6)


def test_r2_is_measured_against_the_mean_that_training_knew():
    y, f, group = numbers()
    found = metrics(y, f, group, 0.4)["r2"]
    assert found == pytest.approx(1 - ((y - f) ** 2).sum() / ((y - 0.4) ** 2).sum())
    assert metrics(y, np.full_like(y, 0.4), group, 0.4)["r2"] == pytest.approx(0, abs=1e-12)


def test_predictions_that_do_not_vary_have_an_error_and_no_correlation():
    y, _, group = numbers(level=1e5)
    found = metrics(y, np.full_like(y, y.mean()), group, float(y.mean()))
    assert found["rmse"] == pytest.approx(y.std())
    assert np.isnan([found["pearson"], found["slope"], found["intercept"]]).all()
    assert found["ccc"] == pytest.approx(0, abs=1e-9)


def test_spearman_shares_ranks_among_equals_as_scipy_does_and_counts_weights_as_copies():
    y, f, _ = numbers(60)
    y, f = np.round(y, 1), np.round(f, 1)
    weights = np.random.default_rng(1).integers(3, size=(4, 60)).astype(float)
    found = spearman(y, f, weights)
    for draw, rho in zip(weights.astype(int), found.tolist(), strict=True):
        assert rho == pytest.approx(stats.spearmanr(np.repeat(y, draw), np.repeat(f, draw)).statistic)
    assert np.isnan(spearman(y, np.zeros(60), weights)).all()


def test_the_influence_of_an_item_on_spearman_is_the_derivative_by_its_weight():
    rng = np.random.default_rng(7)
    y = rng.integers(0, 12, 80).astype(float)  # ties in one of them
    f = y + rng.normal(scale=4, size=80)
    step = 1e-4 * np.eye(80)
    numeric = (spearman(y, f, 1 + step) - spearman(y, f, 1 - step)) / 2e-4
    assert spearman_influence(y, f) == pytest.approx(numeric, abs=1e-8)
    assert spearman_influence(y, f).sum() == pytest.approx(0, abs=1e-12)
    assert np.isnan(spearman_influence(y, np.zeros(80))).all()
