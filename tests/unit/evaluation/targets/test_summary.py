"""The ranking of numbers on a terminal: as wide as one, with nothing lost in silence."""

import pytest

from latefusion.core.wording import WIDTH
from latefusion.evaluation.targets.names import MEAN
from latefusion.evaluation.targets.summary import columns, ranking_text

SENTENCE = "296 of 400 test items (74.0 %) have their group in train, whose mean reaches an R² of 0.145."


def rows_of(targets):
    """Return rows of two models for the mean over some targets, and for each of them."""
    return [
        dict.fromkeys(columns())
        | {"protocol": "honest", "model": model, "kind": "rule", "target": target, "n": 400, "groups": 232}
        | {"r2": r2, "r2_low": r2 - 0.1, "r2_high": r2 + 0.1, "in_confidence_set": model == "mean"}
        for model, r2 in (("median", 0.2), ("mean", 0.3))
        for target in (MEAN, *targets)
    ]


def text_of(targets):
    check = {"severity": "error", "code": "groups_straddle", "sentence": SENTENCE}
    return ranking_text(rows_of(targets), {"counts": {"error": 1}, "checks": [check]})


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_it_is_as_wide_as_a_terminal(count):
    lines = text_of([f"target number {i}" for i in range(count)]).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert [line[2:8] for line in lines if line[2:8] in ("mean  ", "median")] == ["mean  ", "median"]


def test_a_long_error_is_said_to_its_end():
    said = " ".join(line.strip() for line in text_of(["valence"]).splitlines())
    assert f"! {SENTENCE}" in said


def test_targets_that_do_not_fit_are_named():
    text = text_of(["a", "b", "c", "d", "e"])
    assert "2 targets more in summary.csv: d, e." in text
    assert "more in summary.csv" not in text_of(["a", "b", "c"])
