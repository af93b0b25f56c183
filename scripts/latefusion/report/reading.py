"""The tables of a run, read once for the page."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from latefusion.evaluation.names import EMAP
from latefusion.report import verdicts
from latefusion.report.results import Outcomes, Results, Row, Tables
from latefusion.store.tables import read_json, read_table

ACROSS = "evaluation"


@dataclass(frozen=True)
class Sources:
    """The files that the page is made of; what a run does not make is an empty list.

    Attributes
    ----------
    dataset, checks, groups : Path
    rankings : mapping of str to Path
        The ranking as text, by the language that it is written in.
    item_tables : sequence of Path
        `items/{split}.parquet`.
    evaluation : sequence of Path
        `evaluation/{protocol}/{table}.parquet` and `evaluation/{table}.parquet`.
    fusion : sequence of Path
        `fusion/{protocol}/{rule}.json` and `….robustness.parquet`.
    models : sequence of Path
        `{partition}/models/{view}.json`.
    provenance : sequence of Path
        `items/{split}.source.json`.
    benchmarks : Path, optional
        Folder of Snakemake's benchmark files.
    """

    dataset: Path
    checks: Path
    groups: Path
    rankings: Mapping[str, Path] = field(default_factory=dict)
    item_tables: Sequence[Path] = ()
    evaluation: Sequence[Path] = ()
    fusion: Sequence[Path] = ()
    models: Sequence[Path] = ()
    provenance: Sequence[Path] = ()
    benchmarks: Path | None = None


def read_results(sources: Sources, config: Mapping[str, Any]) -> Results:
    """Read every table that the page shows.

    Raises
    ------
    latefusion.store.tables.TableError
        If a table cannot be read.
    """
    protocols = {name: Tables(name) for name in config["protocols"]}
    across: dict[str, list[Row]] = {}
    for path in map(Path, sources.evaluation):
        if path.parent.name == ACROSS:
            across[path.stem] = _rows(path)
        elif path.parent.name == EMAP:
            across.setdefault(EMAP, []).extend(_rows(path))
        elif path.parent.name in protocols:
            tables = protocols[path.parent.name]
            if path.stem == "outcomes":
                tables.outcomes = Outcomes.read(path)
            else:
                tables.rows[path.stem] = _rows(path)
    for path in map(Path, sources.fusion):
        tables = protocols.setdefault(path.parent.name, Tables(path.parent.name))
        rule = path.name.partition(".")[0]
        if path.suffix == ".json":
            tables.learned[rule] = read_json(path)
        elif path.name.endswith(".robustness.parquet"):
            tables.robustness[rule] = _rows(path)
    checks = read_json(sources.checks)
    models = {(path.parts[-3], path.stem): read_json(path) for path in map(Path, sources.models)}
    jobs = _jobs(sources.benchmarks) if sources.benchmarks else ()
    return Results(
        config=config,
        dataset=read_json(sources.dataset),
        checks=checks["checks"],
        passed=[
            code for code in checks["codes"] if code not in {check["code"] for check in checks["checks"]}
        ],
        protocols={name: tables for name, tables in protocols.items() if tables.rows.get("models")},
        across=across,
        items={path.stem: read_table(path) for path in map(Path, sources.item_tables)},
        group_sizes=_group_sizes(sources.groups),
        models=models,
        provenance={path.name.partition(".")[0]: read_json(path) for path in map(Path, sources.provenance)},
        rankings={name: path.read_text(encoding="utf-8") for name, path in sources.rankings.items()},
        jobs=[job for job in jobs if _is_of_this_run(job["job"], protocols, models)],
    )


def _rows(path: Path) -> list[Row]:
    rows: list[Row] = read_table(path).to_pylist()
    verdict = {"comparisons": verdicts.of_comparison, "leaks": verdicts.of_leak}.get(path.stem)
    if verdict is not None:
        for row in rows:
            row["verdict"] = verdict(row)
    return rows


def _group_sizes(path: Path) -> list[int]:
    counted = read_table(path)["group"].value_counts()
    return sorted(counted.field("counts").to_pylist(), reverse=True)


def _jobs(folder: Path) -> Iterable[Row]:
    """Yield time and memory of each job whose benchmark file can be read."""
    for path in sorted(Path(folder).rglob("*.tsv")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        if rows:
            yield {
                "job": name,
                "rule": name.partition("/")[0],
                "seconds": _number(rows[-1].get("s")),
                "memory": _number(rows[-1].get("max_rss")),
            }


def _is_of_this_run(job: str, protocols: Mapping[str, Tables], models: Collection[tuple[str, str]]) -> bool:
    """Whether a job made something that is shown, and not what an earlier configuration had."""
    rule, *where = job.split("/")
    if rule in ("evaluate", "select_rule"):
        return where[0] in protocols
    if rule == "fuse":
        return where[0] in protocols and where[1] in protocols[where[0]].learned
    if rule == "measure_interactions":
        return any(view == where[0] for _, view in models)
    if rule in ("train_svm", "predict_svm"):
        # one job for all partitions of a repeat: `cross-0` is that of `cross-0-1`
        return any(
            (partition.rpartition("-")[0] or partition, view) == tuple(where) for partition, view in models
        )
    if rule == "predict_pretrained":
        return (where[0], where[1]) in models
    return True


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
