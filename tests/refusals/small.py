"""A small table that is in order, and the calls that read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from latefusion.ingest.columns import Columns
from latefusion.ingest.ingest import SplitFiles, ingest
from latefusion.ingest.readers.opening import open_table

HEADER = ("artist", "lyrics", "text_embedding", "emotion", "label")
NAMES = ("Angry", "Happy", "Relaxed")
ROWS = 12
MAX_CELL_BYTES = 16 << 20
MODALITY = {"column": "text_embedding"}


def table(rows: int = ROWS) -> list[list[str]]:
    """Return header and rows, three classes in turn; the second column goes over two lines in every row."""
    body = [
        [
            f"Artist {row % 5}",
            f'she said\n"{row}"',
            f"[{row / 8}, -{row % 4}.5, {row % 3}.25]",
            NAMES[row % 3],
            str(row % 3),
        ]
        for row in range(rows)
    ]
    return [list(HEADER), *body]


def line(row: int) -> int:
    """Return the line that a row of `table` begins on, rows counted from 0."""
    return 2 + 2 * row


def text(cells: Iterable[Sequence[str]], **dialect: str) -> str:
    """Return cells as CSV."""
    stream = io.StringIO(newline="")
    csv.writer(stream, **{"lineterminator": "\n", **dialect}).writerows(cells)
    return stream.getvalue()


def with_cell(row: int, column: str, value: str, rows: int = ROWS) -> list[list[str]]:
    """Return the table with another cell; rows counted from 0."""
    cells = table(rows)
    cells[1 + row][HEADER.index(column)] = value
    return cells


def with_column(column: str, values: Sequence[str]) -> list[list[str]]:
    """Return the table with another column, its rows in turn."""
    cells = table()
    for row in range(ROWS):
        cells[1 + row][HEADER.index(column)] = values[row % len(values)]
    return cells


def read(
    path: Path,
    *,
    split: str = "train",
    missing: bool = False,
    modality: Mapping[str, object] = MODALITY,
    **options: object,
) -> list[str]:
    """Ingest a file beside which the tables are put; return the warnings."""
    settings = {
        "label": "label",
        "class_name": "emotion",
        "group": "artist",
        "describe": ["artist"],
        **options,
    }
    out = path.parent / "results"
    facts = ingest(
        open_table(path, settings.pop("max_cell_bytes", MAX_CELL_BYTES)),
        split,
        Columns.of(settings, [{"name": "text", "missing": missing, **modality}]),
        SplitFiles(
            {"text": out / f"features/{split}/text.parquet"},
            out / f"items/{split}.parquet",
            out / f"items/{split}.json",
        ),
    )
    return [warning["message"] for warning in facts.warnings]


def read_text(folder: Path, content: str | bytes, name: str = "train.csv", **options: object) -> list[str]:
    """Write a file and ingest it."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path, **options)  # type: ignore[arg-type]
