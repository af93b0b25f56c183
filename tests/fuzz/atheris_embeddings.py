"""Coverage-guided fuzzing of the embedding parser; needs the optional package `atheris`.

    pip install atheris
    python tests/fuzz/atheris_embeddings.py -max_total_time=600

Whatever a cell holds, it is empty, or refused in words, or gives the numbers that plain Python gives.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import numpy as np
import pyarrow as pa

with atheris.instrument_imports(include=["latefusion"]):
    from latefusion.ingest.embeddings import BAD, EMPTY, parse


def check_cells(data: bytes) -> None:
    """Parse up to three cells together, as one batch."""
    cells = data.decode("utf-8", "replace").replace("\0", "").split("\x01", 2)
    parsed = parse(pa.array(cells, pa.string()))
    at = 0
    for cell, length, row in zip(cells, parsed.lengths.tolist(), range(len(cells)), strict=True):
        if length == EMPTY:
            assert not cell.strip()
        elif length == BAD:
            assert 0 < len(parsed.bad[row].found) < 300
        else:
            inside = cell.strip()
            assert inside[0] == "["
            assert inside[-1] == "]"
            expected = np.array([float(text) for text in inside[1:-1].split(",")])
            found = parsed.values[at : at + length]
            assert np.isfinite(found).all()
            assert found.tobytes() == expected.tobytes(), (cell, found, expected)
            at += length


if __name__ == "__main__":
    atheris.Setup(sys.argv, check_cells)
    atheris.Fuzz()
