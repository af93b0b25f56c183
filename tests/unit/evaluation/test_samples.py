"""Models are brought into the order of the items, replicate by replicate."""

from dataclasses import replace

import numpy as np
import pytest

import made_up_models as made_up
from latefusion.evaluation.alignment import align, coinciding_models


@pytest.fixture
def own():
    return made_up.items(n=60, train=40)


def aligned(own, *models, shares=None):
    prior = np.array([0.4, 0.3, 0.2, 0.1])
    return align(models, own.item, own.label, own.group, made_up.CLASSES, prior, shares)


def test_the_order_of_a_models_rows_changes_nothing(own):
    rows = np.arange(40, 60)
    model = made_up.model("mlp", "rule", own, rows, repeats=3)
    order = np.random.default_rng(0).permutation(60)
    shuffled = replace(
        model,
        **{
            name: getattr(model, name)[order]
            for name in ("item", "label", "predicted", "p", "partition", "repeat")
        },
    )
    a, b = (aligned(own, one).models[0] for one in (model, shuffled))
    assert (a.predicted == b.predicted).all()
    assert (a.p == b.p).all()
    assert a.predicted.shape == (3, 20)
    assert a.key.tolist() == [[0, 0], [0, 1], [0, 2]]


def test_fold_assignments_and_repeats_are_both_replicates(own):
    rows = np.arange(60)
    parts = []
    for assignment in (0, 1):
        names = np.array([f"cross-{assignment}-{i % 2}" for i in range(60)], object)
        parts.append(made_up.model("mlp", "rule", own, rows, repeats=2, partition=names, seed=assignment))
    both = replace(
        parts[0],
        **{
            name: np.concatenate([getattr(one, name) for one in parts])
            for name in ("item", "label", "predicted", "p", "partition", "repeat")
        },
    )
    found = aligned(own, both).models[0]
    assert found.key.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert (found.predicted[2] == parts[1].predicted[:60]).all()


def test_a_model_without_the_modality_says_the_class_shares(own):
    model = made_up.model("text", "single", own, np.arange(40, 60))
    p, predicted = model.p.copy(), model.predicted.copy()
    p[3], predicted[3] = np.nan, -1
    found = aligned(own, replace(model, p=p, predicted=predicted)).models[0]
    assert found.filled == 1
    assert found.predicted[0, 3] == 0
    assert found.p[0, 3].tolist() == [0.4, 0.3, 0.2, 0.1]


def test_a_model_without_the_modality_says_the_class_shares_of_its_partition(own):
    rows = np.arange(60)
    names = np.array([f"cross-0-{i % 2}" for i in rows], object)
    model = made_up.model("text", "single", own, rows, partition=names)
    p, predicted = model.p.copy(), model.predicted.copy()
    p[[4, 7]], predicted[[4, 7]] = np.nan, -1
    lacking = replace(model, p=p, predicted=predicted)
    shares = {
        "cross-0-0": np.array([0.1, 0.2, 0.6, 0.1]),
        "cross-0-1": np.array([0.1, 0.2, 0.1, 0.6]),
    }
    found = aligned(own, lacking, shares=shares).models[0]
    assert found.filled == 2
    assert found.predicted[0, [4, 7]].tolist() == [2, 3]
    assert found.p[0, [4, 7]].tolist() == [shares["cross-0-0"].tolist(), shares["cross-0-1"].tolist()]
    others = np.setdiff1d(rows, [4, 7])
    assert (found.p[0, others] == model.p[others]).all()


def test_a_model_that_misses_an_item_is_refused(own):
    a = made_up.model("a", "rule", own, np.arange(40, 60))
    b = made_up.model("b", "rule", own, np.arange(40, 59))
    with pytest.raises(ValueError, match="b does not predict each item 1 times"):
        aligned(own, a, b)


def test_a_subset_counts_its_groups_anew(own):
    sample = aligned(own, made_up.model("a", "rule", own, np.arange(40, 60)))
    part = sample.where(sample.label == 1)
    assert part.groups == len(np.unique(part.group))
    assert (part.label == 1).all()
    assert part.models[0].predicted.shape == (1, len(part.label))


def test_models_that_say_the_same_are_found_once(own):
    rows = np.arange(40, 60)
    a = made_up.model("a", "rule", own, rows)
    twin = replace(a, name="twin")
    third = replace(a, name="third")
    other = made_up.model("other", "rule", own, rows)
    votes = replace(a, name="votes", p=None, probabilistic=False)
    found = coinciding_models(aligned(own, a, twin, other, third, votes).models)
    assert found == {"a": None, "twin": "a", "other": None, "third": "a", "votes": None}
