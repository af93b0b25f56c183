"""The results of a run of numbers, read once for its page and looked up by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.evaluation.names import SELECTED
from latefusion.evaluation.targets.names import GROUP_MEAN, MEAN, TRAINING_MEAN
from latefusion.report.sentences import group_word
from latefusion.report.target_words import Words, words_of
from latefusion.store.tables import read_json, read_table

Row = dict[str, Any]
Array = NDArray[np.float64]

TRUST = ("cross", "honest")
"""Protocols, the one to believe first."""


@dataclass(frozen=True)
class TargetSources:
    """The files that the page of numbers is made of.

    Attributes
    ----------
    dataset, checks : Path
    item_tables : sequence of Path
        `items/{split}.parquet`.
    evaluation : sequence of Path
        `evaluation/{protocol}/{table}.parquet`.
    fusion : sequence of Path
        `fusion/{protocol}/{rule}.json`.
    models : sequence of Path
        `{partition}/models/{view}.json`.
    """

    dataset: Path
    checks: Path
    item_tables: Sequence[Path] = ()
    evaluation: Sequence[Path] = ()
    fusion: Sequence[Path] = ()
    models: Sequence[Path] = ()


@dataclass(frozen=True)
class TargetOutcomes:
    """What one model says of every item.

    Attributes
    ----------
    item : (n,) object array
    true, predicted : (n, T) arrays
    """

    item: NDArray[np.object_]
    true: Array
    predicted: Array


@dataclass
class TargetTables:
    """What was found under one protocol."""

    protocol: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    outcomes: dict[str, TargetOutcomes] = field(default_factory=dict)
    learned: dict[str, Row] = field(default_factory=dict)

    def where(self, table: str, **wanted: object) -> list[Row]:
        """Return the rows of a table whose columns have these values."""
        return [
            row
            for row in self.rows.get(table, [])
            if all(row.get(key) == value for key, value in wanted.items())
        ]

    def one(self, table: str, **wanted: object) -> Row:
        """Return the first such row; an empty one where there is none."""
        return next(iter(self.where(table, **wanted)), {})

    def metric(self, model: str | None, target: str, metric: str = "r2", subset: str = "all") -> Row:
        """Return one metric of a model; an empty row where it is not known."""
        return self.one("metrics", model=model, target=target, metric=metric, subset=subset)

    def comparison(self, model: str | None, target: str = MEAN) -> Row:
        """Return the comparison of a model with the reference; an empty row where there is none."""
        return self.one("comparisons", model=model, target=target, subset="all")

    def named(self, *kinds: str) -> list[str]:
        """Return the models of some kinds."""
        return [row["model"] for row in self.rows.get("models", []) if row["kind"] in kinds]

    @property
    def models(self) -> list[Row]:
        """The models, the best first by R² averaged over the targets."""
        known = self.where("metrics", target=MEAN, subset="all")
        place = {row["model"]: -np.inf if row["value"] is None else row["value"] for row in known}
        return sorted(self.rows.get("models", []), key=lambda row: -place.get(row["model"], -np.inf))

    @property
    def reference(self) -> str | None:
        """The single modality that rules are compared with."""
        return next((row["model"] for row in self.rows.get("models", []) if row["is_reference"]), None)

    @property
    def lead(self) -> str | None:
        """The fused model that the page is about: `selected`, else the best out of fold, or on test."""
        rules = [row for row in self.rows.get("models", []) if row["kind"] == "rule"]
        if any(row["model"] == SELECTED for row in rules):
            return SELECTED
        known = [row for row in rules if row["out_of_fold_error"] is not None]
        if known:
            return str(min(known, key=lambda row: row["out_of_fold_error"])["model"])
        named = {row["model"] for row in rules}
        return next((row["model"] for row in self.models if row["model"] in named), None)

    def chosen(self) -> dict[str, int]:
        """Return how often each rule was picked without test, the one picked most often first."""
        counts: dict[str, int] = {}
        for facts in self.learned.get(SELECTED, {}).get("partitions", {}).values():
            counts[facts["chosen"]] = counts.get(facts["chosen"], 0) + 1
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


@dataclass
class TargetResults:
    """Everything that the page of numbers shows.

    Attributes
    ----------
    config : mapping
        The complete configuration.
    dataset : dict
    checks : list of dict
    passed : list of str
        Codes of the checks that found nothing.
    protocols : dict of str to TargetTables
    described : dict of str to dict
        Descriptive columns of each item.
    models : dict of str to dict
        What is known of each view's model, by partition and view.
    """

    config: Mapping[str, Any]
    dataset: Row
    checks: list[Row]
    passed: list[str]
    protocols: dict[str, TargetTables]
    described: dict[str, Row]
    models: dict[str, dict[str, Row]] = field(default_factory=dict)

    def models_of(self, protocol: str) -> dict[str, list[Row]]:
        """Return what is known of each view's models in the partitions of a protocol."""
        found: dict[str, list[Row]] = {}
        for partition, views in self.models.items():
            if partition.startswith("cross-") == (protocol == "cross"):
                for name, facts in views.items():
                    found.setdefault(name, []).append(facts)
        return found

    @property
    def words(self) -> Words:
        """What the models are called."""
        return words_of(self.config, self.dataset["n"].get("train") or self.dataset["n"].get("all", 0))

    @property
    def best(self) -> TargetTables:
        """The protocol to believe: cross where there is one, else honest."""
        return next(self.protocols[name] for name in TRUST if name in self.protocols)

    @property
    def targets(self) -> list[str]:
        """Names of the targets."""
        return [entry["name"] for entry in self.dataset["targets"]]

    @property
    def n(self) -> int:
        """Items of all splits."""
        return sum(self.dataset["n"].values())

    @property
    def grouped(self) -> bool:
        """Whether a column names groups."""
        return bool(self.dataset["groups"]["known"])

    @property
    def group_word(self) -> str:
        """What a group is called in a sentence: `artist` where the column is `artist_name`."""
        predictions = self.config.get("predictions") or {}
        return group_word(predictions.get("group") or self.config["data"].get("group"))


