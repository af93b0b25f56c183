"""Facts about continuous targets."""

import numpy as np
import pyarrow as pa
import pytest

from latefusion.dataset.split_checks import Splits
from latefusion.dataset.targets import check_targets, intraclass_correlation, target_facts


def splits(train, test=None, **columns):
    tables = {"train": train, "test": train if test is None else test}
    made = {
        split: pa.table(
            {
                "item": [f"{split}:{row}" for row in range(len(values))],
                "target__valence": np.asarray(values, float),
                **{f"target__{name}": np.asarray(own, float) for name, own in columns.items()},
            }
        )
        for split, values in tables.items()
    }
    names = {"target__valence": "valence", **{f"target__{name}": name for name in columns}}
    facts = {split: {"path": f"{split}.csv", "columns": names} for split in tables}
    return Splits(made, facts)


def refused(values):
    own = splits(values, [1.0, 2.0])
    check_targets(own)
    return [problem.found for problem in own.problems]


def test_a_constant_target_is_refused_and_a_target_of_any_unit_is_not():
    assert refused([3.0, 3.0, 3.0]) == ["3 in every row"]
    assert refused([0.0, 0.0]) == ["0 in every row"]
    assert refused([1e9, 1e9 * (1 + 1e-15)])[0].endswith("but for rounding")
    for unit in (1e-30, 1.0, 1e30):
        assert refused([unit, 2 * unit]) == []
    assert refused([1.7e9, 1.7e9 + 1]) == []


def test_two_equal_targets_are_told():
    own = splits([1.0, 2.0], arousal=[1.0, 2.0])
    check_targets(own)
    assert [one["code"] for one in own.warnings] == ["equal_targets"]


def test_facts_are_those_of_both_files_and_name_the_point_that_many_items_share():
    own = splits([1.0, 1.0, 1.0, 1.0], [1.0, 5.0])
    group = np.array(["a", "a", "b", "b", "c", "c"], object)
    facts = target_facts(own, [np.array([3, 5])], group)
    (valence,) = facts["targets"]
    assert valence["mean"] == pytest.approx(10 / 6)
    assert valence["train_mean"] == 1.0
    assert (valence["minimum"], valence["maximum"], valence["distinct"]) == (1.0, 5.0, 2)
    assert facts["target_points"]["most_common"] == {"point": [1.0], "items": 5}
    assert facts["target_points"]["coinciding_items_of_another_target"] == 2
    assert [one["code"] for one in own.warnings] == ["common_target", "coinciding_targets"]


def test_data_without_targets_have_no_facts_of_them():
    table = pa.table({"item": ["a", "b"], "label": [0, 1]})
    own = Splits({"all": table}, {"all": {"path": "songs.csv", "columns": {}}})
    check_targets(own)
    assert target_facts(own, [], np.array(["a", "b"], object)) == {}
    assert not own.problems


def test_intraclass_correlation_is_that_of_a_balanced_analysis_of_variance():
    # Shrout & Fleiss (1979), table 2: six targets of four judges, ICC(1) = 0.17
    ratings = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    y, group = ratings.ravel().astype(float), np.repeat(np.arange(6), 4)
    assert intraclass_correlation(y, group) == pytest.approx(0.166, abs=5e-4)


def test_intraclass_correlation_finds_a_planted_share_in_groups_of_unequal_size():
    rng = np.random.default_rng(0)
    group = rng.integers(0, 600, 4000)
    group = np.unique(group, return_inverse=True)[1]
    y = np.sqrt(0.3) * rng.normal(size=600)[group] + np.sqrt(0.7) * rng.normal(size=4000)
    assert intraclass_correlation(1e6 * y + 1e9, group) == pytest.approx(0.3, abs=0.05)


def test_groups_of_one_item_have_no_intraclass_correlation():
    assert intraclass_correlation(np.arange(4.0), np.arange(4)) is None
    assert intraclass_correlation(np.arange(4.0), np.zeros(4, int)) is None
