"""The quick reading of CSV files."""

import csv
import io
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.ingest.findings import Findings
from latefusion.ingest.readers import csv_file
from latefusion.ingest.readers.csv_file import CsvFile
from latefusion.ingest.readers.reader import Selection, SuspectError

CELLS = st.text(st.sampled_from('a",\r\n é'), max_size=8)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("csv") / "t.csv"


def read(path, content, block, *, quick):
    path.write_bytes(content)
    table = CsvFile(path, content[:8], 1000, ",")
    selection = Selection(["x", "y"])
    with patch.object(csv_file, "BLOCK_BYTES", block):
        batches = table.quick(selection) if quick else table.exact(selection, Findings())
        columns = [batch.to_pydict() for batch, _ in batches]
    return [row for one in columns for row in zip(one["x"], one["y"], strict=True)]


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=40),
    block=st.integers(60, 200),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_text_is_kept_as_it_stands_wherever_a_block_ends(path, rows, block, end):
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("x", "y"), *rows])
    content = stream.getvalue().encode()
    assert read(path, content, block, quick=False) == rows
    assert read(path, content, block, quick=True) == rows


@pytest.mark.parametrize("at", range(12))
def test_a_line_feed_after_a_carriage_return_in_quotes_survives_the_end_of_a_block(path, at):
    rows = [("k" * at, "a\r\nb")] * 30
    content = ('"x","y"\n' + "".join(f'"{x}","{y}"\n' for x, y in rows)).encode()
    for block in range(60, 90):
        assert read(path, content, block, quick=True) == rows


def test_a_record_that_is_larger_than_a_block_is_left_to_the_exact_reader(path):
    content = ('x,y\n"' + "a" * 500 + '",b\n').encode()
    with pytest.raises(SuspectError):
        read(path, content, 60, quick=True)
    assert read(path, content, 60, quick=False) == [("a" * 500, "b")]
