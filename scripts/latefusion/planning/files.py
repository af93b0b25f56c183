"""Files of a run, as far as its plan has them. Paths begin with `<results>`, which Snakemake fills in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from latefusion.core.table_files import table_files
from latefusion.evaluation.names import LEAKS, LEARNER, SELECTED, TABLES
from latefusion.planning import interactions
from latefusion.planning.config_types import Config, Modality
from latefusion.planning.item_sources import SOURCES, leaves_out, needs_selection, new_modality, splits_of
from latefusion.planning.learned_views import LearnedViews
from latefusion.planning.modality_sources import BY_ROW, has_embedding, has_files, in_table
from latefusion.planning.plan import cross_partitions
from latefusion.planning.views import View

ROOT: Final = "<results>"
GIVEN: Final = "given"
Kind = Literal["in_sample", "out_of_fold", "test"]


def items_of(*splits: str) -> list[str]:
    """Return the tables of items of some splits."""
    return [f"{ROOT}/items/{split}.parquet" for split in splits]


def fused_files(protocol: str, rules: Sequence[str], kind: str) -> list[str]:
    """Return one kind of file of some rules of a protocol."""
    return [f"{ROOT}/fusion/{protocol}/{name}.{kind}" for name in rules]


def evaluation_tables(protocol: str) -> list[str]:
    """Return the tables of one protocol."""
    return [f"{ROOT}/evaluation/{protocol}/{table}.parquet" for table in TABLES]


class Files(LearnedViews):
    """Files of the run that a configuration asks for.

    Parameters
    ----------
    config : Config
    plan : Plan
    """

    @property
    def splits(self) -> tuple[str, ...]:
        """Splits of the labelled items: of two files or of one that is divided, else one of `all` items."""
        return splits_of(self.config["data"])

    @property
    def item_tables(self) -> list[str]:
        """Tables of all labelled items."""
        return items_of(*self.splits)

    def splits_of(self, partition: str, part: str) -> tuple[str, ...]:
        """Return the splits that the rows of one part of a partition come from."""
        return (part,) if partition == GIVEN else self.splits

    @property
    def given_folds(self) -> list[str]:
        """The folds that came with the data, where the configuration names their column."""
        return [] if self.config["cross"]["column"] is None else [f"{ROOT}/items/folds.parquet"]

    def folds_of(self, partition: str) -> list[str]:
        """Return the folds that came with the data, where a partition is one of them."""
        return self.given_folds if partition.startswith("cross-") else []

    def selection(self, split: str) -> list[str]:
        """Return what says which rows of its table a split keeps; nothing where it keeps all."""
        if split == "new" or not leaves_out(self.config):
            return []
        return [f"{ROOT}/items/selection.{kind}" for kind in ("parquet", "json")]

    def selection_by_row(self, modality: str) -> list[str]:
        """Return the same for a modality without identifiers, whose rows stand as those of the tables."""
        by_row = self.with_files[modality]["items"] == BY_ROW
        return self.selection(self.splits[0]) if by_row else []

    def new_modality(self, modality: str) -> Modality:
        """Return a modality with files of its own as it is read for new items."""
        return new_modality(self.config["data"], self.with_files[modality])

    def facts_of(self, modality: str) -> str:
        """Return what was noted of a modality's embeddings as they were read."""
        here = f"features/{modality}" if modality in self.with_files else f"items/{self.splits[0]}"
        return f"{ROOT}/{here}.json"

    @property
    def in_table(self) -> list[Modality]:
        """Modalities whose embeddings are columns of the items' table."""
        return list(filter(in_table, self.config["modalities"]))

    @property
    def with_files(self) -> dict[str, Modality]:
        """Modalities whose embeddings have files of their own, by name."""
        return {one["name"]: one for one in self.config["modalities"] if has_files(one)}

    @property
    def embedded(self) -> list[str]:
        """Names of the modalities that bring embeddings."""
        return [one["name"] for one in self.config["modalities"] if has_embedding(one)]

    @property
    def imported(self) -> list[str]:
        """Names of the views whose tables of probabilities the user brings one by one."""
        return [] if self.config["predictions"] is not None else self.views_from("external")

    def predicted_partitions(self) -> list[str]:
        """Return the partitions that finished predictions are judged in."""
        names = dict.fromkeys(name for own in self.plan.partitions.values() for name in own)
        return [f"{ROOT}/partitions/{name}.parquet" for name in names]

    def prediction_items(self) -> list[str]:
        """Return the table of the labels of finished predictions, where it is one of its own."""
        predictions = self.config["predictions"]
        items = None if predictions is None else predictions["items"]
        return [] if items is None else [str(file) for file in table_files(items)]

    def predicted(self) -> list[str]:
        """Return every table that is made of finished predictions."""
        (protocol,) = self.config["protocols"]
        kinds: tuple[Kind, ...] = ("out_of_fold", "test")
        return [
            self.table(view, partition, kind, replica=False)
            for view in self.plan.views.values()
            for partition in self.plan.partitions[protocol]
            for kind in kinds
            if kind == "test" or view.has_out_of_fold
        ]

    def features(self, view: str, partition: str, part: str) -> list[str]:
        """Return the matrices with one part of a view's rows, modality by modality and split by split."""
        return [
            f"{ROOT}/features/{split}/{modality}.parquet"
            for modality in self.plan.every_view[view].modalities
            for split in self.splits_of(partition, part)
        ]

    def training_file(self, split: str) -> list[str]:
        """Return what `ingest` compares a file with: identifiers of the training file, and its columns."""
        if split == "new":
            return [f"{ROOT}/items/{self.splits[0]}.json"]
        if split != "test":
            return []
        joined = self.config["data"]["item"] is not None
        wide = any(modality["columns"] is not None for modality in self.in_table)
        return [f"{ROOT}/items/train.parquet"] * joined + [f"{ROOT}/items/train.json"] * wide

    def columns_of(self, split: str) -> dict[str, Any]:
        """Return the columns that `ingest` reads; items without labels have neither label nor class."""
        columns = {key: value for key, value in self.config["data"].items() if key not in SOURCES}
        no_answers = {"label": None, "class_name": None, "target": None}
        return {**columns, **no_answers} if split == "new" else columns

    def table(self, view: View, partition: str, kind: Kind, *, replica: bool) -> str:
        """Return a probability table of a view, under `replica` that of the notebook's SVM."""
        name = "test" if kind == "test" else f"train_{kind}"
        if replica:
            view = self.plan.every_view[view.replica]
            if kind == "test" or view.name in self.views_with_replica:
                name += "_replica"
        return f"{ROOT}/{partition}/probabilities/{view.name}/{name}.parquet"

    def evaluated_rules(self, protocol: str) -> list[str]:
        """Return the rules of a protocol, the chosen one last."""
        chosen = [SELECTED] if self.plan.selects[protocol] else []
        return [*self.plan.protocol_rules[protocol], *chosen]

    def evaluated_views(self, protocol: str) -> list[dict[str, Any]]:
        """Return views and then candidates, which of their tables there are, and whether they only decide."""
        predictions = self.config["predictions"]
        decisions = predictions is not None and predictions["predicted"] is not None
        views = [self.plan.views[name] for name in self.plan.protocol_views[protocol]]
        candidates = [
            self.plan.candidates[name] for view in views for name in view.candidates if protocol != "replica"
        ]
        return [
            {
                "name": view.name,
                "kind": view.kind if view.name in self.plan.views else LEARNER,
                "test": True,
                "in_sample": view.has_in_sample and (view.source != "external" or protocol != "cross"),
                "out_of_fold": view.has_out_of_fold,
                "facts": view.source != "external",
            }
            | ({"decisions": True} if decisions else {})
            for view in (*views, *candidates)
        ]

    def evaluated_files(self, protocol: str, kind: Kind | Literal["facts"]) -> list[str]:
        """Return one kind of file of every view that has it, view by view and then partition by partition."""
        replica = protocol == "replica"
        views = [(self.plan.every_view[one["name"]], one[kind]) for one in self.evaluated_views(protocol)]
        return [
            f"{ROOT}/{partition}/models/{view.replica if replica else view.name}.json"
            if kind == "facts"
            else self.table(view, partition, kind, replica=replica)
            for view, there in views
            if there
            for partition in self.plan.partitions[protocol]
        ]

    def ingested(self) -> Iterator[str]:
        """Yield what `ingest` makes of the labelled items."""
        if needs_selection(self.config):
            yield from (f"{ROOT}/items/selection.{kind}" for kind in ("parquet", "json"))
        yield from self.given_folds
        for split in self.splits:
            kinds = ("parquet", "json", "source.json") if self.config["predictions"] is None else ("parquet",)
            yield from (f"{ROOT}/items/{split}.{kind}" for kind in kinds)
            yield from (f"{ROOT}/features/{split}/{name}.parquet" for name in self.embedded)
        yield from (f"{ROOT}/features/{name}.json" for name in self.with_files)

    def fusion_results(self, protocol: str, *kinds: str) -> Iterator[str]:
        """Yield the files of every rule of a protocol: `parquet`, `json`, `robustness.parquet`."""
        folder = f"{ROOT}/fusion/{protocol}"
        for name in self.evaluated_rules(protocol):
            own = [kind for kind in kinds if name != SELECTED or not kind.startswith("robustness")]
            yield from (f"{folder}/{name}.{kind}" for kind in own)

    def model_facts(self) -> list[str]:
        """Return what is known of every model that some protocol has."""
        files = (
            file
            for protocol in self.config["protocols"]
            for partition in self.plan.partitions[protocol]
            for file in self._model_files(partition, protocol)
        )
        return list(dict.fromkeys(file for file in files if file.endswith(".json")))

    def _model_files(self, partition: str, protocol: str) -> Iterator[str]:
        for name in self._views_of(protocol):
            if self.plan.every_view[name].learned_here:
                yield f"{ROOT}/{partition}/models/{name}.joblib"
            if self.plan.every_view[name].source != "external":
                yield f"{ROOT}/{partition}/models/{name}.json"

    def _views_of(self, protocol: str) -> Iterator[str]:
        """Yield the views and candidates whose models a protocol reads."""
        for name in self.plan.protocol_views[protocol]:
            view = self.plan.views[name]
            yield view.replica if protocol == "replica" else view.name
            yield from view.candidates if protocol != "replica" else ()

    def _probability_files(self, partition: str, protocol: str) -> Iterator[str]:
        kinds: tuple[Kind, ...] = ("in_sample", "out_of_fold", "test")
        for entry in self.evaluated_views(protocol):
            view = self.plan.every_view[entry["name"]]
            if protocol == "replica":
                view = self.plan.every_view[view.replica]
            for kind in kinds:
                if entry[kind]:
                    yield self.table(view, partition, kind, replica=False)
                    if protocol == "replica":
                        yield self.table(view, partition, kind, replica=True)

    def _external_files(self) -> Iterator[str]:
        """Yield every table that the user brings: each is checked, whichever protocols use it."""
        kinds: tuple[Kind, ...] = ("in_sample", "out_of_fold", "test")
        for view in (self.plan.views[name] for name in self.imported):
            there = {"in_sample": view.has_in_sample, "out_of_fold": view.has_out_of_fold, "test": True}
            yield from (self.table(view, GIVEN, kind, replica=False) for kind in kinds if there[kind])
            for partition in cross_partitions(self.config) if view.has_cross else ():
                yield from (
                    self.table(view, partition, kind, replica=False) for kind in kinds[1:] if there[kind]
                )

    def targets(self) -> list[str]:
        """Return every file that the workflow promises, so that a deleted one comes back."""
        files = [*self.ingested(), f"{ROOT}/dataset.json", f"{ROOT}/groups.parquet", *self._external_files()]
        for protocol in self.config["protocols"]:
            for partition in self.plan.partitions[protocol]:
                files.append(f"{ROOT}/partitions/{partition}.parquet")
                files += self._probability_files(partition, protocol)
                files += self._model_files(partition, protocol)
            files += self.fusion_results(protocol, "parquet", "json", "robustness.parquet")
            files += evaluation_tables(protocol)
        files.append(f"{ROOT}/evaluation/{LEAKS}.parquet")
        files += interactions.tables(self.config, self.plan)
        files += [f"{ROOT}/{name}" for name in ("summary.csv", "checks.json", "summary.txt", "report.html")]
        files += [f"{ROOT}/ranking.{ending}" for ending in ("md", "tex", "csv")]
        return list(dict.fromkeys(files))


def in_any_order(config: Config) -> Mapping[str, Any]:
    """Return the configuration as the report shows it: rules sorted, since their order changes nothing."""
    rules = sorted(config["rules"], key=lambda entry: str(entry["name"]))
    return {
        **config,
        "rules": [_without_own_name(entry, "rule") for entry in rules],
        "learners": [_without_own_name(entry, "learner") for entry in config["learners"]],
    }


def _without_own_name(entry: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return a rule or learner as it is written, without keys that repeat its name or say nothing."""
    silent = {kind: entry["name"], "task": None}
    return {key: value for key, value in entry.items() if key not in silent or value != silent[key]}
