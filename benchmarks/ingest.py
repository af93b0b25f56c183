"""Ingest of the notebook's files against `read_csv` + `ast.literal_eval` + `np.stack`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.files import notebook_files
from benchmarks.measure import save, task
from benchmarks.words import Result, best, busy, peak, prose, seconds, table, times

REPEATS = 3


def run(work: Path) -> dict[str, Any]:
    """Measure both; the slow one once, between ours."""
    folder = notebook_files(work)
    out = work / "ingest"
    own = [task("own_ingest", folder=folder, out=out, threads=2)]
    pandas = task("pandas_ingest", folder=folder, out=out)
    own += [task("own_ingest", folder=folder, out=out, threads=2) for _ in range(REPEATS - 1)]
    single = task("own_ingest", folder=folder, out=out, threads=1)
    megabytes = sum(path.stat().st_size for path in folder.glob("*.csv")) / 1e6
    measured = {
        "megabytes": megabytes,
        "own": own,
        "own_one_thread": single,
        "pandas": pandas,
        "equal_bits": _equal(out),
    }
    save("ingest", measured)
    return measured


def _equal(out: Path) -> bool:
    """Whether each float32 is the one that the notebook's way gives, to the last bit."""
    import pyarrow.parquet as pq

    with np.load(out / "pandas.npz") as theirs:
        for name in theirs.files:
            column = pq.read_table(out / f"{name}.parquet")["embedding"].combine_chunks()
            ours = column.flatten().to_numpy().reshape(len(column), -1)
            if not np.array_equal(ours.view(np.uint32), theirs[name].view(np.uint32)):
                return False
    return True


def section(result: Result) -> list[str]:
    """Compare ingest."""
    own, one, pandas = best(result["own"]), result["own_one_thread"], result["pandas"]
    processor = best(result["own"], "processor")
    rows = [
        ("CSV to written Parquet, 2 threads", seconds(own), seconds(processor), peak(result["own"]), ""),
        ("the same, 1 thread", seconds(one["seconds"]), seconds(one["processor"]), peak([one]), ""),
        (
            "`read_csv` + `literal_eval` + `np.stack`, nothing written",
            seconds(pandas["seconds"]),
            seconds(pandas["processor"]),
            peak([pandas]),
            times(pandas["seconds"] / own),
        ),
    ]
    return [
        "## Ingest",
        prose(
            f"""
            Both files, {result["megabytes"]:.0f} MB. Ours is the best of {len(result["own"])}, the
            other was run once, between ours (load before each run
            {busy([*result["own"], pandas])}). float32 values equal to the last bit:
            {"yes" if result["equal_bits"] else "**no**"}.
            """
        ),
        table(["", "seconds", "processor s", "peak MB", "ratio"], rows),
        f"By processor seconds the ratio is {times(pandas['processor'] / processor)}.",
    ]
