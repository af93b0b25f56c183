"""Arrow IPC files and streams, Feather among them, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.ingest.findings import Findings
from latefusion.ingest.forms import ARROW
from latefusion.ingest.readers.parquet_file import check_types, selected
from latefusion.ingest.readers.reader import Batch, Selection
from latefusion.ingest.source import Bytes

BATCH_ROWS: Final = 1024


class ArrowFile:
    """An Arrow IPC file or stream; see `Reader`.

    Parameters
    ----------
    path : Path
    head : bytes
        The file's first bytes.
    """

    unit: Final = "row"

    def __init__(self, path: Path, head: bytes) -> None:
        self.path, self._head = path, head
        self.files = [path]
        with self._mapped() as source:
            self._schema: pa.Schema = self._opened(source).schema
        try:
            self.names: list[str] = self._schema.names
        except UnicodeDecodeError as error:
            raise InputError([self._damaged(error)]) from None

    def check(self, columns: Selection) -> list[Problem]:
        """Return a problem for each column of a type that cannot be used."""
        return check_types(self._schema, self.path, columns)

    def quick(self, columns: Selection, *, beginning: bool = False) -> None:
        """Return None: there is one way to read it."""

    def exact(self, columns: Selection, findings: Findings) -> Iterator[Batch]:  # noqa: ARG002 - of the contract
        """Yield batches with the number of each row.

        Raises
        ------
        InputError
            If the file turns out to be damaged.
        """
        row = 1
        with self._mapped() as source:
            for whole in self._batches(self._opened(source)):
                for start in range(0, len(whole), BATCH_ROWS):
                    batch = whole.slice(start, BATCH_ROWS)
                    yield selected(batch, columns), np.arange(row, row + len(batch))
                    row += len(batch)

    def sha256(self) -> str:
        """Return the hash of the file as stored."""
        with Bytes(self.path, self._head, strict=False) as stream:
            return stream.sha256()

    def _mapped(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        return pa.memory_map(str(self.path))

    def _opened(self, source: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
        try:
            if self._head.startswith(ARROW):
                return pa.ipc.open_file(source)
            return pa.ipc.open_stream(source)
        except (pa.ArrowException, OSError) as error:
            raise InputError([self._damaged(error)]) from None

    def _batches(self, reader: Any) -> Iterator[pa.RecordBatch]:  # noqa: ANN401 - pyarrow has no types
        try:
            if self._head.startswith(ARROW):
                for index in range(reader.num_record_batches):
                    yield _validated(reader.get_batch(index))
            else:
                yield from map(_validated, reader)
        except (pa.ArrowException, OSError) as error:
            raise InputError([self._damaged(error)]) from None

    def _damaged(self, error: Exception) -> Problem:
        first = shorten(str(error).splitlines()[0] if str(error) else type(error).__name__, 120)
        found = f"an Arrow file that cannot be read ({first})"
        return Problem(str(self.path), found, "a whole Arrow file", "it is damaged: write or copy it again")


def _validated(batch: pa.RecordBatch) -> pa.RecordBatch:
    batch.validate(full=True)
    return batch
