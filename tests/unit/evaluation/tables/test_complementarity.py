"""Who is right where, counted by hand."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

import made_up_models as made_up
from latefusion.evaluation.alignment import align
from latefusion.evaluation.scores import score
from latefusion.evaluation.tables.complementarity import (
    changed_rows,
    complementarity_rows,
    independent_oracle,
    oracle_rows,
    pair_measures,
)


@pytest.fixture
def sample():
    own = made_up.items()
    rows = np.arange(400, 600)
    models = [
        made_up.model("text", "single", own, rows, 0.6),
        made_up.model("audio", "single", own, rows, 1.2),
        made_up.model("mean", "rule", own, rows, 1.5),
    ]
    return align(models, own.item, own.label, own.group, made_up.CLASSES, np.full(4, 0.25))


def test_pair_measures_are_those_of_the_definitions():
    a = np.r_[np.ones(50), np.zeros(50)].astype(int)
    b = np.r_[np.ones(40), np.zeros(10), np.ones(15), np.zeros(35)].astype(int)
    found = pair_measures(0.4, 0.1, 0.15, 0.35)
    assert found["q"] == pytest.approx((40 * 35 - 10 * 15) / (40 * 35 + 10 * 15))
    assert found["disagreement"] == pytest.approx(0.25)
    assert found["double_fault"] == 0.35
    assert found["kappa"] == pytest.approx(cohen_kappa_score(a, b))


def test_pair_measures_are_blank_where_they_are_undefined():
    found = pair_measures(1.0, 0.0, 0.0, 0.0)
    assert found["kappa"] is None
    assert found["q"] is None


def test_shares_of_a_pair_add_up_over_all_and_in_each_class(sample):
    rows = complementarity_rows(sample)
    assert [row["class"] for row in rows] == ["all", *made_up.CLASSES]
    for row in rows:
        assert row["both"] + row["only_a"] + row["only_b"] + row["neither"] == pytest.approx(1)
        assert row["disagreement_low"] <= row["disagreement"] <= row["disagreement_high"]
    total = sum(row["n"] * row["both"] for row in rows[1:])
    assert total == pytest.approx(rows[0]["n"] * rows[0]["both"])


def test_guessing_modalities_raise_the_oracle():
    assert independent_oracle(np.full((2, 4), 0.25), np.full(4, 0.25)) == pytest.approx(1 - 0.75**2)


def test_a_rule_as_good_as_the_oracle_closes_the_gap(sample):
    right = np.logical_or(*(sample.models[i].predicted[0] == sample.label for i in (0, 1)))
    rule = sample.of("mean")
    rule.predicted[0] = np.where(right, sample.label, (sample.label + 1) % 4)
    scores = score(sample, draws=200, rng=np.random.default_rng(0))
    rows = {row["model"]: row for row in oracle_rows(scores, "audio") if row["class"] == "all"}
    assert rows["oracle"]["value"] == pytest.approx(right.mean())
    assert rows["mean"]["gap_closed"] == pytest.approx(1)
    assert rows["mean"]["gap_closed_low"] == pytest.approx(1)
    # these modalities were made independent
    assert rows["oracle"]["independent"] == pytest.approx(rows["oracle"]["value"], abs=0.06)


def test_mended_and_broken_items_account_for_the_difference(sample):
    rows = changed_rows(sample, "audio")
    mended = sum(row["change"] == "corrected" for row in rows)
    broken = sum(row["change"] == "newly_wrong" for row in rows)
    gain = sample.of("mean").correct(sample.label).sum() - sample.of("audio").correct(sample.label).sum()
    assert mended - broken == gain
    assert all(row["modalities_right"] >= 1 for row in rows if row["change"] == "newly_wrong")
