"""A modality's own file, in every form and order, gives the matrix that a column of the table gives."""

import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forms import FORMS, ROWS, TEST, made_up, per_item
from latefusion.core.errors import InputError
from latefusion.ingest.columns import Columns
from latefusion.ingest.findings import Findings
from latefusion.ingest.ingest import SplitFiles, ingest
from latefusion.ingest.modality_file import ingest_modality, item_names
from latefusion.ingest.readers import csv_file, json_lines, matrix_file
from latefusion.ingest.readers.modality_source import open_modality
from latefusion.ingest.readers.opening import open_table
from latefusion.store.samples import read_features
from latefusion.store.tables import read_json
from refusals.small import text

MAX = 16 << 20
MADE_UP = made_up()
KEYS, X = MADE_UP.keys, MADE_UP.X


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    """Return the folder of two items tables and, as expected, the matrices of a column of lists."""
    folder = tmp_path_factory.mktemp("songs")
    for split, rows in (("train", range(ROWS - TEST)), ("test", range(ROWS - TEST, ROWS))):
        cells = [["id", "label", "embedding"], *[[KEYS[r], str(r % 2), str(X[r].tolist())] for r in rows]]
        (folder / f"{split}.csv").write_text(text(cells))
        columns = Columns.of({"label": "label", "item": "id"}, [{"name": "m", "column": "embedding"}])
        files = SplitFiles({"m": folder / f"{split}.m.parquet"}, folder / f"{split}.parquet")
        ingest(open_table(folder / f"{split}.csv", MAX), split, columns, files)
    return folder


def joined(entry, songs, out, **options):
    items = {split: songs / f"{split}.parquet" for split in ("train", "test")}
    source = open_modality(entry, item="id", keys=lambda: KEYS, max_cell_bytes=MAX)
    features = {split: out / f"{split}.m.parquet" for split in items}
    ingest_modality(source, "m", items, features, out / "m.json", **{"missing": False, **options})
    return {split: read_features(path) for split, path in features.items()}


@pytest.mark.parametrize("block", [None, 500])
@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_bytes_of_the_column(songs, tmp_path, monkeypatch, name, block):
    if block:
        for reader in (csv_file, json_lines, matrix_file):
            monkeypatch.setattr(reader, "BLOCK_BYTES", block)
    entry = FORMS[name](tmp_path, MADE_UP)
    found = joined(entry, songs, tmp_path / "out")
    for split in found:
        ours, theirs = tmp_path / "out" / f"{split}.m.parquet", songs / f"{split}.m.parquet"
        assert ours.read_bytes() == theirs.read_bytes()
    facts = read_json(tmp_path / "out" / "m.json")
    assert facts["match"] | {"lost_names": [], "left_over_names": []} == {
        "matched": ROWS,
        "lost": 0,
        "left_over": 0,
        "lost_names": [],
        "left_over_names": [],
    }
    assert (facts["dimension"], facts["missing"]) == (6, {"train": 0, "test": 0})


def test_items_without_a_row_lack_the_modality_where_that_is_allowed(songs, tmp_path):
    few = [row for row in range(ROWS) if row % 10]
    np.savez(tmp_path / "a.npz", emb=X[few], ids=np.array([KEYS[row] for row in few]))
    entry = {"file": str(tmp_path / "a.npz"), "array": "emb", "items": "ids"}
    with pytest.raises(InputError) as refused:
        joined(entry, songs, tmp_path / "out")
    assert "no embedding for 9 of 90 items: 'song 000', 'song 010'" in str(refused.value)
    assert "missing: true" in str(refused.value)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())
    found = np.concatenate(list(joined(entry, songs, tmp_path / "out", missing=True).values()))
    assert np.isnan(found).all(axis=1).tolist() == [row % 10 == 0 for row in range(ROWS)]
    np.testing.assert_array_equal(found[few], X[few].astype(np.float32))
    assert read_json(tmp_path / "out" / "m.json")["missing"] == {"train": 6, "test": 3}


def test_rows_of_no_item_are_counted_and_named(songs, tmp_path):
    np.savez(tmp_path / "a.npz", emb=np.vstack([X, X[:2] + 1]), ids=np.array([*KEYS, "other", "more"]))
    joined({"file": str(tmp_path / "a.npz"), "array": "emb", "items": "ids"}, songs, tmp_path / "out")
    match = read_json(tmp_path / "out" / "m.json")["match"]
    assert (match["left_over"], match["left_over_names"]) == (2, ["other", "more"])


