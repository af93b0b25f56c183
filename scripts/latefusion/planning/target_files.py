"""Files of a run's continuous targets. Paths begin with `<results>`, which Snakemake fills in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final, Literal

from latefusion.core.errors import InputError, Problem
from latefusion.core.input_names import input_name
from latefusion.evaluation.names import SELECTED
from latefusion.evaluation.targets.names import BESIDE, TARGET_TABLES
from latefusion.planning.files import ROOT, Files, items_of
from latefusion.planning.job_inputs import PIPELINE
from latefusion.planning.new_item_sources import require_models, require_new_items
from latefusion.planning.plan import ConfiguredRule
from latefusion.planning.target_plan import TargetPlan
from latefusion.planning.views import ConfiguredLearner

Kind = Literal["train_in_sample", "train_out_of_fold", "test"]
KINDS: Final[tuple[Kind, ...]] = ("train_in_sample", "train_out_of_fold", "test")


class TargetFiles:
    """Files of the regressors, the rules and the evaluation of continuous targets.

    They stand where those of classes would, or in a folder of their own beside them.

    Parameters
    ----------
    files : Files
        Of the run.
    plan : TargetPlan
    """

    def __init__(self, files: Files, plan: TargetPlan) -> None:
        self.files, self.plan = files, plan
        self.root = f"{ROOT}/{BESIDE}" if plan.beside_classes else ROOT

    def predictions(self, view: str, partition: str, kind: Kind) -> str:
        """Return a table of a view's predictions."""
        return f"{self.root}/{partition}/predictions/{view}/{kind}.parquet"

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Kinds of tables that each view has."""
        if self.plan.trained:
            return KINDS
        return ("train_out_of_fold", "test") if self.plan.held_out else ("test",)

    @property
    def trained(self) -> list[str]:
        """Names of the views that regressors are trained for."""
        return list(self.plan.views) if self.plan.trained else []

    def predicted_tables(self) -> list[str]:
        """Return every table that is made of finished predictions."""
        return [
            self.predictions(name, partition, kind)
            for name in self.plan.views
            for partitions in self.plan.partitions.values()
            for partition in partitions
            for kind in self.kinds
        ]

    def features(self, view: str, partition: str, part: str) -> list[str]:
        """Return the matrices with one part of a view's rows, modality by modality and split by split."""
        return [
            f"{ROOT}/features/{split}/{modality}.parquet"
            for modality in self.plan.every_view[view].modalities
            for split in self.files.splits_of(partition, part)
        ]

    def of_rule(self, protocol: str) -> dict[str, str]:
        """Return what a rule reads: each modality's out-of-fold rows to learn from, and its test rows."""
        return {
            input_name(part, partition, name): self.predictions(name, partition, kind)
            for partition in self.plan.partitions[protocol]
            for name in self.plan.fused
            for part, kind in _PARTS
            if kind in self.kinds
        }

    def fused(self, protocol: str, kind: str, *, chosen: bool = True) -> list[str]:
        """Return one kind of file of every rule of a protocol: parquet, out_of_fold.parquet or json."""
        names = [name for name in self.plan.models_of_rules if chosen or name != SELECTED]
        return [f"{self.root}/fusion/{protocol}/{name}.{kind}" for name in names]

    def of_views(self, protocol: str, kind: Kind) -> list[str]:
        """Return one kind of table of every view, view by view and then partition by partition."""
        return [
            self.predictions(name, partition, kind)
            for name in self.plan.views
            for partition in self.plan.partitions[protocol]
            if kind in self.kinds
        ]

    def of_candidates(self, protocol: str) -> list[str]:
        """Return what every learner says of test rows where there are several, likewise."""
        return [
            self.predictions(name, partition, "test")
            for name in self.plan.candidates
            for partition in self.plan.partitions[protocol]
        ]

    def model_facts(self, protocol: str) -> list[str]:
        """Return what is known of every view's model, in the same order."""
        return [
            f"{self.root}/{partition}/models/{name}.json"
            for name in self.trained
            for partition in self.plan.partitions[protocol]
        ]

    def tables(self, protocol: str) -> list[str]:
        """Return the evaluation's tables of one protocol."""
        return [f"{self.root}/evaluation/{protocol}/{table}.parquet" for table in TARGET_TABLES]

    def outcomes(self, protocol: str) -> list[str]:
        """Return what the classifiers said of the same items, where there are any to compare with."""
        bridged = self.plan.beside_classes and self.files.config["quadrants"] is not None
        return [f"{ROOT}/evaluation/{protocol}/outcomes.parquet"] if bridged else []

    def summarised(self) -> dict[str, str]:
        """Return the tables of all protocols by name."""
        return {
            input_name(protocol, table): path
            for protocol in self.plan.protocols
            for table, path in zip(TARGET_TABLES, self.tables(protocol), strict=True)
        }

    def at_the_end(self) -> list[str]:
        """Return what the whole run is summed up in."""
        names = ("summary.csv", "checks.json", "summary.txt", "ranking.md", "report.html")
        return [f"{self.root}/{name}" for name in names]

    def all(self) -> list[str]:
        """Return every file that the workflow promises, so that a deleted one comes back."""
        return list(dict.fromkeys(self._all()))

    def _all(self) -> Iterator[str]:
        yield from self.files.ingested()
        yield from (f"{ROOT}/dataset.json", f"{ROOT}/groups.parquet")
        for protocol, partitions in self.plan.partitions.items():
            yield from (f"{ROOT}/partitions/{partition}.parquet" for partition in partitions)
            for kind in self.kinds:
                yield from self.of_views(protocol, kind)
            for path in self.model_facts(protocol):
                yield path
                yield path.removesuffix("json") + "joblib"
            for name in self.plan.candidates:
                for partition in partitions:
                    yield from (self.predictions(name, partition, kind) for kind in KINDS)
                    yield from (f"{self.root}/{partition}/models/{name}.{end}" for end in ("json", "joblib"))
            for ending in ("parquet", "out_of_fold.parquet", "json"):
                yield from self.fused(protocol, ending)
            yield from self.tables(protocol)
        yield from self.at_the_end()

    def item_tables(self, partition: str, part: str) -> list[str]:
        """Return the items that one part of a partition draws from."""
        return items_of(*self.files.splits_of(partition, part))

    def of_new_items(self) -> dict[str, str]:
        """Return what new items are predicted with: models of all labelled items, and what was seen."""
        places = {
            **{
                split: f"{ROOT}/features/{split}/{{modality}}.parquet"
                for split in ("new", *self.files.splits)
            },
            "model": f"{self.root}/all/models/{{}}.joblib",
            "facts": f"{self.root}/all/models/{{}}.json",
            "learn": f"{self.root}/all/predictions/{{}}/train_out_of_fold.parquet",
        }
        return {
            input_name(kind, name): place.format(name, modality=self.plan.every_view[name].modalities[0])
            for name in self.plan.fused
            for kind, place in places.items()
        }

    def prediction_rules(self) -> dict[str, dict[str, Any]]:
        """Return the rule that the configuration names for new items, or all that one is chosen from."""
        wanted = self.files.config["predict"]["rule"]
        names = [wanted] if wanted in self.plan.rules else list(self.plan.rules)
        return {
            name: {"rule": self.rule(name).rule, "options": dict(self.rule(name).options)} for name in names
        }

    def predicted(self, *, file: str) -> list[str]:
        """Return what `snakemake predict` makes.

        Raises
        ------
        InputError
            If there is nothing to predict, or no pipeline to do it with.
        """
        require_new_items(self.files.config, file)
        pipeline = self.saved_pipeline(file=file)
        return [*(f"{self.root}/predictions.{ending}" for ending in ("csv", "json")), *pipeline]

    def of_pipeline(self) -> dict[str, str]:
        """Return what the pipeline is made of: models of all labelled items, what they say out of fold."""
        kinds = ("model", "facts", "learn", self.files.splits[0])
        return {name: path for name, path in self.of_new_items().items() if name.split(":")[0] in kinds} | {
            input_name("columns", name): self.files.facts_of(self.plan.every_view[name].modalities[0])
            for name in self.plan.fused
        }

    def saved_pipeline(self, *, file: str) -> list[str]:
        """Return what `snakemake pipeline` makes.

        Raises
        ------
        InputError
            If no model is trained here, or no rule fuses numbers.
        """
        require_models(self.files.config, file)
        if not self.plan.rules:
            found, allowed = "no rule that fuses numbers", "one or more, of which one is chosen"
            raise InputError([Problem(file, found, allowed, "add mean to rules", column="rules")])
        return [f"{self.root}/{PIPELINE}"]

    def left_out(self) -> list[dict[str, str]]:
        """Return what a protocol does without, as the checks tell of it."""
        return [asdict(one) for one in self.plan.left_out]

    def rule(self, name: str) -> ConfiguredRule:
        """Return a configured rule."""
        return self.plan.rules[name]

    def settings(self, view: str) -> dict[str, Any]:
        """Return the settings of a view's regressor."""
        return dict(self.plan.every_view[view].settings)

    def learner(self, view: str) -> ConfiguredLearner:
        """Return the learner, other than kernel ridge regression, of a view or candidate.

        Raises
        ------
        ValueError
            If one of several is chosen for it.
        """
        learner = self.plan.every_view[view].learner
        if learner is None:
            raise ValueError(f"{view} has no learner of its own")
        return learner

    @property
    def ridge_views(self) -> list[str]:
        """Views and candidates that kernel ridge regression is trained for."""
        return [name for name, view in self.plan.every_view.items() if view.has_kernel_ridge]

    @property
    def learner_views(self) -> list[str]:
        """Views and candidates that another learner is trained for."""
        views = self.plan.every_view.items()
        return [name for name, view in views if view.learner is not None and not view.has_kernel_ridge]

    @property
    def chosen_views(self) -> list[str]:
        """Views for which one of several learners is chosen."""
        return [name for name, view in self.plan.views.items() if view.candidates]

    def learners_of_new_items(self) -> list[ConfiguredLearner]:
        """Return the learners, other than kernel ridge regression, whose models new items may be told by."""
        views = self.plan.every_view
        told = [one for name in self.plan.fused for one in (views[name].candidates or (name,))]
        return [self.learner(name) for name in told if name in self.learner_views]

    def choosing(self, view: str, partition: str, kinds: Sequence[Kind]) -> dict[str, str]:
        """Return what the choice of a view's learner reads."""
        found: dict[str, str] = {}
        for name in self.plan.views[view].candidates:
            model = f"{self.root}/{partition}/models/{name}"
            found |= {
                input_name("model", name): f"{model}.joblib",
                input_name("facts", name): f"{model}.json",
            }
            found |= {input_name(kind, name): self.predictions(name, partition, kind) for kind in kinds}
        return found


_PARTS: Final[tuple[tuple[str, Kind], ...]] = (("learn", "train_out_of_fold"), ("test", "test"))
