"""A fusion rule fitted on out-of-fold probabilities, chosen from several where there are several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.inputs import PartitionInput, Stacked
from latefusion.fusion.runner import FittedRule, Protocol, RuleRunner
from latefusion.fusion.selection import best_rule
from latefusion.store.probabilities import Probabilities


@dataclass(frozen=True)
class ChosenRule:
    """The fusion rule that was best out of fold, fitted, with what is known of the others.

    Attributes
    ----------
    name : str
        What the candidate was called.
    fitted : FittedRule
    validated : dict of str to dict
        Out-of-fold metrics of every candidate.
    """

    name: str
    fitted: FittedRule
    validated: dict[str, dict[str, Any]]

    def predict(self, P: Array) -> tuple[Array, Labels]:
        """Return probabilities (n, K) and classes (n,) of items of which the modalities say P, (n, M, K)."""
        n = len(P)
        item = np.array([f"row {row}" for row in range(n)], object)
        asked = Stacked(P, np.full(n, -1, np.int32), None, item, self.fitted.test.modalities)
        return self.fitted.apply(asked)


def choose_rule(
    candidates: Mapping[str, Mapping[str, Any]],
    learn: Mapping[str, Probabilities],
    *,
    partition: str,
    protocol: Protocol,
    by: str,
    seed: int,
    quality: Mapping[str, Array] = MappingProxyType({}),
) -> ChosenRule:
    """Fit every candidate as the workflow does, and keep the best one out of fold.

    Parameters
    ----------
    candidates : mapping of str to mapping
        `rule`, its file, and `options`, by the name that the candidate goes by. Of a stochastic rule the
        first repeat is fitted.
    learn : mapping of str to Probabilities
        Out-of-fold probabilities of the training rows, by modality.
    partition, protocol : str
        Whose random streams to use.
    by : str
        The metric that chooses, as in `latefusion.fusion.selection.best_rule`.
    seed : int
        The configured one.
    quality : mapping of str to (n,) array
        Quality measures of the training rows, by column; those that a candidate reads.

    Raises
    ------
    RuleError
        If a rule breaks its contract.
    InputError
        If there is a choice and no candidate has the metric.
    """
    part = PartitionInput(
        partition,
        learn,
        {name: _nothing(one) for name, one in learn.items()},
        np.empty(0, object),
        quality,
        dict.fromkeys(quality, np.empty(0)),
    )
    fitted = {}
    for name, one in candidates.items():
        runner = RuleRunner.of(one["rule"], {**one["options"], "repeats": 1, "bag": False}, protocol)
        (fitted[name],) = runner.fit([part], seed)
    validated = {name: dict(one.cross_validated or {}) for name, one in fitted.items()}
    chosen = best_rule(validated, by)
    return ChosenRule(chosen, fitted[chosen], validated)


def _nothing(like: Probabilities) -> Probabilities:
    """Return a table of no items."""
    return Probabilities(
        like.classes, np.empty(0, object), np.empty(0, np.int32), np.empty((0, len(like.classes)))
    )
