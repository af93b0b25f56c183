"""Gradient boosting of trees on a view's columns, for classes and for numbers."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from latefusion.learning.classifier import Array, Features, Labels
from latefusion.learning.learner import Learner
from latefusion.learning.regression_learner import RegressionLearner
from latefusion.learning.regressor import OneEach


class GradientBoosting(Learner):
    """Histogram gradient boosting: small trees, each fitted to what those before it leave.

    Its trees are smaller than scikit-learn's own, which on hundreds of columns of embeddings take long and
    learn the rows by heart.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used: without early stopping nothing is drawn.
    max_iter : int
        Rounds of boosting, each with one tree a class.
    learning_rate : float
        Share of each tree that is added.
    max_leaf_nodes : int
        Leaves of a tree, at most.
    min_samples_leaf : int
        Training rows in a leaf, at least.
    scale : {'none', 'standard'}
        Whether columns are standardised, which trees do not need.

    Notes
    -----
    :formula: p = softmax of a sum of trees, each fitted to the gradient of log loss
    :source: Friedman 2001; Ke et al. 2017
    """

    searched = ("max_iter", "learning_rate", "max_leaf_nodes")
    dtype = None

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        max_iter: int | list[int] = 50,
        learning_rate: float | list[float] = 0.1,
        max_leaf_nodes: int | list[int] = 8,
        min_samples_leaf: int = 20,
        scale: str = "none",
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.max_iter, self.learning_rate = max_iter, learning_rate
        self.max_leaf_nodes, self.min_samples_leaf = max_leaf_nodes, min_samples_leaf

    def _train(
        self, X: Features, y: Labels, max_iter: int, learning_rate: float, max_leaf_nodes: int
    ) -> HistGradientBoostingClassifier:
        # the folds are what threads are for; its own are of the thread that it is called in
        with threadpool_limits(limits=1, user_api="openmp"):
            return HistGradientBoostingClassifier(
                max_iter=max_iter,
                learning_rate=learning_rate,
                max_leaf_nodes=max_leaf_nodes,
                min_samples_leaf=self.min_samples_leaf,
                early_stopping=False,
                random_state=self._seed,
            ).fit(X, y)


class GradientBoostingOfTargets(RegressionLearner):
    """Histogram gradient boosting of each target by itself: small trees, each fitted to what is left.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used: without early stopping nothing is drawn.
    max_iter : int
        Rounds of boosting, each with one tree a target.
    learning_rate : float
        Share of each tree that is added.
    max_leaf_nodes : int
        Leaves of a tree, at most.
    min_samples_leaf : int
        Training rows in a leaf, at least.
    scale : {'none', 'standard'}
        Whether columns are standardised, which trees do not need.

    Notes
    -----
    :formula: f = a sum of trees, each fitted to the residuals of those before it
    :source: Friedman 2001; Ke et al. 2017
    """

    searched = ("max_iter", "learning_rate", "max_leaf_nodes")
    dtype = None

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        max_iter: int | list[int] = 50,
        learning_rate: float | list[float] = 0.1,
        max_leaf_nodes: int | list[int] = 8,
        min_samples_leaf: int = 20,
        scale: str = "none",
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.max_iter, self.learning_rate = max_iter, learning_rate
        self.max_leaf_nodes, self.min_samples_leaf = max_leaf_nodes, min_samples_leaf

    def _train(
        self, X: Features, Z: Array, max_iter: int, learning_rate: float, max_leaf_nodes: int
    ) -> OneEach:
        def boosted(z: Array) -> HistGradientBoostingRegressor:
            return HistGradientBoostingRegressor(
                max_iter=max_iter,
                learning_rate=learning_rate,
                max_leaf_nodes=max_leaf_nodes,
                min_samples_leaf=self.min_samples_leaf,
                early_stopping=False,
                random_state=self._seed,
            ).fit(X, z)

        with threadpool_limits(limits=1, user_api="openmp"):
            return OneEach.fit(boosted, Z)
