"""Rows that are kept: by a column, by lists, with all modalities, and with the folds that they came in."""

import numpy as np
import pytest

from latefusion.core.errors import InputError
from latefusion.ingest.columns import Columns, Modality
from latefusion.ingest.readers.opening import open_table
from latefusion.ingest.selection import Wanted, kept_rows, select_items, table_order
from latefusion.store.schemas import GIVEN_FOLDS, SELECTION
from latefusion.store.tables import write_json, write_table

LINES = (
    "song,set,fold,text",
    '3,train,2,"[1, 2]"',
    '1,test,1,"[3, 4]"',
    '4,valid,1,"[5, 6]"',
    '2.0,train,1,"[7, 8]"',
    "5,test,2,",
)
VALUES = {"train": ["train"], "test": ["test"]}
DIVIDED = ("train", "test")


def songs(tmp_path, lines=LINES, name="songs.csv"):
    file = tmp_path / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return open_table(file, 1 << 20)


def rows(selected, split):
    return [row["row"] for row in selected.rows.to_pylist() if row["split"] == split]


def by_column(**more):
    return Wanted(DIVIDED, Columns((), item="song", split="set"), VALUES, **more)


def by_lists(tmp_path, train, test):
    for name, content in (("train.txt", train), ("test.txt", test)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    lists = {split: str(tmp_path / f"{split}.txt") for split in DIVIDED}
    return Wanted(DIVIDED, Columns((), item="song"), lists=lists)


def test_a_column_divides_and_values_that_nobody_named_are_left_out_and_counted(tmp_path):
    found = select_items({"items": songs(tmp_path)}, by_column())
    assert (rows(found, "train"), rows(found, "test")) == ([0, 3], [1, 4])
    assert found.facts["kept"] == {"train": 2, "test": 2}
    assert found.facts["left_out"]["values"] == {"valid": 1}
    assert [warning["message"] for warning in found.facts["warnings"]] == [
        "1 item is left out, as data.split names no such value of 'set': 'valid' (1)"
    ]


@pytest.mark.parametrize("values", [{"train": ["0"], "test": ["1"]}, {"train": ["0.0"], "test": ["1.0"]}])
def test_values_of_whole_numbers_are_the_same_however_floats_write_them(tmp_path, values):
    table = songs(tmp_path, ["song,set", "a,0.0", "b,1.0", "c,2.0"])
    found = select_items({"items": table}, Wanted(DIVIDED, Columns((), split="set"), values))
    assert (rows(found, "train"), rows(found, "test")) == ([0], [1])
    assert found.facts["left_out"]["values"] == {"2": 1}


def test_lists_divide_in_any_form_of_identifier_and_what_does_not_match_is_named(tmp_path):
    wanted = by_lists(tmp_path, "song\n2\n3.0\n99\n", '"1"\n\n')
    found = select_items({"items": songs(tmp_path)}, wanted)
    assert (rows(found, "train"), rows(found, "test")) == ([0, 3], [1])
    left_out = found.facts["left_out"]
    assert (left_out["unlisted"], left_out["unlisted_names"]) == (2, ["4", "5"])
    assert (left_out["unknown"], left_out["unknown_names"]) == (1, ["99"])


def test_a_list_may_be_a_table_with_the_column_of_the_identifiers(tmp_path):
    wanted = by_lists(tmp_path, "label;song\nx;2\ny;3\n", "song,label\n1,x\n")
    found = select_items({"items": songs(tmp_path)}, wanted)
    assert (rows(found, "train"), rows(found, "test")) == ([0, 3], [1])


def test_lists_of_several_files_are_one_list(tmp_path):
    wanted = by_lists(tmp_path, "2\n", "1\n")
    (tmp_path / "more.txt").write_text("3\n", encoding="utf-8")
    lists = {**wanted.lists, "train": [wanted.lists["train"], str(tmp_path / "more.txt")]}
    found = select_items({"items": songs(tmp_path)}, Wanted(DIVIDED, wanted.columns, lists=lists))
    assert rows(found, "train") == [0, 3]


def test_the_order_of_a_list_changes_nothing(tmp_path):
    one = select_items({"items": songs(tmp_path)}, by_lists(tmp_path, "2\n3\n", "1\n5\n"))
    other = select_items({"items": songs(tmp_path)}, by_lists(tmp_path, "3\n2\n", "5\n1\n"))
    assert one.rows.equals(other.rows)


def test_only_items_with_all_modalities_are_kept_where_that_is_asked_for(tmp_path):
    (tmp_path / "bert.csv").write_text("song,a,b\n1,1,2\n2,3,4\n4,5,6\n5,7,8\n", encoding="utf-8")
    columns = Columns((Modality("text", "text"),), item="song", split="set")
    bert = {"name": "bert", "file": str(tmp_path / "bert.csv")}
    wanted = Wanted(DIVIDED, columns, VALUES, entries=[bert], complete=True)
    found = select_items({"items": songs(tmp_path)}, wanted)
    assert (rows(found, "train"), rows(found, "test")) == ([3], [1])
    left_out = found.facts["left_out"]
    assert (left_out["incomplete"], left_out["lacking"]) == (2, {"text": 1, "bert": 1})
    assert left_out["incomplete_names"] == ["3", "5"]


def test_a_matrix_without_identifiers_says_by_its_rows_who_is_complete(tmp_path):
    np.save(tmp_path / "m.npy", np.array([[1, 2], [3, 4], [5, 6], [np.nan, np.nan], [7, 8]], np.float32))
    entry = {"name": "m", "file": str(tmp_path / "m.npy"), "items": "rows"}
    wanted = Wanted(DIVIDED, Columns((), split="set"), VALUES, entries=[entry], complete=True)
    found = select_items({"items": songs(tmp_path)}, wanted)
    assert (rows(found, "train"), rows(found, "test")) == ([0], [1, 4])
    assert found.facts["left_out"]["incomplete_names"] == ["row 4"]


def test_of_two_tables_each_row_is_of_its_own(tmp_path):
    tables = {
        "train": songs(tmp_path, [LINES[0], *LINES[1:3]], "train.csv"),
        "test": songs(tmp_path, [LINES[0], *LINES[3:]], "test.csv"),
    }
    columns = Columns((Modality("text", "text"),), item="song", fold="fold")
    found = select_items(tables, Wanted(DIVIDED, columns, complete=True, folds=["1", "2"]))
    assert (rows(found, "train"), rows(found, "test")) == ([0, 1], [0, 1])
    assert found.folds["fold"].to_pylist() == [1, 0, 0, 0]
    write_table(found.rows, tmp_path / "rows.parquet", SELECTION)
    write_json(found.facts, tmp_path / "facts.json")
    order, n = table_order(tmp_path / "rows.parquet", tmp_path / "facts.json")
    assert (order.tolist(), n) == ([0, 1, 2, 3], 5)


def test_folds_are_numbered_as_they_were_planned_in_the_order_of_what_is_kept(tmp_path):
    columns = Columns((), item="song", split="set", fold="fold")
    wanted = Wanted(DIVIDED, columns, VALUES, folds=["1", "2"])
    found = select_items({"items": songs(tmp_path)}, wanted)
    assert found.folds.schema == GIVEN_FOLDS
    assert found.folds["fold"].to_pylist() == [1, 0, 0, 1]


def test_rows_that_are_kept_are_read_back_for_each_split(tmp_path):
    found = select_items({"items": songs(tmp_path)}, by_column())
    write_table(found.rows, tmp_path / "rows.parquet", SELECTION)
    assert kept_rows(tmp_path / "rows.parquet", "test").tolist() == [1, 4]


def test_an_identifier_may_stand_twice_only_where_one_of_them_is_left_out(tmp_path):
    twice = [*LINES, '1,valid,1,"[1, 2]"']
    assert rows(select_items({"items": songs(tmp_path, twice)}, by_column()), "test") == [1, 4]
    with pytest.raises(InputError, match=r"line 7, song\n.*'1', as on line 3"):
        select_items({"items": songs(tmp_path, [*LINES, '1,train,1,"[1, 2]"'])}, by_column())


def test_nothing_that_is_left_of_a_split_is_refused(tmp_path):
    columns = Columns((Modality("text", "text"),), item="song", split="set")
    table = songs(tmp_path, ["song,set,text", '1,train,"[1]"', "2,test,"])
    with pytest.raises(InputError, match="no test item that has all modalities"):
        select_items({"items": table}, Wanted(DIVIDED, columns, VALUES, complete=True))
