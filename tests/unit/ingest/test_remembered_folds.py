"""Folds are read once, and again whenever what they depend on is another."""

import pytest

from latefusion.core.errors import InputError
from latefusion.ingest import given_folds as module
from latefusion.ingest.remembered_folds import MOST, remembered_folds

DATA = {"items": "songs.csv", "split": None, "delimiter": None, "max_cell_bytes": 1000}


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Work in a folder of songs; return how often their folds were read so far."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "songs.csv").write_text("id,fold,set,other\na,1,x,p\nb,2,x,q\nc,3,y,p\n")
    count = []
    whole = module.given_folds
    monkeypatch.setattr(module, "given_folds", lambda *asked: count.append(asked) or whole(*asked))
    return count


def test_folds_of_an_unchanged_table_are_read_once(read):
    assert [remembered_folds(DATA, "fold") for _ in range(3)] == [["1", "2", "3"]] * 3
    assert len(read) == 1


def test_another_table_column_or_split_is_read_anew(read, tmp_path):
    assert remembered_folds(DATA, "fold") == ["1", "2", "3"]
    assert remembered_folds(DATA, "other") == ["p", "q"]
    split = {"column": "set", "lists": None, "train": ["x"], "test": []}
    assert remembered_folds({**DATA, "split": split}, "fold") == ["1", "2"]
    (tmp_path / "songs.csv").write_text("id,fold,set,other\na,1,x,p\nb,2,x,q\nc,4,y,p\n")
    assert remembered_folds(DATA, "fold") == ["1", "2", "4"]
    assert remembered_folds(DATA, "other") == ["p", "q"]
    assert len(read) == 5


def test_a_refusal_is_not_remembered_and_a_missing_table_is_refused(read, tmp_path):
    for _ in range(2):
        with pytest.raises(InputError, match="no such column"):
            remembered_folds(DATA, "folds")
    (tmp_path / "songs.csv").unlink()
    with pytest.raises(InputError, match="no such file"):
        remembered_folds(DATA, "fold")
    assert not (tmp_path / ".snakemake/latefusion/folds.json").exists()


@pytest.mark.parametrize("content", ["", "{", "[1, {}]", '{"asked": 1}'])
def test_a_damaged_memory_is_no_memory(read, tmp_path, content):
    memory = tmp_path / "memory.json"
    memory.write_text(content)
    assert [remembered_folds(DATA, "fold", memory) for _ in range(2)] == [["1", "2", "3"]] * 2
    assert len(read) == 1


def test_where_nothing_can_be_written_folds_are_read_each_time(read, tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert [remembered_folds(DATA, "fold", tmp_path / "file" / "m") for _ in range(2)] == [
        ["1", "2", "3"]
    ] * 2
    assert len(read) == 2


def test_only_some_tables_are_remembered(read, tmp_path):
    for number in range(MOST + 2):
        remembered_folds({**DATA, "max_cell_bytes": 1000 + number}, "fold")
    remembered_folds({**DATA, "max_cell_bytes": 1000 + MOST + 1}, "fold")
    assert len(read) == MOST + 2
    remembered_folds(DATA, "fold")
    assert len(read) == MOST + 3
