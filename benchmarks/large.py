"""Input far larger than the notebook's: a CSV of 5 GB, and a million rows of 768 columns."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.files import notebook_files
from benchmarks.measure import ROOT, child, save, task
from benchmarks.words import Result, peak, seconds, table

BYTES = 5_000_000_000
MILLION = 1_000_000
COLUMNS = 768
COMPONENTS = 1000
ROWS_A_CHUNK = 10_000


def run(work: Path) -> dict[str, Any]:
    """Measure both; every large file is deleted at the end."""
    measured = {"csv": large_csv(work)}
    save("large", measured)
    measured["million"] = million(work)
    save("large", measured)
    return measured


def large_csv(work: Path, size: int = BYTES) -> dict[str, Any]:
    """Ingest a CSV of at least `size` bytes: the simulated training file, again and again."""
    folder, out = work / "large-csv", work / "large-csv-out"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        source = (notebook_files(work) / "LaA_train.csv").read_bytes()
        body = source[source.index(b"\n") + 1 :]
        times = -(-size // len(body))
        path = folder / "LaA_train.csv"
        with path.open("wb") as file:
            file.write(source[: source.index(b"\n") + 1])
            for _ in range(times):
                file.write(body)
        rows = times * 10_870
        size = path.stat().st_size
        return {**task("own_ingest_one", folder=folder, out=out, threads=2), "bytes": size, "rows": rows}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(out, ignore_errors=True)


def million(work: Path, rows: int = MILLION) -> dict[str, Any]:
    """Take a Parquet table of a million rows through ingest and folds, and on to an SVM's probabilities."""
    folder = work / "million"
    try:
        for split, share in (("train", 0.8), ("test", 0.2)):
            _parquet(folder / f"{split}.parquet", round(rows * share), seed=int(share * 10))
        config = yaml.safe_load((ROOT / "examples" / "laa.yaml").read_text(encoding="utf-8"))
        config["data"] |= {
            "train": str(folder / "train.parquet"),
            "test": str(folder / "test.parquet"),
            "class_name": None,
            "group": "artist",
            "describe": [],
        }
        config |= {
            "results": "results",
            "modalities": [{"name": "lyrics", "column": "embedding"}],
            "svm": {"approximation": {"components": COMPONENTS}},
            "views": [],
            "protocols": ["honest"],
            "rules": [{"name": "mean"}],
        }
        (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        command = [Path(sys.executable).with_name("snakemake"), "--snakefile", ROOT / "Snakefile"]
        command += ["--directory", folder, "--configfile", folder / "config.yaml", "--cores", "2"]
        command += ["--workflow-profile", ROOT / "profiles" / "default"]
        bytes_in = sum(path.stat().st_size for path in folder.glob("*.parquet"))
        folds, svm = (
            child([str(part) for part in [*command, target]])
            for target in (
                "results/partitions/given.parquet",
                "results/given/probabilities/lyrics/test.parquet",
            )
        )
        for cost in (folds, svm):
            del cost["stdout"], cost["stderr"]
        jobs = _jobs(folder / "results" / "benchmarks")
        return {**folds, "svm": svm, "rows": rows, "bytes": bytes_in, "jobs": jobs}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _jobs(folder: Path) -> dict[str, dict[str, float]]:
    """Return seconds and peak MB of each job, as Snakemake measured them."""
    found = {}
    for path in sorted(folder.rglob("*.tsv")):
        names, values = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[:2])
        row = dict(zip(names, values, strict=True))
        name = str(path.relative_to(folder).with_suffix(""))
        found[name] = {"seconds": float(row["s"]), "peak_mb": float(row["max_rss"]) * 1.048576}
    return found


def _parquet(path: Path, rows: int, seed: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    schema = pa.schema(
        {"label": pa.int64(), "artist": pa.string(), "embedding": pa.list_(pa.float32(), COLUMNS)}
    )
    with pq.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
        for start in range(0, rows, ROWS_A_CHUNK):
            n = min(ROWS_A_CHUNK, rows - start)
            X = rng.standard_normal((n, COLUMNS), np.float32)
            artist = [f"Artist {number}" for number in rng.integers(0, rows // 4, n)]
            columns = [
                pa.array(rng.integers(0, 4, n)),
                pa.array(artist),
                pa.FixedSizeListArray.from_arrays(pa.array(X.ravel()), COLUMNS),
            ]
            writer.write_table(pa.table(columns, schema=schema))


def section(result: Result) -> list[str]:
    """Show large input."""
    rows = []
    for part, label in (
        ("csv", "ingest of a CSV with both embeddings"),
        ("million", "ingest, checks and folds of a Parquet table, 768 columns"),
    ):
        run = result.get(part)
        if run:
            cost = seconds(run.get("seconds", run["wall"]))
            rows.append((label, f"{run['bytes'] / 1e9:.1f}", f"{run['rows']:,}", cost, peak([run])))
        if run and "svm" in run:
            on = f"from there to probabilities: SVM by {COMPONENTS:,} components, test rows predicted"
            rows.append((on, "", "", seconds(run["svm"]["wall"]), peak([run["svm"]])))
            whole = seconds(run["wall"] + run["svm"]["wall"])
            rows.append(("**from Parquet to probabilities**", "", "", whole, peak([run, run["svm"]])))
        for name, job in run.get("jobs", {}).items() if run else ():
            rows.append((f"its job `{name}`", "", "", seconds(job["seconds"]), f"{job['peak_mb']:,.0f}"))
    return ["## Large input", table(["", "GB", "rows", "seconds", "peak MB"], rows)]
