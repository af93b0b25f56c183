"""Where the items come from: a training and a test file, or one table, and what divides it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from latefusion.core.errors import Problem, nearest, shorten
from latefusion.core.table_files import Source, is_file_per_item
from latefusion.core.wording import listed
from latefusion.planning.config_types import Config, Data, Modality
from latefusion.planning.tasks import REPLICA, has_classes, target_names

DIVIDED: Final = ("train", "test")
UNDIVIDED: Final = ("all",)
"""The one split of a table that nothing divides."""
PROTOCOLS: Final = ("replica", "honest", "cross")
OF_A_SPLIT: Final = ("replica", "honest")
FOLDS, REPEATS = 5, 1
COMPLETE: Final = "complete"
SOURCES: Final = ("train", "test", "items", "split", "keep", "new")
"""Keys of `data` that say where items come from, and not what their columns mean."""
EXAMPLE: Final = "data.split: {column: split, train: [train], test: [test]}"
_OF_NEW: Final = ("file", "files", "array", "items", "key", "column", "columns", "pool", "delimiter")


def is_divided(data: Data) -> bool:
    """Say whether there are training and test items, and not only `cross` divides them."""
    return data["items"] is None or data["split"] is not None


def splits_of(data: Data) -> tuple[str, ...]:
    """Return the names of the splits of the labelled items, in their order."""
    return DIVIDED if is_divided(data) else UNDIVIDED


def leaves_out(config: Config) -> bool:
    """Say whether some rows of a table may be left out of a split."""
    return config["data"]["split"] is not None or config["data"]["keep"] == COMPLETE


def needs_selection(config: Config) -> bool:
    """Say whether the tables of the items are looked at before they are read: for their split or folds."""
    return leaves_out(config) or config["cross"]["column"] is not None


def item_table(data: Data, split: str) -> Source:
    """Return the table that the items of a split, or new ones, stand in."""
    new = data["new"]
    if split == "new":
        source = new["items"] if isinstance(new, Mapping) else new
    else:
        source = data["items"] or (data["train"] if split == "train" else data["test"])
    if source is None:
        raise ValueError(f"the configuration names no table of the split {split}")
    return source


def new_modality(data: Data, modality: Modality) -> Modality:
    """Return a modality with files of its own as it is read for new items."""
    new = data["new"]
    own = new["modalities"].get(modality["name"]) if isinstance(new, Mapping) else None
    if own is None:
        return modality
    if not isinstance(own, Mapping):
        own = {"files": own} if isinstance(own, str) and is_file_per_item(own) else {"file": own}
    other = {"file": "files", "files": "file"}
    cleared = {other[key]: None for key in own if key in other}
    merged: Modality = {**modality, **cleared, **own}  # type: ignore[typeddict-item]
    return merged


def item_files(data: Data) -> Iterator[tuple[str, Source]]:
    """Yield each key under which files of items stand, and what it names."""
    tables = {"train": data["train"], "test": data["test"], "items": data["items"]}
    yield from ((f"data.{key}", source) for key, source in tables.items() if source is not None)
    lists = data["split"]["lists"] if data["split"] is not None else None
    if lists is not None:
        yield "data.split.lists.train", lists["train"]
        yield "data.split.lists.test", lists["test"]
    new = data["new"]
    if isinstance(new, Mapping):
        yield "data.new.items", new["items"]
        for name, own in new["modalities"].items():
            source = own.get("file") if isinstance(own, Mapping) else own
            if source is not None and not (isinstance(source, str) and is_file_per_item(source)):
                yield f"data.new.modalities.{name}", source
    elif new is not None:
        yield "data.new", new


def with_item_defaults(config: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration whose protocols, folds and values of the split are what null stands for."""
    data, cross = config["data"], config["cross"]
    split = data["split"]
    if split is not None:
        values = {key: _texts(split[key]) for key in DIVIDED}
        data = {**data, "split": {**split, **values}}
    protocols = config["protocols"]
    if protocols is None:
        possible = PROTOCOLS if is_divided(data) else PROTOCOLS[2:]
        protocols = [name for name in possible if has_classes(config) or name != REPLICA]
    if cross["column"] is None:
        cross = {**cross, "folds": cross["folds"] or FOLDS, "repeats": cross["repeats"] or REPEATS}
    data = {**data, "target": target_names(config) or None}
    return {**config, "data": data, "cross": cross, "protocols": protocols}


def _texts(values: str | int | Sequence[str | int] | None) -> list[str] | None:
    if values is None:
        return None
    return list(map(str, [values] if isinstance(values, str | int) else values))


