"""Which learners of a configuration learn classes and which numbers, and what of either has no effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.core.wording import listed
from latefusion.planning.config_types import Config, LearnerEntry
from latefusion.planning.early_views import COOPERATIVE
from latefusion.planning.learner_catalogue import FUSE, LearnerFacts, learner_problems
from latefusion.planning.rule_catalogue import Task
from latefusion.planning.target_views import KERNEL_RIDGE
from latefusion.planning.tasks import has_classes, target_names
from latefusion.planning.views import NO_OPTIONS, SVM

DEFAULT: Final[Mapping[Task, str]] = {"classes": SVM, "targets": KERNEL_RIDGE}
"""The learner of each task where the configuration names none that serves it."""

PREDICTS: Final[Mapping[Task, str]] = {"classes": "classes", "targets": "numbers"}


@dataclass(frozen=True)
class TaskLearners:
    """The learners that there are, by task.

    Attributes
    ----------
    classes, targets : mapping of str to LearnerFacts
    """

    classes: Mapping[str, LearnerFacts] = field(default_factory=dict)
    targets: Mapping[str, LearnerFacts] = field(default_factory=dict)

    @property
    def every(self) -> dict[str, LearnerFacts]:
        """Every learner that there is, by name; what it is for classes, where it serves both."""
        return {**self.targets, **self.classes}

    def of(self, task: Task) -> Mapping[str, LearnerFacts]:
        """Return the learners that serve a task."""
        return self.classes if task == "classes" else self.targets

    def entries(self, config: Config, task: Task) -> list[LearnerEntry]:
        """Return the configured learners that serve a task, each with the options that it has for it."""
        known = self.of(task)
        return [
            {
                key: value
                for key, value in entry.items()
                if key in (*NO_OPTIONS, *known[entry["learner"]].options)
            }
            for entry in config["learners"]
            if entry["learner"] in known and entry.get("task") in (None, task)
        ]

    def config_of(self, config: Config, task: Task) -> Config:
        """Return a configuration with the learners of one task alone, or the task's own where none serves it.

        `fuse` by the name of a learner that does not serve the task is what it is without.
        """
        found = self.entries(config, task) or [{"name": DEFAULT[task], "learner": DEFAULT[task]}]
        fuse = config["fuse"]
        others = {entry["name"] for entry in config["learners"]} - {entry["name"] for entry in found}
        return cast("Config", {**config, "learners": found, "fuse": "chosen" if fuse in others else fuse})

    def check(self, config: Config, file: str) -> None:
        """Refuse learners and options that there are not for what a configuration predicts.

        Parameters
        ----------
        config : Config
        file : str
            Name of the configuration in messages.

        Raises
        ------
        InputError
            Naming the nearest.
        """
        if problems := self._problems(config, file):
            raise InputError(problems)

    def _problems(self, config: Config, file: str) -> list[Problem]:
        tasks = tasks_of(config)
        serving = {name: self._merged(name, tasks) for task in tasks for name in self.of(task)}
        if found := [] if is_default(config) else list(self._strangers(config, serving, tasks, file)):
            return found
        own = [
            entry
            for entry in config["learners"]
            if entry["learner"] not in self.every or entry["learner"] in serving
        ]
        return learner_problems(cast("Config", {**config, "learners": own}), serving, file)

    def _merged(self, name: str, tasks: Sequence[Task]) -> LearnerFacts:
        options: dict[str, Any] = {}
        for task in tasks:
            options |= self.of(task)[name].options if name in self.of(task) else {}
        facts = self.every[name]
        return LearnerFacts(name, options, facts.searched, file=facts.file)

    def _strangers(
        self, config: Config, serving: Mapping[str, LearnerFacts], tasks: Sequence[Task], file: str
    ) -> Iterator[Problem]:
        """Yield learners that serve nothing which the run predicts, or not what their key `task` says."""
        what = " and ".join(PREDICTS[task] for task in tasks)
        for position, entry in enumerate(config["learners"]):
            name, task = entry["learner"], entry.get("task")
            if name in self.every and name not in serving:
                other = "classes" if name in self.classes else "numbers"
                close = nearest(name, serving)
                fix = f"write {close!r}" if close else "name one of these"
                key = "name" if entry["name"] == name else "learner"
                found = f"{shorten(name)}, which predicts {other}, in a run of {what}"
                yield Problem(
                    file, found, ", ".join(sorted(serving)), fix, column=f"learners[{position}].{key}"
                )
            elif name in serving and task is not None and (task not in tasks or name not in self.of(task)):
                found = f"{task}, which {shorten(name)} does not predict in a run of {what}"
                allowed = ", ".join(one for one in tasks if name in self.of(one))
                yield Problem(file, found, allowed, "remove it", column=f"learners[{position}].task")


def tasks_of(config: Config) -> list[Task]:
    """Return what a run predicts."""
    asked: Mapping[Task, bool] = {"classes": has_classes(config), "targets": bool(target_names(config))}
    return [task for task, wanted in asked.items() if wanted]


def is_default(config: Config) -> bool:
    """Say whether the learners are those of a configuration that names none."""
    (first, *others) = config["learners"]
    return (
        not others
        and {key for key, value in first.items() if value is not None} <= {"name", "learner"}
        and (first["name"] == first["learner"] == SVM)
    )


def unused_keys(config: Config, learners: TaskLearners, defaults: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence on each key that was set and has no effect on what the run predicts.

    Parameters
    ----------
    config : Config
    learners : TaskLearners
    defaults : mapping
        What `svm`, `kernel_ridge` and `evaluation` are where the configuration is silent.
    """
    if not target_names(config):
        if config["kernel_ridge"] != defaults["kernel_ridge"]:
            yield "kernel_ridge has no effect: it is of the numbers of data.target, and none is named"
        return
    if config["predictions"] is not None:
        if config["kernel_ridge"] != defaults["kernel_ridge"]:
            yield "kernel_ridge has no effect: predictions are finished, and nothing is trained"
        yield from _of_classes_alone(config, defaults)
        return
    yield from _unused_learners(config, learners)
    numbers = learners.config_of(config, "targets")["learners"]
    # a cooperative view is kernel ridge regression, whatever the others are learned by
    by_ridge = any(one["learner"] == KERNEL_RIDGE for one in numbers) or any(
        view["combine"] == COOPERATIVE for view in config["views"]
    )
    if config["kernel_ridge"] != defaults["kernel_ridge"] and not by_ridge:
        names = listed([one["name"] for one in numbers])
        yield f"kernel_ridge has no effect: numbers are learned by {names}"
    if not has_classes(config):
        yield from _of_classes_alone(config, defaults)


