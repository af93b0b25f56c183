"""What can only be known of the embeddings of a file once all rows are read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from latefusion.ingest.embedding_errors import Explanation
from latefusion.ingest.facts import TrainingFile
from latefusion.ingest.feature_writer import MatrixWriter
from latefusion.ingest.findings import SHOWN


def nothing_there(lengths: NDArray[np.int64]) -> Explanation | None:
    """Say that a column holds no embedding at all; None where it holds one."""
    if (lengths > 0).any():
        return None
    return Explanation("no embedding in any row", "at least one", "name another column, or drop the modality")


def other_lengths(lengths: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[Explanation]]:
    """Return the rows whose embedding has another length than most, and what to say of the first ones."""
    known, counts = np.unique(lengths[lengths > 0], return_counts=True)
    if len(known) < 2:
        return np.empty(0, np.int64), []
    usual = int(known[counts.argmax()])
    rows = np.flatnonzero((lengths > 0) & (lengths != usual))
    return rows, [
        Explanation(
            f"{_numbers(int(lengths[row]))}",
            f"{_numbers(usual)}, as in {counts.max()} of {counts.sum()} rows",
            "compute this row's embedding as the others' was, or drop the row",
        )
        for row in rows[:SHOWN]
    ]


def not_as_trained(name: str, dimension: int, training: TrainingFile) -> Explanation | None:
    """Say that new items have embeddings of another length than the labelled ones."""
    expected = (training.dimensions or {}).get(name, dimension)
    if expected == dimension:
        return None
    return Explanation(
        f"embeddings of {_numbers(dimension)} for the modality {name}",
        f"{_numbers(expected)}, as in {training.path}",
        "compute the embeddings of both files with the same model, or name the right column",
    )


def all_equal(writer: MatrixWriter) -> bool:
    """Say whether all rows that are there, more than one, have the same embedding."""
    return writer.rows - writer.missing > 1 and len(writer.constant) == writer.dimension


def oddities(name: str, writer: MatrixWriter) -> Iterator[tuple[str, str]]:
    """Yield code and message of each thing that is odd about a matrix, but accepted."""
    present, constant = writer.rows - writer.missing, writer.constant
    if all_equal(writer):
        yield "all_rows_equal", f"{name}: all {present} rows have the same embedding"
    elif present > 1 and len(constant):
        some = ", ".join(str(column + 1) for column in constant[:5]) + (" …" if len(constant) > 5 else "")
        found = f"{len(constant)} of {writer.dimension} numbers are the same in every row ({some})"
        yield "constant_columns", f"{name}: {found}"
    if writer.zero:
        yield "zero_rows", f"{name}: {writer.zero} of {present} rows hold nothing but zeros"
    if writer.whole and present > 1:
        found = "every number is whole; if they had decimal commas, the embeddings are wrong"
        yield "whole_numbers", f"{name}: {found}"
    if writer.missing:
        yield "missing", f"{name}: {writer.missing} of {writer.rows} items lack it"


def _numbers(count: int) -> str:
    return "1 number" if count == 1 else f"{count} numbers"
