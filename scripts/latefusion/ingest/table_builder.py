"""The batches of one file, gathered into tables, with all that is wrong or odd about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import Problem
from latefusion.dataset.keys import canonical_texts, tell_apart
from latefusion.ingest.columns import Columns, Modality
from latefusion.ingest.embedding_checks import (
    all_equal,
    not_as_trained,
    nothing_there,
    oddities,
    other_lengths,
)
from latefusion.ingest.embedding_errors import Explanation
from latefusion.ingest.embeddings import BAD, EMPTY, Parsed
from latefusion.ingest.facts import IngestFacts, TrainingFile
from latefusion.ingest.feature_writer import MatrixWriter
from latefusion.ingest.findings import FILE, SHOWN, Findings, Where
from latefusion.ingest.items import items_table
from latefusion.ingest.precision import PrecisionError, Spread, kept_in_double
from latefusion.ingest.readers.reader import Reader, SuspectError
from latefusion.store.schemas import TARGET_PREFIX
from latefusion.store.tables import write_table

Lines = NDArray[np.int64] | None
# how many rows; their texts, lines and embeddings
Read = tuple[int, dict[str, pa.Array], Lines, dict[str, Parsed]]


class Gathering:
    """Gathers the batches of one file.

    With `exact`, records have lines and every problem is noted; without, the first one raises `SuspectError`.
    """

    def __init__(
        self,
        table: Reader,
        split: str,
        columns: Columns,
        findings: Findings,
        files: Sequence[Path],
        *,
        exact: bool,
        training: TrainingFile,
        double: frozenset[str] = frozenset(),
    ) -> None:
        self.path, self.split, self.columns, self.findings = table.path, split, columns, findings
        self.names = table.names
        self.files, self.unit = [str(file) for file in table.files], table.unit
        self.exact, self.training = exact, training
        self.writers = {
            m.name: MatrixWriter(file, double=m.name in double)
            for m, file in zip(columns.modalities, files, strict=True)
        }
        self.spreads: dict[str, Spread] = {}
        self.lengths: dict[str, list[NDArray[np.int64]]] = {m.name: [] for m in columns.modalities}
        self.texts: dict[str, list[pa.Array]] = {name: [] for name in columns.texts}
        self.lines: list[NDArray[np.int64]] = []
        self.rows = 0
        self.explained = dict.fromkeys(self.writers, 0)

    def run(self, reads: Iterable[Read]) -> None:
        """Take in all batches."""
        with ExitStack() as stack:
            for writer in self.writers.values():
                stack.enter_context(writer)
            for read in reads:
                self._add(*read)
            self._check()
            for writer in self.writers.values():
                writer.flush()

    def _add(self, n: int, texts: dict[str, pa.Array], lines: Lines, parsed: dict[str, Parsed]) -> None:
        if self.columns.item is None:
            items = pa.array([f"{self.split}:{row}" for row in range(self.rows, self.rows + n)], pa.string())
        else:
            items = tell_apart(canonical_texts(texts[self.columns.item]), self.training.identifiers)
        self.lines.append(np.zeros(n, np.int64) if lines is None else lines)
        for name, gathered in self.texts.items():
            gathered.append(texts[name])
        for modality in self.columns.modalities:
            self._add_modality(modality, items, parsed[modality.name])
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
                raise SuspectError(f"column {modality.source}")
            self._note_bad(modality, parsed)
            return
        if not self.findings.problems:
            present = lengths != EMPTY
            writer.add(items, present, parsed.values.reshape(int(present.sum()), dimension or 0))
            if parsed.spread is not None:
                known = self.spreads.get(modality.name)
                self.spreads[modality.name] = parsed.spread if known is None else known + parsed.spread

    def _note_bad(self, modality: Modality, parsed: Parsed) -> None:
        """Note the cells that hold no embedding; those of another length wait until all lengths are known."""
        lines, lengths = self.lines[-1], parsed.lengths
        bad = lengths == BAD
        if not modality.missing:
            bad |= lengths == EMPTY
        for row in np.flatnonzero(bad):
            why = parsed.bad.get(int(row))
            if lengths[row] == EMPTY:
                why = Explanation(
                    "an empty cell",
                    "an embedding for every item",
                    f"fill it in or drop the row; or write `missing: true` for the modality {modality.name}, "
                    "or `keep: complete` under data",
                )
            if why is None or self.explained[modality.name] >= SHOWN:
                self.findings.count(1)
                continue
            self.explained[modality.name] += 1
            self._problem(why, modality.source, int(lines[row]))

    def _problem(self, why: Explanation, column: str | None = None, line: int | None = None) -> None:
        at, number = divmod(line or 0, FILE)
        self.findings.add(
            Problem(
                self.files[at],
                why.found,
                why.allowed,
                why.fix,
                row=None if line is None else number,
                column=column,
                unit=self.unit,
            )
        )

    def _check(self) -> None:
        """Check what can only be known once all rows are read."""
        if self.rows == 0:
            self.findings.check()
            self._problem(Explanation("a header and no rows", "at least one row", "export the table again"))
            self._suspect()
            self.findings.check()
        for modality in self.columns.modalities:
            self._check_lengths(modality)
        self._check_precision()
        for modality in self.columns.modalities:
            self._check_values(modality)
        self._suspect()

    def _check_precision(self) -> None:
        """Ask for another reading where single precision would lose what tells rows apart."""
        lossy = {name: spread.lossy() for name, spread in self.spreads.items() if not self.findings.problems}
        single = {name for name, at in lossy.items() if len(at) and not self.writers[name].double}
        if single:
            raise PrecisionError(frozenset(single))
        for name, at in lossy.items():
            if len(at):
                found = kept_in_double(at, self.writers[name].dimension)
                self.findings.warn(f"double_precision:{name}", f"{self.path}: {name}: {found}")

    def _suspect(self) -> None:
        if self.findings.problems and not self.exact:
            raise SuspectError("a problem whose line is to be found")

    def _check_lengths(self, modality: Modality) -> None:
        lengths = np.concatenate(self.lengths[modality.name])
        why = nothing_there(lengths)
        # where embeddings may not be missing, the empty cells are problems already
        if why is not None and modality.missing and (lengths == EMPTY).all():
            self._problem(why, modality.source)
        rows, said = other_lengths(lengths)
        lines = np.concatenate(self.lines)
        for row, about in zip(rows, said, strict=False):
            self._problem(about, modality.source, int(lines[row]))
        self.findings.count(len(rows) - len(said))

    def _check_values(self, modality: Modality) -> None:
        writer, name = self.writers[modality.name], modality.name
        if writer.dimension is None or self.findings.problems:
            return
        why = not_as_trained(name, writer.dimension, self.training)
        if self.split == "train" and all_equal(writer):
            why = Explanation(
                f"the same embedding in all {writer.rows - writer.missing} rows",
                "embeddings that differ",
                "name another column, or compute the embeddings again",
            )
        if why is not None:
            self._problem(why, modality.source)
            return
        for code, message in oddities(name, writer):
            self.findings.warn(f"{code}:{name}", f"{self.path}: {message}")

    def finish(self, items_file: Path) -> IngestFacts:
        """Check and write the items table, and return what is known about the file."""
        columns, where = self.columns, Where(self.files, np.concatenate(self.lines), self.unit)
        texts = {name: pa.chunked_array(parts) for name, parts in self.texts.items()}
        taken = self.training.identifiers
        table = items_table(texts, columns, where, self.findings, split=self.split, taken=taken)
        self._suspect()
        self.findings.check()
        write_table(table, items_file, table.schema)
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
                **{TARGET_PREFIX + name: name for name in columns.targets},
            },
            warnings=[{"code": code, "message": text} for code, text in self.findings.warnings.items()],
            wide={m.name: m.wide(self.names) for m in columns.modalities if m.columns is not None},
        )
