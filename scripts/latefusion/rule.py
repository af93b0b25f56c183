"""The contract of a fusion rule, and how a rule is found by its name."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.int32]


class Rule:
    """A fusion rule: turns the class probabilities of several modalities into one.

    A rule file defines exactly one subclass; the file's name is the rule's name, the keyword
    arguments of its `__init__` are its options in the configuration.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        The only source of randomness.

    Attributes
    ----------
    learns : bool
        Whether `fit` learns from its rows; a fixed rule reads at most the class shares.
    probabilistic : bool
        Whether the output is an estimate of probabilities.
    replica_source : {'in_sample', 'test'}
        The rows that the notebook learns the rule from.
    stochastic : bool
        Whether another `random_state` may give another result; such a rule is repeated.
    """

    learns: ClassVar[bool] = False
    probabilistic: ClassVar[bool] = True
    replica_source: ClassVar[Literal["in_sample", "test"]] = "in_sample"
    stochastic: ClassVar[bool] = False

    def __init__(self, *, random_state: np.random.Generator | int | None = None) -> None:
        self.random_state = random_state

    def fit(self, P: Array, y: Labels, *, fold: Labels | None = None) -> Rule:
        """Learn from labelled rows.

        Parameters
        ----------
        P : (n_items, n_modalities, n_classes) array
            Rows that sum to one, NaN where a modality is missing.
        y : (n_items,) array
            Class indices.
        fold : (n_items,) array, optional
            Fold of each row, for rules that choose an option by cross-validation.
        """
        raise NotImplementedError

    def predict_proba(self, P: Array) -> Array:
        """Return the fused probabilities, (n_items, n_classes); rows sum to one."""
        raise NotImplementedError

    def learned(self) -> dict[str, Any]:
        """Return what was learned, for the rule's JSON file: numbers, strings, lists and mappings."""
        return {}


def rule_class(name: str) -> type[Rule]:
    """Return the rule that the file `rules/<name>.py` defines.

    Raises
    ------
    TypeError
        If the file does not define exactly one subclass of `Rule`.
    """
    module = import_module(f"latefusion.rules.{name}")
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise TypeError(f"rules/{name}.py must define exactly one subclass of Rule, not {len(found)}")
    return found[0]