def test_a_number_of_rows_other_than_the_items_is_refused(songs, tmp_path):
    np.save(tmp_path / "a.npy", X[:-1])
    with pytest.raises(InputError, match="89 rows for 90 items"):
        joined({"file": str(tmp_path / "a.npy"), "items": "rows"}, songs, tmp_path / "out")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda t: t.replace(KEYS[3], KEYS[4]),
            ["the identifier 'song 004' again, as on line", "a.csv, line"],
        ),
        (lambda t: t.replace("song", "track"), ["of which none is an item's", "such as 'song 000'"]),
        (
            lambda t: t.replace(repr(float(X[7, 2])), "x"),
            ["the text 'x' in the column 'mfcc_2'", "a.csv, line"],
        ),
        (lambda t: t.replace(repr(float(X[7, 2])), ""), ["no number in the column 'mfcc_2'"]),
        (lambda t: t.replace("id,", "name,"), ["no column 'id'", "`key: NAME`"]),
    ],
)
def test_a_bad_wide_file_is_refused_with_its_line(songs, tmp_path, change, said):
    (tmp_path / "a.csv").write_text(change(MADE_UP.wide(",")))
    with pytest.raises(InputError) as refused:
        joined({"file": str(tmp_path / "a.csv"), "columns": "mfcc_*"}, songs, tmp_path / "out")
    assert all(part in str(refused.value) for part in said), str(refused.value)


def test_a_pattern_that_stands_for_no_column_says_which_there_are(songs, tmp_path):
    (tmp_path / "a.csv").write_text(MADE_UP.wide(","))
    with pytest.raises(InputError, match=r"no column that 'chroma_\*' stands for; there are 'mfcc_0'"):
        joined({"file": str(tmp_path / "a.csv"), "columns": "chroma_*"}, songs, tmp_path / "out")


def test_frames_without_a_way_to_pool_are_refused(songs, tmp_path):
    entry = {"files": per_item(tmp_path, MADE_UP, lambda row: np.stack([row, row]))}
    with pytest.raises(InputError, match=r"2 frames of 6 numbers"):
        joined(entry, songs, tmp_path / "out")


def test_an_identifier_that_leads_out_of_the_folder_is_refused(tmp_path):
    source = open_modality(
        {"files": str(tmp_path / "{item}.npy")}, item=None, keys=lambda: ["../x"], max_cell_bytes=MAX
    )
    with pytest.raises(InputError, match="the name of a file"):
        list(source.rows(None, exact=True))


def test_numbers_that_single_precision_would_change_are_kept_in_double(songs, tmp_path):
    seconds = 1.7e9 + 60.0 * np.arange(ROWS)[:, None] + np.array([[0.0, 7.0]])
    np.save(tmp_path / "a.npy", seconds)
    found = joined({"file": str(tmp_path / "a.npy"), "items": "rows"}, songs, tmp_path / "out")
    np.testing.assert_array_equal(np.concatenate(list(found.values())), seconds)
    codes = [warning["code"] for warning in read_json(tmp_path / "out" / "m.json")["warnings"]]
    assert codes.count("double_precision:m") == 1


@pytest.mark.parametrize(("written", "held"), [("7.0", "7"), ("7", "7.0"), (" 7 ", "7")])
def test_identifiers_are_joined_in_one_form(tmp_path, written, held):
    cells = [["id", "label", "embedding"], [held, "0", "[1, 2]"], ["8", "1", "[3, 5]"]]
    (tmp_path / "train.csv").write_text(text(cells))
    columns = Columns.of({"label": "label", "item": "id"}, [{"name": "m", "column": "embedding"}])
    files = SplitFiles({"m": tmp_path / "m.parquet"}, tmp_path / "train.parquet")
    ingest(open_table(tmp_path / "train.csv", MAX), "train", columns, files)
    np.savez(tmp_path / "a.npz", emb=[[4.0, 1.0], [1.0, 9.0]], ids=np.array(["8", written]))
    source = open_modality(
        {"file": str(tmp_path / "a.npz"), "array": "emb", "items": "ids"},
        item="id",
        keys=list,
        max_cell_bytes=MAX,
    )
    out = tmp_path / "out"
    ingest_modality(
        source, "m", {"train": tmp_path / "train.parquet"}, {"train": out / "f"}, out / "j", missing=False
    )
    assert read_features(out / "f").tolist() == [[1.0, 9.0], [4.0, 1.0]]


