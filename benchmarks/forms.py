"""Embeddings from every form of file to written Parquet, beside what numpy and pandas take to read it."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import child, save
from benchmarks.words import Result, best, busy, peak, prose, seconds, table

ROWS, COLUMNS = 10_870, 768
REPEATS = 3
LARGE_BYTES = 5_000_000_000
NAMES = {
    "brackets": "CSV, lists in brackets",
    "wide": "CSV, one number a column",
    "npy": ".npy and a list of identifiers",
    "npz": ".npz, identifiers inside",
    "hdf5": "HDF5, identifiers inside",
    "parquet": "Parquet, lists",
    "files": "a .npy file an item",
}
LARGE_NAMES = {"wide": "CSV, one number a column", "hdf5": "HDF5"}


def run(work: Path) -> dict[str, Any]:
    """Measure each form by turns, the least of some runs, and what two files of 5 GB need."""
    folder = work / "forms"
    entries = write_forms(folder)
    rows = {}
    for name, entry in entries.items():
        runs: dict[str, list[Result]] = {"own": [], "other": []}
        for repeat in range(REPEATS):
            for which, kept in runs.items():
                if (name, which) == ("brackets", "other") and repeat:
                    continue  # a minute and a half
                kept.append(_measured(which, entry, folder / "items.parquet", folder))
        ours = _features(folder / "features.parquet")
        runs["equal"] = bool(np.array_equal(ours, np.load(folder / "other.npy")))  # type: ignore[assignment]
        rows[name] = runs
    large = {name: _large(name, work / "forms-large") for name in LARGE_NAMES}
    measured = {"rows": ROWS, "columns": COLUMNS, "forms": rows, "large": large}
    save("forms", measured)
    return measured


def _measured(which: str, entry: dict[str, Any], items: Path, out: Path) -> Result:
    arguments = json.dumps({"entry": entry, "items": str(items), "out": str(out)})
    cost = child([sys.executable, "-m", "benchmarks.form_tasks", which, arguments])
    result: dict[str, Any] = json.loads(cost.pop("stdout").splitlines()[-1])
    del cost["stderr"]
    return {**cost, **result}


def _features(path: Path) -> np.ndarray:
    import pyarrow.parquet as pq

    column = pq.read_table(path)["embedding"].combine_chunks()
    values: np.ndarray = column.flatten().to_numpy().reshape(len(column), -1)
    return values


def write_forms(folder: Path) -> dict[str, dict[str, Any]]:
    """Write the same embeddings in each form, in another order than the items; return their entries."""
    import h5py
    import pyarrow as pa
    import pyarrow.parquet as pq

    shutil.rmtree(folder, ignore_errors=True)
    (folder / "files").mkdir(parents=True)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    ids = [f"s{number:05}" for number in rng.permutation(ROWS)]
    pq.write_table(pa.table({"item": sorted(ids)}), folder / "items.parquet")
    np.save(folder / "a.npy", X)
    (folder / "ids.txt").write_text("".join(f"{key}\n" for key in ids), encoding="utf-8")
    np.savez(folder / "a.npz", emb=X, ids=np.array(ids))
    with h5py.File(folder / "a.h5", "w") as file:
        file["emb"], file["id"] = X, np.array(ids, "S")
    lists = pa.FixedSizeListArray.from_arrays(pa.array(X.ravel()), COLUMNS).cast(pa.list_(pa.float32()))
    pq.write_table(pa.table({"id": ids, "embedding": lists}), folder / "a.parquet")
    with (
        (folder / "wide.csv").open("w", encoding="utf-8") as wide,
        (folder / "brackets.csv").open("w", encoding="utf-8") as brackets,
    ):
        wide.write(",".join(["id", *(f"f{column}" for column in range(COLUMNS))]) + "\n")
        brackets.write("id,embedding\n")
        for key, row in zip(ids, X, strict=True):
            cells = [str(value) for value in row]
            wide.write(f"{key},{','.join(cells)}\n")
            brackets.write(f'{key},"[{", ".join(cells)}]"\n')
            np.save(folder / "files" / f"{key}.npy", row)
    at = {
        name: str(folder / name)
        for name in ("a.npy", "a.npz", "a.h5", "a.parquet", "wide.csv", "brackets.csv")
    }
    return {
        "brackets": {"file": at["brackets.csv"], "column": "embedding"},
        "wide": {"file": at["wide.csv"]},
        "npy": {"file": at["a.npy"], "items": str(folder / "ids.txt")},
        "npz": {"file": at["a.npz"], "array": "emb", "items": "ids"},
        "hdf5": {"file": at["a.h5"], "array": "/emb", "items": "/id"},
        "parquet": {"file": at["a.parquet"], "column": "embedding"},
        "files": {"files": str(folder / "files" / "{item}.npy")},
    }


def _large(name: str, folder: Path) -> dict[str, Any]:
    """Measure a file of 5 GB, and remove it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        entry, rows = (_large_csv if name == "wide" else _large_hdf5)(folder)
        path = Path(entry["file"])
        cost = _measured("own", entry, folder / "items.parquet", folder)
        return {**cost, "rows": rows, "bytes": path.stat().st_size}
    finally:
        shutil.rmtree(folder)