def _unused_learners(config: Config, learners: TaskLearners) -> Iterator[str]:
    """Yield what of `learners` and `fuse` is not done for one of two readings."""
    tasks = tasks_of(config)
    for task in tasks if len(tasks) > 1 and not is_default(config) else ():
        own = [entry["name"] for entry in learners.entries(config, task)]
        if not own:
            yield f"none of `learners` predicts {PREDICTS[task]}, which are learned by {DEFAULT[task]}"
        elif config["fuse"] not in (*own, *FUSE):
            yield (
                f"fuse: {config['fuse']} has no effect on {PREDICTS[task]}, which it does not predict: of "
                "each modality the learner that is best out of fold is fused"
            )


def _of_classes_alone(config: Config, defaults: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was set for classes, in a run of numbers alone."""
    if config["svm"] != defaults["svm"]:
        yield "svm has no effect on numbers; `learners: [{name: svr}]` is the counterpart, with own options"
    for entries in (config["modalities"], config["views"]):
        own = [entry["name"] for entry in entries if entry["svm"]]
        if own:
            yield f"svm of {listed(own)} has no effect on numbers"
    evaluation = config["evaluation"]
    if evaluation["metric"] != defaults["evaluation"]["metric"]:
        yield (
            f"evaluation.metric: {evaluation['metric']} has no effect on numbers, which are ranked by R² and "
            "compared by squared errors"
        )
    if evaluation["detection"] != defaults["evaluation"]["detection"]:
        yield "evaluation.detection has no effect on numbers: it is of two classes"
    if evaluation["learning_curve"]:
        yield "evaluation.learning_curve has no effect on numbers: shorten data.train instead"
    if not evaluation["emap"]:
        yield "evaluation.emap has no effect on numbers: interactions are measured of classes alone"