def model_title(name: str) -> str:
    """Return what a model is called in a sentence."""
    return {
        TRAINING_MEAN: "the training mean",
        GROUP_MEAN: "the mean of the group",
        SELECTED: "the rule picked without test",
    }.get(name, name)


def read_target_results(sources: TargetSources, config: Mapping[str, Any]) -> TargetResults:
    """Read every table that the page shows.

    Raises
    ------
    latefusion.store.tables.TableError
        If a table cannot be read.
    """
    dataset, checks = read_json(sources.dataset), read_json(sources.checks)
    protocols: dict[str, TargetTables] = {}
    for path in map(Path, sources.evaluation):
        tables = protocols.setdefault(path.parent.name, TargetTables(path.parent.name))
        if path.stem == "outcomes":
            tables.outcomes = _outcomes(path, [entry["name"] for entry in dataset["targets"]])
        else:
            tables.rows[path.stem] = read_table(path).to_pylist()
    for path in map(Path, sources.fusion):
        if path.parent.name in protocols:
            protocols[path.parent.name].learned[path.stem] = read_json(path)
    described: dict[str, Row] = {}
    hidden = ("item", "label", "class", "group")
    for path in map(Path, sources.item_tables):
        table = read_table(path)
        about = [name for name in table.column_names if name not in hidden and "__" not in name]
        described |= {row.pop("item"): row for row in table.select(["item", *about]).to_pylist()}
    found = {check["code"] for check in checks["checks"]}
    passed = [code for code in checks["codes"] if code not in found]
    models: dict[str, dict[str, Row]] = {}
    for path in map(Path, sources.models):
        models.setdefault(path.parents[1].name, {})[path.stem] = read_json(path)
    return TargetResults(config, dataset, checks["checks"], passed, protocols, described, models)


def _outcomes(path: Path, targets: Sequence[str]) -> dict[str, TargetOutcomes]:
    """Read the table, whose rows are models, of each the targets, of each the same items."""
    table = read_table(path, columns=["model", "item", "target", "true", "predicted"])
    models = table["model"].unique().to_pylist()
    shape = (len(models), len(targets), -1)
    true, predicted = (table[name].to_numpy().reshape(shape) for name in ("true", "predicted"))
    n = true.shape[2]
    item = table["item"].slice(0, n).to_numpy(zero_copy_only=False)
    return {
        name: TargetOutcomes(item, true[at].T.copy(), predicted[at].T.copy())
        for at, name in enumerate(models)
    }
