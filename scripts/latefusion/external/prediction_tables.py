"""Predictions that stand in tables: all models in one, or a table for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.external.prediction_rows import MAX_CELL_BYTES, PredictionRows
from latefusion.external.prediction_source import PredictionSource, model_of_file
from latefusion.external.probability_checks import PROBABILITY, SCORE, read_numbers
from latefusion.external.score_file import ScoreFile, is_score_file
from latefusion.ingest.findings import FILE, Findings, Where, strip
from latefusion.ingest.readers.opening import open_table
from latefusion.ingest.readers.reader import Reader, Selection, SuspectError
from latefusion.ingest.targets import Fixes, read_target
from latefusion.store.schemas import TARGET_PREFIX

_PREDICTED: Final = Fixes(
    "name other columns in predictions.predicted; decisions for a class have no predictions.target", None
)
ITEM_NAMES: Final = ("item", "id", "ID", "Id")
"""Columns of identifiers that need not be named, the first that is there."""


def read_tables(source: PredictionSource, findings: Findings, *, exact: bool) -> PredictionRows:
    """Return the rows of all files.

    Parameters
    ----------
    source : PredictionSource
    findings : Findings
        Where what is wrong with single rows goes.
    exact : bool
        Whether text is read line by line, so that messages name lines.

    Raises
    ------
    InputError
        If a file cannot be read, or lacks a column.
    SuspectError
        Unless `exact`, where a file is not plainly in order.
    """
    files = source.files
    tables = [open_prediction_table(source, one) for one in _tables(source, files)]
    parts = [_Table(source, table, findings) for table in tables]
    columns = parts[0].columns
    for part in parts[1:]:
        if set(part.columns) != set(columns):
            _refuse_other_columns(part, parts[0])
    read = [part.read(columns, exact=exact) for part in parts]
    lines = [one.lines + number * FILE for number, one in enumerate(read)]
    paths = [str(path) for table in tables for path in table.files]
    if source.model is None:
        models = [model_of_file(table.files[0]) for table in tables]
        model = np.repeat(np.arange(len(read)), [len(one.lines) for one in read])
    else:
        models, model = _coded(pa.concat_arrays([one.texts["model"] for one in read]))
    where = Where(paths, np.concatenate(lines), tables[0].unit)
    texts = {key: pa.concat_arrays([one.texts[key] for one in read]) for key in parts[0].called}
    numbers = np.concatenate([one.numbers for one in read])
    return PredictionRows(where, texts, parts[0].called, numbers, columns, models, model)


def _tables(source: PredictionSource, files: Sequence[Path]) -> list[Sequence[Path]]:
    """Return the files of each table: all together where a column names the model, else one by one."""
    return [list(files)] if source.model is not None else [[file] for file in files]


def open_prediction_table(source: PredictionSource, files: Sequence[Path]) -> Reader:
    """Open a table of predictions: in any form that tables of items have, or text without a header."""
    if len(files) == 1 and is_score_file(files[0], source.header):
        return ScoreFile(files[0], source.header)
    return open_table(files, MAX_CELL_BYTES, source.delimiter)


@dataclass(frozen=True)
class _Read:
    texts: dict[str, pa.Array]
    numbers: NDArray[np.float64]
    lines: NDArray[np.int64]


class _Table:
    """One table, its columns found."""

    def __init__(self, source: PredictionSource, table: Reader, findings: Findings) -> None:
        self.source, self.table, self.findings = source, table, findings
        self.called = _parts(source, table)
        self.columns = _class_columns(source, table, self.called)

    def read(self, columns: Sequence[str], *, exact: bool) -> _Read:
        """Return all rows, the columns of classes in a given order."""
        selection = Selection(list(dict.fromkeys([*self.called.values(), *columns])))
        problems = self.table.check(selection)
        if problems:
            raise InputError(problems)
        quick = None if exact else self.table.quick(selection)
        batches, lines, at = [], [], 1
        for batch, numbered in self.table.exact(selection, self.findings) if quick is None else quick:
            batches.append(batch)
            lines.append(np.arange(at, at + len(batch)) if numbered is None else numbered)
            at += len(batch)
        if not batches or not sum(map(len, batches)):
            found, fix = "a header and no rows", "export the predictions again"
            raise InputError([Problem(str(self.table.path), found, "a row for each item", fix)])
        data, line = pa.Table.from_batches(batches), np.concatenate(lines)
        where = Where([str(path) for path in self.table.files], line, self.table.unit)
        texts = {key: strip(data[name].combine_chunks()) for key, name in self.called.items()}
        numbers = [self._numbers(data[name].combine_chunks(), name, where) for name in columns]
        return _Read(texts, np.column_stack(numbers) if numbers else np.empty((len(line), 0)), line)

    def _numbers(self, values: pa.Array, name: str, where: Where) -> NDArray[np.float64]:
        if self.source.kind != "numbers":
            wanted = SCORE if self.source.kind == "scores" else PROBABILITY
            return read_numbers(values, name, where, self.findings, wanted)
        return read_target(strip(values), name, where, self.findings, _PREDICTED).to_numpy()


def _parts(source: PredictionSource, table: Reader) -> dict[str, str]:
    """Return the column of each part that is not a class's."""
    named, names = source.parts, list(table.names)
    if "item" not in named:
        item = next((one for one in ITEM_NAMES if one in names), "" if names[:1] == [""] else None)
        if item is None:
            found = f"no column {' or '.join(ITEM_NAMES[:2])}; there are {_listed(names)}"
            fix = "name the column of the identifiers: `predictions: {item: NAME}`"
            raise InputError([Problem(str(table.path), found, "a column of identifiers", fix)])
        named = {"item": item, **named}
    problems = []
    for key, name in named.items():
        if name not in names:
            close = nearest(name, names)
            entry = "target" if key.startswith(TARGET_PREFIX) else key
            fix = f"did you mean {shorten(close)}?" if close else f"name one of them in predictions.{entry}"
            found = f"no such column, which predictions.{entry} names; there are {_listed(names)}"
            problems.append(Problem(str(table.path), found, "a column of the file", fix, column=name))
    if problems:
        raise InputError(problems)
    return named


