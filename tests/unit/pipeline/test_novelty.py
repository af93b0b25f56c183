"""New items unlike everything seen."""

import numpy as np
import pytest

from latefusion.pipeline.novelty import novelty_mask


def test_an_item_far_from_everything_is_marked_and_one_like_those_seen_is_not():
    rng = np.random.default_rng(0)
    seen = rng.normal(size=(600, 5)).astype(np.float32)
    new = np.vstack([np.zeros((1, 5)), np.full((1, 5), 30.0), np.full((1, 5), np.nan)]).astype(np.float32)
    assert novelty_mask(seen, new, rng=rng).tolist() == [False, True, False]


def test_about_one_in_a_thousand_of_the_same_distribution_is_marked():
    rng = np.random.default_rng(1)
    seen, new = (rng.normal(size=(3000, 3)).astype(np.float32) for _ in range(2))
    assert novelty_mask(seen, new, rng=rng).mean() < 0.01


def test_a_column_s_unit_does_not_matter():
    rng = np.random.default_rng(2)
    seen, new = rng.normal(size=(300, 3)).astype(np.float32), 3 * rng.normal(size=(50, 3)).astype(np.float32)
    scaled = np.array([1000, 0.01, 1], np.float32)
    marked = novelty_mask(seen, new, rng=np.random.default_rng(3))
    assert marked.any()
    assert np.array_equal(marked, novelty_mask(seen * scaled, new * scaled, rng=np.random.default_rng(3)))


@pytest.mark.parametrize("unit", [1e-30, 1e-20, 1e19, 1e30])
def test_columns_near_the_ends_of_single_precision_are_told_apart_as_well(unit):
    rng = np.random.default_rng(4)
    seen = (rng.normal(size=(300, 3)) * unit).astype(np.float32)
    new = (np.array([[0.0, 0, 0], [50, 50, 50]]) * unit).astype(np.float32)
    assert novelty_mask(seen, new, rng=rng).tolist() == [False, True]


def test_a_far_origin_hides_no_distance():
    rng = np.random.default_rng(5)
    seen = (1e6 + rng.normal(size=(300, 2))).astype(np.float32)
    new = np.array([[1e6, 1e6], [1e6 + 40, 1e6]], np.float32)
    assert novelty_mask(seen, new, rng=rng).tolist() == [False, True]
