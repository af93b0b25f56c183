import numpy as np
import pytest

from latefusion.core.row_reductions import row_maxima, row_sums


@pytest.mark.parametrize("columns", range(1, 20))
@pytest.mark.parametrize("order", ["C", "F"])
def test_rows_have_the_sums_and_maxima_of_numpy_to_the_last_bit(columns, order):
    rng = np.random.default_rng(columns)
    scale = 10.0 ** rng.integers(-8, 8, size=(300, 1))
    values = np.asarray(rng.normal(size=(300, columns)) * scale, order=order)
    values[5], values[6, 0], values[7, 0] = 0.0, np.inf, np.nan
    assert row_sums(values).tobytes() == values.sum(axis=1, keepdims=True).tobytes()
    assert row_maxima(values).tobytes() == values.max(axis=1, keepdims=True).tobytes()
    assert row_sums(values[::2]).tobytes() == values[::2].sum(axis=1, keepdims=True).tobytes()


def test_what_is_summed_stays_as_it_is():
    values = np.ones((4, 3))
    row_sums(values)
    row_maxima(values)
    assert (values == 1).all()


@pytest.mark.parametrize("kind", [bool, np.int8, np.float32])
def test_other_kinds_of_numbers_are_summed_as_numpy_sums_them(kind):
    values = np.array([[1, 0, 100], [0, 0, 0], [1, 1, 100]]).astype(kind)
    for ours, theirs in ((row_sums, np.sum), (row_maxima, np.max)):
        found, expected = ours(values), theirs(values, axis=1, keepdims=True)
        assert (found.dtype, found.tobytes()) == (expected.dtype, expected.tobytes())


def test_no_rows_have_no_sums():
    assert row_sums(np.empty((0, 3))).shape == row_maxima(np.empty((0, 3))).shape == (0, 1)