def test_the_stem_of_an_identifier_is_what_is_before_its_suffix(tmp_path):
    keys = ["1-100.wav", "48/948.mp3", "v1.2/a"]
    for number, stem in enumerate(("1-100", "48/948", "v1.2/a")):
        (tmp_path / stem).parent.mkdir(exist_ok=True)
        np.save(tmp_path / f"{stem}.npy", np.full(2, number, np.float32))
    source = open_modality(
        {"files": str(tmp_path / "{stem}.npy")}, item=None, keys=lambda: keys, max_cell_bytes=MAX
    )
    (rows,) = source.rows(None, exact=True)
    assert rows.parsed.values.tolist() == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("f0;f1\n1;2\n3;x\n", r"a\.csv, line 3\n    found:   the text 'x' in the column 'f1'"),
        ("f0;f1\n1;2\n;\n", r"a\.csv, line 3\n    found:   a frame without numbers"),
        ("f0;f1\n", "a table without rows"),
        ("f0;f1\n1;2;3\n", "line 2"),
    ],
)
def test_a_wrong_frame_is_named_by_its_file_and_line(tmp_path, content, said):
    (tmp_path / "a.csv").write_text(content)
    entry = {"files": str(tmp_path / "{item}.csv"), "columns": "f*", "pool": "mean"}
    source = open_modality(entry, item=None, keys=lambda: ["a"], max_cell_bytes=MAX)
    with pytest.raises(InputError, match=said):
        list(source.rows(None, exact=False))


def test_a_matrix_without_identifiers_has_the_rows_of_the_table_whatever_is_left_out_of_it(songs, tmp_path):
    mixed = np.random.default_rng(1).permutation(
        ROWS + 5
    )  # where each item, and five that are left out, stand in one table
    matrix = np.empty((ROWS + 5, 6))
    matrix[mixed] = np.vstack([X, np.full((5, 6), 7.0)])
    np.save(tmp_path / "a.npy", matrix)
    entry = {"file": str(tmp_path / "a.npy"), "items": "rows"}
    found = joined(entry, songs, tmp_path / "out", table_order=(mixed[:ROWS], ROWS + 5))
    np.testing.assert_array_equal(np.vstack([found["train"], found["test"]]), X.astype(np.float32))
    assert read_json(tmp_path / "out" / "m.json")["match"]["left_over"] == 0


def test_an_item_that_ends_in_test_is_looked_up_by_its_own_name(tmp_path):
    names = ["x", "x (test)", "y (test)"]
    items = {}
    for split, own in {"train": names, "test": ["z (test)", "x (test)"]}.items():
        cells = [["id", "label", "embedding"], *[[name, str(at), "[1, 2]"] for at, name in enumerate(own)]]
        (tmp_path / f"{split}.csv").write_text(text(cells))
        files = SplitFiles({}, tmp_path / f"{split}.parquet")
        columns = Columns.of({"label": "label", "item": "id"}, [])
        ingest(open_table(tmp_path / f"{split}.csv", MAX), split, columns, files)
        items[split] = tmp_path / f"{split}.parquet"
    assert item_names({"train": items["train"]}) == names
    # in test the name of an item of train, told apart, stands for that one
    assert item_names(items) == [*names, "z (test)", "x"]


def test_columns_with_a_part_in_the_items_table_are_no_numbers_of_an_embedding(songs, tmp_path, caplog):
    wide = MADE_UP.columns()
    labelled = wide.append_column("label", pa.array([float(at % 2) for at in range(ROWS)]))
    pq.write_table(labelled.append_column("id_2", pa.array(range(ROWS))), tmp_path / "a.parquet")
    entry = {"file": str(tmp_path / "a.parquet"), "apart": ["id", "label", "id_2"]}
    with caplog.at_level("INFO"):
        found = joined(entry, songs, tmp_path / "out")
    np.testing.assert_array_equal(np.vstack(list(found.values())), X.astype(np.float32))
    assert "left out: 'label', 'id_2'" in caplog.text
    with pytest.raises(InputError, match=r"'\*' takes this column as a number as well") as refused:
        joined({**entry, "columns": "*"}, songs, tmp_path / "out")
    assert "add '!label'" in str(refused.value)
    kept = joined({**entry, "columns": ["*", "!label", "!id_2"]}, songs, tmp_path / "out")
    np.testing.assert_array_equal(np.vstack(list(kept.values())), X.astype(np.float32))


