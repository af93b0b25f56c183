"""Rows that are scaled by blocks, on demand."""

import numpy as np
import pytest

from latefusion.svm.blockwise_rows import BlockwiseRows
from latefusion.svm.kernels import BLOCK, SINGLE_PRECISION_UP_TO, InputScaling


@pytest.fixture(scope="module")
def parts():
    rng = np.random.default_rng(3)
    n = 2 * BLOCK + 7
    return [rng.standard_normal((n, 3)).astype(np.float32), 1e3 + rng.standard_normal((n, 2))]


@pytest.mark.parametrize("combine", ["concatenate", "balanced", "kernel_mean"])
def test_rows_asked_for_are_those_of_all_at_once_to_the_last_bit(parts, combine):
    scaling = InputScaling.fit(parts, combine, "standard")
    whole, rows = scaling.rows(parts), BlockwiseRows.of(scaling, parts, 2)
    assert len(rows) == len(whole)
    for index in (slice(BLOCK - 3, BLOCK + 5), np.array([5, 2 * BLOCK + 6, 5])):
        for one, other in (
            (rows[index].parts, whole[index].parts),
            (rows[index].squares, whole[index].squares),
        ):
            assert [x.tobytes() for x in one] == [x.tobytes() for x in other]


def test_precision_is_decided_by_the_longest_of_all_rows(parts):
    scaling = InputScaling.fit(parts, "kernel_mean", "none")
    whole, rows = scaling.rows(parts), BlockwiseRows.of(scaling, parts, 1)
    assert rows.largest == tuple(float(square.max()) for square in whole.squares)
    edge = SINGLE_PRECISION_UP_TO / rows.largest[1]
    assert rows.needs_double((0.0, 1.01 * edge))
    assert not rows.needs_double((0.0, 0.99 * edge))
