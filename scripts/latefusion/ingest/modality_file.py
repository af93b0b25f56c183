"""The feature matrices of a modality that has files of its own, in the order of the items."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.dataset.keys import original
from latefusion.ingest.embedding_checks import all_equal, oddities
from latefusion.ingest.feature_writer import MatrixWriter
from latefusion.ingest.findings import Findings
from latefusion.ingest.join import Join, KeyForm, Match
from latefusion.ingest.precision import kept_in_double
from latefusion.ingest.readers.reader import SuspectError
from latefusion.ingest.readers.rows import RowSource
from latefusion.ingest.scratch import Scratch
from latefusion.store.atomic import staged
from latefusion.store.tables import read_table, write_json

logger = logging.getLogger(__name__)

ROWS = 4096


@dataclass(frozen=True)
class ModalityFacts:
    """What is known of a modality's files once they have been read.

    Attributes
    ----------
    modality, path : str
    dimension : int
    missing : dict of str to int
        How many items of each split lack it.
    match : Match
    warnings : list of dict
        `code` and `message` of what is odd but accepted.
    wide : list of str
        Columns of a number each, in the order of the numbers.
    """

    modality: str
    path: str
    dimension: int
    missing: dict[str, int]
    match: Match
    warnings: list[dict[str, str]] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return them as they are written, without columns where a list or a matrix holds the numbers."""
        return {key: value for key, value in asdict(self).items() if key != "wide" or value}


def ingest_modality(
    source: RowSource,
    modality: str,
    items: Mapping[str, Path],
    features: Mapping[str, Path],
    facts: Path,
    *,
    missing: bool,
    dimension: int | None = None,
    table_order: tuple[NDArray[np.int64], int] | None = None,
) -> ModalityFacts:
    """Bring the rows of a modality's files into the order of the items.

    Parameters
    ----------
    source : RowSource
    modality : str
    items, features : mapping of str to Path
        Items table to read, and matrix to write, of each split.
    facts : Path
        Where to write the facts as JSON.
    missing : bool
        Whether items may lack the modality.
    dimension : int, optional
        Length that the embeddings must have: that of the labelled items, for new ones.
    table_order : (n,) int array and int, optional
        Where each item stands among all rows of the items' tables, and how many these are, where some are
        left out or in another order: for a matrix without identifiers.

    Raises
    ------
    InputError
        If anything in the files cannot be used, or items have no row that must have one; nothing is written.
    """
    items_of = {split: _identifiers(path) for split, path in items.items()}
    with staged(*features.values(), facts) as stand_ins:
        files = dict(zip(features, stand_ins, strict=False))
        task = _Task(source, modality, items_of, files, missing, dimension, table_order)
        try:
            known = task.run(exact=False)
        except SuspectError as suspicion:
            logger.info("%s: reading again, line by line (%s)", source.file, suspicion)
            known = task.run(exact=True)
        write_json(known.as_json(), stand_ins[-1])
    return known


def item_names(items: Mapping[str, Path]) -> list[str]:
    """Return what files call the items of each split: an item of both has one name."""
    names = _file_names({split: _identifiers(path) for split, path in items.items()})
    return [name for own in names.values() for name in own.to_pylist()]


