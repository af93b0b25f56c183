"""Baselines, counted by hand."""

import numpy as np

from latefusion.evaluation.baselines import baselines

GROUP = np.array(["a", "a", "a", "b", "b", "c", "a", "b", "d"], object)
LABEL = np.array([2, 2, 0, 1, 0, 0, 2, 1, 0], np.int32)
ITEM = np.array([f"i{i}" for i in range(9)], object)
TRAIN, TEST = np.arange(6), np.arange(6, 9)


def test_the_lookup_says_what_the_group_was_most_often():
    majority, lookup = baselines([("given", TRAIN, TEST)], ITEM, LABEL, GROUP, 3)
    # a: twice 2; b: 1 and 0 tie, 0 is more frequent in training; d was not seen
    assert lookup.predicted.tolist() == [2, 0, 0]
    assert lookup.p is None
    assert majority.predicted.tolist() == [0, 0, 0]
    assert majority.p[0].tolist() == [3 / 6, 1 / 6, 2 / 6]
    assert lookup.item.tolist() == ["i6", "i7", "i8"]


def test_more_items_outweigh_a_frequent_class():
    label = np.array([1, 1, 0, 0, 0, 0, 1], np.int32)
    group = np.array(["a", "a", "a", "b", "b", "b", "a"], object)
    _, lookup = baselines([("given", np.arange(6), np.array([6]))], ITEM[:7], label, group, 2)
    assert lookup.predicted.tolist() == [1]


def test_each_partition_looks_up_its_own_training_part():
    parts = [
        ("cross-0-0", np.array([0, 1, 3]), np.array([2])),
        ("cross-0-1", np.array([2, 3]), np.array([0])),
    ]
    _, lookup = baselines(parts, ITEM, LABEL, GROUP, 3)
    assert lookup.predicted.tolist() == [2, 0]
    assert lookup.partition.tolist() == ["cross-0-0", "cross-0-1"]


def test_without_groups_there_is_no_lookup():
    (majority,) = baselines([("given", TRAIN, TEST)], ITEM, LABEL, GROUP, 3, lookup=False)
    assert majority.name == "majority"


def test_items_without_a_label_teach_nothing():
    label = LABEL.copy()
    label[0] = -1
    majority, _ = baselines([("given", TRAIN, TEST)], ITEM, label, GROUP, 3)
    assert majority.p[0].tolist() == [3 / 5, 1 / 5, 1 / 5]
