"""Weights that depend on the quality of items: what was planted is found again."""

import numpy as np
import pytest

from latefusion.fusion.aggregation import softmax
from latefusion.fusion.rule import rule_class

ALPHA = np.array([0.9, 1.2])
GAMMA = np.array([[0.6, 0.0], [-0.4, 0.3]])  # of a modality, by quality measure
BETA = np.array([0.3, -0.2, -0.1])


def simulated(n, seed):
    """Probabilities, labels drawn with the planted weights, raw and standardised quality, planted p."""
    rng = np.random.default_rng(seed)
    P = softmax(rng.normal(scale=1.2, size=(n * 2, 3))).reshape(n, 2, 3)
    raw = rng.normal([200.0, -5.0], [40.0, 0.01], size=(n, 2))
    z = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    p = softmax(np.einsum("nm,nmk->nk", ALPHA + z @ GAMMA.T, np.log(P)) + BETA)
    y = (p.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).astype(np.int32)
    return P, y, raw, z, p


def errors(P, z, p):
    """Standard errors of α, of γ by measure, and of β, from the information at the planted values."""
    n, _, K = P.shape
    logs = np.log(P)
    scaled = [logs * z[:, d, None, None] for d in range(z.shape[1])]
    X = np.concatenate([logs, *scaled, np.broadcast_to(np.eye(K), (n, K, K))], axis=1)
    centred = X - np.einsum("ndk,nk->nd", X, p)[:, :, None]
    return np.sqrt(np.diag(np.linalg.pinv(np.einsum("ndk,nk,nek->de", centred, p, centred))))


def fitted(P, y, quality, columns=("length", "snr"), **more):
    return rule_class("quality_weighted")(columns=columns, **more).fit(P, y, quality=quality)


def test_planted_slopes_are_recovered_within_two_standard_errors():
    off = []
    for seed in range(10):
        P, y, raw, z, p = simulated(4_000, seed)
        learned = fitted(P, y, raw).learned()
        slopes = learned["quality_slopes"]
        found = np.array([*learned["weights"], *slopes["length"], *slopes["snr"], *learned["offsets"]])
        off.append((found - [*ALPHA, *GAMMA[:, 0], *GAMMA[:, 1], *BETA]) / errors(P, z, p))
    # 19 in 20 by their definition, and on neither side more than on the other
    assert (np.abs(off) < 2.0).mean() > 0.9
    assert np.abs(off).max() < 4.0
    assert np.abs(np.mean(off, axis=0)).max() < 3.0 / np.sqrt(len(off))


def test_what_is_said_of_an_item_is_the_planted_probability():
    P, y, raw, _, p = simulated(20_000, 0)
    said = fitted(P, y, raw).predict_proba(P, quality=raw)
    assert np.abs(said - p).mean() < 0.01
    assert np.abs(rule_class("llr_fusion")().fit(P, y).predict_proba(P) - p).mean() > 0.03


@pytest.mark.parametrize("value", [3.7, 0.1, np.nan])
def test_a_quality_that_never_varies_gives_llr_fusion(value):
    P, y, raw, *_ = simulated(500, 1)
    same = np.full_like(raw, value)
    rule = fitted(P, y, same)
    plain = rule_class("llr_fusion")().fit(P, y)
    assert np.array_equal(rule.predict_proba(P, quality=same), plain.predict_proba(P))
    # nothing was learned of it, so another value on new items says nothing either
    assert np.array_equal(rule.predict_proba(P, quality=raw), plain.predict_proba(P))
    assert rule.learned()["quality_slopes"] == {"length": [0.0, 0.0], "snr": [0.0, 0.0]}


def test_a_measure_that_never_varies_does_not_take_the_slopes_of_another():
    P, y, raw, *_ = simulated(500, 2)
    with_constant = np.column_stack([np.ones(len(raw)), raw[:, 0]])
    slopes = fitted(P, y, with_constant).learned()["quality_slopes"]
    assert slopes["length"] == [0.0, 0.0]
    alone = fitted(P, y, raw[:, :1], ["one"]).learned()["quality_slopes"]["one"]
    assert slopes["snr"] == pytest.approx(alone, rel=1e-9)


def test_units_and_origin_of_a_measure_do_not_matter():
    P, y, raw, *_ = simulated(500, 3)
    one, other = fitted(P, y, raw), fitted(P, y, raw * [1000, 0.5] + [7, -3])
    assert one.predict_proba(P, quality=raw) == pytest.approx(
        other.predict_proba(P, quality=raw * [1000, 0.5] + [7, -3]), abs=1e-7
    )


def test_a_missing_measure_is_the_mean_of_the_rows_learned_from():
    P, y, raw, *_ = simulated(500, 4)
    gaps = raw.copy()
    gaps[::5, 0] = np.nan
    rule = fitted(P, y, gaps)
    mean, deviation = np.nanmean(gaps[:, 0]), np.nanstd(gaps[:, 0])
    assert rule.learned()["quality"]["length"] == {
        "mean": pytest.approx(mean),
        "standard_deviation": pytest.approx(deviation),
        "missing": 100,
    }
    given = np.column_stack([np.full(len(P), mean), raw[:, 1]])
    lacking = np.column_stack([np.full(len(P), np.nan), raw[:, 1]])
    assert rule.predict_proba(P, quality=lacking) == pytest.approx(rule.predict_proba(P, quality=given))


def test_beyond_the_rows_learned_from_a_measure_stays_at_the_end_of_their_range():
    P, y, raw, *_ = simulated(500, 5)
    rule = fitted(P, y, raw)
    highest, far = (np.tile(q, (len(P), 1)) for q in (raw.max(axis=0), raw.max(axis=0) * [1e6, -1e6]))
    assert rule.predict_proba(P, quality=far) == pytest.approx(rule.predict_proba(P, quality=highest))


def test_items_without_any_modality_get_the_class_shares_and_teach_nothing():
    P, y, raw, *_ = simulated(300, 6)
    P[::10] = np.nan
    some = ~np.isnan(P).all(axis=(1, 2))
    rule = fitted(P, y, raw)
    said = rule.predict_proba(P, quality=raw)
    assert said[~some] == pytest.approx(np.tile(np.bincount(y) / len(y), (30, 1)))
    assert rule.learned()["quality"]["length"]["mean"] == pytest.approx(raw[some, 0].mean())


def test_without_the_quality_that_it_is_to_read_it_is_refused():
    P, y, raw, *_ = simulated(60, 7)
    rule = rule_class("quality_weighted")(columns=["length", "snr"])
    with pytest.raises(ValueError, match=r"quality measures None, of 60 rows and the columns"):
        rule.fit(P, y)
    with pytest.raises(ValueError, match=r"quality measures \(60, 1\)"):
        rule.fit(P, y, quality=raw[:, :1])


def test_without_a_penalty_it_is_refused():
    with pytest.raises(ValueError, match="ridge must be positive, as 0 is not"):
        rule_class("quality_weighted")(ridge=0)
