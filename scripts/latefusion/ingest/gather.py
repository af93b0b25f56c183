"""The batches of one file, gathered into tables, with all that is wrong or odd about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.errors import Problem
from latefusion.groups import OWN, key
from latefusion.ingest.columns import Columns, Modality
from latefusion.ingest.delimited import SuspectError
from latefusion.ingest.embeddings import BAD, EMPTY, Parsed
from latefusion.ingest.explain import Explanation
from latefusion.ingest.findings import Findings
from latefusion.ingest.labels import (
    Where,
    read_class_names,
    read_description,
    read_items,
    read_labels,
    strip,
)
from latefusion.ingest.matrix import MatrixWriter
from latefusion.tables import items_schema, write_table

SHOWN = 10

Lines = NDArray[np.int64] | None
# how many rows; their texts, lines and embeddings
Read = tuple[int, dict[str, pa.Array], Lines, dict[str, Parsed]]


@dataclass(frozen=True)
class IngestFacts:
    """What is known about a file once it has been read.

    Attributes
    ----------
    split : str
    path : str
        As it was given.
    rows : int
    dimensions : dict of str to int
        Length of the embedding of each modality.
    missing : dict of str to int
        How many items lack each modality.
    columns : dict of str to str or None
        Columns of `label`, `class_name`, `group` and `item`, where there are any.
    warnings : list of dict
        `code` and `message` of what is odd but accepted.
    """

    split: str
    path: str
    rows: int
    dimensions: dict[str, int]
    missing: dict[str, int]
    columns: dict[str, str | None]
    warnings: list[dict[str, str]] = field(default_factory=list)


class Gathering:
    """Gathers the batches of one file.

    With `exact`, records have lines and every problem is noted; without, the first one raises `SuspectError`.
    """

    def __init__(
        self,
        path: Path,
        split: str,
        columns: Columns,
        findings: Findings,
        files: Sequence[Path],
        *,
        exact: bool,
        unit: str,
    ) -> None:
        self.path, self.split, self.columns, self.findings = path, split, columns, findings
        self.exact, self.unit = exact, unit
        self.writers = {m.name: MatrixWriter(file) for m, file in zip(columns.modalities, files, strict=True)}
        self.lengths: dict[str, list[NDArray[np.int64]]] = {m.name: [] for m in columns.modalities}
        self.texts: dict[str, list[pa.Array]] = {name: [] for name in columns.texts}
        self.lines: list[NDArray[np.int64]] = []
        self.rows = 0
        self.explained = dict.fromkeys(self.writers, 0)

    def run(self, reads: Iterable[Read]) -> None:
        """Take in all batches."""
        try:
            for read in reads:
                self._add(*read)
            self._check()
        except BaseException as error:
            for writer in self.writers.values():
                writer.close(error)
            raise
        for writer in self.writers.values():
            writer.close()

    def _add(self, n: int, texts: dict[str, pa.Array], lines: Lines, parsed: dict[str, Parsed]) -> None:
        if self.columns.item is None:
            items = pa.array([f"{self.split}:{row}" for row in range(self.rows, self.rows + n)], pa.string())
        else:
            items = strip(texts[self.columns.item])
        self.lines.append(np.zeros(n, np.int64) if lines is None else lines)
        for name, gathered in self.texts.items():
            gathered.append(texts[name])
        for modality in self.columns.modalities:
            self._add_modality(modality, items, parsed[modality.column])
        self.rows += n

    def _add_modality(self, modality: Modality, items: pa.Array, parsed: Parsed) -> None:
        writer, lengths = self.writers[modality.name], parsed.lengths
        self.lengths[modality.name].append(lengths)
        dimension = writer.dimension
        if dimension is None and (lengths > 0).any():
            dimension = int(lengths[lengths > 0][0])
        wrong = (lengths != EMPTY) & (lengths != dimension)
        if not modality.missing:
            wrong |= lengths == EMPTY
        if wrong.any():
            if not self.exact:
                raise SuspectError(f"column {modality.column}")
            self._note_bad(modality, parsed)
            return
        if not self.findings.problems:
            present = lengths != EMPTY
            writer.add(items, present, parsed.values.reshape(int(present.sum()), dimension or 0))

    def _note_bad(self, modality: Modality, parsed: Parsed) -> None:
        """Note the cells that hold no embedding; those of another length wait until all lengths are known."""
        lines, lengths = self.lines[-1], parsed.lengths
        bad = lengths == BAD
        if not modality.missing:
            bad |= lengths == EMPTY
        rows = np.flatnonzero(bad)
        for row in rows:
            why = parsed.bad.get(int(row))
            if lengths[row] == EMPTY:
                why = Explanation(
                    "an empty cell",
                    "an embedding for every item",
                    f"fill it in, drop the row, or set `missing: true` for the modality {modality.name}",
                )
            if why is None or self.explained[modality.name] >= SHOWN:
                self.findings.count(1)
                continue
            self.explained[modality.name] += 1
            self._problem(int(lines[row]), modality.column, why)

    def _problem(self, line: int | None, column: str | None, why: Explanation) -> None:
        self.findings.add(
            Problem(str(self.path), why.found, why.allowed, why.fix, row=line, column=column, unit=self.unit)
        )

    def _check(self) -> None:
        """Check what can only be known once all rows are read."""
        if self.rows == 0:
            self.findings.check()
            why = Explanation("a header and no rows", "at least one row", "export the table again")
            self._problem(None, None, why)
        else:
            for modality in self.columns.modalities:
                self._check_lengths(modality)
                self._check_values(modality)
        self._suspect()
        if self.rows == 0:
            self.findings.check()

    def _suspect(self) -> None:
        if self.findings.problems and not self.exact:
            raise SuspectError("a problem whose line is to be found")

    def _check_lengths(self, modality: Modality) -> None:
        lengths = np.concatenate(self.lengths[modality.name])
        known, counts = np.unique(lengths[lengths > 0], return_counts=True)
        if len(known) == 0:
            if modality.missing and (lengths == EMPTY).all():
                why = Explanation(
                    "no embedding in any row", "at least one", "name another column, or drop the modality"
                )
                self._problem(None, modality.column, why)
            return
        if len(known) == 1:
            return
        usual = int(known[counts.argmax()])
        lines = np.concatenate(self.lines)
        rows = np.flatnonzero((lengths > 0) & (lengths != usual))
        for row in rows[:SHOWN]:
            why = Explanation(
                f"{lengths[row]} numbers",
                f"{usual} numbers, as in {counts.max()} of {counts.sum()} rows",
                "compute this row's embedding as the others' was, or drop the row",
            )
            self._problem(int(lines[row]), modality.column, why)
        self.findings.count(max(0, len(rows) - SHOWN))

    def _check_values(self, modality: Modality) -> None:
        writer = self.writers[modality.name]
        if writer.dimension is None or self.findings.problems:
            return
        present, name = writer.rows - writer.missing, modality.name
        constant = writer.constant
        if present > 1 and len(constant) == writer.dimension:
            if self.split == "train":
                why = Explanation(
                    f"the same embedding in all {present} rows",
                    "embeddings that differ",
                    "name another column, or compute the embeddings again",
                )
                self._problem(None, modality.column, why)
                return
            self._warn(f"all_rows_equal:{name}", f"{name}: all {present} rows have the same embedding")
        elif present > 1 and len(constant):
            some = ", ".join(str(column + 1) for column in constant[:5]) + (" …" if len(constant) > 5 else "")
            message = (
                f"{name}: {len(constant)} of {writer.dimension} numbers are the same in every row ({some})"
            )
            self._warn(f"constant_columns:{name}", message)
        if writer.zero:
            message = f"{name}: {writer.zero} of {present} rows hold nothing but zeros"
            self._warn(f"zero_rows:{name}", message)
        if writer.whole and present > 1:
            message = f"{name}: every number is whole; if they had decimal commas, the embeddings are wrong"
            self._warn(f"whole_numbers:{name}", message)
        if writer.missing:
            self._warn(f"missing:{name}", f"{name}: {writer.missing} of {writer.rows} items lack it")

    def _warn(self, code: str, message: str) -> None:
        self.findings.warn(code, f"{self.path}: {message}")

    def finish(self, items_file: Path) -> IngestFacts:
        """Check and write the items table, and return what is known about the file."""
        columns, where = self.columns, Where(str(self.path), np.concatenate(self.lines), self.unit)
        texts = {name: pa.chunked_array(parts) for name, parts in self.texts.items()}
        if columns.item is None:
            ids = pa.array([f"{self.split}:{row}" for row in range(self.rows)], pa.string())
        else:
            ids = read_items(_as_text(texts[columns.item]), columns.item, where, self.findings)
        table = {"item": ids}
        if columns.label is not None:
            labels = read_labels(_as_text(texts[columns.label]), columns.label, where, self.findings)
            table["label"] = labels
            table["class"] = labels.cast(pa.string())
            if columns.class_name is not None:
                name = columns.class_name
                table["class"] = read_class_names(_as_text(texts[name]), labels, name, where, self.findings)
        table["group"] = self._groups(ids, texts)
        described = {name: read_description(texts[name]) for name in columns.describe}
        self._suspect()
        self.findings.check()
        kind = table["label"].type if columns.label is not None else None
        schema = items_schema(kind, {name: values.type for name, values in described.items()})
        write_table(pa.table([*table.values(), *described.values()], schema=schema), items_file, schema)
        return IngestFacts(
            split=self.split,
            path=str(self.path),
            rows=self.rows,
            dimensions={name: int(writer.dimension or 0) for name, writer in self.writers.items()},
            missing={name: writer.missing for name, writer in self.writers.items()},
            columns={
                "label": columns.label,
                "class_name": columns.class_name,
                "group": columns.group,
                "item": columns.item,
            },
            warnings=[{"code": code, "message": text} for code, text in self.findings.warnings.items()],
        )

    def _groups(self, ids: pa.Array, texts: Mapping[str, pa.ChunkedArray]) -> pa.Array:
        column = self.columns.group
        if column is None:
            return pc.binary_join_element_wise(OWN.removesuffix(":"), ids, ":")
        encoded = _as_text(texts[column]).fill_null("").dictionary_encode()
        keys = pa.array([key(name, "") for name in encoded.dictionary.to_pylist()], pa.string())
        groups = keys.take(encoded.indices)
        unknown = pc.equal(groups, OWN)
        alone = int(pc.sum(unknown).as_py() or 0)
        if alone:
            message = f"{alone} of {self.rows} rows have no {column}; each is a group of its own"
            self._warn("blank_groups", message)
        return pc.if_else(unknown, pc.binary_join_element_wise(OWN.removesuffix(":"), ids, ":"), groups)


def _as_text(chunks: pa.ChunkedArray) -> pa.Array:
    values = chunks.combine_chunks()
    if pa.types.is_float64(values.type):
        # a describing column of a Parquet file that plays another part as well
        return pa.array(
            [None if value is None else f"{value:.17g}" for value in values.to_pylist()], pa.string()
        )
    return values
