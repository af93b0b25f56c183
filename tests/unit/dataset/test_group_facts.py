"""Groups and the folds that came with the data."""

import numpy as np
import pytest

from latefusion.dataset.group_facts import straddling_items


@pytest.mark.parametrize(
    ("group", "fold", "straddling"),
    [
        ([0, 0, 1, 1, 2], [0, 0, 1, 1, 0], 0),
        ([0, 0, 1, 1, 2], [0, 1, 1, 1, 0], 2),
        ([0, 0, 0, 1, 1], [0, 1, 2, 1, 0], 5),
    ],
)
def test_items_are_counted_whose_group_is_in_another_fold_too(group, fold, straddling):
    assert straddling_items(np.array(group), np.array(fold, np.int32)) == straddling
