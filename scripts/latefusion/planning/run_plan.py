"""A run from its configuration: layers merged, completed, checked, and planned; messages name the layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # a PyYAML without libyaml
    from yaml import SafeLoader  # type: ignore[assignment]

from latefusion.core.errors import InputError
from latefusion.planning.config_layers import Layer, located, main_file, merged
from latefusion.planning.config_types import Config
from latefusion.planning.configuration import RESERVED_NAMES, complete, missing_files
from latefusion.planning.files import Files
from latefusion.planning.plan import Plan, make_plan
from latefusion.planning.prediction_models import planned_predictions
from latefusion.planning.rule_catalogue import RuleFacts, read_rules

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
    plan : Plan
    files : Files
    """

    name: str
    config: Config
    rules: Mapping[str, RuleFacts]
    plan: Plan
    files: Files


def plan_run(layers: Sequence[Layer], *, schemas: Path, rules: Path) -> RunPlan:
    """Return what a configuration asks for.

    Parameters
    ----------
    layers : sequence of Layer
        The lowest first.
    schemas, rules : Path
        Folders of the schemas and of the fusion rules.

    Raises
    ------
    InputError
        If the configuration cannot be used: every mistake with the layer that it is in.
    """
    name = main_file(layers)
    known = read_rules(rules)
    try:
        config = complete(
            merged(layers),
            _schema(schemas / "config.schema.yaml"),
            file=name,
            rules=_schema(schemas / "rules.schema.yaml"),
            catalogue=known,
        )
        missing_files(config, file=name, built=EXAMPLE_DATA)
        named_rules = merged(layers).get("rules") is not None
        config = planned_predictions(config, name, named_rules=named_rules, reserved=RESERVED_NAMES)
        plan = make_plan(config, known, file=name)
    except InputError as error:
        raise located(error, layers) from None
    return RunPlan(name, config, known, plan, Files(config, plan))


def _schema(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(file.read_bytes(), Loader=SafeLoader)
    return content
