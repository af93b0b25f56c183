import numpy as np
import pytest

from latefusion.svm.scatter import LINE, scatter, scatter_mirrored


@pytest.mark.parametrize("columns", [1, LINE - 1, LINE, 2 * LINE + 3])
def test_a_tile_and_its_mirror_image_stand_where_they_are_put_and_nothing_else_changes(columns):
    rng = np.random.default_rng(columns)
    tile = rng.standard_normal((7, columns)).astype(np.float32)
    place = rng.permutation(50).astype(np.uint64)
    rows, across = place[:7], place[7 : 7 + columns]
    out, expected = np.zeros((50, 50), np.float32), np.zeros((50, 50), np.float32)
    expected[np.ix_(rows, across)] = tile
    expected[np.ix_(across, rows)] = tile.T
    scatter(tile, rows, across, out)
    scatter_mirrored(tile, rows, across, out)
    np.testing.assert_array_equal(out, expected)
