"""Rules that train networks, all of a job together."""

import numpy as np
import pytest

from latefusion.fusion.rule import rule_class
from worlds import world

OPTIONS = {"mlp": {"epochs": 3, "hidden": (8,)}, "mlp_log": {"epochs": 6, "patience": 1, "hidden": (8,)}}


def gaps(P):
    """Return P with gaps that 200 rows show, so that a pattern has a network of its own."""
    holes = P.copy()
    holes[: len(P) // 2, 1] = np.nan
    return holes


@pytest.mark.parametrize("name", OPTIONS)
def test_rules_fitted_together_are_those_fitted_one_by_one(name):
    P, y, fold, T, _ = world(460, 2, 3, seed=5)
    samples = [
        (P, y, fold),
        (gaps(P), y, fold),
        (P[fold != 1], y[fold != 1], fold[fold != 1]),
        (P[y == 2], y[y == 2], None),
    ]
    rule = rule_class(name)
    alone = [rule(random_state=seed, **OPTIONS[name]) for seed in range(4)]
    together = [rule(random_state=seed, **OPTIONS[name]) for seed in range(4)]
    for one, (rows, label, own) in zip(alone, samples, strict=True):
        one.fit(rows, label, fold=own)
    rule.fit_together(together, samples)
    for one, other in zip(alone, together, strict=True):
        assert one.predict_proba(gaps(T)).tobytes() == other.predict_proba(gaps(T)).tobytes()
        assert one.learned() == other.learned()


def test_a_rule_that_learns_in_a_way_of_its_own_is_fitted_in_that_way():
    class Mine(rule_class("mlp")):
        def _train(self, X, y, classes, fold):
            trained = super()._train(X, y, classes, fold)
            trained.learned["mine"] = True
            return trained

    P, y, fold, _, _ = world(60, 2, 3, seed=5)
    one = Mine(random_state=0, epochs=1, hidden=(4,))
    Mine.fit_together([one], [(P, y, fold)])
    assert one.learned()["models"][0]["mine"]
