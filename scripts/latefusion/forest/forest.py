"""A random forest of classes: the one of scikit-learn, tree for tree, several times as fast.

The speed comes of what is known here: columns without gaps, rows that count whole times, few classes.
Columns are ranked once for all trees, and sums over rows are exact in any order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.core.jit import say_if_compiling
from latefusion.forest.prediction import add_shares
from latefusion.forest.split import Columns
from latefusion.forest.tree import Tree, grow

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
MOST_CLASSES = 2**16
"""That fit into the number which a row is."""


@dataclass(frozen=True)
class Forest:
    """Decision trees on bootstrap samples.

    Attributes
    ----------
    trees : list of Tree
    classes : int
    """

    trees: list[Tree]
    classes: int

    def predict(self, X: Float64) -> Float64:
        """Return the mean over the trees of the class shares, (n, K), for rows (n, d).

        Raises
        ------
        ValueError
            If X is not finite.
        """
        rows = _finite(X)
        total = np.zeros((len(rows), self.classes))
        for tree in self.trees:
            add_shares(tree, rows, total)
        return np.asarray(total / len(self.trees))

    @property
    def importance(self) -> Float64:
        """Share of each column in the decrease of the Gini impurity, the mean over the trees."""
        grown = [_to_one(tree.importance) for tree in self.trees if len(tree.feature) > 1]
        if not grown:
            return np.zeros_like(self.trees[0].importance)
        mean = np.mean(grown, axis=0)
        return np.asarray(mean / np.sum(mean))


def fit(X: Float64, y: NDArray[np.int32], classes: int, *, seed: int, trees: int) -> Forest:
    """Grow a forest whose trees try the square root of the number of columns at each split.

    Parameters
    ----------
    X : (n, d) array
        Rounded to 32-bit numbers.
    y : (n,) array
        0 … classes − 1.
    classes, seed, trees : int

    Returns
    -------
    Forest

    Raises
    ------
    ValueError
        If X is not finite, there is no tree, or classes are too many.

    Notes
    -----
    Breiman (2001). Seeds, bootstrap samples and trees are those of scikit-learn's `RandomForestClassifier`.
    """
    if trees < 1:
        raise ValueError(f"a forest has 1 tree or more, not {trees}")
    if classes > MOST_CLASSES:
        raise ValueError(f"a forest tells {MOST_CLASSES} classes apart at most, not {classes}")
    say_if_compiling(grow, add_shares)
    columns = ranked(_finite(X))
    tries = np.uint64(max(1, int(np.sqrt(X.shape[1]))))
    rows = np.arange(len(y), dtype=np.uint64) | (y.astype(np.uint64) << np.uint64(32))
    # the generator that scikit-learn draws from; making one takes far longer than giving it a seed
    chance = np.random.RandomState(seed)
    grown = []
    for own in chance.randint(np.iinfo(np.int32).max, size=trees).tolist():
        drawn, state = bootstrap(len(y), own, chance)
        there = drawn > 0
        drawn_rows = rows[there] | (drawn[there].astype(np.uint64) << np.uint64(48))
        grown.append(grow(columns, drawn_rows, np.uint64(state), tries, int(classes)))
    return Forest(grown, classes)


def bootstrap(n: int, seed: int, chance: np.random.RandomState) -> tuple[NDArray[np.intp], int]:
    """Return how often each row is drawn for a tree, (n,), and the state of the tree's own generator.

    Both begin with the tree's seed, which `chance` is given.
    """
    chance.seed(seed)
    state = int(chance.randint(0, np.iinfo(np.int32).max))
    chance.seed(seed)
    return np.bincount(chance.randint(0, n, n), minlength=n), state


def ranked(X: Float32) -> Columns:
    """Return the columns of X, (n, d), by the ranks of their values."""
    found = [np.unique(column, return_inverse=True) for column in X.T]
    most = max(len(values) for values, _ in found)
    values = np.zeros((len(found), most), np.float32)
    for row, (own, _) in zip(values, found, strict=True):
        row[: len(own)] = own
    return Columns(np.array([ranks for _, ranks in found], np.uint32), values)


def _finite(X: Float64) -> Float32:
    with np.errstate(over="ignore"):
        rows = np.ascontiguousarray(X, np.float32)
    if not np.isfinite(rows).all():
        raise ValueError("a forest needs finite columns")
    return rows


def _to_one(importance: Float64) -> Float64:
    total = np.sum(importance)
    return np.asarray(importance / total if total > 0 else importance)
