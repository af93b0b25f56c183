"""The contract of a learner, and how a learner is found by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, ClassVar, Final, Self

import numpy as np

from latefusion.core.log_loss import log_losses
from latefusion.core.parallel import one_blas_thread, run
from latefusion.core.subclasses import extend_package, sole_subclass
from latefusion.fusion.rule_errors import LearnerError, imported
from latefusion.learning.calibration import Calibration, held_out_probabilities, require_three_folds
from latefusion.learning.classifier import (
    Array,
    Classifier,
    Features,
    Labels,
    joined,
    said_by,
)
from latefusion.learning.grid import GridLearner

LEARNERS: Final = "latefusion.learners"


class Learner(GridLearner):
    """A classifier of a view's rows, with a grid that is searched, and probabilities in and out of fold.

    A learner file defines at most one subclass; the file's name is the learner's name, the keyword
    arguments of its `__init__` are its options in the configuration. A subclass overrides `_train` alone:
    it is given rows, already scaled, and returns what has `predict_proba`, or `decision_function`, which
    is then calibrated out of fold.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        The only source of randomness.
    scale : {'none', 'standard'}
        Whether columns are standardised, on the rows that a classifier is trained on.

    Attributes
    ----------
    searched, batched, dtype, n_jobs
        As in `GridLearner`; the grid is searched by out-of-fold log loss.
    n_classes : int
        K.
    settings_ : dict
        The chosen value of each searched option.
    grid_ : list of dict
        `settings`, `log_loss` and `accuracy` out of fold of each point, and whether it was `chosen`.
    in_sample_proba_, out_of_fold_proba_ : (n, K) float64 arrays
        Of the rows of `fit`, by the classifier that saw them and by those that did not.
    """

    task: ClassVar[str] = "classes"

    n_classes: int
    settings_: dict[str, Any]
    grid_: list[dict[str, Any]]
    in_sample_proba_: Array
    out_of_fold_proba_: Array

    def fit(
        self,
        X: Features | Sequence[Features],
        y: Labels,
        fold: Labels,
        *,
        n_classes: int | None = None,
    ) -> Self:
        """Choose the point of the grid with the least out-of-fold log loss, and train on all rows with it.

        Parameters
        ----------
        X : (n, d) array, or a sequence of (n, d_m) arrays
            Finite; of several modalities the columns stand side by side.
        y : (n,) int array
            Class indices.
        fold : (n,) int array
            Rows of one fold are held out together; two or more.
        n_classes : int, optional
            K, where more classes than those of `y` are to have a probability, of zero.

        Raises
        ------
        ValueError
            If lengths differ, or there are fewer than two folds.
        ScoresError
            If a classifier returns anything but a finite number >= 0 for each row and class.
        InputError
            If decision values are to be calibrated with fewer than three folds.
        """
        rows, y, fold = joined(X), np.asarray(y, np.int32), np.asarray(fold, np.int32)
        if not len(rows) == len(y) == len(fold) or len(np.unique(fold)) < 2:
            raise ValueError(f"{len(rows)} rows, {len(y)} labels, {len(np.unique(fold))} folds")
        self.n_classes = int(y.max()) + 1 if n_classes is None else n_classes
        self._draw_seed()
        points = self._points()
        with one_blas_thread():
            said, decisions, final = self._out_of_fold(rows, y, fold, points)
            chosen = self._choose(points, said, y)
            self.settings_, self.out_of_fold_proba_ = points[chosen], said[chosen]
            self._final = final or self._classifiers(rows, y, [points[chosen]])[0]
            self._calibration = None if decisions is None else Calibration.fit(decisions[chosen], y)
        self.in_sample_proba_ = self.predict_proba(rows)
        return self

    def predict_proba(self, X: Features | Sequence[Features]) -> Array:
        """Return class probabilities of rows, (n, K); each row by itself.

        Raises
        ------
        ScoresError
        """
        rows = joined(X)
        with one_blas_thread():
            if self._calibration is None:
                return said_by([self._final], rows)[0]
            return self._calibration.predict(said_by([self._final], rows, decisions=True)[0])

    def drop_training_state(self) -> None:
        """Let go of what only the rows of `fit` are described by, and of the generator."""
        del self.in_sample_proba_, self.out_of_fold_proba_
        self.random_state = None

    def _train(self, X: Features, y: Labels, *args: Any, **searched: Any) -> Any:  # noqa: ANN401
        """Return a classifier of rows, (n, d), and classes 0 … k − 1, each of which has a row.

        A subclass with options in `searched` is given a value of each by name. Its random numbers, if it
        draws any, begin with the seed `self._seed`, for each classifier alike.
        """
        raise NotImplementedError

    def _train_grid(self, X: Features, y: Labels, points: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return the classifier of each point of a grid, trained on the same rows."""
        return [self._train(X, y, **point) for point in points]

    def _classifiers(self, X: Features, y: Labels, points: Sequence[Mapping[str, Any]]) -> list[Classifier]:
        """Train the classifiers of some points on the same rows."""
        seen, coded = np.unique(y, return_inverse=True)
        scaling, dtype, rows = self._prepared(X)
        several = len(seen) > 1
        models = self._train_grid(rows, coded.astype(np.int32), points) if several else [None] * len(points)
        return [Classifier(model, scaling, seen.astype(np.int32), self.n_classes, dtype) for model in models]

    def _out_of_fold(
        self, X: Features, y: Labels, fold: Labels, points: Sequence[dict[str, Any]]
    ) -> tuple[Array, Array | None, Classifier | None]:
        """Return held-out probabilities of each point, (points, n, K), and decision values if calibrated.

        Where there is nothing to choose, the classifier of all rows comes third, trained beside the others.
        """
        folds = np.unique(fold).tolist()
        parts = self._parts(points)
        said = np.empty((len(points), len(X), self.n_classes))

        def hold_out(task: tuple[tuple[int, ...], list[int]]) -> tuple[bool, Array, Classifier]:
            held, at = task
            outside = np.isin(fold, held)
            trained = self._classifiers(X[~outside], y[~outside], [points[i] for i in at])
            probabilistic = all(one.is_probabilistic for one in trained)
            return probabilistic, said_by(trained, X[outside], decisions=not probabilistic), trained[0]

        tasks: list[tuple[tuple[int, ...], list[int]]] = [((k,), at) for k in folds for at in parts]
        whole = [((), [0])] if len(points) == 1 else []
        *_, final = done = run(hold_out, [*tasks, *whole], self.n_jobs)
        for (held, at), (_, values, _) in zip(tasks, done, strict=False):
            for i, of_point in zip(at, values, strict=True):
                said[i, np.isin(fold, held)] = of_point
        trained_on_all = final[2] if whole else None
        if all(probabilistic for probabilistic, _, _ in done):
            return said, None, trained_on_all
        require_three_folds(fold)
        pairs = [(pair, at) for pair in combinations(folds, 2) for at in parts]
        without: list[dict[tuple[int, int], Array]] = [{} for _ in points]
        for (pair, at), (_, values, _) in zip(pairs, run(hold_out, pairs, self.n_jobs), strict=True):
            for i, of_point in zip(at, values, strict=True):
                without[i][pair] = np.full(said.shape[1:], np.nan)
                without[i][pair][np.isin(fold, pair)] = of_point
        calibrated = [
            held_out_probabilities(decision, pairwise, y, fold)
            for decision, pairwise in zip(said, without, strict=True)
        ]
        return np.stack(calibrated), said, trained_on_all

    def _choose(self, points: Sequence[Mapping[str, Any]], said: Array, y: Labels) -> int:
        """Note how each point fares out of fold; return the best, the first on a tie."""
        losses = [float(log_losses(p, y).mean()) for p in said]
        chosen = int(np.argmin(losses))
        self.grid_ = [
            {
                "settings": dict(point),
                "log_loss": losses[at],
                "accuracy": float((said[at].argmax(axis=1) == y).mean()),
                "chosen": at == chosen,
            }
            for at, point in enumerate(points)
        ]
        return chosen


def extend_learners(folder: str | None) -> None:
    """Let the package of the learners go on in a folder of the user's; None for no such folder."""
    extend_package(LEARNERS, folder)


def learner_class(name: str) -> type[Learner]:
    """Return the learner that the file `learners/<name>.py` defines.

    Raises
    ------
    TypeError
        If the file does not define exactly one subclass of `Learner`, helpers whose names begin with _ apart.
    LearnerError
        If it imports what is not there.
    """
    return sole_subclass(imported(f"{LEARNERS}.{name}", LearnerError), Learner)
