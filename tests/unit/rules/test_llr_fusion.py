"""Linear fusion of log-likelihood ratios: what was planted is found again."""

import numpy as np
import pytest

from latefusion.fusion.aggregation import class_shares, softmax
from latefusion.fusion.rule import rule_class

ALPHA, BETA = np.array([0.7, 1.4, 0.0]), np.array([0.5, -0.2, 0.1, -0.4])


def simulated(n, alpha, seed):
    """Systems' log-probabilities, and labels drawn from their fusion with the planted weights."""
    rng = np.random.default_rng(seed)
    P = softmax(rng.normal(scale=1.2, size=(n * len(alpha), len(BETA)))).reshape(n, len(alpha), len(BETA))
    p = softmax(np.tensordot(alpha, np.log(P), axes=(0, 1)) + BETA)
    return P, (p.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).astype(np.int32), p


def errors(P, p):
    """Standard errors of α and of β (with a mean of zero), from the information at the planted values."""
    n, _, K = P.shape
    X = np.concatenate([np.log(P), np.broadcast_to(np.eye(K), (n, K, K))], axis=1)
    centred = X - np.einsum("ndk,nk->nd", X, p)[:, :, None]
    information = np.einsum("ndk,nk,nek->de", centred, p, centred)
    return np.sqrt(np.diag(np.linalg.pinv(information)))


@pytest.mark.parametrize("seed", range(3))
def test_planted_weights_and_offsets_are_recovered_within_two_standard_errors(seed):
    P, y, p = simulated(20_000, ALPHA, seed)
    learned = rule_class("llr_fusion")().fit(P, y).learned()
    found = np.array([*learned["weights"], *learned["offsets"]])
    off = np.abs(found - [*ALPHA, *BETA]) / errors(P, p)
    assert off.max() < 2.0


def test_one_system_alone_is_calibrated():
    P, y, p = simulated(20_000, np.array([0.4]), seed=5)  # two and a half times as sure as it should be
    rule = rule_class("llr_fusion")().fit(P, y)
    said = rule.predict_proba(P)
    assert said == pytest.approx(p, abs=0.02)
    # at the optimum the mean of what is said is what is there, of classes and of confidence
    assert said.mean(axis=0) == pytest.approx(class_shares(y, 4), abs=1e-4)
    log_p = np.log(P[:, 0])
    assert (said * log_p).sum(axis=1).mean() == pytest.approx(log_p[np.arange(len(y)), y].mean(), abs=1e-4)


def test_a_system_that_is_calibrated_is_left_as_it_is():
    rng = np.random.default_rng(3)
    P = softmax(rng.normal(size=(20_000, 4)))[:, None]
    y = (P[:, 0].cumsum(axis=1) < rng.random((len(P), 1))).sum(axis=1).astype(np.int32)
    assert rule_class("llr_fusion")().fit(P, y).predict_proba(P) == pytest.approx(P[:, 0], abs=0.02)


def test_without_a_penalty_it_is_refused():
    with pytest.raises(ValueError, match="ridge must be positive, as 0 is not"):
        rule_class("llr_fusion")(ridge=0)
