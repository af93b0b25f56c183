"""Reading embeddings from one form of file, each in a process of its own, by us, by numpy or by pandas.

    python -m benchmarks.form_tasks NAME '{"argument": value}'

prints one line of JSON; `seconds` and `work` are those on the clock and of the processor, without imports.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def own(entry: dict[str, Any], folder: str) -> dict[str, Any]:
    """Join a modality's file to the items and write Parquet, with the surroundings of a job."""
    from latefusion.core.job import job

    out = Path(folder)
    with job(out / "job.log"):
        from latefusion.ingest.modality_file import ingest_modality, item_names
        from latefusion.ingest.readers.modality_source import open_modality

        tables, features = {"train": out / "items.parquet"}, {"train": out / "features.parquet"}

        def run() -> None:
            source = open_modality(entry, item="id", keys=lambda: item_names(tables), max_cell_bytes=16 << 20)
            ingest_modality(source, "m", tables, features, out / "facts.json", missing=False)

        return _timed(run)


def own_table(entry: dict[str, Any], folder: str) -> dict[str, Any]:
    """Write the embeddings of the items' own table as Parquet, with the surroundings of a job."""
    from latefusion.core.job import job

    out = Path(folder)
    with job(out / "job.log"):
        from latefusion.ingest.columns import Columns
        from latefusion.ingest.ingest import SplitFiles, ingest
        from latefusion.ingest.readers.opening import open_table

        columns = Columns.of({"item": "id"}, [{"name": "m", **entry}])
        files = SplitFiles({"m": out / "features.parquet"}, out / "table-items.parquet", out / "facts.json")

        def run() -> None:
            ingest(open_table(entry["file"], 16 << 20), "train", columns, files, threads=2)

        return _timed(run)


def other(entry: dict[str, Any], folder: str) -> dict[str, Any]:
    """Read the same as people do, bring it into the order of the items, and write it with np.save."""
    import ast

    import h5py
    import pandas as pd
    import pyarrow.parquet as pq

    names = pq.read_table(Path(folder) / "items.parquet")["item"].to_pylist()
    file = entry.get("file", "")

    def by_id(keys: list[Any], values: np.ndarray) -> np.ndarray:
        at = {key: row for row, key in enumerate(keys)}
        return values[[at[name] for name in names]]

    def read() -> np.ndarray:
        if "files" in entry:
            return np.stack([np.load(entry["files"].replace("{item}", name)) for name in names])
        if file.endswith(".npy"):
            return by_id(Path(entry["items"]).read_text(encoding="utf-8").split(), np.load(file))
        if file.endswith(".npz"):
            arrays = np.load(file)
            return by_id(arrays["ids"].tolist(), arrays["emb"])
        if file.endswith(".h5"):
            with h5py.File(file) as store:
                return by_id([key.decode() for key in store["id"][()]], store["emb"][()])
        if file.endswith(".parquet"):
            frame = pd.read_parquet(file).set_index("id").loc[names]
            return np.stack(frame["embedding"].to_list())
        frame = pd.read_csv(file).set_index("id").loc[names]
        if entry.get("column"):
            return np.stack(frame["embedding"].map(ast.literal_eval).to_list()).astype(np.float32)
        return frame.to_numpy(np.float32)

    return _timed(lambda: np.save(Path(folder) / "other.npy", read()))


def _timed(run: Callable[[], object]) -> dict[str, Any]:
    began, work = time.perf_counter(), time.process_time()
    run()
    return {"seconds": time.perf_counter() - began, "work": time.process_time() - work}


if __name__ == "__main__":
    print(
        json.dumps(
            {"own": own, "own_table": own_table, "other": other}[sys.argv[1]](**json.loads(sys.argv[2]))
        ),
        flush=True,
    )
