"""The contract of a fusion rule, and how a rule is found by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, Self

import numpy as np

from latefusion.core.subclasses import extend_package, sole_subclass
from latefusion.fusion.aggregation import Array, Labels, Ties, class_shares, normalise, present
from latefusion.fusion.rule_errors import RuleError, check_scores, imported

RULES: Final = "latefusion.rules"
"""The package of the rules, one a file."""

Sample = tuple[Array, Labels, Labels | None]
"""Labelled rows: P (n, M, K), class indices and folds (n,)."""


class Rule:
    """A fusion rule: turns the class probabilities of several modalities into one.

    A rule file defines exactly one subclass; the file's name is the rule's name, the keyword
    arguments of its `__init__` are its options in the configuration. A subclass overrides `_combine`,
    and `_learn` if it learns; both get only rows with at least one modality. Rows with none are given
    the class shares of the training rows, so no rule predicts anything else for them.

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
    replica_options : mapping
        Options that the notebook fixes; under `replica` they hold whatever the configuration says.
    from_decisions : bool
        Whether the class that each modality prefers is all that counts of it.
    reads_quality : bool
        Whether it is told the quality of items, as `latefusion.fusion.quality.QualityRule` is.
    stochastic : bool
        Whether another `random_state` may give another result; such a rule is repeated.
    batched : bool
        Whether `fit_together` is faster than one fit after another; a job then gives it all that it fits.
    ties : {'mean_probability', 'lowest'}
        What decides between equal scores inside the rule, see `latefusion.fusion.aggregation.decide`; the job
        sets it to 'lowest' under `replica`.
    shares : (n_classes,) array
        Share of each class among the rows it was fitted on.
    """

    task: ClassVar[str] = "classes"
    learns: ClassVar[bool] = False
    probabilistic: ClassVar[bool] = True
    from_decisions: ClassVar[bool] = False
    reads_quality: ClassVar[bool] = False
    replica_source: ClassVar[Literal["in_sample", "test"]] = "in_sample"
    replica_options: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    stochastic: ClassVar[bool] = False
    batched: ClassVar[bool] = False
    ties: Ties = "mean_probability"
    shares: Array

    def __init__(self, *, random_state: np.random.Generator | int | None = None) -> None:
        self.random_state = random_state

    def fit(self, P: Array, y: Labels, *, fold: Labels | None = None) -> Self:
        """Learn from labelled rows.

        Parameters
        ----------
        P : (n_items, n_modalities, n_classes) array
            Rows that sum to one, NaN where a modality is missing.
        y : (n_items,) array
            Class indices.
        fold : (n_items,) array, optional
            Fold of each row, for rules that choose an option by cross-validation.

        Raises
        ------
        ValueError
            If the arrays do not have these shapes, or a rule that learns gets no row with any modality.
        """
        self._learn(*self._begin(P, y, fold))
        return self

    def _begin(self, P: Array, y: Labels, fold: Labels | None) -> Sample:
        """Check labelled rows, note their class shares, and return those with any modality."""
        if P.ndim != 3 or len(P) != len(y) or (fold is not None and len(fold) != len(y)):
            folds = "" if fold is None else f", folds {fold.shape}"
            raise ValueError(f"probabilities {P.shape} (not n, M, K) for labels {y.shape}{folds}")
        some = present(P).any(axis=1)
        if self.learns and not some.any():
            raise ValueError("no row to learn from has any modality")
        self.shares = class_shares(y, P.shape[2])
        return P[some], y[some], None if fold is None else fold[some]

    @classmethod
    def fit_together(cls, rules: Sequence[Self], samples: Sequence[Sample]) -> None:
        """Fit several rules of equal options, each to rows of its own, as `fit` would one after another.

        A rule that learns faster from several samples at once overrides this, with the same result.

        Parameters
        ----------
        rules : sequence of Rule
            Unfitted.
        samples : sequence of (P, y, fold)
            As of `fit`, one for each rule.
        """
        for rule, (P, y, fold) in zip(rules, samples, strict=True):
            rule.fit(P, y, fold=fold)

    def predict_proba(self, P: Array) -> Array:
        """Return the fused probabilities.

        Parameters
        ----------
        P : (n_items, n_modalities, n_classes) array
            Rows that sum to one, NaN where a modality is missing.

        Returns
        -------
        (n_items, n_classes) array
            Rows sum to one; the class shares where an item has no modality.

        Raises
        ------
        ScoresError
            If `_combine` returned anything but a finite number >= 0 for each item and class.
        """
        fused = np.tile(self.shares, (len(P), 1))
        some = present(P).any(axis=1)
        if some.any():
            scores = check_scores(self._combine(P[some]), np.flatnonzero(some), P.shape[2])
            fused[some] = normalise(scores)
        return fused

    def learned(self) -> dict[str, Any]:
        """Return what was learned, for the rule's JSON file: numbers, strings, lists and mappings."""
        return {}

    def diagnose(self, P: Array) -> dict[str, Any]:  # noqa: ARG002 - for rules that override it
        """Return what is worth knowing of the rows that are predicted, for the JSON file."""
        return {}

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:
        """Learn from rows of which each has a modality; a fixed rule has nothing to do."""

    def _combine(self, P: Array) -> Array:
        """Return scores >= 0, (n_items, n_classes), for rows of which each has a modality."""
        raise NotImplementedError


def extend_rules(folder: str | None) -> None:
    """Let the package of the rules go on in a folder of the user's, found after its own files.

    Parameters
    ----------
    folder : str or None
        None for no such folder.
    """
    extend_package(RULES, folder)


def rule_class(name: str) -> type[Rule]:
    """Return the rule that the file `rules/<name>.py` defines.

    Raises
    ------
    TypeError
        If the file does not define exactly one subclass of `Rule`, helpers whose names begin with _ apart.
    RuleError
        If it imports what is not there.
    """
    return sole_subclass(imported(f"{RULES}.{name}", RuleError), Rule)
