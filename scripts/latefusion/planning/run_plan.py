"""A run from its configuration: layers merged, completed, checked, and planned; messages name the layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, cast

import yaml

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # a PyYAML without libyaml
    from yaml import SafeLoader  # type: ignore[assignment]

from latefusion.core.errors import InputError
from latefusion.planning.config_layers import Layer, located, main_file, merged
from latefusion.planning.config_types import Config
from latefusion.planning.configuration import RESERVED_NAMES, complete, missing_files, with_defaults
from latefusion.planning.files import Files
from latefusion.planning.job_inputs import predictions, saved_pipeline
from latefusion.planning.learner_catalogue import LearnerFacts
from latefusion.planning.learner_tasks import TaskLearners, unused_keys
from latefusion.planning.own_rules import (
    KEY,
    LEARNERS_KEY,
    own_folder,
    read_all_learners,
    read_all_rules,
)
from latefusion.planning.plan import LeftOut, Plan, make_plan
from latefusion.planning.prediction_models import planned_predictions
from latefusion.planning.rule_catalogue import RuleFacts, default_names
from latefusion.planning.rule_source import LEARNER, RULE
from latefusion.planning.target_files import TargetFiles
from latefusion.planning.target_plan import make_target_plan, rules_of_classes
from latefusion.planning.tasks import has_classes, target_names, with_task
from latefusion.planning.views import ConfiguredLearner

ReadFolds = Callable[[Config], Sequence[str]]

EXAMPLE_DATA: Final = tuple(
    f"data/{name}/{split}.csv" for name in ("demo", "digits", "digit_halves") for split in ("train", "test")
)
"""Input files that the workflow builds itself."""


@dataclass(frozen=True)
class RunPlan:
    """What is known of a run before it starts.

    Attributes
    ----------
    name : str
        Of the configuration, in messages.
    config : Config
    rules : mapping of str to RuleFacts
        Every rule that there is.
    learners : mapping of str to LearnerFacts
        Every learner that there is.
    plan : Plan
    files : Files
    own_rules, own_learners : Path, optional
        The folders of the user's rules and learners.
    given_folds : sequence of str
        The folds that came with the data, in the order of their partitions; none where folds are made.
    target_rules : mapping of str to RuleFacts
        Every rule that fuses predictions of numbers, where there are any.
    targets : TargetFiles, optional
        Of the numbers that the run predicts.
    unused : sequence of str
        A sentence on each key that was set and has no effect on what the run predicts.
    """

    name: str
    config: Config
    rules: Mapping[str, RuleFacts]
    learners: Mapping[str, LearnerFacts]
    plan: Plan
    files: Files
    own_rules: Path | None = None
    own_learners: Path | None = None
    given_folds: Sequence[str] = ()
    target_rules: Mapping[str, RuleFacts] = field(default_factory=dict)
    targets: TargetFiles | None = None
    unused: Sequence[str] = ()

    @property
    def has_classes(self) -> bool:
        """Whether the run predicts classes, alone or beside numbers."""
        return has_classes(self.config)

    @property
    def every_rule(self) -> dict[str, RuleFacts]:
        """Every rule that there is, by name; what it is for classes, where it serves both."""
        return {**self.target_rules, **self.rules}

    def warnings(self) -> list[str]:
        """Return what is worth saying before the run: of keys without effect, and of protocols."""
        return [*self.unused, *self.plan.warnings()]

    @property
    def left_out(self) -> list[LeftOut]:
        """What some protocol does without."""
        return [*self.plan.left_out, *(self.targets.plan.left_out if self.targets is not None else ())]

    def predicted(self) -> list[str]:
        """Return what `snakemake predict` makes.

        Raises
        ------
        InputError
            If there is nothing to predict, or it cannot be.
        """
        own = predictions(self.files, file=self.name) if self.has_classes else []
        return [*own, *(self.targets.predicted(file=self.name) if self.targets is not None else ())]

    def saved(self) -> list[str]:
        """Return what `snakemake pipeline` makes.

        Raises
        ------
        InputError
            If a model is not trained here.
        """
        own = saved_pipeline(self.files, file=self.name) if self.has_classes else []
        return [*own, *(self.targets.saved_pipeline(file=self.name) if self.targets is not None else ())]

    def promised(self) -> list[str]:
        """Return every file that the workflow promises."""
        own = self.files.targets() if self.has_classes else []
        return list(dict.fromkeys([*own, *(self.targets.all() if self.targets is not None else ())]))

    @property
    def target_names(self) -> list[str]:
        """The numbers that the run predicts."""
        return target_names(self.config)

    def predicted_tables(self) -> list[str]:
        """Return the tables of what the models of finished predictions say."""
        return self.files.predicted() if self.targets is None else self.targets.predicted_tables()

    @property
    def own_code(self) -> dict[str, Path]:
        """Folders of the user's rules and learners by the package that goes on there."""
        folders = {RULE.package: self.own_rules, LEARNER.package: self.own_learners}
        return {package: folder for package, folder in folders.items() if folder is not None}

    def rules_folder(self, *rules: str) -> str | None:
        """Return the folder of the user's rules where one of some lies in it: no other job depends on it."""
        known = self.every_rule
        return _folder_with(self.own_rules, [known[rule].file for rule in rules if rule in known])

    def learners_folder(self, learners: Sequence[ConfiguredLearner]) -> str | None:
        """Return the folder of the user's learners where one of some lies in it, likewise."""
        return _folder_with(self.own_learners, [self.learners[one.learner].file for one in learners])


