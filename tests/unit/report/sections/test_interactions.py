"""What the page says of interactions, in proportion to what was found."""

from types import SimpleNamespace

import pytest

from latefusion.evaluation.names import EMAP
from latefusion.report.sections import interactions

ROW = {
    "view": "early",
    "partition": "given",
    "metric": "accuracy",
    "n": 400,
    "groups": 80,
    "additive_by_itself": False,
    "value": 0.7,
    "additive": 0.69,
    "difference": 0.01,
    "low": -0.01,
    "high": 0.03,
    "detectable": 0.028,
}


def results(**changes):
    return SimpleNamespace(across={EMAP: [ROW | changes, ROW | changes | {"metric": "log_loss"}]})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "nothing is detectable above 2.8 percentage points of accuracy on 400\u00a0test items"),
        ({"difference": 0.3, "low": 0.25, "high": 0.35}, "add 30.0 percentage points of accuracy on 400"),
        ({"difference": -0.3, "low": -0.35, "high": -0.25}, "cost 30.0 percentage points of accuracy"),
        ({"low": None, "high": None, "detectable": None, "n": 1}, "since its 1\u00a0test item"),
        ({"difference": 0, "low": 0, "high": 0, "detectable": 0}, "right on the very same of 400"),
        ({"additive_by_itself": True}, "averages a kernel of each modality"),
    ],
)
def test_a_sentence_says_what_was_found_and_no_more(changes, said):
    (sentence,) = interactions.sentences(results(**changes))
    assert said in sentence


def test_the_table_has_both_metrics_with_intervals():
    (table,) = interactions.tables(results())
    assert [row[1].text for row in table.rows] == ["Accuracy", "Log loss"]
    assert table.rows[0][5].note == "−1.0 to +3.0"
    assert (table.rows[0][5].low, table.rows[0][5].high) == (-0.01, 0.03)


def test_without_early_views_there_is_nothing():
    none = SimpleNamespace(across={})
    assert interactions.sentences(none) == interactions.tables(none) == []