def test_a_label_beside_the_frames_of_an_item_is_no_number_of_them(tmp_path):
    (tmp_path / "a.csv").write_text("f0,label\n1,1\n3,1\n")
    entry = {"files": str(tmp_path / "{item}.csv"), "pool": "mean", "apart": ["label"]}
    source = open_modality(entry, item=None, keys=lambda: ["a"], max_cell_bytes=MAX)
    (rows,) = source.rows(None, exact=False)
    assert rows.parsed.values.tolist() == [2.0]


@pytest.mark.parametrize("order", [KEYS, list(reversed(KEYS))])
def test_an_index_that_only_counts_rows_is_neither_identifier_nor_number(songs, tmp_path, order):
    lines = MADE_UP.wide(",").splitlines()
    numbered = [f"{'' if at == 0 else at - 1},{line}" for at, line in enumerate(lines)]
    again = ["Unnamed: 0," + numbered[0].removeprefix(","), *numbered[1:]]
    for text_lines in (numbered, again):
        (tmp_path / "a.csv").write_text("\n".join(text_lines) + "\n")
        found = joined({"file": str(tmp_path / "a.csv")}, songs, tmp_path / "out")
        np.testing.assert_array_equal(np.vstack(list(found.values())), X.astype(np.float32))


def test_an_index_that_pandas_writes_into_parquet_is_no_number_of_an_embedding(songs, tmp_path):
    table = MADE_UP.columns().append_column("__index_level_0__", pa.array(MADE_UP.order))
    pq.write_table(table, tmp_path / "a.parquet")
    found = joined({"file": str(tmp_path / "a.parquet")}, songs, tmp_path / "out")
    np.testing.assert_array_equal(np.vstack(list(found.values())), X.astype(np.float32))


def test_a_number_that_is_text_in_one_row_is_refused_and_its_column_not_left_out(songs, tmp_path):
    (tmp_path / "a.csv").write_text(MADE_UP.wide(",").replace(repr(float(X[7, 2])), "n/a"))
    with pytest.raises(InputError, match="the text 'n/a' in the column 'mfcc_2'"):
        joined({"file": str(tmp_path / "a.csv")}, songs, tmp_path / "out")


def test_decimal_commas_are_named(songs, tmp_path):
    (tmp_path / "a.csv").write_text(MADE_UP.wide(";").replace(".", ","))
    with pytest.raises(InputError, match="numbers with decimal commas in 'mfcc_0', 'mfcc_1'"):
        joined({"file": str(tmp_path / "a.csv")}, songs, tmp_path / "out")


def test_more_cells_than_names_are_told_by_what_cuts_them(songs, tmp_path):
    (tmp_path / "a.tsv").write_text(MADE_UP.wide("\t").replace("\n", "\t7\n").replace("\t7\n", "\n", 1))
    with pytest.raises(InputError, match="quote cells that hold tabs"):
        joined({"file": str(tmp_path / "a.tsv")}, songs, tmp_path / "out")


def test_a_list_of_identifiers_that_is_not_there_is_told_with_the_nearest(songs, tmp_path):
    np.save(tmp_path / "a.npy", X)
    (tmp_path / "my_ids.txt").write_text("\n".join(KEYS))
    with pytest.raises(InputError, match=r"my_id\.txt\n    found:   no such file(.|\n)*my_ids\.txt"):
        joined({"file": str(tmp_path / "a.npy"), "items": str(tmp_path / "my_id.txt")}, songs, tmp_path)


def test_a_matrix_whose_columns_are_items_is_to_be_turned(songs, tmp_path):
    np.savez(tmp_path / "a.npz", emb=X.T, ids=np.array(KEYS))
    with pytest.raises(InputError, match=r"turn it, a\.T"):
        joined({"file": str(tmp_path / "a.npz"), "array": "emb", "items": "ids"}, songs, tmp_path)


