"""The contract of a fusion rule for continuous targets, and how such a rule is found by its name."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar, Self

import numpy as np

from latefusion.core.subclasses import sole_subclass
from latefusion.fusion.aggregation import Array, Labels, present
from latefusion.fusion.rule import RULES


class RegressionRule:
    """A fusion rule for targets: turns the numbers that several modalities predict into one for each target.

    A rule file that serves targets defines exactly one subclass; one that serves classes as well has a
    subclass of `latefusion.fusion.rule.Rule` beside it. The keyword arguments of `__init__` are the options
    of the rule in the configuration. A subclass overrides `_combine`, and `_learn` if it learns; both get
    only rows with at least one modality. Rows with none are told the mean of the training targets.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        The only source of randomness.

    Attributes
    ----------
    learns : bool
        Whether `fit` learns from its rows; a fixed rule reads at most the means of the targets.
    stochastic : bool
        Whether another `random_state` may give another result; such a rule is repeated.
    reads_variance : bool
        Whether variances of the predictions, item by item, change what it says.
    center : (T,) array
        Mean of each target among the rows it was fitted on.
    """

    task: ClassVar[str] = "targets"
    learns: ClassVar[bool] = False
    stochastic: ClassVar[bool] = False
    reads_variance: ClassVar[bool] = False
    center: Array

    def __init__(self, *, random_state: np.random.Generator | int | None = None) -> None:
        self.random_state = random_state

    def fit(self, F: Array, Y: Array, *, fold: Labels | None = None, variance: Array | None = None) -> Self:
        """Learn from rows whose targets are known.

        Parameters
        ----------
        F : (n_items, n_modalities, n_targets) array
            Predicted numbers of models that did not see the row; NaN where a modality is missing.
        Y : (n_items, n_targets) array
            True targets.
        fold : (n_items,) array, optional
            Fold of each row, for rules that choose an option by cross-validation.
        variance : (n_items, n_modalities, n_targets) array, optional
            Variances of the predictions; NaN where a modality is missing.

        Raises
        ------
        ValueError
            If the arrays do not have these shapes, a target is not finite, or a rule that learns gets no row
            with any modality.
        """
        if F.ndim != 3 or Y.shape != (len(F), F.shape[2]) or (fold is not None and len(fold) != len(F)):
            folds = "" if fold is None else f", folds {fold.shape}"
            raise ValueError(f"predictions {F.shape} (not n, M, T) for targets {Y.shape}{folds}")
        if not np.isfinite(Y).all():
            raise ValueError("a target of a training row is not finite")
        _check_variance(F, variance)
        some = present(F).any(axis=1)
        if self.learns and not some.any():
            raise ValueError("no row to learn from has any modality")
        self.center = Y.mean(axis=0) if len(Y) else np.zeros(F.shape[2])
        self._learn(
            F[some],
            Y[some],
            None if fold is None else fold[some],
            None if variance is None else variance[some],
        )
        return self

    def predict(self, F: Array, variance: Array | None = None) -> Array:
        """Return the fused numbers.

        Parameters
        ----------
        F : (n_items, n_modalities, n_targets) array
            NaN where a modality is missing.
        variance : (n_items, n_modalities, n_targets) array, optional

        Returns
        -------
        (n_items, n_targets) array
            The mean of the training targets where an item has no modality.

        Raises
        ------
        ValueError
            If `_combine` returned anything but a finite number for each item and target.
        """
        _check_variance(F, variance)
        fused = np.tile(self.center, (len(F), 1))
        some = present(F).any(axis=1)
        if some.any():
            said = np.asarray(self._combine(F[some], None if variance is None else variance[some]))
            if said.shape != fused[some].shape or not np.isfinite(said).all():
                name = type(self).__name__
                raise ValueError(
                    f"{name} returned {said.shape}, not a finite number for each item and target"
                )
            fused[some] = said
        return fused

    def learned(self) -> dict[str, Any]:
        """Return what was learned, for the rule's JSON file: numbers, strings, lists and mappings."""
        return {}

    def _learn(self, F: Array, Y: Array, fold: Labels | None, variance: Array | None) -> None:
        """Learn from rows of which each has a modality; a fixed rule has nothing to do."""

    def _combine(self, F: Array, variance: Array | None) -> Array:
        """Return numbers, (n_items, n_targets), for rows of which each has a modality."""
        raise NotImplementedError


def _check_variance(F: Array, variance: Array | None) -> None:
    """Raise a ValueError unless there is a variance above zero beside each prediction, or none at all."""
    if variance is None:
        return
    if variance.shape != F.shape:
        raise ValueError(f"variances {variance.shape} for predictions {F.shape}")
    said = variance[~np.isnan(F)]
    if not (np.isfinite(said) & (said > 0)).all():
        raise ValueError("a variance of a prediction is not a finite number above zero")


def regression_rule_class(name: str) -> type[RegressionRule]:
    """Return the rule for targets that the file `rules/<name>.py` defines.

    Raises
    ------
    TypeError
        If the file does not define exactly one subclass of `RegressionRule`, helpers whose names begin with
        _ apart.
    """
    return sole_subclass(import_module(f"{RULES}.{name}"), RegressionRule)
