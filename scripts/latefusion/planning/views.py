"""Views: what is learned from, by which learners, and where the probabilities come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, cast

from latefusion.core.grid import is_grid, is_list
from latefusion.planning.config_types import Config, EarlyView, Modality, Pretrained, Probabilities
from latefusion.planning.early_views import COOPERATIVE
from latefusion.planning.prediction_models import external_tables

SVM: Final = "svm"
"""The learner that `train_svm` and `predict_svm` are for."""

REPLICA: Final = "replica"
"""Name of the learner that is the notebook's SVM, where none of the configured ones is."""

NULLABLE: Final = ("approximation", "max_iter")
"""Settings of an SVM of which null is a value: none is made, there is no limit."""

NO_OPTIONS: Final = ("name", "learner", "task")
"""Keys of a configured learner that are none of its options."""


@dataclass(frozen=True)
class ConfiguredLearner:
    """A learner of the configuration.

    Attributes
    ----------
    name : str
        What results call it.
    learner : str
        Its file in `learners/`; several learners of a configuration may have the same.
    options : mapping of str to object
    """

    name: str
    learner: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class View:
    """What is learned from, and where its probabilities come from.

    Attributes
    ----------
    name : str
        Of a candidate `{view}.{learner}`.
    kind : {'single', 'early'}
    modalities : tuple of str
    source : {'trained', 'chosen', 'pretrained', 'external'}
        Of several learners the one that is best out of fold is chosen inside each training part.
    svm : mapping
        Settings of the SVM, where the learner is one.
    pretrained, probabilities : mapping or None
    learner : ConfiguredLearner or None
        Where one is trained.
    candidates : tuple of str
        Names of the views that one is chosen from, one for each learner.
    replica : str
        Name of the view that `replica` reads: its own, or of a candidate that is the notebook's SVM; empty
        where there is none.
    """

    name: str
    kind: Literal["single", "early"]
    modalities: tuple[str, ...]
    source: Literal["trained", "chosen", "pretrained", "external"]
    svm: Mapping[str, Any]
    pretrained: Pretrained | None
    probabilities: Probabilities | None
    learner: ConfiguredLearner | None = None
    candidates: tuple[str, ...] = ()
    replica: str = ""

    @property
    def learned_here(self) -> bool:
        """Whether this run trains what its probabilities come from."""
        return self.source in ("trained", "chosen")

    @property
    def has_svm(self) -> bool:
        """Whether an SVM is trained for it, and no other learner."""
        return self.learner is not None and self.learner.learner == SVM

    @property
    def has_out_of_fold(self) -> bool:
        """Whether training rows have probabilities of models that did not see them."""
        external = self.probabilities
        return self.learned_here or (external is not None and external["train_out_of_fold"] is not None)

    @property
    def has_in_sample(self) -> bool:
        """Whether training rows have probabilities of the final model."""
        external = self.probabilities
        return external is None or external["train_in_sample"] is not None

    @property
    def has_grid(self) -> bool:
        """Whether C and gamma of an SVM are chosen, so that `replica` has one of its own."""
        return self.has_svm and is_grid(self.svm["C"], self.svm["gamma"])

    def fused_as(self, protocol: str, fuse: str) -> Sequence[str]:
        """Return what stands for it where it is fused: itself, or candidates that it is chosen from."""
        if self.source != "chosen" or protocol == "replica" or fuse == "chosen":
            return [self.name]
        return self.candidates if fuse == "all" else [f"{self.name}.{fuse}"]

    @property
    def has_cross(self) -> bool:
        """Whether each cross partition has a model of its own."""
        external = self.probabilities
        return self.learned_here or (external is not None and external["cross"] is not None)


def read_views(config: Config) -> dict[str, View]:
    """Return every view of a configuration by name, single modalities first."""
    if config["predictions"] is not None:
        return _predicted(config)
    return {view.name: view for view, _ in _views(config)}


def read_candidates(config: Config) -> dict[str, View]:
    """Return the views that others are chosen from, and SVMs that `replica` alone needs, by name."""
    if config["predictions"] is not None:
        return {}
    found = [candidate for view, entry in _views(config) for candidate in _candidates(config, view, entry)]
    return {candidate.name: candidate for candidate in found}


def configured_learners(config: Config) -> list[ConfiguredLearner]:
    """Return the learners of a configuration, in its order, which decides between equal losses."""
    return [
        ConfiguredLearner(
            entry["name"],
            entry["learner"],
            {key: value for key, value in sorted(entry.items()) if key not in NO_OPTIONS},
        )
        for entry in config["learners"]
    ]


