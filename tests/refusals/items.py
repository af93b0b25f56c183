"""One table of all items, what divides it, and what of it is kept: refused where it means nothing."""

from __future__ import annotations

from typing import Any

from latefusion.planning.configuration import complete
from refusals import Case
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
