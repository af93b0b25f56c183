"""One regressor that was trained on some rows, and what it says of others, row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from latefusion.core.errors import shorten
from latefusion.fusion.rule_errors import ScoresError
from latefusion.learning.classifier import Array, Features, Scaling, filled_blocks, prepared


@dataclass(frozen=True)
class Regressor:
    """A regressor that was trained on some rows.

    Attributes
    ----------
    model : object
        With `predict`, which gives each target in standard deviations from its mean.
    scaling : Scaling or None
        Of the columns.
    targets : Scaling
        Mean and standard deviation of the targets among the rows that it was trained on; 0 of one that does
        not vary.
    dtype : type
        What `model` is given.
    """

    model: Any
    scaling: Scaling | None
    targets: Scaling
    dtype: type[np.floating]

    def predictions_of(self, rows: Features) -> Array:
        """Return predictions of prepared rows, (n, T), in units of the targets.

        Raises
        ------
        ScoresError
            If they are no finite numbers, one for each row and target.
        """
        said = np.asarray(self.model.predict(rows), np.float64)
        shape = (len(rows), len(self.targets.centre))
        if said.shape != shape and said.size == len(rows) * shape[1] and shape[1] == 1:
            said = said.reshape(shape)
        if said.shape != shape:
            found = f"predictions of shape {said.shape} for {shape[0]} items and {shape[1]} targets"
            raise ScoresError(found)
        wrong = np.flatnonzero(~np.isfinite(said).all(axis=1))
        if len(wrong):
            raise ScoresError(shorten(said[wrong[0]].tolist(), 200), int(wrong[0]))
        return said * self.targets.spread + self.targets.centre


def predicted_by(regressors: Sequence[Regressor], X: Features) -> Array:
    """Return what regressors that were trained on the same rows say of others, (regressors, n, T).

    Raises
    ------
    ScoresError
    """
    first = regressors[0]
    said = np.empty((len(regressors), len(X), len(first.targets.centre)))
    for start, stop, block in filled_blocks(X):
        rows = prepared(block, first.scaling, first.dtype)
        for at, one in enumerate(regressors):
            said[at, start:stop] = one.predictions_of(rows)[: stop - start]
    return said


@dataclass(frozen=True)
class OneEach:
    """Regressors of one target each, side by side.

    Attributes
    ----------
    models : tuple
        With `predict`, (n,), in the order of the targets.
    """

    models: tuple[Any, ...]

    @classmethod
    def fit(cls, train: Callable[[Array], Any], Z: Array) -> OneEach:
        """Train a regressor on each column of the targets, (n, T)."""
        return cls(tuple(train(np.ascontiguousarray(z)) for z in Z.T))

    def predict(self, X: Features) -> Array:
        """Return predictions, (n, T)."""
        return np.stack([np.asarray(one.predict(X), np.float64) for one in self.models], axis=1)
