"""What regressors are trained on: views of a run of numbers, and by which learners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from latefusion.planning.config_types import Config
from latefusion.planning.early_views import COOPERATIVE
from latefusion.planning.modality_sources import has_embedding
from latefusion.planning.tasks import CONCATENATE
from latefusion.planning.views import ConfiguredLearner, configured_learners

KERNEL_RIDGE: Final = "kernel_ridge"
"""The learner that `train_kernel_ridge` and `predict_kernel_ridge` are for."""


@dataclass(frozen=True)
class TargetView:
    """What a regressor is trained on.

    Attributes
    ----------
    name : str
        Of a candidate `{view}.{learner}`.
    kind : {'single', 'early'}
    modalities : tuple of str
    settings : mapping
        Those of the key `kernel_ridge`, or of the learner of that name, `combine`, and of a view that is
        learned so `cooperative`.
    learner : ConfiguredLearner or None
        Where one is trained.
    candidates : tuple of str
        Names of the views that one is chosen from, one for each learner.
    """

    name: str
    kind: Literal["single", "early"]
    modalities: tuple[str, ...]
    settings: Mapping[str, Any]
    learner: ConfiguredLearner | None = None
    candidates: tuple[str, ...] = ()

    @property
    def has_kernel_ridge(self) -> bool:
        """Whether kernel ridge regression is what is trained for it, cooperative or not."""
        return self.learner is not None and self.learner.learner in (KERNEL_RIDGE, COOPERATIVE)

    def fused_as(self, fuse: str) -> Sequence[str]:
        """Return what stands for it where it is fused: itself, or candidates that it is chosen from."""
        if not self.candidates or fuse == "chosen":
            return [self.name]
        return self.candidates if fuse == "all" else [f"{self.name}.{fuse}"]


def read_target_views(config: Config) -> dict[str, TargetView]:
    """Return every view of a configuration by name, single modalities first.

    Parameters
    ----------
    config : Config
        With the learners of numbers alone.
    """
    return {view.name: view for view in _views(config)}


def read_target_candidates(config: Config) -> dict[str, TargetView]:
    """Return the views that others are chosen from by name, where there are several learners."""
    learners = configured_learners(config)
    return {
        name: _trained_by(config, replace(view, name=name, candidates=()), learner)
        for view in _views(config)
        for name, learner in zip(view.candidates, learners, strict=False)
    }


def _views(config: Config) -> Iterator[TargetView]:
    if config["predictions"] is not None:
        yield from (TargetView(one["name"], "single", (one["name"],), {}) for one in config["modalities"])
        yield from (TargetView(one["name"], "early", (one["name"],), {}) for one in config["views"])
        return
    for modality in config["modalities"]:
        if has_embedding(modality):
            settings = _settings(config, CONCATENATE)
            view = TargetView(modality["name"], "single", (modality["name"],), settings)
            yield _with_learners(config, view)
    without = {name for name, _ in not_trained(config)}
    for early in config["views"]:
        if early["name"] not in without:
            settings = _settings(config, early["combine"])
            view = TargetView(early["name"], "early", tuple(early["modalities"]), settings)
            if early["combine"] == COOPERATIVE:
                own = {COOPERATIVE: dict(sorted(early["cooperative"].items()))}
                learner = ConfiguredLearner(COOPERATIVE, COOPERATIVE, {})
                yield replace(view, settings={**settings, **own}, learner=learner)
            else:
                yield _with_learners(config, view)


def _settings(config: Config, combine: str) -> dict[str, Any]:
    return {**config["kernel_ridge"], "combine": combine}


def _with_learners(config: Config, view: TargetView) -> TargetView:
    """Return a view with its one learner, or with the names of those that one is chosen from."""
    learners = configured_learners(config)
    if len(learners) > 1:
        return replace(view, candidates=tuple(f"{view.name}.{learner.name}" for learner in learners))
    return _trained_by(config, view, learners[0])


def _trained_by(config: Config, view: TargetView, learner: ConfiguredLearner) -> TargetView:
    own = learner.options if learner.learner == KERNEL_RIDGE else {}
    combine = view.settings["combine"]
    return replace(view, learner=learner, settings={**_settings(config, combine), **own})


def not_trained(config: Config) -> Iterator[tuple[str, str]]:
    """Yield views that no regressor is trained for, and why."""
    if config["predictions"] is not None:
        return
    embedded = {one["name"] for one in config["modalities"] if has_embedding(one)}
    for modality in config["modalities"]:
        if modality["name"] not in embedded:
            yield modality["name"], "it brings probabilities of classes and no embedding"
    for view in config["views"]:
        if not embedded >= {*view["modalities"]}:
            yield view["name"], "one of its modalities brings no embedding"
