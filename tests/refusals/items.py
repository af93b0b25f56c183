"""One table of all items, what divides it, and what of it is kept: refused where it means nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from latefusion.ingest.columns import Columns
from latefusion.ingest.given_folds import given_folds
from latefusion.ingest.readers.opening import open_table
from latefusion.ingest.selection import Wanted, select_items
from latefusion.planning.configuration import complete
from refusals import Case
from refusals.small import MAX_CELL_BYTES
from settings import RULES, SCHEMA

SECTION = "Items, splits and given folds"
BY_COLUMN = {"column": "split", "train": ["train"], "test": ["test"]}
LISTS = {"lists": {"train": "train.txt", "test": "test.txt"}}
BERT = {"name": "bert", "file": "bert.csv"}


def configuration(**more: Any) -> dict[str, Any]:
    """Return a configuration of one table; keys of `data` are written as `data_…`."""
    data = {key.removeprefix("data_"): value for key, value in more.items() if key.startswith("data_")}
    rest = {key: value for key, value in more.items() if not key.startswith("data_")}
    return {
        "data": {"items": "songs.csv", "item": "track", **data},
        "modalities": [{"name": "text", "column": "text_embedding"}, BERT],
        **rest,
    }


def _case(name: str, config: dict[str, Any], sees: list[str]) -> Case:
    def run(folder: object) -> tuple[str, ...]:
        complete(config, SCHEMA, file="config.yaml", rules=RULES)
        return ()

    return Case(name, SECTION, run, tuple(sees))


CASES = [
    _case(
        "items beside train and test",
        configuration(data_train="a.csv", data_test="b.csv"),
        ["data.items", "items beside train and test", "`train: null` and `test: null`"],
    ),
    _case(
        "train without test",
        {"data": {"train": "a.csv"}, "modalities": [BERT]},
        ["data.test", "nothing", "add data.test"],
    ),
    _case(
        "no table of items at all",
        {"data": {"label": "mood"}, "modalities": [BERT]},
        ["data.train", "one table of all items", "add data.train, or data.items"],
    ),
    _case(
        "honest without a split",
        configuration(protocols=["honest", "cross"]),
        ["protocols", "honest", "nothing divides data.items", "`protocols: [cross]`", "data.split: {column"],
    ),
    _case(
        "a saved model without a split",
        configuration(
            modalities=[{"name": "text", "column": "t", "pretrained": {"file": "m", "sha256": "0" * 64}}]
        ),
        ["modalities[0].pretrained", "pretrained of 'text'", "items with a split", "leave it out"],
    ),
    _case(
        "a split of train and test",
        {"data": {"train": "a.csv", "test": "b.csv", "split": BY_COLUMN}, "modalities": [BERT]},
        ["data.split", "divided already", "name one table in data.items"],
    ),
    _case("an empty split", configuration(data_split={}), ["data.split", "neither a column nor lists"]),
    _case(
        "a split by column and by lists",
        configuration(data_split={**BY_COLUMN, **LISTS}),
        ["data.split", "a column and lists", "one of the two"],
    ),
    _case(
        "a split column without values",
        configuration(data_split={"column": "split", "train": "train"}),
        ["data.split.test", "nothing", "add test: [test]"],
    ),
    _case(
        "a value that is train and test",
        configuration(data_split={"column": "split", "train": [0, 1], "test": 1}),
        ["data.split.test", "'1' under train as well", "remove it from one of the two"],
    ),
    _case(
        "lists of identifiers without a column of them",
        configuration(data_split=LISTS, data_item=None),
        ["data.item", "lists of identifiers", "name the column that the lists are of"],
    ),
    _case(
        "given folds and a number of folds",
        configuration(cross={"column": "fold", "folds": 5}),
        ["cross.folds", "5, and folds that came with the data", "`folds: null`"],
    ),
    _case(
        "complete items, and a modality that may be missing",
        configuration(data_keep="complete", modalities=[BERT | {"missing": True}]),
        ["modalities[0].missing", "data.keep: complete", "remove one of them"],
    ),
    _case(
        "a misspelt modality of new items",
        configuration(data_new={"items": "new.csv", "modalities": {"bret": "new_bert.csv"}}),
        ["data.new.modalities.bret", "'bret'", "write 'bert'"],
    ),
    _case(
        "a file for what stands in the table of the new items",
        configuration(data_new={"items": "new.csv", "modalities": {"text": "new_text.csv"}}),
        ["data.new.modalities.text", "modalities with files of their own: bert", "read from the table"],
    ),
    _case(
        "a misspelt key of a modality of new items",
        configuration(data_new={"items": "new.csv", "modalities": {"bert": {"fiel": "new.csv"}}}),
        ["data.new.modalities.bert.fiel", "unknown key", "write 'file'"],
    ),
]

HEADER = "track,set,fold,text"
ROWS = ("a,train,1,x", "b,train,2,y", "c,test,1,z", "d,test,2,x")
VALUES = {"train": ["train"], "test": ["test"]}


def _selected(
    name: str,
    sees: list[str],
    *,
    rows: tuple[str, ...] = ROWS,
    lists: tuple[str, str] | None = None,
    refused: bool = True,
    **more: Any,
) -> Case:
    """Return the case of a table and its lists, of which the rows that are kept are asked for."""

    def run(folder: Path) -> list[str]:
        table = folder / "songs.csv"
        table.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
        sources = {}
        for split, content in zip(("train", "test"), lists or (), strict=False):
            sources[split] = str(folder / f"{split}.txt")
            Path(sources[split]).write_text(content, encoding="utf-8")
        columns = Columns(
            (), item="track", split=None if lists else more.get("column", "set"), fold=more.get("fold")
        )
        wanted = Wanted(
            ("train", "test"),
            columns,
            values={} if lists else more.get("values", VALUES),
            lists=sources,
            folds=more.get("folds", ("1", "2")),
        )
        facts = select_items({"items": open_table(table, MAX_CELL_BYTES)}, wanted).facts
        return [warning["message"] for warning in facts["warnings"]]

    return Case(name, SECTION, run, tuple(sees), refused)


def _folds(name: str, rows: tuple[str, ...], sees: list[str], column: str = "fold") -> Case:
    def run(folder: Path) -> list[str]:
        table = folder / "songs.csv"
        table.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
        data = {"items": str(table), "max_cell_bytes": MAX_CELL_BYTES, "delimiter": None, "split": None}
        given_folds(data, column)
        return []

    return Case(name, SECTION, run, tuple(sees))


CASES += [
    _selected(
        "no such column of a split", ["set_", "data.split.column names", "did you mean 'set'"], column="set_"
    ),
    _selected(
        "a value of the split that stands in no row",
        ["songs.csv, set", "no row with 'tset', which data.split.test names", "did you mean 'test'?"],
        values={"train": ["train"], "test": ["tset"]},
    ),
    _selected(
        "values of the split that nobody named",
        ["2 items are left out", "no such value of 'set': nothing (1) and 'valid' (1)"],
        rows=(*ROWS, "e,valid,1,x", "f,,1,x"),
        refused=False,
    ),
    _selected(
        "identifiers in two lists",
        ["test.txt", "2 identifiers that are in", "train.txt too: 'a', 'b'", "take them out of one"],
        lists=("a\nb\n", "a\nb\nc\n"),
    ),
    _selected(
        "a list of other identifiers",
        ["test.txt", "none is an item's, such as '17', '18'", "such as 'a', 'b', 'c'", "data.item"],
        lists=("a\nb\n", "17\n18\n"),
    ),
    _selected("a list with nothing but its header", ["train.txt", "no identifier"], lists=("track\n", "c\n")),
    _selected("an empty list", ["test.txt", "an empty file"], lists=("a\n", "")),
    _selected(
        "items of no list, and a listed identifier of no item",
        ["1 item of no list is left out: 'd'", "1 identifier of the lists is no item's: 'zz'"],
        lists=("a\nb\nzz\n", "c\n"),
        refused=False,
    ),
    _selected(
        "an identifier twice in a table of all items",
        ["songs.csv, line 6, track", "'a', as on line 2", "each identifier once"],
        rows=(*ROWS, "a,test,1,x"),
    ),
    _selected(
        "an item without a fold",
        ["songs.csv, line 6, fold", "no fold", "leave cross.column out"],
        rows=(*ROWS, "e,test,,x"),
        fold="fold",
    ),
    _selected(
        "a fold of which no item is kept",
        ["songs.csv, fold", "no kept item of the fold 3", "so that folds are made"],
        fold="fold",
        folds=("1", "2", "3"),
    ),
    _folds("no such column of folds", ROWS, ["flod", "cross.column names", "did you mean 'fold'"], "flod"),
    _folds("one fold", ROWS[:1], ["songs.csv, fold", "1", "from 2 to 100 different values"]),
    _folds(
        "a column of identifiers for folds",
        tuple(f"{row},train,1,x" for row in range(101)),
        ["songs.csv, track", "101 different values, such as '0', '1'", "name another column in cross.column"],
        "track",
    ),
]