def item_problems(config: Config, file: str) -> Iterator[Problem]:
    """Yield what contradicts itself about where the items come from and what divides them."""
    data = config["data"]
    yield from _table_problems(data, file)
    if data["split"] is not None:
        yield from _split_problems(data, file)
    if not is_divided(data):
        yield from _undivided_problems(config, file)
    cross = config["cross"]
    for key in ("folds", "repeats"):
        if cross["column"] is not None and dict(cross)[key] is not None:
            found = f"{dict(cross)[key]}, and folds that came with the data"
            fix = f"remove one of them; in a file that extends another, write `{key}: null`"
            yield Problem(file, found, "column, or folds and repeats", fix, column=f"cross.{key}")
    if data["keep"] == COMPLETE:
        for position, modality in enumerate(config["modalities"]):
            if modality["missing"]:
                found = "true, and data.keep: complete, which leaves out the items that lack a modality"
                place = f"modalities[{position}].missing"
                yield Problem(file, found, "one of the two", "remove one of them", column=place)
    yield from _new_problems(config, file)


def _table_problems(data: Data, file: str) -> Iterator[Problem]:
    pair = [key for key in DIVIDED if dict(data)[key] is not None]
    if data["items"] is not None and pair:
        found = f"items beside {listed(pair)}"
        fix = "remove one or the other; in a file that extends another, write `train: null` and `test: null`"
        yield Problem(file, found, "one table of all items, or train and test", fix, column="data.items")
    elif data["items"] is None:
        for key in DIVIDED:
            if key not in pair:
                found, allowed = "nothing", f"a value for the key {key!r}, or one table of all items"
                fix = f"add data.{key}" + ("" if pair else ", or data.items")
                yield Problem(file, found, allowed, fix, column=f"data.{key}")


def _split_problems(data: Data, file: str) -> Iterator[Problem]:
    split = data["split"]
    assert split is not None

    def problem(found: str, allowed: str, fix: str, key: str = "") -> Problem:
        return Problem(file, found, allowed, fix, column=f"data.split{key}")

    if data["items"] is None:
        yield problem(
            "a split of train and test, which are divided already",
            "a split of data.items",
            "name one table in data.items, or remove the split",
        )
    if (split["column"] is None) == (split["lists"] is None):
        found = "neither a column nor lists" if split["column"] is None else "a column and lists"
        yield problem(found, "one of the two", f"write {EXAMPLE}, or {{lists: {{train: …, test: …}}}}")
        return
    for key in DIVIDED:
        values = dict(split)[key]
        if split["column"] is not None and values is None:
            fix = f"add {key}: [{key}], with the values of the column"
            yield problem("nothing", f"the values of the column that are {key} items", fix, f".{key}")
        if split["lists"] is not None and values is not None:
            yield problem(f"{key} beside lists", "values where there is a column", "remove it", f".{key}")
    train, test = (cast("list[str]", values or []) for values in (split["train"], split["test"]))
    both = [shorten(value) for value in test if value in train]
    if both:
        found = f"{listed(both)} under train as well"
        yield problem(found, "values that are one or the other", "remove it from one of the two", ".test")
    if split["lists"] is not None and data["item"] is None:
        found = "null, and lists of identifiers"
        allowed, fix = "the column that identifies an item", "name the column that the lists are of"
        yield Problem(file, found, allowed, fix, column="data.item")


def _undivided_problems(config: Config, file: str) -> Iterator[Problem]:
    asked = [name for name in config["protocols"] if name in OF_A_SPLIT]
    if asked:
        found = f"{listed(asked)}, of training and test items, and nothing divides data.items"
        fix = f"write `protocols: [cross]`, or say what divides them: {EXAMPLE}"
        yield Problem(file, found, "cross, where there is no split", fix, column="protocols")
    fix = f"say which items are test items, {EXAMPLE}, or leave it out"
    for kind, entries in (("modalities", config["modalities"]), ("views", config["views"])):
        for position, entry in enumerate(entries):
            for key in ("pretrained", "probabilities"):
                if dict(entry).get(key) is not None:
                    found = f"{key} of {shorten(entry['name'])}, which {_is(key)} for the split of the files"
                    place = f"{kind}[{position}].{key}"
                    yield Problem(file, found, "items with a split", fix, column=place)


def _is(key: str) -> str:
    return "is" if key == "pretrained" else "are"


def _new_problems(config: Config, file: str) -> Iterator[Problem]:
    new = config["data"]["new"]
    if not isinstance(new, Mapping):
        return
    with_files = [
        one["name"] for one in config["modalities"] if one["file"] is not None or one["files"] is not None
    ]
    allowed = f"modalities with files of their own: {listed(with_files) or 'none here'}"
    for name, own in new["modalities"].items():
        place = f"data.new.modalities.{name}"
        if name not in with_files:
            there = any(name == one["name"] for one in config["modalities"])
            close = nearest(str(name), with_files)
            fix = f"write {close!r}" if close else "remove it"
            if there:
                fix = "remove it: it is read from the table of the new items"
            yield Problem(file, shorten(name), allowed, fix, column=place)
        elif isinstance(own, Mapping):
            for key in own:
                if key not in _OF_NEW:
                    close = nearest(str(key), _OF_NEW)
                    fix = f"write {close!r}" if close else "remove it"
                    found = f"an unknown key {shorten(key)}"
                    yield Problem(file, found, ", ".join(_OF_NEW), fix, column=f"{place}.{key}")
