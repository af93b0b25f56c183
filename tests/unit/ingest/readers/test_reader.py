import pyarrow as pa
import pytest

from latefusion.ingest.readers.reader import is_list, is_text


@pytest.mark.parametrize("value", [pa.int8(), pa.uint64(), pa.float16(), pa.float64(), pa.decimal128(5, 2)])
@pytest.mark.parametrize("make", [pa.list_, pa.large_list, lambda kind: pa.list_(kind, 3)])
def test_lists_of_numbers_are_lists_of_any_length(make, value):
    assert is_list(make(value))


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.list_(pa.bool_()), pa.float32(), pa.string()])
def test_lists_of_anything_else_are_not(kind):
    assert not is_list(kind)


def test_text_is_text_of_any_size_and_nothing_else():
    assert is_text(pa.string())
    assert is_text(pa.large_string())
    assert not is_text(pa.binary())
    assert not is_text(pa.dictionary(pa.int8(), pa.string()))
