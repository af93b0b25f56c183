"""From a file to feature matrices and items."""

import ast
import csv
import gzip
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from generate import write_dataset
from latefusion.core.errors import InputError
from latefusion.ingest import feature_writer
from latefusion.ingest.columns import Columns
from latefusion.ingest.ingest import SplitFiles, ingest
from latefusion.ingest.readers import csv_file
from latefusion.ingest.readers.opening import open_table
from latefusion.store.schemas import features_schema
from latefusion.store.tables import read_json
from refusals.small import HEADER, MAX_CELL_BYTES, read, table, text, with_cell

MODALITIES = (
    {"name": "text", "column": "text_embedding"},
    {"name": "audio", "column": "audio_embedding"},
)
DESCRIBE = ["artist_name", "track_name", "valence"]


@pytest.fixture
def songs(tmp_path):
    return write_dataset(tmp_path / "source", n_train=60, n_test=20)[0]


def run(source, out, *, split="train", threads=2, modalities=MODALITIES, **options):
    data = {
        "label": "label",
        "class_name": "emotion",
        "group": "artist_name",
        "describe": DESCRIBE,
        **options,
    }
    return ingest(
        open_table(source, MAX_CELL_BYTES),
        split,
        Columns.of(data, modalities),
        SplitFiles(
            {modality["name"]: out / f"{modality['name']}.parquet" for modality in modalities},
            out / "items.parquet",
            out / "items.json",
            out / "items.source.json",
        ),
        threads=threads,
    )


def embedding(path):
    column = pq.read_table(path)["embedding"].combine_chunks()
    return column.flatten().to_numpy().reshape(len(column), -1)


def notebook_matrix(source, column):
    """Return the matrix as the notebook makes it, in float32."""
    return np.stack(pd.read_csv(source)[column].map(ast.literal_eval).map(np.array)).astype(np.float32)


def tables(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}


def test_numbers_are_those_of_the_notebook_bit_for_bit(songs, tmp_path):
    run(songs, tmp_path / "out")
    for name in ("text", "audio"):
        expected = notebook_matrix(songs, f"{name}_embedding")
        found = embedding(tmp_path / f"out/{name}.parquet")
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found.view(np.uint32), expected.view(np.uint32))


def test_items_stand_in_the_order_of_the_file_with_what_describes_them(songs, tmp_path):
    run(songs, tmp_path / "out")
    items = pd.read_parquet(tmp_path / "out/items.parquet")
    expected = pd.read_csv(songs)
    assert items.columns.tolist() == ["item", "label", "class", "group", *DESCRIBE]
    assert items["item"].tolist() == [f"train:{row}" for row in range(60)]
    assert items["label"].tolist() == expected["label"].tolist()
    assert items["class"].tolist() == expected["emotion"].tolist()
    assert items["group"].tolist() == expected["artist_name"].str.lower().tolist()
    assert items["valence"].tolist() == expected["valence"].tolist()
    assert items["track_name"].tolist() == expected["track_name"].tolist()


def test_tables_have_the_promised_schema(songs, tmp_path):
    run(songs, tmp_path / "out")
    assert pq.read_schema(tmp_path / "out/text.parquet").equals(features_schema(6))
    schema = pq.read_schema(tmp_path / "out/items.parquet")
    assert [str(field.type) for field in schema] == [
        "string",
        "int64",
        "string",
        "string",
        "string",
        "string",
        "double",
    ]


def test_provenance_names_the_file_and_its_hash(songs, tmp_path):
    run(songs, tmp_path / "out")
    content = songs.read_bytes()
    assert read_json(tmp_path / "out/items.source.json") == {
        "path": str(songs),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "rows": 60,
    }


