"""Where a modality's embeddings come from: the items' table, files of its own, or nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from latefusion.core.errors import Problem
from latefusion.core.table_files import table_files
from latefusion.planning.config_types import Config, Modality
from latefusion.planning.item_files import files_digest

BY_ROW: Final = "rows"
_ONLY_WITH: Final = {
    "array": ("file", "files"),
    "items": ("file",),
    "key": ("file",),
    "delimiter": ("file", "files"),
    "pool": ("files",),
}


def in_table(modality: Modality) -> bool:
    """Say whether the embeddings stand in the table of the items."""
    return not has_files(modality) and (modality["column"] is not None or modality["columns"] is not None)


def has_files(modality: Modality) -> bool:
    """Say whether the embeddings stand in files of their own."""
    return modality["file"] is not None or modality["files"] is not None


def has_embedding(modality: Modality) -> bool:
    """Say whether the modality brings embeddings, and not only probabilities."""
    return in_table(modality) or has_files(modality)


def modality_entry(modality: Modality, config: Config) -> dict[str, Any]:
    """Return what a job must know to read a modality's files.

    Where these may hold columns of one number each, `apart` has those of another part in the items' table:
    the label beside the features is none of them.
    """
    keys = (
        "name",
        "file",
        "files",
        "array",
        "items",
        "key",
        "column",
        "columns",
        "pool",
        "delimiter",
        "missing",
    )
    one_a_column = modality["column"] is None and modality["array"] is None
    return {key: modality.get(key) for key in keys} | {"apart": _apart(config) if one_a_column else []}


def _apart(config: Config) -> list[str]:
    """Return the columns of the items' table that are keys, or describe items."""
    data = config["data"]
    split = None if data["split"] is None else data["split"]["column"]
    keys = [data["item"], data["label"], data["class_name"], data["group"], split, config["cross"]["column"]]
    targets = data["target"] or []
    named = [*keys, *([targets] if isinstance(targets, str) else targets), *data["describe"]]
    return list(dict.fromkeys(name for name in named if name is not None))


def files_of(modality: Modality) -> list[Path]:
    """Return the files that a modality with files of its own is read from.

    One file an item is none of them: these are too many for Snakemake, and `listing` tells of a change.

    Raises
    ------
    InputError
        If a pattern or a folder holds no file.
    """
    if modality["files"] is not None:
        return []
    files = table_files(modality["file"] or ())
    beside = modality["items"]
    return [*files, Path(beside)] if beside is not None and Path(beside).is_file() else files


def listing(modality: Modality) -> str | None:
    """Return a digest of one file an item, None where the modality has other files."""
    return None if modality["files"] is None else files_digest(modality["files"])


def source_problems(config: Config, file: str) -> Iterator[Problem]:
    """Yield what contradicts itself about where embeddings come from."""
    for position, modality in enumerate(config["modalities"]):
        place = f"modalities[{position}]"
        yield from _number_of_sources(modality, place, file)
        yield from _lost_keys(modality, place, file)
        unjoined = has_files(modality) and modality["items"] != BY_ROW and config["data"]["item"] is None
        if unjoined:
            yield Problem(
                file,
                "null, and a modality with files of its own",
                "the column that identifies an item, by which the files are joined",
                f"name it, or write `items: {BY_ROW}` for {modality['name']} where row i is of the i-th item",
                column="data.item",
            )


def _number_of_sources(modality: Modality, place: str, file: str) -> Iterator[Problem]:
    named = {
        "a file": modality["file"] is not None,
        "files": modality["files"] is not None,
        "probabilities": modality["probabilities"] is not None,
        "a column": in_table(modality),
    }
    there = [what for what, is_there in named.items() if is_there]
    if not there:
        allowed = (
            "column or columns: in the items' table; file or files: of its own; or probabilities: tables of "
            "another system"
        )
        yield Problem(file, "no embedding and no probabilities", allowed, f"add {place}.column", column=place)
    both = modality["column"] is not None and modality["columns"] is not None
    if both or len(there) > 1:
        found = "a column of lists and columns of numbers" if both else " and ".join(there)
        yield Problem(file, found, "one source for a modality", "remove one of the two", column=place)
    elif modality["probabilities"] is not None and modality["pretrained"] is not None:
        found = "probabilities and a pretrained model"
        yield Problem(file, found, "one source for a modality", "remove one of the two", column=place)


def _lost_keys(modality: Modality, place: str, file: str) -> Iterator[Problem]:
    """Yield the keys that say nothing where the embeddings come from somewhere else."""
    for key, needs in _ONLY_WITH.items():
        if modality.get(key) is not None and not any(modality.get(one) is not None for one in needs):
            found = f"{key} without {' or '.join(needs)}"
            fix = f"name {needs[0]}, or remove it"
            yield Problem(file, found, f"{key} beside {' or '.join(needs)}", fix, column=f"{place}.{key}")
