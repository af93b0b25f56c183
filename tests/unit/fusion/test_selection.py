"""The choice of a rule without looking at test."""

import pyarrow as pa
import pytest

from latefusion.core.errors import InputError
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


def validated(first, second, metric="log_loss", *, probabilistic=True):
    found = {"cross-0-0": {metric: first}, "cross-0-1": {metric: second}}
    return {"cross_validated": found, "probabilistic": probabilistic}


def test_the_lowest_log_loss_wins_in_each_partition_by_itself():
    table, choice = select(
        {"mean": fused(0.9), "mlp": fused(0.2, repeats=3)},
        {"mean": validated(0.5, 0.7), "mlp": validated(0.6, 0.4)},
        "log_loss",
    )
    assert {name: made["chosen"] for name, made in choice["partitions"].items()} == {
        "cross-0-0": "mean",
        "cross-0-1": "mlp",
    }
    assert table["p_a"].to_pylist() == [0.9, 0.9, 0.2, 0.2]
    assert table["repeat"].to_pylist() == [0, 0, 0, 0]


def test_a_tie_goes_to_the_first_in_the_alphabet_whatever_the_order():
    tables = {"mlp": fused(0.2), "mean": fused(0.9)}
    _, choice = select(tables, {"mlp": validated(0.5, 0.5), "mean": validated(0.5, 0.5)}, "log_loss")
    assert choice["partitions"]["cross-0-0"]["chosen"] == "mean"


def test_every_candidate_s_score_is_written_down():
    _, choice = select({"mean": fused(0.9)}, {"mean": validated(0.5, 0.7)}, "log_loss")
    assert choice["partitions"]["cross-0-1"]["candidates"] == {"mean": {"log_loss": 0.7}}


def test_rounding_does_not_choose_between_rules_that_coincide():
    tables = {"median": fused(0.2), "mean": fused(0.9)}
    learned = {"mean": validated(0.3, 0.1 + 0.2), "median": validated(0.1 + 0.2, 0.3)}
    _, choice = select(tables, learned, "log_loss")
    assert {made["chosen"] for made in choice["partitions"].values()} == {"mean"}


def test_the_highest_macro_f1_wins_and_votes_are_no_probabilities_afterwards():
    tables = {"majority_vote": fused(0.9), "mean": fused(0.2)}
    learned = {
        "majority_vote": validated(0.7, 0.5, "macro_f1", probabilistic=False),
        "mean": validated(0.6, 0.8, "macro_f1"),
    }
    _, choice = select(tables, learned, "macro_f1")
    assert [made["chosen"] for made in choice["partitions"].values()] == ["majority_vote", "mean"]
    assert choice["by"] == "macro_f1"
    assert choice["probabilistic"] is False
    _, choice = select({"mean": tables["mean"]}, {"mean": learned["mean"]}, "macro_f1")
    assert choice["probabilistic"] is True


def test_a_rule_alone_is_taken_and_among_several_those_without_the_metric_are_passed_over():
    assert best_rule({"majority_vote": {"log_loss": None}}, "log_loss") == "majority_vote"
    assert best_rule({"borda": {"log_loss": None}, "mean": {"log_loss": 0.4}}, "log_loss") == "mean"
    with pytest.raises(InputError, match="no out-of-fold AUROC of borda and mean"):
        best_rule({"borda": {"auroc": None}, "mean": {"auroc": None}}, "auroc")
