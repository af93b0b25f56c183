"""Rules that train a regression on the modalities' predictions side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.missing import ANY_PATTERN, filled, learnable_patterns, members, pattern_codes
from latefusion.fusion.regression_rule import RegressionRule
from latefusion.fusion.stacking import seed_of


@dataclass(frozen=True)
class Standardisation:
    """Means and standard deviations of columns; 1 where nothing varies."""

    mean: Array
    scale: Array

    @classmethod
    def of(cls, values: Array) -> Standardisation:
        """Measure the columns of values, (n, d)."""
        mean, scale = values.mean(axis=0), values.std(axis=0)
        flat = np.ptp(values, axis=0) == 0
        return cls(mean, np.where(flat | (scale == 0), 1.0, scale))

    def of_units(self, values: Array) -> Array:
        """Return values in units of the standard deviation, from the mean."""
        return np.asarray((values - self.mean) / self.scale)

    def back(self, values: Array) -> Array:
        """Return what `of_units` was given."""
        return np.asarray(self.mean + values * self.scale)


@dataclass(frozen=True)
class TrainedRegression:
    """A regression that was trained.

    Attributes
    ----------
    predict : callable
        Turns standardised columns, (n, d), into standardised targets, (n, T); each row by itself.
    learned : dict
        What is worth writing down of it.
    """

    predict: Callable[[Array], Array]
    learned: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Model:
    """A trained regression between the units of its columns and those of the targets."""

    trained: TrainedRegression
    columns: Standardisation
    targets: Standardisation
    rows: int

    def predict(self, X: Array) -> Array:
        return self.targets.back(self.trained.predict(self.columns.of_units(X)))


class TargetStackingRule(RegressionRule):
    """Base of the rules that train a regression on [f_1 … f_M], each with its T targets.

    Columns and targets are standardised, so that no unit counts. Where training rows lack modalities, each
    missingness pattern that at least 200 rows show has a regression of its own, on its modalities' columns,
    trained on all rows that have these. Everything else goes to one regression trained on all rows, with the
    means of the targets in the gaps.

    A subclass defines `_train`.
    """

    seed: int
    _models: dict[int, _Model]

    def _train(self, X: Array, Z: Array, fold: Labels | None) -> TrainedRegression:
        """Train on standardised columns (n, d), modality by modality, and targets (n, T).

        `self.seed` is for chance.
        """
        raise NotImplementedError

    def _learn(self, F: Array, Y: Array, fold: Labels | None, variance: Array | None) -> None:  # noqa: ARG002
        self.seed = seed_of(self.random_state)
        self._modalities = F.shape[1]
        self._models = {}
        for code, rows in learnable_patterns(F).items():
            X = self._flat(F[rows], code)
            columns, targets = Standardisation.of(X), Standardisation.of(Y[rows])
            own_fold = None if fold is None else fold[rows]
            trained = self._train(columns.of_units(X), targets.of_units(Y[rows]), own_fold)
            self._models[code] = _Model(trained, columns, targets, len(X))

    def _flat(self, F: Array, code: int) -> Array:
        F = filled(F, self.center) if code == ANY_PATTERN else F[:, members(code, F.shape[1])]
        return np.ascontiguousarray(F.reshape(len(F), -1))

    def _combine(self, F: Array, variance: Array | None) -> Array:  # noqa: ARG002 - the contract
        fused = np.empty((len(F), F.shape[2]))
        codes = pattern_codes(F)
        models = np.where(np.isin(codes, list(self._models)), codes, ANY_PATTERN)
        for code in np.unique(models).tolist():
            rows = models == code
            fused[rows] = self._models[code].predict(self._flat(F[rows], code))
        return fused

    def learned(self) -> dict[str, Any]:
        """Return what each regression learned, with the modalities and the number of its rows."""
        return {
            "models": [
                {
                    "modalities": "any" if code == ANY_PATTERN else members(code, self._modalities),
                    "rows": model.rows,
                    **model.trained.learned,
                }
                for code, model in self._models.items()
            ]
        }


def linear(weights: Array) -> Callable[[Array], Array]:
    """Return X → X @ weights for weights (d, T), summed column by column: no row depends on others."""

    def predict(X: Array) -> Array:
        total = np.zeros((len(X), weights.shape[1]))
        for column, weight in zip(X.T, weights, strict=True):
            total += column[:, None] * weight
        return total

    return predict
