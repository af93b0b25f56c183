"""Labels and class names, from the strings of a file."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from latefusion.dataset.keys import as_integer, canonical_texts
from latefusion.ingest.findings import Column, codes


def read_labels(column: Column) -> pa.Array:
    """Return labels as int64 where each is a plain integer, else as they are written.

    What they mean depends on the labels of all files, so that `3.0` stays as it is here. Blank labels are
    noted as problems.
    """
    stripped = column.stripped()
    of_row, texts = codes(stripped.values)
    missing = np.array([str(text).lower() in ("", "nan") for text in texts], bool)[of_row]
    fix = "fill it in or drop the row; items without labels belong into data.new"
    stripped.note(missing, "no label", "a label in every row", fix)
    numbers = [as_integer(str(text), written_by_floats=False) for text in texts]
    if None in numbers:
        return column.values.fill_null("")
    return pa.array(np.array(numbers, np.int64)[of_row], pa.int64())


def read_class_names(column: Column) -> pa.Array:
    """Return class names in their canonical form; blank ones are noted as problems."""
    fix = "fill it in, or set data.class_name to null"
    column = column.stripped()
    column.note(column.blank, "a label with no name", "a name in every row", fix)
    return canonical_texts(column.values)
