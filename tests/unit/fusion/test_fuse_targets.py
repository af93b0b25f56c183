"""A rule for numbers in its partitions: whose rows it learns from, and which rule is chosen."""

import json
from dataclasses import replace

import numpy as np
import pytest

from latefusion.fusion.fuse_targets import fuse_targets, select_target_rule
from latefusion.fusion.target_inputs import StackedTargets, TargetPartition, stack_targets
from latefusion.store.target_predictions import TargetPredictions

TARGETS = ("valence", "arousal")


def rows(n, rng, noise=(0.3, 1.0)):
    Y = rng.normal(size=(n, 2))
    F = np.stack([Y + scale * rng.normal(size=(n, 2)) for scale in noise], axis=1)
    item = np.array([f"item {i}" for i in range(n)], object)
    variance = np.broadcast_to(np.square(noise)[None, :, None], F.shape).copy()
    return StackedTargets(F, Y, np.arange(n, dtype=np.int32) % 4, item, variance)


def parts(seed=0):
    rng = np.random.default_rng(seed)
    return [TargetPartition(name, TARGETS, ("a", "b"), rows(80, rng), rows(20, rng)) for name in ("p", "q")]


def fused(name="inverse_mse", of=None, **options):
    return fuse_targets(name, options, parts() if of is None else of, protocol="cross", seed=0)


def test_test_rows_are_those_of_the_rule_fitted_on_all_out_of_fold_rows():
    own = parts()
    said = TargetPredictions.from_table(fused("mean", own).table).predicted
    np.testing.assert_allclose(said, np.concatenate([part.test.F.mean(axis=1) for part in own]))


def test_targets_of_a_fold_change_no_byte_of_what_a_rule_says_of_it_out_of_fold():
    (part, *_) = parts()
    inside = part.learn.fold == 2
    other = np.where(inside[:, None], part.learn.Y[::-1] * 5, part.learn.Y)
    changed = replace(part, learn=replace(part.learn, Y=other))
    for name in ("inverse_mse", "bates_granger", "ridge_stacking", "nnls_stacking"):
        before, after = (
            TargetPredictions.from_table(fused(name, [one]).out_of_fold).predicted for one in (part, changed)
        )
        np.testing.assert_array_equal(before[inside], after[inside])
        assert not np.array_equal(before[~inside], after[~inside])


def test_targets_of_test_rows_change_no_byte_of_any_prediction():
    (part, *_) = parts()
    blind = replace(part, test=replace(part.test, Y=np.full_like(part.test.Y, np.nan)))
    one, two = fused(of=[part]), fused(of=[blind])
    said = [TargetPredictions.from_table(each.table).predicted for each in (one, two)]
    np.testing.assert_array_equal(*said)
    assert one.learned == two.learned


def test_an_item_without_any_modality_is_told_the_mean_of_the_partition():
    (part, *_) = parts()
    F = part.test.F.copy()
    F[3] = np.nan
    said = fused(of=[replace(part, test=replace(part.test, F=F, variance=None))], name="mean")
    row = TargetPredictions.from_table(said.table).predicted[3]
    np.testing.assert_allclose(row, part.learn.Y.mean(axis=0))
    assert said.learned["partitions"]["p"]["all_missing"] == 1


def test_only_a_stochastic_rule_is_repeated():
    assert set(fused("mean", repeats=3).table["repeat"].to_pylist()) == {0}
    forest = fused("random_forest", repeats=2)
    assert set(forest.table["repeat"].to_pylist()) == {0, 1}
    assert len(forest.learned["partitions"]["p"]["seeds"]) == 2


def test_what_a_rule_learned_is_json():
    for name in ("mean", "bates_granger", "nnls_stacking", "ridge_stacking", "gaussian_experts"):
        learned = fused(name).learned
        assert json.loads(json.dumps(learned, allow_nan=False)) == learned


def test_the_rule_with_the_least_error_as_a_share_of_the_variance_is_chosen_in_each_partition():
    own = parts()
    # in the units of the first target the second does not count, in shares of variance both do
    wide = [
        replace(
            part,
            learn=replace(part.learn, Y=part.learn.Y * [1e6, 1], F=part.learn.F * [1e6, 1], variance=None),
            test=replace(part.test, Y=part.test.Y * [1e6, 1], F=part.test.F * [1e6, 1], variance=None),
        )
        for part in own
    ]
    for these in (own, wide):
        candidates = {name: fused(name, these) for name in ("mean", "inverse_mse")}
        chosen = select_target_rule(candidates)
        for name in ("p", "q"):
            made = chosen.learned["partitions"][name]
            assert made["chosen"] == "inverse_mse"
            assert made["error"] == min(made["candidates"].values())
        assert chosen.table.equals(candidates["inverse_mse"].table)
        held = TargetPredictions.from_table(chosen.out_of_fold)
        first = held.predicted[:80] - held.y[:80]
        share = (first**2).mean(axis=0) / held.y[:80].var(axis=0)
        assert made["chosen"]
        assert chosen.learned["partitions"]["p"]["error"] == pytest.approx(share.mean())


def test_modalities_that_disagree_are_a_defect_that_is_told():
    item = np.array(["x", "y"], object)
    one = TargetPredictions(("v",), item, np.zeros((2, 1)), np.zeros((2, 1)))
    with pytest.raises(ValueError, match="other items"):
        stack_targets({"a": one, "b": replace(one, item=item[::-1])}, "test")
    with pytest.raises(ValueError, match="other true values"):
        stack_targets({"a": one, "b": replace(one, y=np.ones((2, 1)))}, "test")
