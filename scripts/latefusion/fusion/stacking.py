"""Rules that train a classifier on the modalities' probabilities side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.missing import ANY_PATTERN, filled, learnable_patterns, members, pattern_codes
from latefusion.fusion.rule import Rule


@dataclass(frozen=True)
class TrainedClassifier:
    """A classifier that was trained.

    Attributes
    ----------
    predict : callable
        Turns columns, (n, d), into probabilities of the classes, (n, K); each row by itself.
    learned : dict
        What is worth writing down of it.
    """

    predict: Callable[[Array], Array]
    learned: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TrainingSet:
    """What one classifier learns from.

    Attributes
    ----------
    X : (n, d) array
        Columns.
    y : (n,) array
        Positions in `seen`.
    seen : (k,) array
        Indices of the classes that have rows.
    fold : (n,) array or None
    """

    X: Array
    y: Labels
    seen: Labels
    fold: Labels | None


class StackingRule(Rule):
    """Base of the rules that train a classifier on [p_1 … p_M].

    Where training rows lack modalities, each missingness pattern that at least 200 rows show has a
    classifier of its own, on its modalities' columns, trained on all rows that have these. Everything
    else goes to one classifier trained on all rows, with the class shares in the gaps.

    A subclass defines `_train`, and `_columns` if it does not learn from the probabilities themselves.
    """

    seed: int
    _models: dict[int, TrainedClassifier]
    _rows: dict[int, int]

    def _train(self, X: Array, y: Labels, classes: int, fold: Labels | None) -> TrainedClassifier:
        """Train on columns (n, d) and labels 0 … classes − 1, each of them there, at least two.

        `self.seed` is for chance.
        """
        raise NotImplementedError

    def _columns(self, P: Array) -> Array:
        """Return what is learned from, of the same shape as P."""
        return P

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:
        sets = self._training_sets(P, y, fold)
        self._adopt(
            sets,
            {
                code: self._train(own.X, own.y, len(own.seen), own.fold)
                for code, own in sets.items()
                if len(own.seen) > 1
            },
        )

    def _training_sets(self, P: Array, y: Labels, fold: Labels | None) -> dict[int, TrainingSet]:
        """Return what each classifier learns from, by missingness pattern."""
        self.seed = seed_of(self.random_state)
        self._modalities = P.shape[1]
        sets = {}
        for code, mask in learnable_patterns(P).items():
            seen, coded = np.unique(y[mask], return_inverse=True)
            own_fold = None if fold is None else fold[mask]
            sets[code] = TrainingSet(self._flat(P[mask], code), coded.astype(np.int32), seen, own_fold)
        return sets

    def _adopt(self, sets: Mapping[int, TrainingSet], trained: Mapping[int, TrainedClassifier]) -> None:
        """Keep the classifiers; a class without rows is given no probability, a single one all of it."""
        classes = len(self.shares)
        self._rows = {code: len(own.X) for code, own in sets.items()}
        self._models = {
            code: _of_all_classes(trained.get(code), own.seen, classes) for code, own in sets.items()
        }

    def _flat(self, P: Array, code: int) -> Array:
        P = filled(P, self.shares) if code == ANY_PATTERN else P[:, members(code, P.shape[1])]
        return np.ascontiguousarray(self._columns(P).reshape(len(P), -1))

    def _combine(self, P: Array) -> Array:
        fused = np.empty((len(P), P.shape[2]))
        codes = pattern_codes(P)
        models = np.where(np.isin(codes, list(self._models)), codes, ANY_PATTERN)
        for code in np.unique(models).tolist():
            rows = models == code
            fused[rows] = self._models[code].predict(self._flat(P[rows], code))
        return fused

    def learned(self) -> dict[str, Any]:
        """Return what each classifier learned, with the modalities and the number of its rows."""
        return {
            "models": [
                {
                    "modalities": "any" if code == ANY_PATTERN else members(code, self._modalities),
                    "rows": self._rows[code],
                    **model.learned,
                }
                for code, model in self._models.items()
            ]
        }


def seed_of(random_state: np.random.Generator | int | None) -> int:
    """Return a seed for other libraries: the number itself, or one drawn from the generator."""
    if isinstance(random_state, int | np.integer):
        return int(random_state)
    return int(np.random.default_rng(random_state).integers(2**31 - 1))


def _of_all_classes(model: TrainedClassifier | None, seen: Labels, classes: int) -> TrainedClassifier:
    """Return a classifier of the classes `seen` as one of all; without a model the only class is sure."""

    def predict(X: Array) -> Array:
        p = np.zeros((len(X), classes))
        p[:, seen] = 1.0 if model is None else model.predict(X)
        return p

    learned = {} if model is None else model.learned
    return TrainedClassifier(predict, {"classes": seen.tolist()} | learned)


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep every library that is loaded by now to one thread, so that sums are made in one order."""
    with threadpool_limits(limits=1):
        yield
