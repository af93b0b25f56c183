"""Embeddings from every form of file to written Parquet, beside what numpy and pandas take to read it."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.measure import child, save
from benchmarks.words import Result, best, busy, peak, prose, seconds, table

ROWS, COLUMNS = 10_870, 768
REPEATS = 3
NAMES = {
    "table_brackets": "CSV of the items, lists in brackets",
    "table_wide": "CSV of the items, one number a column",
    "brackets": "CSV, lists in brackets",
    "wide": "CSV, one number a column",
    "npy": ".npy and a list of identifiers",
    "npz": ".npz, identifiers inside",
    "hdf5": "HDF5, identifiers inside",
    "parquet": "Parquet, lists",
    "files": "a .npy file an item",
}


def run(work: Path) -> dict[str, Any]:
    """Measure each form by turns, and what numpy, h5py or pandas take for the same."""
    folder = work / "forms"
    try:
        measured = {"rows": ROWS, "columns": COLUMNS, "forms": measure(folder, ROWS, REPEATS)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    save("forms", measured)
    return measured


def measure(folder: Path, rows: int, repeats: int) -> dict[str, dict[str, Any]]:
    """Return the runs of each form, ours and the others', and whether both have the same bits."""
    entries = write_forms(folder, rows)
    runs: dict[str, dict[str, Any]] = {name: {"own": [], "other": []} for name in entries}
    for repeat in range(repeats):
        for name, entry in entries.items():
            task = "own_table" if name.startswith("table_") else "own"
            runs[name]["own"].append(measured_task(task, entry, folder))
            if name.startswith("table_") or (repeat and name == "brackets"):
                continue  # its order is the file's, or `literal_eval` takes a minute and a half
            runs[name]["other"].append(measured_task("other", entry, folder))
            ours = features(folder / "features.parquet")
            runs[name]["equal"] = bool(np.array_equal(ours, np.load(folder / "other.npy")))
    return runs


def measured_task(which: str, entry: dict[str, Any], folder: Path) -> Result:
    """Run a task of `form_tasks` in a process of its own; return its result and what it cost."""
    arguments = json.dumps({"entry": entry, "folder": str(folder)})
    cost = child([sys.executable, "-m", "benchmarks.form_tasks", which, arguments])
    result: dict[str, Any] = json.loads(cost.pop("stdout").splitlines()[-1])
    del cost["stderr"]
    return {**cost, **result}


def features(path: Path) -> np.ndarray:
    """Return the numbers of a written matrix, (n, d)."""
    import pyarrow.parquet as pq

    column = pq.read_table(path)["embedding"].combine_chunks()
    values: np.ndarray = column.flatten().to_numpy().reshape(len(column), -1)
    return values


def write_forms(folder: Path, n: int = ROWS) -> dict[str, dict[str, Any]]:
    """Write the same embeddings in each form, in another order than the items; return their entries."""
    import h5py
    import pyarrow as pa
    import pyarrow.parquet as pq

    shutil.rmtree(folder, ignore_errors=True)
    (folder / "files").mkdir(parents=True)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, COLUMNS)).astype(np.float32)
    ids = [f"s{number:05}" for number in rng.permutation(n)]
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
        "table_brackets": {"file": at["brackets.csv"], "column": "embedding"},
        "table_wide": {"file": at["wide.csv"], "columns": "f*"},
        "brackets": {"file": at["brackets.csv"], "column": "embedding"},
        "wide": {"file": at["wide.csv"]},
        "npy": {"file": at["a.npy"], "items": str(folder / "ids.txt")},
        "npz": {"file": at["a.npz"], "array": "emb", "items": "ids"},
        "hdf5": {"file": at["a.h5"], "array": "/emb", "items": "/id"},
        "parquet": {"file": at["a.parquet"], "column": "embedding"},
        "files": {"files": str(folder / "files" / "{item}.npy")},
    }


def section(result: Result) -> list[str]:
    """Compare the forms."""
    forms = result["forms"]
    rows = [
        (
            NAMES[name],
            seconds(best(runs["own"], "wall")),
            seconds(best(runs["own"])),
            seconds(best(runs["own"], "work")),
            _of_brackets(forms, name),
            peak(runs["own"]),
            seconds(best(runs["other"])) if runs["other"] else "",
            seconds(best(runs["other"], "work")) if runs["other"] else "",
            ("yes" if runs["equal"] else "**no**") if runs["other"] else "",
        )
        for name, runs in forms.items()
    ]
    head = ["", "process", "work", "processor s", "of brackets", "peak MB"]
    head += ["others", "processor s", "equal bits"]
    everything = [run for runs in forms.values() for which in ("own", "other") for run in runs[which]]
    return [
        "## Forms of files",
        prose(
            f"""
            {result["rows"]:,} items of {result["columns"]} numbers. Ours: checked and written as Parquet;
            files that are not the items' own are in another order, and joined by identifier. *Process* is
            from its start to its end, *work* without imports, *of brackets* the median over the rounds of
            the ratio of work to that of brackets in the same place and round, by the processor's seconds.
            Others: `np.load`, h5py, `pandas.read_parquet`, `read_csv` (of brackets with `literal_eval`), put
            in order and written with `np.save`, without imports. The least of {REPEATS} runs by turns, of
            `literal_eval` one run (load before each run {busy(everything)}).
            """
        ),
        table(head, rows),
    ]


def _of_brackets(forms: Result, name: str) -> str:
    """Return how a form's work compares to that of brackets, the median of pairs of runs."""
    brackets = forms["table_brackets" if name.startswith("table_") else "brackets"]["own"]
    pairs = zip(forms[name]["own"], brackets, strict=True)
    return f"{median(own['work'] / other['work'] for own, other in pairs):.2f}"
