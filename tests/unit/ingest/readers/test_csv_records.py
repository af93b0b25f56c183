"""The exact reader of records."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.core.errors import InputError
from latefusion.ingest.findings import Findings
from latefusion.ingest.readers import csv_records
from latefusion.ingest.readers.csv_records import RecordReader


def read(path, content, max_cell=1 << 20):
    path.write_bytes(content)
    findings = Findings()
    return list(RecordReader(path, content[:8], findings, max_cell)), findings


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text('ab",\n\ré', max_size=30), st.sampled_from([1, 2, 3, 5, 1000]))
def test_records_are_those_of_the_csv_module(tmp_path_factory, content, chunk):
    path = tmp_path_factory.mktemp("records") / "t.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_records, "_CHUNK", chunk)
        found, findings = read(path, content.encode())
    try:
        expected = [row for row in csv.reader(io.StringIO(content, newline=""), strict=True) if row]
    except csv.Error:
        assert findings.problems
        return
    assert [[cell.decode() for cell in fields] for _, fields in found] == expected
    assert not findings.problems


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(st.text('a"\n\r,', max_size=5), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([1, 4, 1000]),
)
def test_lines_are_where_records_begin(tmp_path_factory, cells, end, chunk):
    path = tmp_path_factory.mktemp("records") / "t.csv"
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    expected, content = [], ""
    for cell in quoted:
        expected.append(1 + len(_line_ends(content)))
        content += f"{cell},x{end}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_records, "_CHUNK", chunk)
        found, _ = read(path, content.encode())
    assert [line for line, _ in found] == expected


def _line_ends(content):
    return content.replace("\r\n", "\n").replace("\r", "\n").split("\n")[1:]


def test_reading_goes_on_after_a_broken_record(tmp_path):
    found, findings = read(tmp_path / "t.csv", b'a,b\n"x"y,1\nc,d\n"z" ,2\r\ne,f\n')
    assert found == [(1, [b"a", b"b"]), (3, [b"c", b"d"]), (5, [b"e", b"f"])]
    assert [problem.row for problem in findings.problems] == [2, 4]


def test_a_bad_byte_is_named_by_its_line_wherever_pieces_end(tmp_path, monkeypatch):
    content = "a\r\né\r\n".encode() * 5 + b"x\xe9y\r\n"
    for chunk in (1, 2, 3, 7, 1000):
        monkeypatch.setattr(csv_records, "_CHUNK", chunk)
        with pytest.raises(InputError) as caught:
            read(tmp_path / "t.csv", content)
        assert caught.value.problems[0].row == 11
        assert "byte 0xe9" in caught.value.problems[0].found


def test_a_nul_byte_is_named_by_its_line(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path / "t.csv", b"a,b\nc,d\ne\0,f\n")
    assert caught.value.problems[0].row == 3


@pytest.mark.parametrize("content", [b'"' + b"x" * 5000, b"x" * 5000, b"x," * 9000, b'a"b"' * 2000 + b'\n"'])
def test_a_cell_over_the_limit_stops_the_reading(tmp_path, content):
    with pytest.raises(InputError, match=r"of more than \d+ bytes"):
        read(tmp_path / "t.csv", b"a,b\n" + content, max_cell=1000)