def test_a_column_that_nobody_reads_changes_the_provenance_alone(songs, tmp_path):
    run(songs, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    table = pd.read_csv(songs)
    table["audio_url"] = "https://example.org/moved.mp3"
    table.to_csv(songs, index=False)
    run(songs, tmp_path / "out")
    after = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert [name for name in sorted(before) if after[name] != before[name]] == ["items.source.json"]


def test_facts_say_what_was_read(songs, tmp_path):
    run(songs, tmp_path / "out")
    facts = read_json(tmp_path / "out/items.json")
    assert facts["path"] == str(songs)
    assert facts["rows"] == 60
    assert facts["dimensions"] == {"text": 6, "audio": 5}
    assert facts["warnings"] == []


def _as_parquet(songs, folder):
    frame = pd.read_csv(songs)
    for column in ("text_embedding", "audio_embedding"):
        frame[column] = frame[column].map(ast.literal_eval)
    path = folder / "train.parquet"
    frame.to_parquet(path)
    return path


def _rewritten(songs, folder, **dialect):
    with songs.open(newline="") as file:
        rows = list(csv.reader(file))
    path = folder / "train.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, **dialect).writerows(rows)
    return path


def _gzipped(songs, folder):
    path = folder / "train.csv.gz"
    path.write_bytes(gzip.compress(songs.read_bytes()))
    return path


@pytest.mark.parametrize(
    "rewrite",
    [
        _as_parquet,
        _gzipped,
        lambda songs, folder: _rewritten(songs, folder, lineterminator="\r\n"),
        lambda songs, folder: _rewritten(songs, folder, lineterminator="\r"),
    ],
    ids=["Parquet", "gzip", "CRLF and quotes everywhere", "lone CR"],
)
def test_the_same_table_in_another_form_gives_the_same_bytes(songs, tmp_path, rewrite):
    run(songs, tmp_path / "plain")
    (tmp_path / "form").mkdir()
    run(rewrite(songs, tmp_path / "form"), tmp_path / "other")
    assert tables(tmp_path / "plain") == tables(tmp_path / "other")


def test_bytes_do_not_depend_on_threads_or_pieces(songs, tmp_path, monkeypatch):
    run(songs, tmp_path / "one", threads=1)
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 2000)
    run(songs, tmp_path / "eight", threads=8)
    assert tables(tmp_path / "one") == tables(tmp_path / "eight")


def test_the_exact_reader_gives_the_same_bytes_as_the_quick_one(songs, tmp_path):
    run(songs, tmp_path / "quick")
    path = tmp_path / "odd.csv"
    # a quote within an unquoted cell, in a column that is not read, makes the quick reader step aside
    path.write_text(songs.read_text().replace("https://example.org/7.mp3", 'https://example.org/7".mp3', 1))
    run(path, tmp_path / "exact")
    assert tables(tmp_path / "quick") == tables(tmp_path / "exact")


def test_blocks_of_rows_end_where_the_dimension_says(tmp_path, monkeypatch):
    monkeypatch.setattr(feature_writer, "BLOCK_BYTES", 3 * 4 * 5)
    (tmp_path / "train.csv").write_text(text(table()))
    read(tmp_path / "train.csv")
    file = pq.ParquetFile(tmp_path / "results/features/train/text.parquet")
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [5, 5, 2]
    assert len(file.read()) == 12


def test_missing_embeddings_are_null_wherever_they_stand(tmp_path, monkeypatch):
    monkeypatch.setattr(feature_writer, "BLOCK_BYTES", 3 * 4 * 5)
    cells = table()
    for row in (0, 1, 5, 11):
        cells[1 + row][HEADER.index("text_embedding")] = "" if row else "  "
    (tmp_path / "train.csv").write_text(text(cells))
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 80)
    warnings = read(tmp_path / "train.csv", missing=True)
    column = pq.read_table(tmp_path / "results/features/train/text.parquet")["embedding"].to_pylist()
    assert [row for row, value in enumerate(column) if value is None] == [0, 1, 5, 11]
    assert column[2] == [0.25, -2.5, 2.25]
    assert column[10] == [1.25, -2.5, 1.25]
    assert "4 of 12 items lack it" in warnings[0]


def test_new_items_need_no_label(tmp_path):
    cells = [
        [cell for cell, name in zip(row, HEADER, strict=True) if name not in ("label", "emotion")]
        for row in table()
    ]
    (tmp_path / "new.csv").write_text(text(cells))
    read(tmp_path / "new.csv", split="new", label=None)
    items = pq.read_table(tmp_path / "results/items/new.parquet")
    assert items.column_names == ["item", "group", "artist"]
    assert items["item"][3].as_py() == "new:3"


def test_identifiers_come_from_their_column(tmp_path):
    cells = [[*row, one] for row, one in zip(table(), ["id", *(f" s{i}" for i in range(12))], strict=True)]
    (tmp_path / "train.csv").write_text(text(cells))
    read(tmp_path / "train.csv", item="id")
    for place in ("items/train", "features/train/text"):
        item = pq.read_table(tmp_path / f"results/{place}.parquet")["item"].to_pylist()
        assert item == [f"s{i}" for i in range(12)]


def test_an_item_without_a_group_is_its_own(tmp_path):
    (tmp_path / "train.csv").write_text(text(with_cell(2, "artist", " ")))
    assert "1 of 12 rows have no artist" in read(tmp_path / "train.csv")[0]
    group = pq.read_table(tmp_path / "results/items/train.parquet")["group"].to_pylist()
    assert group[2] == "item:train:2"
    assert group[3] == "artist 3"
    read(tmp_path / "train.csv", group_names="exact")
    group = pq.read_table(tmp_path / "results/items/train.parquet")["group"].to_pylist()
    assert group[2:4] == ["item:train:2", "Artist 3"]
    read(tmp_path / "train.csv", group=None)
    group = pq.read_table(tmp_path / "results/items/train.parquet")["group"].to_pylist()
    assert group[:2] == ["item:train:0", "item:train:1"]


