"""Strings and lists to numbers."""

import time
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.ingest.embedding_errors import explain_cell
from latefusion.ingest.embeddings import BAD, EMPTY, parse

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)


def strings(*cells):
    return pa.array(cells, pa.string())


@SETTINGS
@given(
    st.lists(
        st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=4),
        min_size=1,
    )
)
def test_what_python_prints_comes_back(rows):
    parsed = parse(strings(*map(str, rows)))
    assert parsed.lengths.tolist() == [len(row) for row in rows]
    expected = np.array([value for row in rows for value in row], np.float64)
    np.testing.assert_array_equal(parsed.values.view(np.uint64), expected.view(np.uint64))


@SETTINGS
@given(st.text("0123456789.eE+- ,[]naif\n_x", max_size=25))
def test_a_cell_is_refused_or_is_what_python_reads(cell):
    parsed = parse(strings(cell))
    if parsed.lengths[0] == EMPTY:
        assert not cell.strip()
    elif parsed.lengths[0] == BAD:
        assert parsed.bad[0].found
    else:
        inside = cell.strip()
        assert inside[0] == "["
        assert inside[-1] == "]"
        with np.errstate(over="ignore"):
            expected = np.array([float(text) for text in inside[1:-1].split(",")])
        np.testing.assert_array_equal(parsed.values.view(np.uint64), expected.view(np.uint64))


def test_numbers_are_rounded_twice_as_numpy_does():
    # closer to the upper float32 number, but its nearest float64 lies halfway and goes to the even one
    text = "1.00000005960464477540000000000000000001"
    assert parse(strings(f"[{text}]")).values.astype(np.float32)[0] == np.float32(float(text))


def test_positions_of_bad_and_empty_cells_are_kept():
    parsed = parse(strings("[1.5, 2.5]", "", "[x, 2]", " ", "[3.5]", "[nan]"))
    assert parsed.lengths.tolist() == [2, EMPTY, BAD, EMPTY, 1, BAD]
    assert parsed.values.tolist() == [1.5, 2.5, 3.5]
    assert sorted(parsed.bad) == [2, 5]


def test_slices_and_other_string_types_are_read():
    cells = ["[9.5]", "[1.5, 2.5]", "[3.5, 4.5]"]
    for column in (
        strings(*cells).slice(1),
        pa.array(cells, pa.large_string()).slice(1),
        pa.array(cells).dictionary_encode().slice(1),
    ):
        parsed = parse(column)
        assert parsed.lengths.tolist() == [2, 2]
        assert parsed.values.tolist() == [1.5, 2.5, 3.5, 4.5]


def test_slices_of_lists_are_read():
    parsed = parse(pa.array([[9.5], [1.5, 2.5], None, [3.5]]).slice(1))
    assert parsed.lengths.tolist() == [2, EMPTY, 1]
    assert parsed.values.tolist() == [1.5, 2.5, 3.5]


def test_integers_and_decimals_in_lists_are_numbers():
    assert parse(pa.array([[2**53 + 1, 2]])).values.tolist() == [2.0**53, 2]
    assert parse(pa.array([[Decimal("1.25"), Decimal(2)]])).values.tolist() == [1.25, 2]


def test_other_types_are_a_mistake():
    with pytest.raises(TypeError, match="int64"):
        parse(pa.array([1, 2]))


@pytest.mark.parametrize(
    "cell",
    [
        "[" * 2_000_000,
        "[" * 1_000_000 + "]" * 1_000_000,
        "[" + "9" * 2_000_000 + "]",
        "[" + "9" * 2_000_000 + "x]",
        "[" + "0." * 1_000_000 + "]",
        "[" + "1," * 1_000_000 + "]",
        "[" + "1,5, " * 400_000 + "1]",
        "[" + " " * 2_000_000 + "]",
        " " * 2_000_000 + "x",
        "a." * 1_000_000 + "(",
        "[" + "1 " * 1_000_000 + "]",
        "[1e" + "9" * 2_000_000 + "]",
    ],
    ids=lambda cell: repr(cell[:12]),
)
def test_hostile_cells_take_linear_time(cell):
    start = time.process_time()
    parsed = parse(strings(cell))
    if parsed.lengths[0] == BAD:
        assert len(parsed.bad[0].found) < 300
    assert time.process_time() - start < 5


def test_explanations_of_any_text_are_short_and_on_one_line():
    for cell in ("x" * 10_000, "[\n" * 50, "[1,\x00]", "\x1b[31m", "[" + "y" * 10_000 + "]"):
        why = explain_cell(cell)
        assert len(why.found) < 200
        assert why.found.isprintable()
