"""The bytes of a file and what is checked as they pass."""

import csv
import gzip
import hashlib
import io
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.ingest.readers import csv_file
from latefusion.ingest.source import Bytes, NotTextError, check_file
from refusals.small import read_text, table, text

SETTINGS = settings(max_examples=200, deadline=None, derandomize=True)


def drain(path, content, size, **options):
    path.write_bytes(content)
    pieces = []
    with Bytes(path, check_file(path), **options) as stream:
        while piece := stream.read(size):
            pieces.append(piece)
        return b"".join(pieces), stream.sha256()


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("source") / "t.csv"


@SETTINGS
@given(st.text('ab",\r\né', min_size=1, max_size=30), st.integers(1, 9))
def test_quotes_that_pass_are_those_that_every_reader_agrees_on(path, content, size):
    try:
        drain(path, content.encode(), size)
    except NotTextError:
        return
    strict = list(csv.reader(io.StringIO(content, newline=""), strict=True))
    assert strict == list(csv.reader(io.StringIO(content, newline="")))
    assert content.count('"') % 2 == 0


@SETTINGS
@given(
    st.lists(st.lists(st.text('ab",\r\né', max_size=4), min_size=2, max_size=2), min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.integers(1, 9),
)
def test_quotes_around_whole_cells_pass(path, rows, end, size):
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator=end).writerows(rows)
    content = stream.getvalue().encode()
    data, digest = drain(path, content, size)
    assert data == content
    assert digest == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    "content", [b"a\0b", b"a\xff", b"a\xc3", b'a"b', b'"a" b', b'"a', b'a,"b\n"c"\n', b'a\n""b\n']
)
def test_what_is_odd_is_left_to_the_exact_reader(path, content):
    for size in (1, 2, 100):
        with pytest.raises(NotTextError):
            drain(path, content, size)


def test_the_hash_is_that_of_the_file_as_stored(path):
    packed = gzip.compress(b"a,b\n" * 1000) + gzip.compress(b"c,d\n")
    data, digest = drain(path, packed, 64)
    assert data == b"a,b\n" * 1000 + b"c,d\n"
    assert digest == hashlib.sha256(packed).hexdigest()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_files_in_order_never_need_the_exact_reader(tmp_path, end, quoting):
    content = text(table(), lineterminator=end, quoting=quoting)
    with patch.object(csv_file, "exact_batches", side_effect=AssertionError("read twice")) as exact:
        read_text(tmp_path, content)
        read_text(tmp_path, "\ufeff" + content)
        read_text(tmp_path, gzip.compress(content.encode()), "train.csv.gz")
    exact.assert_not_called()
