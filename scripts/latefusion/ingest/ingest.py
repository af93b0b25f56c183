"""The tables of one split, from its file: read in batches, parsed in threads, written whole or not at all."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from latefusion.core.errors import InputError
from latefusion.dataset.groups import ARTISTS
from latefusion.ingest import parquet_reader
from latefusion.ingest.columns import Columns, Modality
from latefusion.ingest.csv_reader import (
    Batch,
    SuspectError,
    exact_batches,
    quick_batches,
    read_header,
    sha256_of,
)
from latefusion.ingest.embeddings import Parsed, parse
from latefusion.ingest.facts import IngestFacts, TrainingFile
from latefusion.ingest.findings import Findings
from latefusion.ingest.source import PARQUET, check_file
from latefusion.ingest.table_builder import Gathering, Lines, Read
from latefusion.store.tables import staged, write_json

logger = logging.getLogger(__name__)

MAX_CELL_BYTES = 16 << 20


def ingest(
    source: Path | str,
    *,
    split: str,
    label: str | None,
    class_name: str | None = None,
    group: str | None = None,
    group_names: str = ARTISTS,
    item: str | None = None,
    describe: Sequence[str] = (),
    modalities: Iterable[Modality | Mapping[str, Any]],
    features: Mapping[str, Path],
    items: Path,
    facts: Path | None = None,
    provenance: Path | None = None,
    training: TrainingFile | None = None,
    max_cell_bytes: int = MAX_CELL_BYTES,
    threads: int = 2,
) -> IngestFacts:
    """Turn a CSV (also compressed with gzip) or Parquet file into feature matrices and an items table.

    Parameters
    ----------
    source : Path
        The file.
    split : str
        `train`, `test` or `new`; items without a column of identifiers are called `{split}:{row}`.
    label : str, optional
        Column of the label; None for items without labels, whose table has no `label` and `class`.
    class_name, group, item : str, optional
        Columns of the class's name, the group and the identifier.
    group_names : {'artists', 'exact'}
        Whether a group's name is cut into the artists that it joins, or compared as it is.
    describe : sequence of str
        Columns to keep as they are. A file of new items is read without those and the group where it lacks
        them: what describes items may be what their label was made from.
    modalities : iterable of Modality or mapping
        With `name`, `column`, and `missing` (whether items may lack it).
    features : mapping of str to Path
        Where to write the matrix of each modality.
    items, facts : Path
        Where to write the items table and, optionally, the facts as JSON.
    provenance : Path, optional
        Where to write `path`, `bytes`, `sha256` and `rows` of the file. It stands apart from the facts, since
        it changes with columns that nobody reads, and whatever is made from the facts need not.
    training : TrainingFile, optional
        What a test file, or one of new items, has to agree with.
    max_cell_bytes : int
        A larger cell is refused.
    threads : int
        Batches parsed at a time. The result does not depend on it.

    Returns
    -------
    IngestFacts

    Raises
    ------
    InputError
        If anything in the file cannot be used: all problems at once, and nothing is written.
    """
    chosen = tuple(one if isinstance(one, Modality) else _modality(one) for one in modalities)
    names = label is not None and class_name is not None
    attempt = _Attempt(
        path=Path(source),
        split=split,
        columns=Columns(
            label,
            class_name if names else None,
            group,
            item,
            tuple(dict.fromkeys(describe)),
            chosen,
            group_names,
        ),
        matrices=[Path(features[modality.name]) for modality in chosen],
        items=Path(items),
        facts=None if facts is None else Path(facts),
        provenance=None if provenance is None else Path(provenance),
        training=training or TrainingFile(),
        threads=threads,
    )
    head = check_file(attempt.path)
    if head.startswith(PARQUET):
        return _from_parquet(attempt, head)
    return _from_text(attempt, head, max_cell_bytes)


@dataclass(frozen=True)
class _Attempt:
    """One reading of a file from its first row to its last, by whatever reader."""

    path: Path
    split: str
    columns: Columns
    matrices: list[Path]
    items: Path
    facts: Path | None
    provenance: Path | None
    training: TrainingFile
    threads: int

    def of(self, names: Sequence[str]) -> _Attempt:
        """Return the attempt for a file with these columns."""
        if self.split != "new":
            return self
        there = self.columns.that_are_there(names)
        lacking = sorted(set(self.columns.texts) - set(there.texts))
        if lacking:
            logger.info("%s: read without %s, which it does not have", self.path, ", ".join(lacking))
        return replace(self, columns=there)

    def __call__(
        self, reads: Iterator[Batch], digest: Sequence[str], findings: Findings, *, unit: str, exact: bool
    ) -> IngestFacts:
        """Write all tables, or none."""
        notes = [note for note in (self.facts, self.provenance) if note is not None]
        with staged(*self.matrices, self.items, *notes) as files:
            matrices, items = files[: len(self.matrices)], files[len(self.matrices)]
            job = Gathering(
                self.path,
                self.split,
                self.columns,
                findings,
                matrices,
                exact=exact,
                unit=unit,
                training=self.training,
            )
            job.run(_parsed(reads, self.columns, self.threads))
            result = job.finish(items)
            if self.facts is not None:
                write_json(asdict(result), files[len(self.matrices) + 1])
            if self.provenance is not None:
                origin = {"path": str(self.path), "bytes": self.path.stat().st_size, "sha256": digest[0]}
                write_json({**origin, "rows": result.rows}, files[-1])
        return result


def _from_parquet(attempt: _Attempt, head: bytes) -> IngestFacts:
    path, findings = attempt.path, Findings()
    file = parquet_reader.open_parquet(path)
    attempt = attempt.of(file.schema_arrow.names)
    columns = attempt.columns
    for problem in columns.problems(str(path), file.schema_arrow.names):
        findings.add(problem)
    findings.check()
    for problem in parquet_reader.check_types(file, path, columns.texts, columns.vectors):
        findings.add(problem)
    findings.check()
    batches = parquet_reader.batches(file, path, columns.texts, columns.vectors, columns.describe)
    return attempt(_numbered(batches), [sha256_of(path, head)], findings, unit="row", exact=True)


def _from_text(attempt: _Attempt, head: bytes, max_cell: int) -> IngestFacts:
    """Read a CSV by the quick reader and, where that meets anything odd, again by the exact one."""
    path = attempt.path
    header = read_header(path, head, max_cell)
    attempt = attempt.of(header)
    columns = attempt.columns
    missing = columns.problems(str(path), header)
    if missing:
        raise InputError(missing)
    digest: list[str] = []
    try:
        quick = quick_batches(path, head, header, columns.all, digest, max_cell)
        return attempt(quick, digest, Findings(), unit="line", exact=False)
    except SuspectError as suspicion:
        logger.info("%s: reading again, line by line (%s)", path, suspicion)
    findings = Findings()
    exact = exact_batches(path, head, header, columns.all, findings, max_cell)
    return attempt(exact, [sha256_of(path, head)], findings, unit="line", exact=True)


def _modality(given: Mapping[str, Any]) -> Modality:
    return Modality(given["name"], given["column"], bool(given.get("missing", False)))


def _numbered(batches: Iterator[pa.RecordBatch]) -> Iterator[Batch]:
    row = 1
    for batch in batches:
        yield batch, np.arange(row, row + len(batch))
        row += len(batch)


def _parsed(batches: Iterator[Batch], columns: Columns, threads: int) -> Iterator[Read]:
    """Parse the embeddings of batches in threads; they come out in order."""

    def work(batch: pa.RecordBatch) -> dict[str, Parsed]:
        return {column: parse(batch.column(column)) for column in columns.vectors}

    waiting: deque[tuple[int, dict[str, pa.Array], Lines, Future[dict[str, Parsed]]]] = deque()
    with ThreadPoolExecutor(max(1, threads)) as pool:
        for batch, lines in batches:
            kept = {name: batch.column(name) for name in columns.texts}
            waiting.append((len(batch), kept, lines, pool.submit(work, batch)))
            if len(waiting) > threads:
                rows, texts, numbers, future = waiting.popleft()
                yield rows, texts, numbers, future.result()
        while waiting:
            rows, texts, numbers, future = waiting.popleft()
            yield rows, texts, numbers, future.result()
