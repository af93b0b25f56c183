"""Views: the input of each SVM, and where its probabilities come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from latefusion.core.grid import is_grid
from latefusion.planning.config_types import Config, Pretrained, Probabilities
from latefusion.planning.configuration import svm_settings
from latefusion.planning.prediction_models import external_tables


@dataclass(frozen=True)
class View:
    """The input of one SVM, and where its probabilities come from."""

    name: str
    kind: Literal["single", "early"]
    modalities: tuple[str, ...]
    source: Literal["trained", "pretrained", "external"]
    svm: Mapping[str, Any]
    pretrained: Pretrained | None
    probabilities: Probabilities | None

    @property
    def has_out_of_fold(self) -> bool:
        """Whether training rows have probabilities of models that did not see them."""
        external = self.probabilities
        return self.source == "trained" or (
            external is not None and external["train_out_of_fold"] is not None
        )

    @property
    def has_in_sample(self) -> bool:
        """Whether training rows have probabilities of the final model."""
        external = self.probabilities
        return external is None or external["train_in_sample"] is not None

    @property
    def has_grid(self) -> bool:
        """Whether C and gamma are chosen, so that `replica` has an SVM of its own."""
        return self.source == "trained" and is_grid(self.svm["C"], self.svm["gamma"])

    @property
    def has_cross(self) -> bool:
        """Whether each cross partition has a model of its own."""
        external = self.probabilities
        return self.source == "trained" or (external is not None and external["cross"] is not None)


def read_views(config: Config) -> dict[str, View]:
    """Return every view of a configuration by name, single modalities first."""
    if config["predictions"] is not None:
        return _predicted(config)
    singles = {
        entry["name"]: View(
            name=entry["name"],
            kind="single",
            modalities=(entry["name"],),
            source="external"
            if entry["probabilities"]
            else "pretrained"
            if entry["pretrained"]
            else "trained",
            svm=svm_settings(config, entry),
            pretrained=entry["pretrained"],
            probabilities=entry["probabilities"],
        )
        for entry in config["modalities"]
    }
    early = {
        entry["name"]: View(
            name=entry["name"],
            kind="early",
            modalities=tuple(entry["modalities"]),
            source="pretrained" if entry["pretrained"] else "trained",
            svm=svm_settings(config, entry),
            pretrained=entry["pretrained"],
            probabilities=None,
        )
        for entry in config["views"]
    }
    return singles | early


def _predicted(config: Config) -> dict[str, View]:
    """Return the models of finished predictions: those that are fused, and the others beside them."""
    tables = external_tables(config)
    kinds: list[tuple[str, Literal["single", "early"]]] = [
        *((one["name"], "single") for one in config["modalities"]),
        *((one["name"], "early") for one in config["views"]),
    ]
    return {name: View(name, kind, (name,), "external", {}, None, tables) for name, kind in kinds}
