"""The choice of a rule without looking at test."""

import pyarrow as pa
import pytest

from latefusion.fusion.selection import best_rule, select
from latefusion.store.schemas import probabilities_schema


def fused(p, repeats=1):
    rows = [
        {
            "item": f"{partition}:{i}",
            "label": 0,
            "fold": None,
            "predicted": int(p < 0.5),
            "p_a": p,
            "p_b": 1 - p,
            "partition": partition,
            "repeat": repeat,
        }
        for partition in ("cross-0-0", "cross-0-1")
        for repeat in range(repeats)
        for i in range(2)
    ]
    return pa.Table.from_pylist(rows, probabilities_schema(["a", "b"], fused=True))


def validated(first, second):
    return {"cross_validated": {"cross-0-0": {"log_loss": first}, "cross-0-1": {"log_loss": second}}}


def test_the_lowest_log_loss_wins_in_each_partition_by_itself():
    table, choice = select(
        {"mean": fused(0.9), "mlp": fused(0.2, repeats=3)},
        {"mean": validated(0.5, 0.7), "mlp": validated(0.6, 0.4)},
    )
    assert {name: made["chosen"] for name, made in choice["partitions"].items()} == {
        "cross-0-0": "mean",
        "cross-0-1": "mlp",
    }
    assert table["p_a"].to_pylist() == [0.9, 0.9, 0.2, 0.2]
    assert table["repeat"].to_pylist() == [0, 0, 0, 0]


def test_a_tie_goes_to_the_first_in_the_alphabet_whatever_the_order():
    tables = {"mlp": fused(0.2), "mean": fused(0.9)}
    _, choice = select(tables, {"mlp": validated(0.5, 0.5), "mean": validated(0.5, 0.5)})
    assert choice["partitions"]["cross-0-0"]["chosen"] == "mean"


def test_every_candidate_s_score_is_written_down():
    _, choice = select({"mean": fused(0.9)}, {"mean": validated(0.5, 0.7)})
    assert choice["partitions"]["cross-0-1"]["candidates"] == {"mean": {"log_loss": 0.7}}


def test_rounding_does_not_choose_between_rules_that_coincide():
    tables = {"median": fused(0.2), "mean": fused(0.9)}
    _, choice = select(tables, {"mean": validated(0.3, 0.1 + 0.2), "median": validated(0.1 + 0.2, 0.3)})
    assert {made["chosen"] for made in choice["partitions"].values()} == {"mean"}


def test_a_rule_alone_is_taken_without_a_log_loss_and_among_several_none_may_lack_one():
    assert best_rule({"majority_vote": {"log_loss": None}}) == "majority_vote"
    with pytest.raises(ValueError, match="no log loss to choose by: borda"):
        best_rule({"borda": {"log_loss": None}, "mean": {"log_loss": 0.4}})
