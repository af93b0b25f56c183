"""The words of the page where models are finished predictions: there are models, and no modality is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from jinja2 import FunctionLoader

from latefusion.report.components import Bar, Cell

T = TypeVar("T")

WORDS: Final[Mapping[str, str]] = {
    "early fusion: inputs joined": "a model that no rule fuses",
    "Late fusion trains one model for each modality and combines what they say": (
        "Late fusion combines what separate models say"
    ),
    "the trained models": "the models",
    "of embeddings": "of predictions",
    "modalities": "models",
    "Modalities": "Models",
    "modality": "model",
    "Modality": "Model",
}
KEPT: Final = frozenset({"id", "name", "kind", "tone", "look"})
"""Fields of the parts of the page that hold no prose."""
SPEC: Final = "spec"
TITLES: Final = frozenset({"title", "description"})
"""What is prose in the specification of a chart: titles of its axes, legends and tooltips."""

_WORD = re.compile("|".join(rf"(?<![\w-]){re.escape(word)}(?![\w-])" for word in WORDS))


def reworded(part: T) -> T:
    """Return a part of the page in these words; what cells of tables and charts hold is data, and stays."""
    return _reworded(part)


def _reworded(part: Any) -> Any:  # noqa: ANN401 - any part of the page
    if isinstance(part, str):
        return _WORD.sub(lambda found: WORDS[found[0]], part)
    if isinstance(part, Bar):
        return part
    if isinstance(part, Cell):
        return replace(part, note=_reworded(part.note))
    if is_dataclass(part) and not isinstance(part, type):
        prose = {one.name: _reworded(getattr(part, one.name)) for one in fields(part) if one.name not in KEPT}
        if SPEC in prose:
            prose[SPEC] = _titled(getattr(part, SPEC))
        return replace(part, **prose)
    if isinstance(part, dict):
        return {key: _reworded(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return type(part)(_reworded(value) for value in part)
    return part


def _titled(spec: Any) -> Any:  # noqa: ANN401 - any part of a specification
    if isinstance(spec, dict):
        return {key: _reworded(value) if key in TITLES else _titled(value) for key, value in spec.items()}
    if isinstance(spec, list):
        return [_titled(value) for value in spec]
    return spec


def reworded_templates(folder: Path) -> FunctionLoader:
    """Return the templates of a folder in these words; they hold prose and no data."""
    return FunctionLoader(lambda name: reworded((folder / name).read_text(encoding="utf-8")))
