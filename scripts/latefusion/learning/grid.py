"""What learners of classes and of numbers have in common: options, a grid of some of them, one seed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, ClassVar

import numpy as np

from latefusion.core.grid import as_list
from latefusion.learning.classifier import Features, Scaling, prepared


class GridLearner:
    """A learner whose options are keyword arguments, of which some may be lists to choose from.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        The only source of randomness.
    scale : {'none', 'standard'}
        Whether columns are standardised, on the rows that a model is trained on.

    Attributes
    ----------
    searched : tuple of str
        Options of which a list is a grid; `_train` is given one value of each by name.
    batched : bool
        Whether `_train_grid` trains a grid faster than one point after another.
    dtype : type or None
        Precision of the rows that `_train` is given; None for that in which they come.
    n_jobs : int
        Threads of `fit`; change no bit of the result.
    """

    searched: ClassVar[tuple[str, ...]] = ()
    batched: ClassVar[bool] = False
    dtype: ClassVar[type[np.floating] | None] = np.float64
    n_jobs: int = 1

    def __init__(self, *, random_state: np.random.Generator | int | None = None, scale: str = "none") -> None:
        self.random_state, self.scale = random_state, scale

    def learned(self) -> dict[str, Any]:
        """Return what is worth writing down of the final model: numbers, strings, lists, mappings."""
        return {}

    def _draw_seed(self) -> None:
        """Draw `self._seed`, which the random numbers of each model begin with."""
        self._seed = int(np.random.default_rng(self.random_state).integers(2**31))

    def _points(self) -> list[dict[str, Any]]:
        """Return every combination of the searched options."""
        values = [as_list(getattr(self, name)) for name in self.searched]
        return [dict(zip(self.searched, point, strict=True)) for point in product(*values)]

    def _parts(self, points: Sequence[dict[str, Any]]) -> list[list[int]]:
        """Return which points are trained together."""
        return [list(range(len(points)))] if self.batched else [[at] for at in range(len(points))]

    def _prepared(self, X: Features) -> tuple[Scaling | None, type[np.floating], Features]:
        """Return how rows are scaled, in which precision, and the rows themselves for `_train`."""
        scaling = Scaling.of(X) if self.scale == "standard" else None
        dtype = X.dtype.type if self.dtype is None else self.dtype
        return scaling, dtype, prepared(X, scaling, dtype)
