"""A neural network with hidden layers on a view's columns, for classes and for numbers."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from latefusion.learning.classifier import Array, Features, Labels
from latefusion.learning.learner import Learner
from latefusion.learning.regression_learner import RegressionLearner

Network = TypeVar("Network", MLPClassifier, MLPRegressor)


class MultilayerPerceptron(Learner):
    """Network of rectified layers, trained for a fixed number of passes over the rows.

    No rows are set aside to stop early: which of several lengths is best is seen on the folds, where
    `epochs` is a list.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Draws the first weights and the order of the rows.
    hidden : sequence of int
        Units of each hidden layer.
    epochs : int
        Passes over the rows.
    alpha : float
        Strength of the penalty on squared weights.
    learning_rate : float
        Step of Adam.
    batch : int
        Rows of a step; at most all.
    scale : {'standard', 'none'}
        Whether columns are standardised.

    Notes
    -----
    :formula: p = softmax(W_2 max(0, W_1 x + b_1) + b_2), by least cross-entropy + α/2 ‖W‖² with Adam
    :source: Rumelhart, Hinton and Williams 1986; Kingma and Ba 2015
    """

    searched = ("epochs", "alpha", "learning_rate")
    dtype = None

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        hidden: Sequence[int] = (256,),
        epochs: int | list[int] = 20,
        alpha: float | list[float] = 0.001,
        learning_rate: float | list[float] = 0.001,
        batch: int = 200,
        scale: str = "standard",
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.hidden, self.epochs, self.alpha = hidden, epochs, alpha
        self.learning_rate, self.batch = learning_rate, batch

    def _train(
        self, X: Features, y: Labels, epochs: int, alpha: float, learning_rate: float
    ) -> MLPClassifier:
        network = MLPClassifier(
            tuple(self.hidden),
            alpha=alpha,
            learning_rate_init=learning_rate,
            batch_size=min(self.batch, len(X)),
            random_state=self._seed,
        )
        return _after(epochs, network, X, y, classes=np.unique(y))


class MultilayerPerceptronOfTargets(RegressionLearner):
    """Network of rectified layers with an output for each target, trained for a fixed number of passes.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Draws the first weights and the order of the rows.
    hidden : sequence of int
        Units of each hidden layer.
    epochs : int
        Passes over the rows.
    alpha : float
        Strength of the penalty on squared weights.
    learning_rate : float
        Step of Adam.
    batch : int
        Rows of a step; at most all.
    scale : {'standard', 'none'}
        Whether columns are standardised.

    Notes
    -----
    :formula: f = W_2 max(0, W_1 x + b_1) + b_2, by least ½ ‖y − f‖² + α/2 ‖W‖² with Adam
    :source: Rumelhart, Hinton and Williams 1986; Kingma and Ba 2015
    """

    searched = ("epochs", "alpha", "learning_rate")
    dtype = None

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        hidden: Sequence[int] = (256,),
        epochs: int | list[int] = 20,
        alpha: float | list[float] = 0.001,
        learning_rate: float | list[float] = 0.001,
        batch: int = 200,
        scale: str = "standard",
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.hidden, self.epochs, self.alpha = hidden, epochs, alpha
        self.learning_rate, self.batch = learning_rate, batch

    def _train(self, X: Features, Z: Array, epochs: int, alpha: float, learning_rate: float) -> MLPRegressor:
        network = MLPRegressor(
            hidden_layer_sizes=tuple(self.hidden),
            alpha=alpha,
            learning_rate_init=learning_rate,
            batch_size=min(self.batch, len(X)),
            random_state=self._seed,
        )
        return _after(epochs, network, X, Z[:, 0] if Z.shape[1] == 1 else Z)


def _after(epochs: int, network: Network, X: Features, y: Any, **classes: Any) -> Network:  # noqa: ANN401
    """Return a network after some passes over the rows.

    It is what fit with max_iter=epochs makes of it, which would warn of having been told to stop.
    """
    for _ in range(epochs):
        network.partial_fit(X, y, **classes)
    return network
