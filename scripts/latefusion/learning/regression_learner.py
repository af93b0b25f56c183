"""The contract of a learner of numbers: grids, folds and standardisation around one regressor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from latefusion.core.parallel import one_blas_thread, run
from latefusion.core.subclasses import sole_subclass
from latefusion.fusion.rule_errors import LearnerError, imported
from latefusion.learning.classifier import Array, Features, Labels, Scaling, joined
from latefusion.learning.grid import GridLearner
from latefusion.learning.learner import LEARNERS
from latefusion.learning.regressor import Regressor, predicted_by


class RegressionLearner(GridLearner):
    """A regressor of one or more targets, with a grid that is searched, and predictions in and out of fold.

    A learner file defines at most one subclass, beside one of `Learner` where it also learns classes; the
    file's name is the learner's name, the keyword arguments of its `__init__` are its options in the
    configuration. A subclass overrides `_train` alone: it is given rows, already scaled, and targets in
    standard deviations from their means, and returns what has `predict`.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        The only source of randomness.
    scale : {'none', 'standard'}
        Whether columns are standardised, on the rows that a regressor is trained on.

    Attributes
    ----------
    searched, batched, dtype, n_jobs
        As in `GridLearner`; the grid is searched by squared error out of fold, for each target by itself.
    settings_ : list of dict
        The chosen value of each searched option, by target.
    grid_ : list of dict
        `settings`, `mse` out of fold and whether it was `chosen`, of each point; the latter two by target.
    in_sample_, out_of_fold_ : (n, T) float64 arrays
        Of the rows of `fit`, by regressors that saw them and by those that did not.
    """

    task: ClassVar[str] = "targets"

    settings_: list[dict[str, Any]]
    grid_: list[dict[str, Any]]
    in_sample_: Array
    out_of_fold_: Array

    def fit(self, X: Features | Sequence[Features], Y: Array, fold: Labels) -> Self:
        """Choose the point of the grid with the least squared error of each target, and train on all rows.

        Parameters
        ----------
        X : (n, d) array, or a sequence of (n, d_m) arrays
            Finite; of several modalities the columns stand side by side.
        Y : (n, T) float array
            Finite; each target is centred by its mean and divided by its standard deviation among the rows
            that a regressor is trained on.
        fold : (n,) int array
            Rows of one fold are held out together; two or more.

        Raises
        ------
        ValueError
            If lengths differ, or there are fewer than two folds.
        ScoresError
            If a regressor returns anything but a finite number for each row and target.
        """
        rows, Y, fold = joined(X), np.asarray(Y, np.float64), np.asarray(fold, np.int32)
        if Y.ndim != 2 or not len(rows) == len(Y) == len(fold) or len(np.unique(fold)) < 2:
            raise ValueError(f"{len(rows)} rows, targets {Y.shape}, {len(np.unique(fold))} folds")
        self._draw_seed()
        points = self._points()
        with one_blas_thread():
            said = self._out_of_fold(rows, Y, fold, points)
            best = self._choose(points, said, Y)
            target = np.arange(Y.shape[1])
            self.out_of_fold_ = said[best, :, target].T.copy()
            final = sorted({*best.tolist()})
            self._final = self._regressors(rows, Y, [points[at] for at in final])
            self._place = np.searchsorted(final, best)
        self.in_sample_ = self.predict(rows)
        return self

    def predict(self, X: Features | Sequence[Features]) -> Array:
        """Return predictions of rows, (n, T); each row by itself.

        Raises
        ------
        ScoresError
        """
        with one_blas_thread():
            said = predicted_by(self._final, joined(X))
        return said[self._place, :, np.arange(said.shape[2])].T.copy()

    def drop_training_state(self) -> None:
        """Let go of what only the rows of `fit` are described by, and of the generator."""
        del self.in_sample_, self.out_of_fold_
        self.random_state = None

    def _train(self, X: Features, Z: Array, *args: Any, **searched: Any) -> Any:  # noqa: ANN401
        """Return a regressor of rows, (n, d), and targets, (n, T), of mean 0 and standard deviation 1.

        A subclass with options in `searched` is given a value of each by name. Its random numbers, if it
        draws any, begin with the seed `self._seed`, for each regressor alike.
        """
        raise NotImplementedError

    def _train_grid(self, X: Features, Z: Array, points: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return the regressor of each point of a grid, trained on the same rows."""
        return [self._train(X, Z, **point) for point in points]

    def _regressors(self, X: Features, Y: Array, points: Sequence[Mapping[str, Any]]) -> list[Regressor]:
        """Train the regressors of some points on the same rows."""
        scaling, dtype, rows = self._prepared(X)
        targets = Scaling.of(Y)
        Z = targets.rows(Y)
        models = self._train_grid(rows, Z, points)
        # of a target that does not vary nothing is learned but what it is
        reach = np.where(Z.std(axis=0) < 0.5, 0.0, targets.spread)
        return [Regressor(model, scaling, Scaling(targets.centre, reach), dtype) for model in models]

    def _out_of_fold(self, X: Features, Y: Array, fold: Labels, points: list[dict[str, Any]]) -> Array:
        """Return what regressors without a fold say of its rows, (points, n, T)."""
        said = np.empty((len(points), *Y.shape))

        def hold_out(task: tuple[int, list[int]]) -> Array:
            held, at = task
            outside = fold == held
            return predicted_by(
                self._regressors(X[~outside], Y[~outside], [points[i] for i in at]), X[outside]
            )

        tasks = [(k, at) for k in np.unique(fold).tolist() for at in self._parts(points)]
        for (held, at), values in zip(tasks, run(hold_out, tasks, self.n_jobs), strict=True):
            for i, of_point in zip(at, values, strict=True):
                said[i, fold == held] = of_point
        return said

    def _choose(self, points: Sequence[Mapping[str, Any]], said: Array, Y: Array) -> np.ndarray[Any, Any]:
        """Note how each point fares out of fold; return the best of each target, the first on a tie, (T,)."""
        error = np.square(said - Y).mean(axis=1)
        best = error.argmin(axis=0)
        self.settings_ = [dict(points[at]) for at in best]
        self.grid_ = [
            {"settings": dict(point), "mse": error[at].tolist(), "chosen": (best == at).tolist()}
            for at, point in enumerate(points)
        ]
        return best


def regression_learner_class(name: str) -> type[RegressionLearner]:
    """Return the learner of numbers that the file `learners/<name>.py` defines.

    Raises
    ------
    TypeError
        If the file does not define exactly one subclass of `RegressionLearner`, helpers whose names begin
        with _ apart.
    LearnerError
        If it imports what is not there.
    """
    return sole_subclass(imported(f"{LEARNERS}.{name}", LearnerError), RegressionLearner)
