"""Files of some gigabytes, one number a column or HDF5, to written Parquet: what memory they take."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.forms import COLUMNS, NAMES, measured_task
from benchmarks.measure import save
from benchmarks.words import Result, busy, peak, prose, seconds, table

BYTES = 5_000_000_000


def run(work: Path) -> dict[str, Any]:
    """Measure a file of 5 GB of each form, and remove it."""
    measured = {name: large(name, work / "large-forms", BYTES) for name in FORMS}
    save("large_forms", measured)
    return measured


def large(name: str, folder: Path, size: int) -> dict[str, Any]:
    """Return what a file of some size costs, which is written block by block."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        entry, rows = FORMS[name](folder, size)
        return {
            **measured_task("own", entry, folder),
            "rows": rows,
            "bytes": Path(entry["file"]).stat().st_size,
        }
    finally:
        shutil.rmtree(folder)


def _items(folder: Path, rows: int) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    ids = [f"s{number:08}" for number in range(rows)]
    pq.write_table(pa.table({"item": ids}), folder / "items.parquet")
    # another order than the file's, some of it in stretches
    return [*ids[rows // 2 :], *ids[: rows // 2]]


def _csv(folder: Path, size: int) -> tuple[dict[str, Any], int]:
    X = np.random.default_rng(0).normal(size=(500, COLUMNS)).astype(np.float32)
    lines = ["," + ",".join(map(str, row)) + "\n" for row in X]
    rows = size // (sum(map(len, lines)) // len(lines) + 9)
    with (folder / "large.csv").open("w", encoding="utf-8") as file:
        file.write(",".join(["id", *(f"f{column}" for column in range(COLUMNS))]) + "\n")
        for number, key in enumerate(_items(folder, rows)):
            file.write(key + lines[number % len(lines)])
    return {"file": str(folder / "large.csv")}, rows


def _hdf5(folder: Path, size: int) -> tuple[dict[str, Any], int]:
    import h5py

    rows = size // (4 * COLUMNS)
    X = np.random.default_rng(0).normal(size=(20_000, COLUMNS)).astype(np.float32)
    with h5py.File(folder / "large.h5", "w") as file:
        data = file.create_dataset("emb", (rows, COLUMNS), "f4")
        for start in range(0, rows, len(X)):
            data[start : start + len(X)] = X[: rows - start]
        file["id"] = np.array(_items(folder, rows), "S")
    return {"file": str(folder / "large.h5"), "array": "/emb", "items": "/id"}, rows


FORMS = {"wide": _csv, "hdf5": _hdf5}


def section(result: Result) -> list[str]:
    """Say what large files need."""
    runs = {name: result[name] for name in FORMS}
    rows = [
        (NAMES[name], f"{run['bytes'] / 1e9:.1f}", f"{run['rows']:,}", seconds(run["wall"]), peak([run]))
        for name, run in runs.items()
    ]
    return [
        "## Large files of other forms",
        prose(
            f"""
            {COLUMNS} numbers an item, joined by identifier to items in another order, one run each, the
            whole process (load before each run {busy(runs.values())}).
            """
        ),
        table(["", "GB", "rows", "seconds", "peak MB"], rows),
    ]