def _items(folder: Path, rows: int) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    ids = [f"s{number:08}" for number in range(rows)]
    pq.write_table(pa.table({"item": ids}), folder / "items.parquet")
    return ids


def _large_csv(folder: Path) -> tuple[dict[str, Any], int]:
    X = np.random.default_rng(0).normal(size=(2000, COLUMNS)).astype(np.float32)
    lines = ["," + ",".join(map(str, row)) + "\n" for row in X]
    rows = LARGE_BYTES // (sum(map(len, lines)) // len(lines) + 9)
    with (folder / "large.csv").open("w", encoding="utf-8") as file:
        file.write(",".join(["id", *(f"f{column}" for column in range(COLUMNS))]) + "\n")
        for number, key in enumerate(_items(folder, rows)):
            file.write(key + lines[number % len(lines)])
    return {"file": str(folder / "large.csv")}, rows


def _large_hdf5(folder: Path) -> tuple[dict[str, Any], int]:
    import h5py

    rows = LARGE_BYTES // (4 * COLUMNS)
    X = np.random.default_rng(0).normal(size=(20_000, COLUMNS)).astype(np.float32)
    with h5py.File(folder / "large.h5", "w") as file:
        data = file.create_dataset("emb", (rows, COLUMNS), "f4")
        for start in range(0, rows, len(X)):
            data[start : start + len(X)] = X[: rows - start]
        file["id"] = np.array(_items(folder, rows), "S")
    return {"file": str(folder / "large.h5"), "array": "/emb", "items": "/id"}, rows


def section(result: Result) -> list[str]:
    """Compare the forms, and say what large files need."""
    forms = result["forms"]
    brackets = best(forms["brackets"]["own"], "work")
    rows = [
        (
            NAMES[name],
            seconds(best(runs["own"])),
            seconds(best(runs["own"], "work")),
            f"{best(runs['own'], 'work') / brackets:.2f}",
            peak(runs["own"]),
            seconds(best(runs["other"])),
            seconds(best(runs["other"], "work")),
            "yes" if runs["equal"] else "**no**",
        )
        for name, runs in forms.items()
    ]
    head = ["", "seconds", "processor s", "of brackets", "peak MB", "others", "processor s", "equal bits"]
    large = [
        (
            f"{LARGE_NAMES[name]}, {one['bytes'] / 1e9:.1f} GB, {one['rows']:,} rows",
            seconds(one["seconds"]),
            seconds(one["work"]),
            f"{one['peak_mb']:,.0f}",
        )
        for name, one in result["large"].items()
    ]
    everything = [run for runs in forms.values() for which in ("own", "other") for run in runs[which]]
    return [
        "## Forms of files",
        prose(
            f"""
            {result["rows"]:,} items of {result["columns"]} numbers, in another order than the items. Ours:
            joined by identifier, checked, written as Parquet. Others: `np.load`, h5py, `pandas.read_parquet`,
            `read_csv` (of brackets with `literal_eval`), put in order and written with `np.save`. The least
            of {REPEATS} runs by turns, of `literal_eval` one run (load before each run {busy(everything)}).
            """
        ),
        table(head, rows),
        "Large files, one run each:",
        table(["", "seconds", "processor s", "peak MB"], large),
    ]