def test_text_labels_stay_text_and_are_their_own_names(tmp_path):
    cells = table()
    for row in cells[1:]:
        row[-1] = f" {row[-2]}"
    (tmp_path / "train.csv").write_text(text(cells))
    read(tmp_path / "train.csv", class_name=None)
    items = pq.read_table(tmp_path / "results/items/train.parquet")
    assert items["label"].to_pylist() == [" Angry", " Happy", " Relaxed"] * 4
    assert items["class"].to_pylist() == ["Angry", "Happy", "Relaxed"] * 4


def test_describing_columns_are_numbers_where_every_value_is(tmp_path):
    cells = [
        [*row, a, b]
        for row, a, b in zip(
            table(), ["x", *"123456789", "", "1e3", "nan"], ["y", *"1234567890", "7", "high"], strict=True
        )
    ]
    (tmp_path / "train.csv").write_text(text(cells))
    read(tmp_path / "train.csv", describe=["x", "y", "lyrics"])
    items = pq.read_table(tmp_path / "results/items/train.parquet")
    assert items["x"].to_pylist() == [*map(float, "123456789"), None, 1000.0, None]
    assert items["y"].to_pylist() == [*"1234567890", "7", "high"]
    assert items["lyrics"][4].as_py() == 'she said\n"4"'


def test_a_modality_may_be_read_twice_and_none_at_all(tmp_path):
    (tmp_path / "train.csv").write_text(text(table()))
    both = [{"name": "one", "column": "text_embedding"}, {"name": "two", "column": "text_embedding"}]
    run(tmp_path / "train.csv", tmp_path / "out", group="artist", describe=[], modalities=both)
    np.testing.assert_array_equal(
        embedding(tmp_path / "out/one.parquet"), embedding(tmp_path / "out/two.parquet")
    )
    facts = run(tmp_path / "train.csv", tmp_path / "none", group="artist", describe=[], modalities=[])
    assert facts.rows == 12


def test_parquet_lists_of_other_types_are_taken(tmp_path):
    values = [[0.1, 2, 3], [4, 5, 6.5]] * 3
    kinds = [
        pa.list_(pa.float32()),
        pa.list_(pa.float64(), 3),
        pa.large_list(pa.float64()),
        pa.list_(pa.float16()),
    ]
    for number, kind in enumerate(kinds):
        path = tmp_path / f"{number}.parquet"
        column = (
            pa.array([np.array(v, np.float16) for v in values], kind)
            if kind == kinds[3]
            else pa.array(values, kind)
        )
        pq.write_table(pa.table({"text_embedding": column, "label": pa.array([0, 1] * 3, pa.int8())}), path)
        run(
            path,
            tmp_path / "out",
            class_name=None,
            group=None,
            describe=[],
            modalities=[{"name": "m", "column": "text_embedding"}],
        )
        expected = np.array(values, np.float16 if kind == kinds[3] else np.float64).astype(np.float32)
        np.testing.assert_array_equal(embedding(tmp_path / "out/m.parquet"), expected)


def test_a_missing_list_in_parquet_is_a_missing_modality(tmp_path):
    path = tmp_path / "x.parquet"
    column = pa.array([[1.0, 2.0], None, [3.0, 4.5]], pa.list_(pa.float64(), 2))
    pq.write_table(pa.table({"e": column, "label": [0, 1, 0]}), path)
    run(
        path,
        tmp_path / "out",
        class_name=None,
        group=None,
        describe=[],
        modalities=[{"name": "m", "column": "e", "missing": True}],
    )
    assert pq.read_table(tmp_path / "out/m.parquet")["embedding"].to_pylist() == [[1, 2], None, [3, 4.5]]


def test_a_problem_late_in_a_large_file_is_named_by_its_line(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 4096)
    cells = table(3000)
    cells[2901][HEADER.index("text_embedding")] = "[1.5, x, 2.5]"
    (tmp_path / "train.csv").write_text(text(cells))
    with pytest.raises(InputError) as caught:
        read(tmp_path / "train.csv")
    assert caught.value.problems[0].row == 2 + 2 * 2900
    assert caught.value.total == 1