def _class_columns(source: PredictionSource, table: Reader, called: Mapping[str, str]) -> list[str]:
    """Return the columns of numbers, in the order of the file or as they are listed."""
    if source.kind == "decisions":
        return []
    names = [name for name in table.names if name not in called.values()]
    key = {"scores": "scores", "numbers": "predicted"}.get(source.kind, "classes")
    if source.columns:
        wanted = [*source.columns, *source.variance]
        lacking = [name for name in wanted if name not in names]
        if lacking:
            close = nearest(lacking[0], [name for name in names if name not in wanted])
            mend = f"predictions.{key if lacking[0] in source.columns else 'variance'}"
            fix = f"did you mean {shorten(close)}?" if close else f"correct {mend}: its prefix, or columns"
            found = f"no such column; there are {_listed(names)}"
            problem = Problem(str(table.path), found, "a column of the file", fix, column=lacking[0])
            raise InputError([problem])
        return wanted
    found_columns = [name for name in names if name.startswith(source.prefix)]
    if not found_columns:
        found = f"no column that begins with {source.prefix!r}; there are {_listed(names)}"
        fix = f"write `predictions: {{{key}: {{prefix: …}}}}`, or list them under {key}.columns"
        if source.kind == "probabilities" and any(name.startswith("s_") for name in names):
            fix = "for scores that are no probabilities write `predictions: {scores: {prefix: s_}}`"
        allowed = "a column of numbers for each class"
        raise InputError([Problem(str(table.path), found, allowed, fix)])
    return found_columns


def _refuse_other_columns(part: _Table, first: _Table) -> None:
    ours, theirs = set(first.columns), set(part.columns)
    lacks, more = sorted(ours - theirs), sorted(theirs - ours)
    said = [
        f"no column {_listed(lacks)}" if lacks else "",
        f"also {_listed(more)}" if more else "",
    ]
    found = "; ".join(text for text in said if text)
    allowed = f"the classes of {first.table.path}"
    fix = "write a column for each class in every file, 0 where a model does not know it"
    raise InputError([Problem(str(part.table.path), found, allowed, fix)])


def _coded(values: pa.Array) -> tuple[list[str], NDArray[np.int64]]:
    encoded = values.dictionary_encode()
    return encoded.dictionary.to_pylist(), np.asarray(encoded.indices).astype(np.int64)


def _listed(names: Sequence[Any], most: int = 10) -> str:
    shown = ", ".join(shorten(str(name), 40) for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def distinct(source: PredictionSource, column: str, findings: Findings) -> Iterator[str]:
    """Yield the texts of a column in the order of their first rows."""
    seen: dict[str, None] = {}
    for files in _tables(source, source.files):
        table = open_prediction_table(source, files)
        if column not in table.names:
            continue
        selection = Selection([column])
        try:
            batches = list(table.quick(selection) or table.exact(selection, findings))
        except SuspectError:
            batches = list(table.exact(selection, findings))
        for batch, _ in batches:
            texts = strip(batch.column(column)).dictionary_encode().dictionary.to_pylist()
            seen.update(dict.fromkeys(texts))
    yield from (text for text in seen if text)