def _file_names(items: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """Return what files call the items: a test item that train has too goes by that one's name."""
    train = frozenset(items["train"].to_pylist() if "train" in items else ())
    if "test" not in items or not train:
        return dict(items)
    names = [name if (own := original(name)) not in train else own for name in items["test"].to_pylist()]
    return {**items, "test": pa.array(names, pa.string())}


@dataclass(frozen=True)
class _Task:
    """One modality: its source, and which rows are wanted where."""

    source: RowSource
    modality: str
    items: Mapping[str, pa.Array]
    features: Mapping[str, Path]
    missing: bool
    expected: int | None
    table_order: tuple[NDArray[np.int64], int] | None

    def run(self, *, exact: bool) -> ModalityFacts:
        """Read the source to its end, quickly or exactly, and write all matrices."""
        called = self.items if self.source.by_row else _file_names(self.items)
        names = pa.chunked_array(called.values(), pa.string()).combine_chunks()
        form = KeyForm.of(names)
        wanted = (names if self.source.by_row else form(names)).dictionary_encode()
        with Scratch(next(iter(self.features.values()))) as scratch:
            findings = Findings()
            join = Join(self.source, wanted.dictionary, form, scratch, findings, self._order())
            match = join.run(self.source.rows(findings, exact=exact), exact=exact)
            self._check(match, scratch.dimension)
            place = np.asarray(wanted.indices).astype(np.int64)
            lossy = () if join.spread is None else join.spread.lossy()
            writers: dict[str, MatrixWriter] = {}
            for split, own in self.items.items():
                mine, place = place[: len(own)], place[len(own) :]
                writers[split] = self._write(split, mine, join.present, scratch, double=len(lossy) > 0)
        for split, writer in writers.items():
            for code, message in oddities(self.modality, writer):
                findings.warn(f"{code}:{self.modality}", f"{self.source.file} ({split}): {message}")
        if len(lossy):
            why = kept_in_double(lossy, scratch.dimension)
            findings.warn(f"double_precision:{self.modality}", f"{self.source.file}: {why}")
        if match.lost or match.left_over:
            findings.warn(f"unmatched:{self.modality}", f"{self.source.file}: {match}")
        return ModalityFacts(
            self.modality,
            self.source.file,
            scratch.dimension,
            {split: writer.missing for split, writer in writers.items()},
            match,
            [{"code": code, "message": message} for code, message in findings.warnings.items()],
            list(self.source.wide),
        )

    def _order(self) -> NDArray[np.int64] | None:
        """Return the item of each row of all tables; -1 where it is left out."""
        if self.table_order is None:
            return None
        place, rows = self.table_order
        order = np.full(rows, -1, np.int64)
        order[place] = np.arange(len(place))
        return order

    def _check(self, match: Match, dimension: int) -> None:
        """Refuse items without a row where every item must have one, and rows of another length."""
        problems = []
        if match.lost and not self.missing:
            found = (
                f"no embedding for {match.lost:,} of {match.lost + match.matched:,} items: {_named(match)}"
            )
            fix = f"write `missing: true` for the modality {self.modality}, or `keep: complete` under data"
            problems.append(self._problem(found, "an embedding for every item", fix))
        if self.expected not in (None, dimension):
            found = f"embeddings of {dimension} numbers"
            allowed = f"{self.expected}, as the labelled items have"
            problems.append(self._problem(found, allowed, "compute them with the same model"))
        if problems:
            raise InputError(problems)

    def _problem(self, found: str, allowed: str, fix: str) -> Problem:
        return Problem(self.source.file, found, allowed, fix, column=self.source.column)

    def _write(
        self,
        split: str,
        place: NDArray[np.int64],
        present: NDArray[np.bool_],
        scratch: Scratch,
        *,
        double: bool,
    ) -> MatrixWriter:
        """Write one split's matrix, its rows by their places in the scratch file."""
        with MatrixWriter(self.features[split], double=double) as writer:
            for start in range(0, len(place), ROWS):
                some = place[start : start + ROWS]
                here = present[some]
                writer.add(self.items[split].slice(start, ROWS), here, scratch.read(some[here]))
            writer.flush()
        if split == "train" and all_equal(writer):
            found = f"the same embedding in all {writer.rows - writer.missing} rows"
            fix = "name another file or column, or compute the embeddings again"
            raise InputError([self._problem(found, "embeddings that differ", fix)])
        return writer


def _identifiers(items: Path) -> pa.Array:
    return read_table(items, columns=["item"])["item"].combine_chunks()


def _named(match: Match) -> str:
    shown = ", ".join(shorten(name, 40) for name in match.lost_names)
    return shown + (" …" if match.lost > len(match.lost_names) else "")
