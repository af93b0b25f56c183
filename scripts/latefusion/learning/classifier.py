"""One classifier that was trained on some rows, and what it says of others, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks
from latefusion.fusion.rule_errors import ScoresError, check_scores

Array = NDArray[np.float64]
Labels = NDArray[np.int32]
Features = NDArray[np.floating]
"""Rows of one modality, (n, d)."""

BLOCK: Final = 512
"""Rows predicted together, the last block filled up: no row's digits depend on which others there are."""


@dataclass(frozen=True)
class Scaling:
    """Centre and spread of columns; a column that never varies is only centred.

    Attributes
    ----------
    centre, spread : (d,) float64 arrays
    """

    centre: Array
    spread: Array

    @classmethod
    def of(cls, X: Features) -> Scaling:
        """Return mean and standard deviation of the columns of some rows, (n, d)."""
        centre = X.mean(axis=0, dtype=np.float64)
        spread = X.std(axis=0, dtype=np.float64)
        flat = spread <= 10 * np.finfo(X.dtype).eps * np.abs(centre)
        return cls(centre, np.where(flat, 1.0, spread))

    def rows(self, X: Features) -> Array:
        """Return rows with columns of mean zero and standard deviation one, (n, d)."""
        scaled: Array = (X - self.centre) / self.spread
        return scaled


@dataclass(frozen=True)
class Classifier:
    """A classifier that was trained on some rows.

    Attributes
    ----------
    model : object or None
        With `predict_proba`, or else `decision_function`, whose columns are the classes `seen`. None where
        the rows are of one class.
    scaling : Scaling or None
    seen : (k,) int32 array
        Indices of the classes that have rows.
    n_classes : int
        K.
    dtype : type
        What `model` is given.
    """

    model: Any
    scaling: Scaling | None
    seen: Labels
    n_classes: int
    dtype: type[np.floating]

    @property
    def is_probabilistic(self) -> bool:
        """Whether it gives probabilities, and not just decision values."""
        return self.model is None or hasattr(self.model, "predict_proba")

    def probabilities(self, scores: object, rows: int) -> Array:
        """Return scores of the classes seen, checked, as probabilities of all classes, (n, K).

        Raises
        ------
        ScoresError
            If they are no finite numbers >= 0 of that shape, or all of a row are zero.
        """
        said = check_scores(scores, np.arange(rows), len(self.seen))
        total = said.sum(axis=1)
        if not (total > 0).all():
            raise ScoresError("zero for each class", int(np.flatnonzero(total <= 0)[0]))
        p = np.zeros((rows, self.n_classes))
        p[:, self.seen] = said / total[:, None]
        return p

    def probabilities_of(self, rows: Features) -> Array:
        """Return class probabilities of prepared rows, (n, K); zero for classes that were not seen.

        Raises
        ------
        ScoresError
        """
        if self.model is None:
            return np.tile(np.eye(self.n_classes)[self.seen[0]], (len(rows), 1))
        return self.probabilities(self.model.predict_proba(rows), len(rows))

    def decisions_of(self, rows: Features) -> Array:
        """Return decision values of prepared rows, (n, K); of classes not seen the least of the row.

        Raises
        ------
        ScoresError
            If they are no finite numbers.
        """
        values = np.asarray(self.model.decision_function(rows), np.float64)
        if values.ndim == 1:  # of two classes one value speaks for the second
            values = np.column_stack([-values, values])
        if values.shape != (len(rows), len(self.seen)):
            found = f"decision values of shape {values.shape} for {len(rows)} items, {len(self.seen)} classes"
            raise ScoresError(found)
        if not np.isfinite(values).all():
            raise ScoresError("a decision value that is no finite number")
        return self.of_all_classes(values)

    def of_all_classes(self, values: Array) -> Array:
        """Return decision values of all classes, (n, K): of those not seen the least of the row."""
        decision = np.tile(values.min(axis=1, keepdims=True), (1, self.n_classes))
        decision[:, self.seen] = values
        return decision


def said_by(classifiers: Sequence[Classifier], X: Features, *, decisions: bool = False) -> Array:
    """Return what classifiers that were trained on the same rows say of others, (classifiers, n, K).

    Parameters
    ----------
    classifiers : sequence of Classifier
    X : (n, d) array
    decisions : bool
        Whether decision values are asked for in place of probabilities.

    Raises
    ------
    ScoresError
    """
    first = classifiers[0]
    said = np.empty((len(classifiers), len(X), first.n_classes))
    for start, stop, block in filled_blocks(X):
        rows = prepared(block, first.scaling, first.dtype)
        for at, one in enumerate(classifiers):
            told = one.decisions_of(rows) if decisions else one.probabilities_of(rows)
            said[at, start:stop] = told[: stop - start]
    return said


def filled_blocks(X: Features) -> Iterator[tuple[int, int, Features]]:
    """Yield start and stop of rows that are predicted together, and the rows, the last ones filled up."""
    for start, stop in blocks(len(X), BLOCK):
        block = X[start:stop]
        if len(block) < BLOCK:
            block = np.concatenate([block, np.repeat(X[-1:], BLOCK - len(block), axis=0)])
        yield start, stop, block


def prepared(X: Features, scaling: Scaling | None, dtype: type[np.floating]) -> Features:
    """Return rows as a classifier is given them."""
    rows: Features = X if scaling is None else scaling.rows(X)
    return np.ascontiguousarray(rows, dtype)


def joined(X: Features | Sequence[Features]) -> Features:
    """Return the columns of all modalities side by side, (n, d)."""
    if isinstance(X, np.ndarray):
        return X
    return X[0] if len(X) == 1 else np.concatenate(X, axis=1)
