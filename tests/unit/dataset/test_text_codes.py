"""Texts as numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from latefusion.dataset.text_codes import text_codes


@given(st.lists(st.sampled_from(["", "a", "A", "ä", "a\u0308", "\uffee", "\U0001f3b5", "b|c", "10", "9"])))
def test_codes_are_those_of_texts_sorted_as_python_sorts_them(texts):
    different, codes = text_codes(texts)
    assert different.tolist() == sorted({*texts})
    assert different[codes].tolist() == texts


@given(st.lists(st.text(max_size=3)))
def test_any_texts_come_back_and_the_different_ones_are_in_order(texts):
    different, codes = text_codes(np.array(texts, dtype=object))
    assert different.tolist() == sorted({*texts})
    assert different[codes].tolist() == texts
    assert codes.dtype == np.int64