def test_a_pattern_that_fits_no_item_says_which_files_were_looked_for(songs, tmp_path):
    with pytest.raises(InputError, match=r"no file of any of 90 items, such as .*each/song 000\.npy"):
        joined({"files": str(tmp_path / "each/{item}.npy")}, songs, tmp_path / "out", missing=True)


def test_a_file_of_an_item_that_holds_no_number_may_be_computed_again_or_removed(songs, tmp_path):
    entry = {"files": per_item(tmp_path, MADE_UP, lambda row: row * (np.nan if row[0] == X[4, 0] else 1))}
    joined(entry, songs, tmp_path / "out", missing=True)
    half = np.where(np.arange(6) < 3, np.nan, X[4])
    np.save(tmp_path / "each/song 004.npy", half)
    with pytest.raises(InputError, match=r"song 004\.npy\n(.|\n)*remove the file and write `missing: true`"):
        joined(entry, songs, tmp_path / "out", missing=True)


def test_a_file_an_item_is_found_in_another_unicode_form_of_its_identifier(tmp_path):
    names = ["Beyonc\u00e9", "Sigur R\u00f3s", "AC & DC"]
    (tmp_path / "each").mkdir()
    for value, name in enumerate(names):
        np.save(tmp_path / "each" / f"{unicodedata.normalize('NFD', name)}.npy", np.full(2, float(value)))
    keys = [*names[:2], "AC &amp; DC"]
    source = open_modality(
        {"files": str(tmp_path / "each/{item}.npy")}, item="id", keys=lambda: keys, max_cell_bytes=MAX
    )
    (rows,) = source.rows(Findings(), exact=False)
    assert rows.keys.to_pylist() == keys
    np.testing.assert_array_equal(rows.parsed.values.reshape(-1, 2), [[0, 0], [1, 1], [2, 2]])


def test_of_two_files_in_other_unicode_forms_none_is_taken_in_silence(tmp_path):
    (tmp_path / "each").mkdir()
    letters = "\u1e69", "\u1e61\u0323", "s\u0323\u0307"  # one letter, in three forms
    for name in letters[1:]:
        np.save(tmp_path / "each" / f"{name}.npy", np.ones(2))
    source = open_modality(
        {"files": str(tmp_path / "each/{item}.npy")},
        item="id",
        keys=lambda: [letters[0]],
        max_cell_bytes=MAX,
    )
    with pytest.raises(InputError, match="no file of any of 1 item"):
        list(source.rows(Findings(), exact=False))


def test_a_pattern_that_fits_no_item_names_a_file_that_is_there(tmp_path):
    per_item(tmp_path, MADE_UP)
    with pytest.raises(InputError, match=r"call files and items alike: there is .*each/song 000\.npy'"):
        entry = {"files": str(tmp_path / "each/{item}.npy")}
        source = open_modality(entry, item="id", keys=lambda: ["0", "1"], max_cell_bytes=MAX)
        list(source.rows(Findings(), exact=False))


def test_tables_of_frames_are_read_in_the_order_of_columns_of_the_first(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "b.csv").write_text("y,x\n4,3\n")
    source = open_modality(
        {"files": str(tmp_path / "{item}.csv")}, item="id", keys=lambda: ["a", "b"], max_cell_bytes=MAX
    )
    (rows,) = source.rows(Findings(), exact=False)
    assert rows.parsed.values.tolist() == [1, 2, 3, 4]
    assert list(source.wide) == ["x", "y"]


@pytest.mark.parametrize("pattern", [None, "mfcc_*"])
def test_new_items_have_their_columns_in_the_order_of_the_labelled(songs, tmp_path, pattern):
    (tmp_path / "a.csv").write_text(MADE_UP.wide(","))
    entry = {"file": str(tmp_path / "a.csv"), "columns": pattern}
    joined(entry, songs, tmp_path / "out")
    order = read_json(tmp_path / "out/m.json")["wide"]
    turned = [
        ",".join([line.split(",")[0], *line.split(",")[:0:-1]]) for line in MADE_UP.wide(",").splitlines()
    ]
    (tmp_path / "new.csv").write_text("\n".join(turned) + "\n")
    found = joined(
        {"file": str(tmp_path / "new.csv"), "columns": pattern, "order": order}, songs, tmp_path / "new"
    )
    np.testing.assert_array_equal(np.vstack(list(found.values())), X.astype(np.float32))
