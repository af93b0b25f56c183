"""Which items have an embedding in a modality's own file, before they are joined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.ingest.embeddings import EMPTY
from latefusion.ingest.findings import Findings
from latefusion.ingest.join import KeyForm, other_number_of_rows
from latefusion.ingest.readers.modality_source import open_modality
from latefusion.ingest.readers.reader import SuspectError
from latefusion.ingest.readers.rows import RowSource


def has_embedding(
    entry: Mapping[str, Any], items: pa.Array | None, rows: int, *, item: str | None, max_cell_bytes: int
) -> NDArray[np.bool_]:
    """Return which items have something in a modality's files, (rows,).

    Whether it is an embedding, and whether an identifier is there twice, is for the join to say.

    Parameters
    ----------
    entry : mapping
        The modality, as in the configuration.
    items : (rows,) string array or None
        Identifiers of all rows of the items' tables; None where they have none, and rows are joined in order.
    rows : int
    item : str or None
        Column of the identifiers.
    max_cell_bytes : int

    Raises
    ------
    InputError
        If a file cannot be read, or has another number of rows where they are joined in order.
    """
    source = open_modality(
        entry,
        item=item,
        keys=lambda: [] if items is None else items.unique().to_pylist(),
        max_cell_bytes=max_cell_bytes,
    )
    try:
        keys, filled = _read(source, exact=False)
    except SuspectError:
        keys, filled = _read(source, exact=True)
    if source.by_row:
        if len(filled) != rows:
            raise other_number_of_rows(source, len(filled), rows)
        return filled
    form = KeyForm.of(items)
    return np.asarray(pc.is_in(form(items), value_set=form(keys.filter(pa.array(filled)))))


def _read(source: RowSource, *, exact: bool) -> tuple[pa.Array, NDArray[np.bool_]]:
    findings = Findings()
    keys: list[pa.Array] = []
    filled = [np.empty(0, bool)]
    for piece in source.rows(findings, exact=exact):
        if piece.keys is not None:
            keys.append(piece.keys)
        filled.append(piece.parsed.lengths != EMPTY)
    findings.check()
    return pa.chunked_array(keys, pa.string()).combine_chunks(), np.concatenate(filled)
