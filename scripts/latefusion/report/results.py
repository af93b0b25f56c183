"""The results that the page is made of, looked up by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.evaluation.names import SELECTED
from latefusion.report.metrics import METRICS, Metric
from latefusion.report.sentences import group_word
from latefusion.store.schemas import in_order
from latefusion.store.tables import read_table

Row = dict[str, Any]

TRUST = ("cross", "honest", "replica")
"""Protocols, the one to believe first."""

BAG = "_bag"


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
        if SELECTED in names:
            return SELECTED
        loss = {row["model"]: row["out_of_fold_log_loss"] for row in self.models if row["kind"] == "rule"}
        known = [name for name in names if loss[name] is not None]
        return min(known, key=lambda name: float(loss[name])) if known else next(iter(names), None)

    def comparison(self, model: str, metric: str = "accuracy") -> Row:
        """Return the comparison of a model with the reference; an empty one where there is none."""
        return self.one("comparisons", metric=metric, subset="all", model=model) or {}

    def planned(self, metric: str) -> list[Row]:
        """Return the planned comparisons of a metric, those of rules that coincide once."""
        once = {row["model"] for row in self.models if row["is_confirmatory"]}
        rows = self.where("comparisons", family="confirmatory", metric=metric, subset="all")
        return [row for row in rows if row["model"] in once]

    def in_set(self, model: str, metric: str) -> bool | None:
        """Whether a model is in the model confidence set of a metric; None where that is not known."""
        row = self.one("confidence_set", metric=metric, model=model)
        return None if row is None else bool(row["in_set"])

    @property
    def rules(self) -> list[str]:
        """The rules that were run: without `selected`, which is one of them, and without bags of repeats."""
        return [name for name in self.named("rule") if name != SELECTED and not name.endswith(BAG)]


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
    rankings : dict of str to str
        The ranking as text, by the language that it is written in.
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
    rankings: dict[str, str]
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
    def metric(self) -> Metric:
        """The metric that headline and ranking go by."""
        return METRICS[self.config["evaluation"].get("metric", "accuracy")]

    @property
    def splits(self) -> list[str]:
        """Splits of the items: `train` and `test`, or `all` where nothing divides them."""
        return in_order(self.dataset["n"])

    @property
    def grouped(self) -> bool:
        """Whether a column names groups; otherwise each item is its own, and the page speaks of none."""
        return bool(self.dataset["groups"]["known"])

    @property
    def predicted(self) -> bool:
        """Whether the models are finished predictions: nothing is known of embeddings and of training."""
        return self.config.get("predictions") is not None

    @property
    def apart(self) -> bool:
        """Whether `cross` keeps every group on one side."""
        return self.grouped and bool(self.dataset["groups"]["cross_grouped"])

    @property
    def on_files(self) -> Tables | None:
        """The most honest protocol on the given split; None where only `cross` was run."""
        return self.protocols.get("honest") or self.protocols.get("replica")

    @property
    def group_word(self) -> str:
        """What a group is called in a sentence: `artist` where the column is `artist_name`."""
        predictions = self.config.get("predictions") or {}
        return group_word(predictions.get("group") or self.config["data"].get("group"))

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
