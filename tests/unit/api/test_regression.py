"""Predictions of numbers, judged: values by hand, intervals by how often they cover."""

import numpy as np
import pytest
from sklearn.metrics import r2_score

from latefusion import evaluate_regression
from latefusion.api.arguments import ArgumentError


def songs(groups=60, seed=0, correlation=0.3):
    """Targets of songs whose artists differ, and predictions of three models."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), rng.integers(1, 8, groups))
    n = len(group)

    def noise():
        return np.sqrt(correlation) * rng.standard_normal(groups)[group] + np.sqrt(
            1 - correlation
        ) * rng.standard_normal(n)

    signal = noise()
    y = signal + noise()
    return y, {"good": signal, "same": signal.copy(), "poor": signal + 2 * noise()}, group


def value(found, **chosen):
    rows = found.loc[np.logical_and.reduce([found[key] == one for key, one in chosen.items()])]
    assert len(rows) == 1
    return rows.iloc[0]


def test_each_target_has_its_metrics_and_r2_is_averaged_over_them():
    y, models, group = songs()
    Y = np.stack([y, 1e6 * y[::-1] + 5e6], axis=1)
    F = {name: np.stack([f, 1e6 * f[::-1] + 5e6], axis=1) for name, f in models.items()}
    found = evaluate_regression(Y, F, groups=group, targets=["valence", "arousal"], draws=200).metrics
    for t, target in enumerate(("valence", "arousal")):
        row = value(found, target=target, model="good", metric="r2")
        assert row.value == pytest.approx(r2_score(Y[:, t], F["good"][:, t]))
        assert row.low < row.value < row.high
    mean = value(found, target="mean", model="good", metric="r2")
    assert mean.value == pytest.approx(r2_score(Y, F["good"]))


def test_a_better_model_has_a_lower_error_and_an_equal_one_is_not_told_apart():
    y, models, group = songs()
    found = evaluate_regression(y, models, groups=group, reference="good", draws=500).comparisons
    poor, same = value(found, model="poor"), value(found, model="same")
    expected = np.mean((y - models["poor"]) ** 2 - (y - models["good"]) ** 2)
    assert poor.difference == pytest.approx(expected)
    assert poor.low > 0
    assert poor.p_holm < 0.05
    assert (same.difference, same.p) == (0, 1)


def test_the_unit_of_a_target_changes_no_verdict():
    y, models, group = songs(20)
    plain = evaluate_regression(y, models, groups=group, draws=200)
    scaled = evaluate_regression(
        2.0**20 * y, {name: 2.0**20 * f for name, f in models.items()}, groups=group, draws=200
    )
    np.testing.assert_allclose(scaled.comparisons["p"], plain.comparisons["p"])
    rank = plain.metrics["metric"] == "spearman"
    np.testing.assert_allclose(scaled.metrics[rank]["high"], plain.metrics[rank]["high"])


def test_intervals_of_r2_rmse_and_ccc_cover_the_truth_with_artists():
    rng_true = np.random.default_rng(0)
    y, models, group = songs(20_000, seed=1)
    truth = evaluate_regression(y, {"good": models["good"]}, draws=1, groups=group).metrics.set_index(
        "metric"
    )
    covered = {"r2": 0, "rmse": 0, "ccc": 0}
    sets = 300
    for seed in rng_true.integers(2**31, size=sets).tolist():
        y, models, group = songs(160, seed=seed)
        found = evaluate_regression(y, {"good": models["good"]}, groups=group, draws=300).metrics
        found = found.set_index("metric")
        for metric in covered:
            covered[metric] += found.low[metric] <= truth.value[metric] <= found.high[metric]
    # 300 sets: two standard errors of 95 % are 2.5 points
    for metric, count in covered.items():
        assert 0.91 <= count / sets <= 0.98, metric


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"y": [1.0, 1.0, 1.0]}, "a target that varies"),
        ({"y": [1.0, np.nan, 2.0]}, "finite numbers"),
        ({"y": ["a", "b", "c"]}, "numbers"),
        ({"predictions": {"a": [1.0, 2.0]}}, "3 items of 1 targets"),
        ({"predictions": {}}, "one at least"),
        ({"reference": "aa"}, "write 'a'"),
        ({"groups": [1, 2]}, "a group for each of the 3 items"),
        ({"baseline": [1.0, 2.0]}, "a finite number for each target"),
        ({"targets": ["mean"]}, "none of them 'mean'"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_words(change, told):
    given = {"y": [1.0, 2.0, 3.0], "predictions": {"a": [1.0, 2.0, 2.0]}} | change
    with pytest.raises(ArgumentError, match=told):
        evaluate_regression(given.pop("y"), given.pop("predictions"), **given)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_few_groups_have_wide_intervals_and_show_no_difference(count):
    y, models, _ = songs(20)
    found = evaluate_regression(y, models, groups=np.arange(len(y)) % count, draws=300).comparisons
    apart = found[found["difference"] != 0]
    assert len(apart)
    assert (apart["p"] >= 2.0 ** (1 - count)).all()
    assert (apart["high"] > apart["low"]).all()
    assert found["detectable"].isna().all()
