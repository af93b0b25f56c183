"""What the page of numbers calls things: of models that were trained here, or of finished predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Words:
    """Words that depend on where the models come from.

    Attributes
    ----------
    one, several : str
        What is fused.
    early : str
        Models of several of them at once, or that no rule fuses.
    without : str
        What a baseline does without.
    center : str
        The items whose mean R² is measured against.
    best : str
        How the reference, and a rule where none was selected, was found.
    fixed : str
        What intervals hold fixed.
    """

    one: str
    several: str
    early: str
    without: str
    center: str
    best: str
    fixed: str


TRAINED = Words(
    "modality",
    "modalities",
    "early fusion: inputs joined",
    "without any embedding",
    "training items",
    "out of fold",
    "the trained models",
)
"""Of models that a run trains."""


def words_of(config: Mapping[str, Any], taught: int) -> Words:
    """Return the words for a run.

    Parameters
    ----------
    config : mapping
        The complete configuration.
    taught : int
        Items that there are to learn from.
    """
    if config.get("predictions") is None:
        return TRAINED
    center, best = ("items that teach", "out of fold") if taught else ("judged items", "on these items")
    return Words(
        "model", "models", "a model that no rule fuses", "without any model", center, best, "the models"
    )
