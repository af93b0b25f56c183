"""The files that a path of the configuration stands for: itself, a pattern's, a folder's, a list's."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import Final

from latefusion.core.errors import InputError, Problem, shorten

JSON: Final = (".json", ".jsonl", ".ndjson")
TABLES: Final = (".csv", ".tsv", ".txt", ".parquet", ".arrow", ".feather", *JSON)
ITEM: Final = "{item}"
STEM: Final = "{stem}"
PACKED: Final = (".gz", ".bz2", ".xz", ".zst")

Source = str | Path | Sequence[str | Path]


def table_files(source: Source) -> list[Path]:
    """Return the files of a table: those of a pattern or a folder in order, those of a list as it is.

    Numbers in names count as numbers: `part-2` comes before `part-10`.

    Raises
    ------
    InputError
        If a pattern or a folder holds no table.
    """
    if not isinstance(source, str | Path):
        return [file for one in source for file in table_files(one)]
    path = Path(source)
    if path.is_dir():
        inside = sorted((file for file in path.iterdir() if file.is_file() and is_table(file)), key=_order)
        if not inside:
            allowed = f"a file whose name ends in {', '.join(TABLES)}"
            fix = _one_file_an_item(path) or "name a file"
            raise InputError([Problem(str(path), "a folder without a table in it", allowed, fix)])
        return inside
    if has_magic(str(source)) and not path.exists():
        fitting = glob(str(source))  # noqa: PTH207 - Path.glob takes no absolute pattern
        files = sorted((file for file in map(Path, fitting) if file.is_file()), key=_order)
        if not files:
            found, fix = "a pattern that no file fits", "check it; paths start where Snakemake does"
            raise InputError([Problem(shorten(str(source), 200), found, "at least one file", fix)])
        return files
    return [path]


def _order(file: Path) -> tuple[list[str | int], str]:
    """Return what files are sorted by: their names, in which numbers count as numbers."""
    pieces = re.split(r"([0-9]+)", str(file))
    return [int(piece) if place % 2 else piece for place, piece in enumerate(pieces)], str(file)


def is_file_per_item(path: str) -> bool:
    """Say whether a path has a place for the identifier of an item, or for what is before its suffix."""
    return ITEM in path or STEM in path


def folder_of_items(path: str) -> Path:
    """Return the folder that holds the files of all items, deeper ones perhaps."""
    return Path(path[: min(path.index(place) for place in (ITEM, STEM) if place in path)] + "_").parent


def files_of_items(pattern: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the files that a pattern of one file an item may stand for, and their paths.

    Parameters
    ----------
    pattern : str
        Path with `{item}` or `{stem}` in it.
    """
    parts = re.split(f"({re.escape(ITEM)}|{re.escape(STEM)})", str(Path(pattern)))
    fits = re.compile("".join(".+" if part in (ITEM, STEM) else re.escape(part) for part in parts))
    folders = [str(folder_of_items(pattern))]
    while folders:
        folder = folders.pop()
        if not Path(folder).is_dir():
            continue
        with os.scandir(folder) as entries:
            for entry in entries:
                path = entry.path.removeprefix("./")
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif fits.fullmatch(path) and entry.is_file():
                    yield path, entry


def _one_file_an_item(folder: Path) -> str | None:
    """Return the line that reads a folder of arrays, if it is one."""
    arrays = sorted(file.suffix for file in folder.iterdir() if file.suffix in (".npy", ".npz"))
    if len(arrays) < 2:
        return None
    line = f"{{name: {folder.name}, files: {shorten(f'{folder}/{{item}}{arrays[0]}', 200)}, pool: mean}}"
    return f"a file an item is read by `- {line}` under `modalities`"


def is_table(file: Path) -> bool:
    """Say whether a file is a table by its name."""
    return _unpacked(file).endswith(TABLES) and not file.name.startswith(".")


def is_json(file: Path) -> bool:
    """Say whether a file is JSON by its name."""
    return _unpacked(file).endswith(JSON)


def _unpacked(file: Path) -> str:
    name = file.name.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    return name
