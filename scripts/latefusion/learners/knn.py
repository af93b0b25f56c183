"""Nearest neighbours among the training rows, for classes and for numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from latefusion.learning.classifier import Array, Features, Labels
from latefusion.learning.learner import Learner
from latefusion.learning.regression_learner import RegressionLearner


class KNearestNeighbours(Learner):
    """Class shares among the nearest training rows.

    With as many neighbours as rows the shares are those of the classes. Shares of few neighbours are often
    zero, which log loss punishes without end, so the shares of all rows count as one neighbour more.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    neighbours : int
        Rows that are looked at; at most all.
    metric : {'cosine', 'euclidean'}
        What nearest means.
    smoothing : float
        Neighbours that the class shares of all rows count for; 0 for scikit-learn's own probabilities.
    scale : {'none', 'standard'}
        Whether columns are standardised.

    Notes
    -----
    :formula: p_c = (n_c + s π_c)/(k + s), n_c the rows of class c among the k nearest
    :source: Fix and Hodges 1951; Cover and Hart 1967; smoothed as by Cestnik 1990
    """

    searched = ("neighbours",)
    batched = True
    dtype = None

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        neighbours: int | Sequence[int] = (5, 15, 50),
        metric: str = "cosine",
        smoothing: float = 1.0,
        scale: str = "none",
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.neighbours, self.metric, self.smoothing = neighbours, metric, smoothing

    def _train_grid(self, X: Features, y: Labels, points: Sequence[Mapping[str, Any]]) -> list[Any]:
        search = _Search(X, self.metric, max(point["neighbours"] for point in points))
        return [_Shares(search, y, point["neighbours"], self.smoothing) for point in points]


class KNearestNeighboursOfTargets(RegressionLearner):
    """Mean of the targets of the nearest training rows.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    neighbours : int
        Rows that are looked at; at most all.
    metric : {'cosine', 'euclidean'}
        What nearest means.
    scale : {'none', 'standard'}
        Whether columns are standardised.

    Notes
    -----
    :formula: f = mean of y over the k nearest rows
    :source: Fix and Hodges 1951; Stone 1977
    """

    searched = ("neighbours",)
    batched = True
    dtype = None

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        neighbours: int | Sequence[int] = (5, 15, 50),
        metric: str = "cosine",
        scale: str = "none",
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.neighbours, self.metric = neighbours, metric

    def _train_grid(self, X: Features, Z: Array, points: Sequence[Mapping[str, Any]]) -> list[Any]:
        search = _Search(X, self.metric, max(point["neighbours"] for point in points))
        return [_Means(search, Z, point["neighbours"]) for point in points]


class _Search:
    """The nearest training rows of other rows, found once for all numbers of neighbours."""

    def __init__(self, X: Features, metric: str, most: int) -> None:
        self._index = NearestNeighbors(
            n_neighbors=min(most, len(X)), metric=metric, algorithm="brute", n_jobs=1
        ).fit(X)
        self._asked: Features | None = None
        self._found: NDArray[np.intp] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_asked": None, "_found": None}

    def nearest(self, X: Features) -> NDArray[np.intp]:
        """Return the places of the nearest training rows, (n, most), the nearest first."""
        if self._found is None or self._asked is not X:
            self._asked, self._found = X, self._index.kneighbors(X, return_distance=False)
        return self._found


class _Shares:
    """Smoothed class shares among the k nearest rows."""

    def __init__(self, search: _Search, y: Labels, k: int, smoothing: float) -> None:
        self._search, self._y, self._k, self._smoothing = search, y, k, smoothing
        self._shares = np.bincount(y) / len(y)

    def predict_proba(self, X: Features) -> Array:
        label = self._y[self._search.nearest(X)[:, : self._k]]
        counts = np.stack([(label == c).sum(axis=1) for c in range(len(self._shares))], axis=1)
        p: Array = (counts + self._smoothing * self._shares) / (label.shape[1] + self._smoothing)
        return p


class _Means:
    """Means of the targets of the k nearest rows."""

    def __init__(self, search: _Search, Z: Array, k: int) -> None:
        self._search, self._Z, self._k = search, Z, k

    def predict(self, X: Features) -> Array:
        said: Array = self._Z[self._search.nearest(X)[:, : self._k]].mean(axis=1)
        return said
