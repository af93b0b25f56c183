"""What a fusion rule says of itself, as JSON holds it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from latefusion.core.errors import Problem
from latefusion.fusion.rule_errors import RuleError, file_of


def plain(value: Any) -> Any:  # noqa: ANN401 - anything that JSON may hold
    """Return a value with arrays as lists and numpy's numbers as Python's; what is not finite is None."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value


def check_report(value: object, rule: type, method: str) -> None:
    """Refuse what a rule says of itself where JSON has no such thing.

    Raises
    ------
    RuleError
    """
    try:
        json.dumps(value)
    except (TypeError, ValueError) as error:
        problem = Problem(
            file_of(rule),
            f"{method}() returned what JSON cannot hold: {error}",
            "numbers, texts, lists and mappings",
            "convert sets to lists, and leave objects out",
        )
        raise RuleError([problem]) from error
