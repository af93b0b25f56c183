"""Numbers that stand one a column become the rows that they are; what is none is named by its column."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.ingest.columns import Columns
from latefusion.ingest.embeddings import BAD, EMPTY
from latefusion.ingest.facts import TrainingFile
from latefusion.ingest.ingest import SplitFiles, ingest
from latefusion.ingest.readers.opening import open_table
from latefusion.ingest.wide import columns_line, matching, parse_wide
from latefusion.store.samples import read_features
from latefusion.store.tables import read_json

NAMES = ["a", "b", "c"]


def rows(parsed):
    present = parsed.lengths[parsed.lengths > 0]
    return parsed.values.reshape(len(present), -1)


@settings(deadline=None, derandomize=True)
@given(
    st.lists(
        st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=3, max_size=3),
        min_size=1,
    )
)
def test_numbers_and_their_texts_give_the_same_rows(table):
    columns = [pa.array(column, pa.float64()) for column in zip(*table, strict=True)]
    texts = [pa.array([repr(value) for value in column], pa.string()) for column in zip(*table, strict=True)]
    expected = np.array(table, np.float32)
    for form in (columns, texts):
        parsed = parse_wide(form, NAMES)
        np.testing.assert_array_equal(rows(parsed), expected)
        assert not parsed.bad


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint64(), pa.float16(), pa.float32()])
def test_columns_of_any_numeric_type_are_read(kind):
    parsed = parse_wide([pa.array([1, 2]).cast(kind), pa.array([3.5, 4.5])], ["a", "b"])
    assert rows(parsed).tolist() == [[1, 3.5], [2, 4.5]]


def test_a_row_without_any_number_is_empty_and_one_with_some_is_bad():
    parsed = parse_wide(
        [pa.array(["1", " ", "3"]), pa.array(["2", "", ""]), pa.array([4.0, None, 5.0])], NAMES
    )
    assert parsed.lengths.tolist() == [3, EMPTY, BAD]
    assert rows(parsed).tolist() == [[1, 2, 4]]
    assert parsed.bad[2].found == "no number in the column 'b'"


@pytest.mark.parametrize(
    ("cell", "found", "fix"),
    [
        ("x", "the text 'x' in the column 'b'", "leave the column out"),
        ("1,5", "the decimal comma of '1,5' in the column 'b'", "decimal points"),
        ("1_000", "the text '1_000' in the column 'b'", "write a number"),
        ("nan", "NaN in the column 'b'", "replace it"),
        ("-inf", "infinity in the column 'b'", "replace it"),
        ("1e39", "1e+39, beyond float32, in the column 'b'", "replace it"),
    ],
)
def test_what_is_no_number_is_named_by_its_column(cell, found, fix):
    parsed = parse_wide([pa.array(["1", "2"]), pa.array(["3", cell])], ["a", "b"])
    assert parsed.lengths.tolist() == [2, BAD]
    assert parsed.bad[1].found == found
    assert fix in parsed.bad[1].fix


def test_patterns_and_names_stand_for_columns_in_the_order_of_the_table():
    names = ["id", "mfcc_2", "mfcc_10", "chroma", "MFCC_1"]
    assert matching("mfcc_*", names) == ["mfcc_2", "mfcc_10"]
    assert matching(["chroma", "mfcc_1?"], names) == ["mfcc_10", "chroma"]
    assert matching("tempo", names) == []


def test_a_name_with_brackets_stands_for_itself():
    assert matching(["mfcc[0]"], ["mfcc[0]", "mfcc0"]) == ["mfcc[0]", "mfcc0"]


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        ("mfcc_*", ["mfcc_1", "mfcc_2"]),
        (["*", "!time"], ["mfcc_1", "mfcc_2", "!odd"]),
        (["mfcc_*", "!*_2"], ["mfcc_1"]),
        (["!odd"], ["!odd"]),
        ("!time", []),
    ],
)
def test_a_pattern_stands_for_columns_or_leaves_them_out(patterns, found):
    assert matching(patterns, ["time", "mfcc_1", "mfcc_2", "!odd"]) == found


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("audio", "'audio_*'"),
        ("audio_embedding", "'audio_*'"),
        ("Text", "'text*'"),
        ("lyrics", None),
        ("year", None),
    ],
)
def test_a_name_for_numbered_columns_is_told_their_pattern(name, line):
    names = ["year", "title", *(f"audio_{i}" for i in range(12)), *(f"text{i}" for i in range(3)), "lyrics_1"]
    said = columns_line(name, names)
    assert said is None if line is None else f"`columns: {line}`" in said


def test_a_test_file_has_its_numbers_in_the_order_of_the_training_files_columns(tmp_path):
    columns = Columns.of(
        {"label": "y"}, [{"name": "m", "columns": "f*"}, {"name": "n", "columns": ["g", "h"]}]
    )
    headers = {"train": "y,f1,f2,f3,g,h", "test": "h,f3,f1,y,f2,g"}
    bodies = {"train": ["0,1,2,3,5,6", "1,4,5,6,7,8"], "test": ["6,3,1,0,2,5", "8,6,4,1,5,7"]}
    found = {}
    for split, header in headers.items():
        (tmp_path / f"{split}.csv").write_text("\n".join([header, *bodies[split]]) + "\n")
        out = tmp_path / split
        files = SplitFiles(
            {name: out / f"{name}.parquet" for name in ("m", "n")}, out / "items.parquet", out / "items.json"
        )
        known = [] if split == "train" else [tmp_path / "train/items.json"]
        table = open_table(tmp_path / f"{split}.csv", 1 << 20)
        ingest(table, split, columns, files, training=TrainingFile.read(known))
        found[split] = [read_features(file).tolist() for file in files.features.values()]
    assert found["train"] == found["test"] == [[[1, 2, 3], [4, 5, 6]], [[5, 6], [7, 8]]]
    assert read_json(tmp_path / "test/items.json")["wide"] == {"m": ["f1", "f2", "f3"], "n": ["g", "h"]}
