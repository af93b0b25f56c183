"""Arguments of what people call from Python: refused as the workflow refuses its configuration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from pkgutil import iter_modules
from typing import Any

import numpy as np

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.core.subclasses import defines_subclass
from latefusion.fusion.rule import RULES, Rule, rule_class
from latefusion.fusion.rule_errors import RuleError, imported

COMMON = ("calibrate",)
"""Options that the workflow handles for every rule, and that make sense for one fit."""


class ArgumentError(InputError, ValueError):
    """An argument that cannot be used; a ValueError too, as scikit-learn's tools expect it."""

    what = "an argument"


def refusal(where: str, found: str, allowed: str, fix: str, *, row: int | None = None) -> ArgumentError:
    """Return the error about an argument, in the words of `latefusion.core.errors.Problem`."""
    return ArgumentError([Problem(where, found, allowed, fix, row=row, unit="row")])


def named_entry(value: object, where: str) -> tuple[str, dict[str, Any]]:
    """Name and options of a learner or a rule: a name, or a mapping as in the configuration.

    Raises
    ------
    ArgumentError
        If it is neither.

    Examples
    --------
    >>> named_entry({"name": "mlp", "epochs": 5}, "rule")
    ('mlp', {'epochs': 5})
    """
    if isinstance(value, str):
        return value, {}
    if isinstance(value, Mapping) and isinstance(value.get("name"), str):
        return value["name"], {str(key): option for key, option in value.items() if key != "name"}
    allowed = f"a name, or a mapping with a name and options, such as {{'name': {where!r}, …}}"
    raise refusal(where, shorten(value), allowed, "give its name")


def require_known(name: str, names: Collection[str], where: str, *, kind: str) -> None:
    """Refuse a name that is none of those there are.

    Raises
    ------
    ArgumentError
        Naming the nearest.
    """
    if name in names:
        return
    close = nearest(name, names)
    fix = f"write {close!r}" if close else "name one of these"
    raise refusal(where, f"{shorten(name)}, which is no {kind}", ", ".join(sorted(names)), fix)


def require_of_classes(
    name: str, names: Collection[str], serves: Callable[[str], bool], where: str, *, kind: str
) -> None:
    """Refuse a rule or a learner that there is not, or that serves numbers alone.

    Parameters
    ----------
    name : str
    names : collection of str
        Of either task.
    serves : callable
        Says of one of them whether it serves classes.
    where, kind : str

    Raises
    ------
    ArgumentError
        Naming the nearest that serves classes.
    """
    if name in names and serves(name):
        return
    here = [one for one in names if one != name and serves(one)]
    if name not in names:
        require_known(name, here, where, kind=kind)
    close = nearest(name, here)
    fix = f"write {close!r}" if close else "name one of these"
    raise refusal(where, f"{shorten(name)}, a {kind} of numbers alone", ", ".join(sorted(here)), fix)


def fuses_classes(rule: str) -> bool:
    """Say whether a rule that there is serves classes."""
    return defines_subclass(imported(f"{RULES}.{rule}", RuleError), Rule)


def rule_names() -> list[str]:
    """Return the names of all fusion rules, of either task."""
    from latefusion import rules

    return sorted(module.name for module in iter_modules(rules.__path__))


def refuse_quality(name: str, where: str) -> None:
    """Refuse a rule that reads the quality of items, of which arrays say nothing.

    Raises
    ------
    ArgumentError
        If it does.
    """
    if rule_class(name).reads_quality:
        found = f"{name}, which reads the quality of each item: a column of a table, and arrays have none"
        raise refusal(where, found, "rules that go by the modalities alone", "write 'llr_fusion'")


def rule_candidate(value: object, where: str) -> tuple[str, dict[str, Any]]:
    """Name of a rule, and what `latefusion.fusion.choice.choose_rule` wants to know of it.

    Raises
    ------
    ArgumentError
        If there is no such rule of classes, or it has no such option.
    """
    name, options = named_entry(value, where)
    require_of_classes(name, rule_names(), fuses_classes, where, kind="rule")
    refuse_quality(name, where)
    own = inspect.signature(rule_class(name).__init__).parameters
    known = [option for option in own if option not in ("self", "random_state")]
    for option in options:
        require_known(option, [*known, *COMMON], f"{where}, {name}", kind="option of this rule")
    return name, {"rule": name, "options": options}


def seed_of(random_state: Any) -> int:  # noqa: ANN401 - a seed or a generator of numpy's
    """Return a seed: the number itself, or one drawn.

    Raises
    ------
    ArgumentError
        If it is neither a whole number of 0 or more, a generator of numpy's, nor None.
    """
    if (
        isinstance(random_state, (int, np.integer))
        and not isinstance(random_state, bool)
        and random_state >= 0
    ):
        return int(random_state)
    if random_state is None or isinstance(random_state, np.random.Generator):
        return int(np.random.default_rng(random_state).integers(2**31 - 1))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    allowed = "None, a whole number of 0 or more, or a generator of numpy's"
    raise refusal("random_state", shorten(random_state), allowed, "write random_state=0")
