"""Partitions of one repeat of `cross`."""

from types import SimpleNamespace

from latefusion.planning.plan import cross_partitions
from latefusion.planning.repeats import named, partitions_of, paths


def test_the_partitions_of_all_repeats_are_those_of_cross():
    config = {"cross": {"repeats": 2, "folds": 3}}
    assert cross_partitions(config) == [*partitions_of("cross-0", 3), *partitions_of("cross-1", 3)]
    assert named(3)(SimpleNamespace(repeat="cross-1")) == ["cross-1-0", "cross-1-1", "cross-1-2"]


def test_paths_keep_the_repeat_and_every_other_wildcard():
    assert paths("<results>/{partition}/models/{view}.json", 2) == [
        "<results>/{repeat}-0/models/{view}.json",
        "<results>/{repeat}-1/models/{view}.json",
    ]
