"""The tables of one split, from its file: read in batches, parsed in threads, written whole or not at all."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from latefusion.ingest.columns import Columns
from latefusion.ingest.embeddings import Parsed
from latefusion.ingest.facts import IngestFacts, TrainingFile
from latefusion.ingest.findings import Findings
from latefusion.ingest.precision import PrecisionError
from latefusion.ingest.readers.reader import Batch, Reader, SuspectError
from latefusion.ingest.table_builder import Gathering, Lines, Read
from latefusion.store.atomic import staged
from latefusion.store.tables import write_json

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SplitFiles:
    """Where the tables of a split are written.

    Attributes
    ----------
    features : mapping of str to Path
        The matrix of each modality.
    items : Path
        The items table.
    facts : Path, optional
        The facts as JSON.
    provenance : Path, optional
        `path`, `bytes`, `sha256` and `rows` of the file. It stands apart from the facts, since it changes
        with columns that nobody reads, and whatever is made from the facts need not.
    """

    features: Mapping[str, Path]
    items: Path
    facts: Path | None = None
    provenance: Path | None = None


def ingest(
    table: Reader,
    split: str,
    columns: Columns,
    files: SplitFiles,
    *,
    training: TrainingFile | None = None,
    threads: int = 2,
) -> IngestFacts:
    """Turn a table into feature matrices and an items table.

    Parameters
    ----------
    table : Reader
        The file, opened.
    split : str
        `train`, `test` or `new`; items without a column of identifiers are called `{split}:{row}`. A file of
        new items is read without the group and the descriptions that it lacks: what describes items may be
        what their label was made from.
    columns : Columns
        What the file is read for.
    files : SplitFiles
        What is written.
    training : TrainingFile, optional
        What a test file, or one of new items, has to agree with.
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
    if split == "new":
        there = columns.that_are_there(table.names)
        lacking = sorted(set(columns.texts) - set(there.texts))
        if lacking:
            logger.info("%s: read without %s, which it does not have", table.path, ", ".join(lacking))
        columns = there
    findings = Findings()
    for problem in columns.problems(str(table.path), table.names):
        findings.add(problem)
    findings.check()
    selection = columns.selection(table.names)
    for problem in table.check(selection):
        findings.add(problem)
    findings.check()
    training = training or TrainingFile()
    attempt = _Attempt(table, split, columns.ordered_as(training.wide), files, training, threads)
    try:
        return _read(attempt)
    except PrecisionError as needed:
        logger.info("%s: reading again, in double precision (%s)", table.path, needed)
        return _read(replace(attempt, double=needed.modalities))


def _read(attempt: _Attempt) -> IngestFacts:
    """Read a file, quickly if it is in order."""
    table, selection = attempt.table, attempt.columns.selection(attempt.table.names)
    quick = table.quick(selection)
    if quick is not None:
        try:
            return attempt(quick, Findings(), exact=False)
        except SuspectError as suspicion:
            logger.info("%s: reading again, line by line (%s)", table.path, suspicion)
    findings = Findings()
    return attempt(table.exact(selection, findings), findings, exact=True)


@dataclass(frozen=True)
class _Attempt:
    """One reading of a file from its first row to its last, quick or exact."""

    table: Reader
    split: str
    columns: Columns
    files: SplitFiles
    training: TrainingFile
    threads: int
    double: frozenset[str] = frozenset()

    def __call__(self, batches: Iterator[Batch], findings: Findings, *, exact: bool) -> IngestFacts:
        """Write all tables, or none."""
        matrices = [self.files.features[modality.name] for modality in self.columns.modalities]
        notes = [note for note in (self.files.facts, self.files.provenance) if note is not None]
        with staged(*matrices, self.files.items, *notes) as stand_ins:
            job = Gathering(
                self.table,
                self.split,
                self.columns,
                findings,
                stand_ins[: len(matrices)],
                exact=exact,
                training=self.training,
                double=self.double,
            )
            job.run(_parsed(batches, self.columns, self.threads))
            facts = job.finish(stand_ins[len(matrices)])
            if self.files.facts is not None:
                write_json(facts.as_json(), stand_ins[len(matrices) + 1])
            if self.files.provenance is not None:
                write_json(self._provenance(facts.rows), stand_ins[-1])
        return facts

    def _provenance(self, rows: int) -> dict[str, str | int]:
        files = self.table.files
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        return {
            "path": f"{files[0]}{more}",
            "bytes": sum(file.stat().st_size for file in files),
            "sha256": self.table.sha256(),
            "rows": rows,
        }


def _parsed(batches: Iterator[Batch], columns: Columns, threads: int) -> Iterator[Read]:
    """Parse the embeddings of batches in threads; they come out in order."""

    def work(batch: pa.RecordBatch) -> dict[str, Parsed]:
        return {modality.name: modality.parsed(batch) for modality in columns.modalities}

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
