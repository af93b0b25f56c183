"""Some rows of a table give the tables that a file of these rows alone gives."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from latefusion.core.errors import InputError
from latefusion.ingest.columns import Columns
from latefusion.ingest.ingest import SplitFiles, ingest
from latefusion.ingest.readers.kept_rows import KeptRows
from latefusion.ingest.readers.opening import open_table
from refusals.small import MAX_CELL_BYTES, table, text, with_cell

COLUMNS = Columns.of(
    {"label": "label", "group": "artist", "describe": ["lyrics"]},
    [{"name": "text", "column": "text_embedding"}],
)


def made(reader, folder):
    files = SplitFiles({"text": folder / "text.parquet"}, folder / "items.parquet")
    ingest(reader, "train", COLUMNS, files)
    return files.features["text"].read_bytes(), files.items.read_bytes()


@pytest.mark.parametrize("kept", [[0, 1, 2, 5, 7, 11], [3, 4], list(range(12))])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_rows_that_are_kept_are_read_as_a_file_of_their_own(tmp_path, form, kept):
    head, *rows = table()
    own = [rows[row] for row in kept]
    for name, cells in (("all", rows), ("own", own)):
        if form == "csv":
            (tmp_path / f"{name}.csv").write_text(text([head, *cells]), encoding="utf-8")
        else:
            columns = dict(zip(head, map(list, zip(*cells, strict=True)), strict=True))
            pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet", row_group_size=4)
    every = open_table(tmp_path / f"all.{form}", MAX_CELL_BYTES)
    alone = open_table(tmp_path / f"own.{form}", MAX_CELL_BYTES)
    assert made(KeptRows(every, np.array(kept)), tmp_path / "1") == made(alone, tmp_path / "2")


def test_a_problem_has_the_line_of_the_file_and_rows_that_are_left_out_have_none(tmp_path):
    cells = with_cell(5, "text_embedding", "[1, x]")
    (tmp_path / "all.csv").write_text(text(cells), encoding="utf-8")
    reader = open_table(tmp_path / "all.csv", MAX_CELL_BYTES)
    with pytest.raises(InputError, match="line 12, text_embedding"):
        made(KeptRows(reader, np.array([0, 1, 5, 6])), tmp_path / "1")
    assert made(KeptRows(reader, np.array([0, 1, 4, 6])), tmp_path / "1")