def svm_settings(
    config: Config, view: Modality | EarlyView, options: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the settings of a view's SVM: those of all, less what the learner and then the view override.

    Null overrides the `NULLABLE` ones; any other setting it leaves as it is for all.
    """
    override = {key: value for key, value in view["svm"].items() if value is not None or key in NULLABLE}
    combine = view.get("combine", "concatenate")
    return {**config["svm"], **(options or {}), **override, "combine": combine}


def _views(config: Config) -> Iterator[tuple[View, Modality | EarlyView]]:
    for single in config["modalities"]:
        external = single["probabilities"]
        view = View(
            name=single["name"],
            kind="single",
            modalities=(single["name"],),
            source="external" if external else "pretrained" if single["pretrained"] else "trained",
            svm=svm_settings(config, single),
            pretrained=single["pretrained"],
            probabilities=external,
            replica=single["name"],
        )
        yield _with_learners(config, view, single), single
    for early in config["views"]:
        view = View(
            name=early["name"],
            kind="early",
            modalities=tuple(early["modalities"]),
            source="pretrained" if early["pretrained"] else "trained",
            svm=svm_settings(config, early),
            pretrained=early["pretrained"],
            probabilities=None,
            replica=early["name"],
        )
        yield _with_learners(config, view, early), early


def _with_learners(config: Config, view: View, entry: Modality | EarlyView) -> View:
    """Return a view with its one learner, or with the names of those that one is chosen from."""
    if view.source != "trained":
        return view
    if view.svm["combine"] == COOPERATIVE:
        options = dict(sorted(cast("EarlyView", entry)["cooperative"].items()))
        return replace(view, learner=ConfiguredLearner(COOPERATIVE, COOPERATIVE, options), replica="")
    learners = configured_learners(config)
    if len(learners) > 1:
        names = tuple(f"{view.name}.{learner.name}" for learner in learners)
        view = replace(view, source="chosen", candidates=names)
    else:
        view = _trained_by(config, view, entry, learners[0])
    notebook = next((one for one in _own(config, view, entry) if _is_notebooks(one, config, entry)), None)
    return replace(view, replica=f"{view.name}.{REPLICA}" if notebook is None else notebook.name)


def _trained_by(config: Config, view: View, entry: Modality | EarlyView, learner: ConfiguredLearner) -> View:
    options = learner.options if learner.learner == SVM else None
    return replace(view, learner=learner, svm=svm_settings(config, entry, options))


def _own(config: Config, view: View, entry: Modality | EarlyView) -> list[View]:
    """Return the view itself where one learner is trained for it, else a view for each learner."""
    if view.source != "chosen":
        return [view]
    blank = replace(view, source="trained", candidates=())
    return [
        replace(_trained_by(config, blank, entry, learner), name=name, replica=name)
        for name, learner in zip(view.candidates, configured_learners(config), strict=True)
    ]


def _is_notebooks(view: View, config: Config, entry: Modality | EarlyView) -> bool:
    """Say whether a view's SVM gives that of the key `svm` too: all but a grid of C or gamma are as there."""
    as_configured = svm_settings(config, entry)
    chosen = {
        key: default if is_list(view.svm[key]) and not is_list(as_configured[key]) else view.svm[key]
        for key, default in (("C", 1), ("gamma", "auto"))
    }
    return view.has_svm and {**view.svm, **chosen} == as_configured


def _candidates(config: Config, view: View, entry: Modality | EarlyView) -> Iterator[View]:
    if view.source == "chosen":
        yield from _own(config, view, entry)
    if view.learned_here and "replica" in config["protocols"] and view.replica == f"{view.name}.{REPLICA}":
        learner = ConfiguredLearner(REPLICA, SVM, {})
        yield replace(
            view,
            name=view.replica,
            source="trained",
            candidates=(),
            learner=learner,
            svm=svm_settings(config, entry),
        )


def _predicted(config: Config) -> dict[str, View]:
    """Return the models of finished predictions: those that are fused, and the others beside them."""
    tables = external_tables(config)
    kinds: list[tuple[str, Literal["single", "early"]]] = [
        *((one["name"], "single") for one in config["modalities"]),
        *((one["name"], "early") for one in config["views"]),
    ]
    return {
        name: View(name, kind, (name,), "external", {}, None, tables, replica=name) for name, kind in kinds
    }
