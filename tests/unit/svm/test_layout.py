import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.svm.layout import NO_FOLD, Layout


@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=60),
    without=st.integers(-1, 2),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_ranges_are_the_rows_of_a_class_without_a_fold(rows, without):
    y, fold = np.array(rows).T
    layout = Layout.of(y, fold, 4, 3)
    np.testing.assert_array_equal(layout.y, y[layout.order])
    np.testing.assert_array_equal(layout.fold, fold[layout.order])
    np.testing.assert_array_equal(layout.order[layout.place], np.arange(len(y)))
    for one in range(3):
        assert layout.rows_of_fold(one).tolist() == np.flatnonzero(fold == one).tolist()
    for label in range(4):
        ranges = layout.ranges(label, without)
        assert len(ranges) <= 2
        assert all(b > a for a, b in ranges)
        found = [int(r) for a, b in ranges for r in layout.order[a:b]]
        expected = np.flatnonzero((y == label) & (fold != without))
        assert sorted(found) == expected.tolist()


def test_rows_of_one_class_and_fold_keep_their_order():
    layout = Layout.of(np.array([1, 0, 1, 0, 1]), np.array([0, 0, 0, 0, 0]), 2, 1)
    assert layout.order.tolist() == [1, 3, 0, 2, 4]


def test_a_class_without_rows_is_not_present():
    layout = Layout.of(np.array([0, 2]), np.array([0, 1]), 4, 2)
    assert layout.present.tolist() == [True, False, True, False]
    assert layout.ranges(1, NO_FOLD) == []
