"""Where embeddings come from is told, and what contradicts itself is refused in its own key."""

from copy import deepcopy

import pytest

from latefusion.core.errors import InputError
from latefusion.planning.configuration import complete
from latefusion.planning.modality_sources import files_of, has_embedding, has_files, in_table, modality_entry
from settings import SCHEMA

TABLE = {"name": "text", "column": "embedding"}


def completed(*modalities, item="id"):
    data = {"train": "a.csv", "test": "b.csv", "item": item}
    config = {"data": data, "modalities": deepcopy(list(modalities)), "rules": [{"name": "mean"}]}
    return complete(config, SCHEMA, file="mine.yaml")


@pytest.mark.parametrize(
    ("entry", "table", "files"),
    [
        ({"column": "e"}, True, False),
        ({"columns": "mfcc_*"}, True, False),
        ({"columns": ["a", "b"]}, True, False),
        ({"file": "a.npy", "items": "ids.txt"}, False, True),
        ({"file": "a.parquet", "column": "e"}, False, True),
        ({"file": "a.csv", "columns": "mfcc_*", "key": "song"}, False, True),
        ({"files": "x/{item}.npy", "pool": "mean"}, False, True),
    ],
)
def test_the_source_of_an_embedding_is_known(entry, table, files):
    modality = completed({"name": "m", **entry})["modalities"][0]
    assert (in_table(modality), has_files(modality), has_embedding(modality)) == (table, files, True)


@pytest.mark.parametrize(
    ("entry", "place", "found"),
    [
        ({}, "modalities[0]", "no embedding and no probabilities"),
        ({"column": "a", "columns": "b*"}, "modalities[0]", "a column of lists and columns of numbers"),
        ({"file": "a.npy", "files": "{item}.npy"}, "modalities[0]", "a file and files"),
        ({"column": "a", "pool": "mean"}, "modalities[0].pool", "pool without files"),
        ({"column": "a", "items": "ids.txt"}, "modalities[0].items", "items without file"),
        ({"column": "a", "array": "x"}, "modalities[0].array", "array without file or files"),
        ({"files": "x.npy"}, "modalities[0].files", "x.npy"),
    ],
)
def test_what_contradicts_itself_is_refused_in_its_key(entry, place, found):
    with pytest.raises(InputError) as refused:
        completed({"name": "m", **entry})
    assert any(place == problem.column and found in problem.found for problem in refused.value.problems)


def test_files_are_joined_by_the_identifier_of_an_item():
    with pytest.raises(InputError, match=r"data\.item") as refused:
        completed({"name": "m", "file": "a.csv"}, item=None)
    assert "`items: rows`" in str(refused.value)
    assert completed({"name": "m", "file": "a.npy", "items": "rows"}, item=None)


def test_the_files_of_a_modality_are_all_that_it_is_read_from(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.parquet", "a.parquet", "ids.txt", "a.npy"):
        (tmp_path / name).touch()
    entries = [
        {"file": "*.parquet", "column": "e"},
        {"file": "a.npy", "items": "ids.txt"},
        {"file": "a.npz", "items": "ids"},
        {"files": "each/{item}.npy"},
    ]
    config = completed(*({"name": f"m{at}", **entry} for at, entry in enumerate(entries)))
    found = [[str(path) for path in files_of(modality)] for modality in config["modalities"]]
    assert found == [["a.parquet", "b.parquet"], ["a.npy", "ids.txt"], ["a.npz"], []]


def test_columns_of_another_part_are_told_to_who_reads_one_number_a_column():
    config = completed(
        {"name": "wide", "file": "a.csv"},
        {"name": "lists", "file": "a.parquet", "column": "e"},
        {"name": "matrix", "file": "a.npz", "array": "emb", "items": "ids"},
    )
    config["data"] |= {"label": "mood", "group": "singer", "describe": ["year", "singer"]}
    config["data"]["split"] = {"column": "set", "lists": None, "train": "a", "test": "b"}
    config["cross"]["column"] = "fold"
    apart = [modality_entry(one, config)["apart"] for one in config["modalities"]]
    assert apart == [["id", "mood", "singer", "set", "fold", "year"], [], []]
