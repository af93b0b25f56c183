"""Folds that came with the data, remembered from start to start as long as no file of theirs has changed.

Every start of Snakemake plans the run, that of each single job too, and the table that holds the folds may
hold all embeddings as well.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from latefusion.core.table_files import table_files

MEMORY: Final = Path(".snakemake/latefusion/folds.json")
MOST: Final = 20
"""Tables whose folds are remembered at a time."""


def remembered_folds(data: Mapping[str, Any], column: str, memory: Path = MEMORY) -> list[str]:
    """Return the folds of the items; read them only where a table, or what is asked of it, is another.

    A file is taken for unchanged by its size, its times and its inode.

    Parameters
    ----------
    data, column
        See `given_folds`.
    memory : Path
        File of what was read before. Where it cannot be written, nothing is remembered.

    Raises
    ------
    InputError
        See `given_folds`.
    """
    asked, known = _asked(data, column), _known(memory)
    for entry in known:
        if entry["asked"] == asked:
            return list(entry["folds"])
    # it imports what no other start needs
    from latefusion.ingest.given_folds import given_folds

    folds = given_folds(data, column)
    if _asked(data, column) == asked:  # else a table has changed meanwhile
        _write(memory, [{"asked": asked, "folds": folds}, *known][:MOST])
    return folds


def _asked(data: Mapping[str, Any], column: str) -> list[Any]:
    """Return what the folds depend on, our own code included, as JSON has it."""
    sources = [data["items"]] if data["items"] is not None else [data["train"], data["test"]]
    files = [path for source in sources for path in table_files(source)]
    states = [_state(path) for path in (*files, Path(__file__).with_name("given_folds.py"))]
    asked: list[Any] = json.loads(
        json.dumps([column, states, data["split"], data["delimiter"], data["max_cell_bytes"]])
    )
    return asked


def _state(path: Path) -> list[str | int]:
    try:
        state = path.stat()
    except OSError:  # what reads it says what is wrong with it
        return [str(path)]
    return [str(path), state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]


def _known(memory: Path) -> list[dict[str, Any]]:
    with suppress(OSError, ValueError):
        found = json.loads(memory.read_text(encoding="utf-8"))
        if isinstance(found, list):
            return [one for one in found if isinstance(one, dict) and {"asked", "folds"} <= one.keys()]
    return []


def _write(memory: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    part = memory.with_name(f".{memory.name}.{os.getpid()}.part")
    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(entries), encoding="utf-8")
        part.replace(memory)
