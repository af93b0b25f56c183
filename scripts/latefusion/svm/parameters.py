"""Validation of an SVM's parameters: each with the values that it may have."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Final

import numpy as np

from latefusion.core.errors import nearest
from latefusion.svm.inputs import COMBINE, SvmParameters

SCALE: Final = ("none", "standard")
GAMMA: Final = ("auto", "scale")
CLASS_WEIGHT: Final = ("balanced", "none")


def check_parameters(parameters: SvmParameters) -> None:
    """Refuse parameters that no SVM can have.

    Raises
    ------
    ValueError
        Naming the parameter, what was given, and what is allowed.
    """
    given = parameters
    _require("C", given.C, _is_positive(given.C), "a number above 0")
    _require_word("gamma", given.gamma, GAMMA, _is_positive(given.gamma), "a number above 0")
    _require_word("scale", given.scale, SCALE)
    _require_word("combine", given.combine, COMBINE)
    weight = given.class_weight
    _require_word(
        "class_weight",
        weight,
        CLASS_WEIGHT,
        weight is None or (isinstance(weight, Mapping) and all(map(_is_positive, weight.values()))),
        "None or a mapping of classes to numbers above 0",
    )
    _require(
        "approximation",
        given.approximation,
        given.approximation is None
        or (
            isinstance(given.approximation, Mapping)
            and set(given.approximation) == {"components"}
            and _is_count(given.approximation["components"], least=2)
        ),
        'None or {"components": m} with a whole number m of 2 or more',
    )
    _require(
        "max_iter",
        given.max_iter,
        given.max_iter is None or _is_count(given.max_iter),
        "None (as many steps as it takes) or a whole number of 1 or more",
    )
    _require("n_jobs", given.n_jobs, _is_count(given.n_jobs), "a whole number of threads, 1 or more")
    _require(
        "memory_mb",
        given.memory_mb,
        given.memory_mb is None or _is_positive(given.memory_mb),
        "None (whatever is free) or a number of megabytes above 0",
    )
    state = given.random_state
    _require(
        "random_state",
        state,
        state is None or isinstance(state, np.random.Generator) or _is_count(state, least=0),
        "None, a whole number of 0 or more, or a numpy.random.Generator",
    )


def _is_count(value: object, least: int = 1) -> bool:
    return _is_number(value, Integral) and bool(value >= least)  # type: ignore[operator]


def _is_positive(value: object) -> bool:
    return _is_number(value, Real) and math.isfinite(value) and bool(value > 0)  # type: ignore


def _is_number(value: object, kind: type) -> bool:
    """Whether a value is a number; true and false are none, although Python counts with them."""
    return isinstance(value, kind) and type(value) not in (bool, np.bool_)


def _require(name: str, value: object, holds: bool, allowed: str) -> None:
    if not holds:
        raise ValueError(f"{name} must be {allowed}, not {value!r}")


def _require_word(
    name: str, value: object, words: tuple[str, ...], holds: bool = False, otherwise: str = ""
) -> None:
    if holds or (isinstance(value, str) and value in words):
        return
    allowed = " or ".join([", ".join(map(repr, words)), *([otherwise] if otherwise else [])])
    meant = nearest(value, words) if isinstance(value, str) else None
    hint = f"; did you mean {meant!r}?" if meant else ""
    raise ValueError(f"{name} must be {allowed}, not {value!r}{hint}")
