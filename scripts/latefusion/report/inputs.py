"""The tables that the page is made of, read once and looked up by name."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.tables import read_json, read_table

Row = dict[str, Any]

TRUST = ("cross", "honest", "replica")
"""Protocols, the one to believe first."""

ACROSS = "evaluation"
ALPHA = 0.05
ENDINGS = ("_name", "_id", "_key")


@dataclass(frozen=True)
class Sources:
    """The files that the page is made of; what a run does not make is an empty list.

    Attributes
    ----------
    dataset, checks, groups : Path
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
    item_tables: Sequence[Path] = ()
    evaluation: Sequence[Path] = ()
    fusion: Sequence[Path] = ()
    models: Sequence[Path] = ()
    provenance: Sequence[Path] = ()
    benchmarks: Path | None = None


@dataclass(frozen=True)
class Outcomes:
    """What every model says of every item.

    Attributes
    ----------
    item : (n,) object array of str
    label : (n,) array
        Class index.
    models : tuple of str
        M models.
    correct, p_label : (M, n) arrays
        How often each item is right; the probability of its class, NaN where there is none.
    predicted : (M, n) array
        Class index said most often.
    """

    item: NDArray[np.object_]
    label: NDArray[np.int64]
    models: tuple[str, ...]
    correct: NDArray[np.float64]
    p_label: NDArray[np.float64]
    predicted: NDArray[np.int64]

    @classmethod
    def read(cls, path: Path) -> Outcomes:
        """Read the table, whose rows are the models one after another, each with the same items."""
        table = read_table(path, columns=["model", "item", "label", "predicted", "correct", "p_label"])
        models = tuple(table["model"].unique().to_pylist())
        shape = (len(models), table.num_rows // max(1, len(models)))

        def grid(name: str) -> NDArray[Any]:
            return table[name].to_numpy().reshape(shape)

        item = table["item"].slice(0, shape[1]).to_numpy()
        return cls(
            item,
            grid("label")[0] if models else np.empty(0, np.int64),
            models,
            grid("correct"),
            grid("p_label"),
            grid("predicted"),
        )

    def of(self, model: str) -> int:
        """Return the row of a model."""
        return self.models.index(model)


@dataclass
class Tables:
    """What was found under one protocol."""

    protocol: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    outcomes: Outcomes | None = None
    learned: dict[str, Row] = field(default_factory=dict)
    robustness: dict[str, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._metrics: dict[tuple[str, str, str], Row] | None = None

    def where(self, table: str, **wanted: object) -> list[Row]:
        """Return the rows of a table whose columns have these values; none where the table is missing."""
        return [
            row
            for row in self.rows.get(table, [])
            if all(row.get(key) == value for key, value in wanted.items())
        ]

    def one(self, table: str, **wanted: object) -> Row | None:
        """Return the first such row."""
        return next(iter(self.where(table, **wanted)), None)

    def metric(self, model: str, name: str, subset: str = "all") -> Row:
        """Return the row of one metric of a model; an empty one where it is not known."""
        if self._metrics is None:
            self._metrics = {
                (row["model"], row["metric"], row["subset"]): row for row in self.rows.get("metrics", [])
            }
        return self._metrics.get((model, name, subset), {})

    def value(self, model: str, name: str, subset: str = "all") -> float | None:
        """Return one metric of a model."""
        return self.metric(model, name, subset).get("value")

    @property
    def models(self) -> list[Row]:
        """The models of the protocol in the order of the configuration."""
        return self.rows.get("models", [])

    def named(self, *kinds: str) -> list[str]:
        """Return the models of some kinds."""
        return [row["model"] for row in self.models if row["kind"] in kinds]

    @property
    def reference(self) -> str | None:
        """The single modality that rules are compared with."""
        return next((row["model"] for row in self.models if row["is_reference"]), None)

    @property
    def lead(self) -> str | None:
        """The fused model that the page speaks of: `selected`, else the rule that stands for it."""
        names = self.named("rule")
        if "selected" in names:
            return "selected"
        loss = {row["model"]: row["out_of_fold_log_loss"] for row in self.models if row["kind"] == "rule"}
        known = [name for name in names if loss[name] is not None]
        return min(known, key=lambda name: float(loss[name])) if known else next(iter(names), None)

    def comparison(self, model: str, metric: str = "accuracy") -> Row:
        """Return the comparison of a model with the reference; an empty one where there is none."""
        return self.one("comparisons", metric=metric, subset="all", model=model) or {}


@dataclass
class Results:
    """Everything that the page shows.

    Attributes
    ----------
    config : mapping
        The complete configuration.
    dataset : dict
    checks : list of dict
    passed : list of str
        Codes of the checks that found nothing.
    protocols : dict of str to Tables
    across : dict of str to list of dict
        Tables over all protocols.
    items : dict of str to pyarrow.Table
        Items of each split.
    group_sizes : list of int
        Items of each group, over both splits.
    models : dict of (str, str) to dict
        What was noted of each trained view, by partition and name.
    provenance : dict of str to dict
        `path`, `bytes`, `sha256` and `rows` of the file of each split.
    jobs : list of dict
        One for each benchmark file: `job`, `rule`, `seconds`, `memory`.
    """

    config: Mapping[str, Any]
    dataset: Row
    checks: list[Row]
    passed: list[str]
    protocols: dict[str, Tables]
    across: dict[str, list[Row]]
    items: dict[str, pa.Table]
    group_sizes: list[int]
    models: dict[tuple[str, str], Row]
    provenance: dict[str, Row]
    jobs: list[Row]

    @property
    def best(self) -> Tables:
        """The protocol to believe: cross where there is one, else honest, else replica."""
        return next(
            (self.protocols[name] for name in TRUST if name in self.protocols),
            Tables("none"),
        )

    @property
    def claimed(self) -> Tables | None:
        """The notebook's way, where it was run."""
        return self.protocols.get("replica")

    @property
    def classes(self) -> list[str]:
        """Names of the classes in the order of their index."""
        return [entry["name"] for entry in self.dataset["classes"]]

    @property
    def modalities(self) -> list[str]:
        """Names of the single-modality views."""
        return [entry["name"] for entry in self.config["modalities"]]

    @property
    def n(self) -> int:
        """Items of both splits."""
        return sum(self.dataset["n"].values())

    @property
    def group_word(self) -> str:
        """What a group is called in a sentence: `artist` where the column is `artist_name`."""
        column = str(self.config["data"].get("group") or "group")
        for ending in ENDINGS:
            column = column.removesuffix(ending) or column
        return column.replace("_", " ")

    def leak(self, start: str, end: str, model: str, metric: str = "accuracy") -> Row:
        """Return the paired difference of a model between two protocols; an empty row where there is none."""
        subset = "given_test" if end == "cross" else "all"
        wanted = {"claimed": start, "honest": end, "model": model, "metric": metric, "subset": subset}
        return next(
            (
                row
                for row in self.across.get("leaks", [])
                if all(row[key] == value for key, value in wanted.items())
            ),
            {},
        )


def read_results(sources: Sources, config: Mapping[str, Any]) -> Results:
    """Read every table that the page shows.

    Raises
    ------
    latefusion.tables.TableError
        If a table cannot be read.
    """
    protocols = {name: Tables(name) for name in config["protocols"]}
    across: dict[str, list[Row]] = {}
    for path in map(Path, sources.evaluation):
        if path.parent.name == ACROSS:
            across[path.stem] = _rows(path)
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
        models={(path.parts[-3], path.stem): read_json(path) for path in map(Path, sources.models)},
        provenance={path.name.partition(".")[0]: read_json(path) for path in map(Path, sources.provenance)},
        jobs=list(_jobs(sources.benchmarks)) if sources.benchmarks else [],
    )


def _rows(path: Path) -> list[Row]:
    rows: list[Row] = read_table(path).to_pylist()
    if path.stem == "comparisons":
        for row in rows:
            row["verdict"] = _verdict(row, "better", "worse")
    if path.stem == "leaks":
        for row in rows:
            row["verdict"] = _verdict(row, "flatters", "harms")
    return rows


def _verdict(row: Row, good: str, bad: str) -> str:
    """Return what a paired difference says; of the planned comparisons, after Holm's correction."""
    if row["low"] == 0 == row["high"]:
        return "same"
    p = row.get("p_holm") if row.get("p_holm") is not None else row["p"]
    if p is None or p > ALPHA:
        return "undecided"
    return good if (row["difference"] > 0) == (row["better"] == "higher") else bad


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


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
