"""Predictions as contract files: which rows teach, which judge, and what is known of them."""

import numpy as np
import pytest

from latefusion.dataset.groups import OWN
from latefusion.external.judged_items import final_groups
from latefusion.external.prediction_set import PredictionSet


def made(n=12, dev=8, fold=None, group=None, models=("a", "b"), missing=()):
    rng = np.random.default_rng(0)
    items = [f"i{row}" for row in range(n)]
    names, joined = final_groups(group or [OWN + item for item in items], "exact")
    p = {model: rng.dirichlet(np.ones(3), n) for model in models}
    for model, row in missing:
        p[model][row] = np.nan
    return PredictionSet(
        np.array(items, object),
        (np.arange(n) % 3).astype(np.int32),
        names,
        [(0, "x"), (1, "y"), (2, "z")],
        p,
        np.arange(n) < dev,
        None if fold is None else np.array(fold, np.int32),
        grouped=group is not None,
        joined=joined,
    )


def test_dev_rows_teach_and_the_others_judge():
    found = made()
    assert found.protocol == "honest"
    (partition,) = found.partitions(folds=4, seed=0).values()
    assert partition["part"].to_pylist() == ["train"] * 8 + ["test"] * 4
    assert sorted(set(partition["fold"].to_pylist()[:8])) == [0, 1, 2, 3]
    assert partition["fold"].to_pylist()[8:] == [None] * 4
    learn, test = found.tables(partition, "train"), found.tables(partition, "test")
    np.testing.assert_array_equal(learn["a"].p, found.p["a"][:8])
    np.testing.assert_array_equal(test["b"].p, found.p["b"][8:])
    assert (learn["a"].fold >= 0).all()
    assert (test["a"].fold == -1).all()


def test_folds_of_dev_rows_are_those_that_are_named():
    fold = [0, 1, 0, 1, 2, 2, 0, 1, -1, -1, -1, -1]
    (partition,) = made(fold=fold).partitions(folds=4, seed=0).values()
    assert partition["fold"].to_pylist() == [0, 1, 0, 1, 2, 2, 0, 1, None, None, None, None]


def test_folds_over_all_items_are_partitions_whose_rules_learn_from_the_other_folds():
    fold = [0, 1, 2] * 4
    found = made(dev=0, fold=fold)
    assert found.protocol == "cross"
    partitions = found.partitions(folds=5, seed=0)
    assert list(partitions) == ["cross-0-0", "cross-0-1", "cross-0-2"]
    learn = found.tables(partitions["cross-0-1"], "train")["a"]
    judged = found.tables(partitions["cross-0-1"], "test")["a"]
    assert set(learn.fold.tolist()) == {0, 2}
    assert judged.item.tolist() == ["i1", "i4", "i7", "i10"]
    facts = found.dataset()
    assert facts["n"] == {"train": 12, "test": 0}
    assert [one["prior"] for one in facts["classes"]] == pytest.approx([1 / 3] * 3)


def test_rows_of_the_other_fold_of_two_are_divided_so_that_rules_can_be_chosen():
    group = [f"g{row // 2}" for row in range(12)]
    found = made(dev=0, fold=[0] * 6 + [1] * 6, group=group).partitions(folds=3, seed=0)
    fold = found["cross-0-1"]["fold"].to_pylist()
    assert fold[6:] == [None] * 6
    assert set(fold[:6]) == {0, 1, 2}
    assert all(fold[row] == fold[row + 1] for row in (0, 2, 4))


def test_without_dev_rows_nothing_is_learned_and_the_prior_is_flat():
    found = made(dev=0)
    (partition,) = found.partitions(folds=5, seed=0).values()
    assert set(partition["part"].to_pylist()) == {"test"}
    facts = found.dataset()
    assert facts["n"] == {"train": 0, "test": 12}
    assert [one["prior"] for one in facts["classes"]] == [1 / 3] * 3
    assert [one["code"] for one in facts["warnings"]] == ["no_dev_rows"]


def test_groups_that_folds_tear_are_counted():
    group = ["g1", "g1", "g2", "g2", "g3", "g3", "g4", "g4", "g5", "g5", "g6", "g6"]
    torn = made(dev=0, fold=[0, 1] + [0, 0, 1, 1] * 2 + [0, 0], group=group).dataset()
    assert torn["groups"]["cross_grouped"] is False
    assert "1 group has items in several folds" in torn["warnings"][0]["message"]
    whole = made(dev=0, fold=[0, 0, 1, 1] * 3, group=group).dataset()
    assert whole["groups"]["cross_grouped"] is True
    assert whole["warnings"] == []


def test_what_a_model_says_nothing_of_is_counted():
    facts = made(missing=[("b", 1), ("b", 9)]).dataset()
    assert facts["predictions"] == {
        "a": {"missing": {"train": 0, "test": 0}},
        "b": {"missing": {"train": 1, "test": 1}},
    }
