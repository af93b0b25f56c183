"""The quality of items on its way to a rule: rows stay with their items, also in folds."""

from dataclasses import replace

import numpy as np
import pytest

from latefusion.api.arguments import ArgumentError, rule_candidate
from latefusion.fusion.choice import choose_rule
from latefusion.fusion.fuse import fuse
from latefusion.fusion.inputs import stack
from latefusion.fusion.rule import rule_class
from worlds import column, part

OPTIONS = {"columns": ["length", "snr"]}


def described(seed=0):
    """A partition of 200 rows with two measures, and measures of the same rows by column."""
    one = part(n=200, seed=seed)
    rng = np.random.default_rng(seed)
    n, m = (len(next(iter(side.values())).item) for side in (one.learn, one.test))
    learn, test = ({name: rng.normal(size=rows) for name in ("snr", "length", "other")} for rows in (n, m))
    return replace(one, learn_quality=learn, test_quality=test)


def test_the_rule_is_given_its_columns_in_its_order_of_the_rows_that_it_learns_from_and_predicts():
    one = described()
    table = fuse("quality_weighted", OPTIONS, [one], protocol="honest", seed=0).table
    learn, test = stack(one.learn, "learn"), stack(one.test, "test")
    q, asked = (
        np.column_stack([side["length"], side["snr"]]) for side in (one.learn_quality, one.test_quality)
    )
    rule = rule_class("quality_weighted")(**OPTIONS).fit(learn.P, learn.y, quality=q)
    assert np.array_equal(column(table), rule.predict_proba(test.P, quality=asked))


def test_validation_by_folds_takes_each_row_with_its_own_quality():
    one = described(1)
    learned = fuse("quality_weighted", OPTIONS, [one], protocol="honest", seed=0, robustness=False).learned
    rows, loss = stack(one.learn, "learn", one.learn_quality, OPTIONS["columns"]), []
    for fold in np.unique(rows.fold):
        inside, out = rows.rows(rows.fold != fold), rows.rows(rows.fold == fold)
        rule = rule_class("quality_weighted")(**OPTIONS).fit(inside.P, inside.y, quality=inside.quality)
        p = rule.predict_proba(out.P, quality=out.quality)
        loss += (-np.log(p[np.arange(len(p)), out.y])).tolist()
    assert learned["cross_validated"]["given"]["log_loss"] == pytest.approx(np.mean(loss))


def test_a_rule_can_be_chosen_that_reads_quality_beside_one_that_does_not():
    one = described(2)
    candidates = {
        "quality_weighted": {"rule": "quality_weighted", "options": OPTIONS},
        "llr_fusion": {"rule": "llr_fusion", "options": {}},
    }
    chosen = choose_rule(
        candidates,
        one.learn,
        partition="all",
        protocol="cross",
        by="log_loss",
        seed=0,
        quality=one.learn_quality,
    )
    losses = {name: found["log_loss"] for name, found in chosen.validated.items()}
    assert losses["quality_weighted"] != losses["llr_fusion"]
    assert chosen.name == min(losses, key=losses.get)


def test_from_python_it_is_refused_for_want_of_quality():
    with pytest.raises(ArgumentError, match=r"(?s)quality_weighted, which reads the quality.*'llr_fusion'"):
        rule_candidate({"name": "quality_weighted", "columns": ["length"]}, "rule")