def _folder_with(own: Path | None, files: Sequence[Path | None]) -> str | None:
    inside = [file for file in files if file is not None and file.parent == own]
    return str(own) if inside else None


def plan_run(
    layers: Sequence[Layer],
    *,
    schemas: Path,
    rules: Path,
    learners: Path,
    read_folds: ReadFolds | None = None,
) -> RunPlan:
    """Return what a configuration asks for.

    Parameters
    ----------
    layers : sequence of Layer
        The lowest first.
    schemas, rules, learners : Path
        Folders of the schemas, of the fusion rules and of the learners.
    read_folds : callable, optional
        Returns the folds that came with the data, which are as many partitions: the one thing that is looked
        up in the data before a run starts.

    Raises
    ------
    InputError
        If the configuration cannot be used: every mistake with the layer that it is in.
    """
    name = main_file(layers)
    try:
        written = with_task(merged(layers))
        own, own_learners = (own_folder(written, name, key) for key in (KEY, LEARNERS_KEY))
        known_learners = _read_task_learners(learners, own_learners)
        known = read_all_rules(rules, own)
        for_targets = read_all_rules(rules, own, "targets") if target_names(written) else {}
        catalogue = {*(default_names(known) if has_classes(written) else ()), *for_targets}
        schema = _schema(schemas / "config.schema.yaml")
        options = {kind: _schema(schemas / f"{kind}.schema.yaml") for kind in ("rules", "learners")}
        config = complete(written, schema, file=name, catalogue=catalogue, **options)
        missing_files(config, file=name, built=EXAMPLE_DATA)
        named_rules = written.get("rules") is not None
        config = planned_predictions(config, name, named_rules=named_rules, reserved=RESERVED_NAMES)
        folds = _with_given_folds(config, read_folds)
        if config["predictions"] is None:
            known_learners.check(config, name)
        run = run_of(name, config, known, for_targets, known_learners)
    except InputError as error:
        raise located(error, layers) from None
    unused = list(unused_keys(config, known_learners, with_defaults({}, schema)))
    return replace(run, own_rules=own, own_learners=own_learners, given_folds=folds, unused=unused)


def run_of(
    name: str,
    config: Config,
    rules: Mapping[str, RuleFacts],
    target_rules: Mapping[str, RuleFacts],
    learners: TaskLearners | None = None,
) -> RunPlan:
    """Return what a complete configuration asks for, whose data have been looked up.

    Parameters
    ----------
    name : str
        Of the configuration, in messages.
    config : Config
    rules, target_rules : mapping of str to RuleFacts
        Every rule for classes, and for numbers.
    learners : TaskLearners, optional
        Every learner; those of the configuration are not checked without.

    Raises
    ------
    InputError
        If a rule, a learner or an option does not exist.
    """
    known = TaskLearners() if learners is None else learners
    target_plan = make_target_plan(known.config_of(config, "targets"), target_rules, rules, file=name)
    of_classes = _of_classes(config, rules, target_rules, known)
    plan = make_plan(of_classes, rules, None if learners is None else known.classes, file=name)
    files = Files(cast("Config", {**config, "fuse": of_classes["fuse"]}), plan)
    return RunPlan(
        name,
        config,
        rules,
        known.every,
        plan,
        files,
        target_rules=target_rules,
        targets=None if target_plan is None else TargetFiles(files, target_plan),
    )


def _read_task_learners(folder: Path, own: Path | None) -> TaskLearners:
    return TaskLearners(read_all_learners(folder, own), read_all_learners(folder, own, "targets"))


def _with_given_folds(config: Config, read_folds: ReadFolds | None) -> Sequence[str]:
    """Return the folds that came with the data, as many as `cross` has then; none where folds are made."""
    if config["cross"]["column"] is None:
        return ()
    if read_folds is None:
        raise ValueError("folds that came with the data, and nothing that reads them")
    folds = read_folds(config)
    config["cross"] |= {"folds": len(folds), "repeats": 1}
    return folds


def _of_classes(
    config: Config,
    rules: Mapping[str, RuleFacts],
    targets: Mapping[str, RuleFacts],
    learners: TaskLearners,
) -> Config:
    """Return what the chain of classes is planned from: no rules and no new items where there are none."""
    own = learners.config_of(config, "classes") if target_names(config) else config
    own = cast("Config", {**own, "rules": rules_of_classes(config, rules, targets)})
    return own if has_classes(config) else cast("Config", {**own, "data": {**own["data"], "new": None}})


def _schema(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(file.read_bytes(), Loader=SafeLoader)
    return content