def test_all_kinds_of_problems_come_at_once_in_the_order_of_the_file(tmp_path):
    cells = with_cell(2, "text_embedding", "oops")
    cells[1 + 6][HEADER.index("label")] = ""
    cells[1 + 9][HEADER.index("text_embedding")] = "[1.0]"
    (tmp_path / "train.csv").write_text(text(cells) + "one,two\n")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "train.csv")
    found = [(problem.row, problem.column) for problem in caught.value.problems]
    assert found == [(6, "text_embedding"), (14, "label"), (20, "text_embedding"), (26, None)]


def test_lines_are_counted_as_an_editor_does(tmp_path):
    content = text(with_cell(7, "label", "")).splitlines(keepends=True)
    for end in ("\n", "\r\n", "\r"):
        joined = "".join(line.rstrip("\n") + end for line in content)
        (tmp_path / "train.csv").write_bytes(joined.encode())
        with pytest.raises(InputError) as caught:
            read(tmp_path / "train.csv")
        line = caught.value.problems[0].row
        assert line == 2 + 2 * 7
        assert joined.splitlines()[line - 1].startswith("Artist 2,")


def test_gigabytes_of_nothing_in_a_small_gzip_are_refused_quickly(tmp_path):
    path = tmp_path / "train.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(text(table()).encode())
        file.write(b'Artist,"')
        for _ in range(64):
            file.write(b"x" * (1 << 20))
    with pytest.raises(InputError, match=r"a cell of more than 1000000 bytes"):
        read(path, max_cell_bytes=1_000_000)


def test_what_was_there_stays_when_the_disk_is_full(tmp_path, monkeypatch):
    (tmp_path / "train.csv").write_text(text(table()))
    read(tmp_path / "train.csv")
    before = {path: path.read_bytes() for path in (tmp_path / "results").rglob("*") if path.is_file()}
    (tmp_path / "train.csv").write_text(text(table(24)))
    real = Path.replace

    def full(self, target):
        if ".part" in Path(target).name and "text" not in Path(target).name:
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises((InputError, OSError)):
        read(tmp_path / "train.csv")
    after = {path: path.read_bytes() for path in (tmp_path / "results").rglob("*") if path.is_file()}
    assert after == before


NEW = {"split": "new", "label": None, "class_name": None}


def as_parquet(source):
    pd.read_csv(source).to_parquet(source.with_suffix(".parquet"))
    return source.with_suffix(".parquet")


@pytest.mark.parametrize("form", [lambda source: source, as_parquet], ids=["csv", "parquet"])
def test_new_items_need_neither_a_group_nor_what_describes_the_others(songs, tmp_path, form):
    whole = pd.read_csv(songs)
    whole.drop(columns=["label", "emotion", "artist_name", "valence"]).to_csv(songs, index=False)
    facts = run(form(songs), tmp_path / "out", **NEW)
    items = pd.read_parquet(tmp_path / "out/items.parquet")
    assert items.columns.tolist() == ["item", "group", "track_name"]
    assert items["track_name"].tolist() == whole["track_name"].tolist()
    assert items["group"].nunique() == len(items) == 60
    assert facts.columns["group"] is None
    assert facts.warnings == []


@pytest.mark.parametrize("form", [lambda source: source, as_parquet], ids=["csv", "parquet"])
def test_new_items_keep_the_group_and_the_descriptions_that_they_have(songs, tmp_path, form):
    whole = pd.read_csv(songs)
    whole.drop(columns=["label", "emotion"]).to_csv(songs, index=False)
    run(form(songs), tmp_path / "new", **NEW)
    whole.to_csv(songs, index=False)
    run(songs, tmp_path / "train")
    new, train = (pd.read_parquet(tmp_path / f"{split}/items.parquet") for split in ("new", "train"))
    assert new.columns.tolist() == ["item", "group", *DESCRIBE]
    pd.testing.assert_frame_equal(new[["group", *DESCRIBE]], train[["group", *DESCRIBE]])


@pytest.mark.parametrize("column", ["text_embedding", "track_id"])
def test_new_items_must_have_embeddings_and_identifiers(songs, tmp_path, column):
    whole = pd.read_csv(songs).assign(track_id=range(60))
    whole.drop(columns=column).to_csv(songs, index=False)
    with pytest.raises(InputError, match=f"{column}\n.*no such column"):
        run(songs, tmp_path / "out", item="track_id", **NEW)


@pytest.mark.parametrize("column", ["artist_name", "valence"])
def test_labelled_items_must_have_their_group_and_what_describes_them(songs, tmp_path, column):
    pd.read_csv(songs).drop(columns=column).to_csv(songs, index=False)
    with pytest.raises(InputError, match=f"{column}\n.*no such column"):
        run(songs, tmp_path / "out")
