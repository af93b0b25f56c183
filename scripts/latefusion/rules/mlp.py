"""A small neural network on what the modalities predict."""

import warnings
from collections.abc import Sequence

import numpy as np

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.network_rule import NetworkPlan, NetworkRule
from latefusion.fusion.neural_network import Settings, Task
from latefusion.fusion.stacking import TrainedClassifier, one_thread
from latefusion.fusion.target_stacking import TargetStackingRule, TrainedRegression


class MLP(NetworkRule):
    """Fully connected network, ReLU, on the modalities' probabilities side by side.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Of the initial weights and the order of rows; a number is what `torch.manual_seed` would be given.
    epochs : int
        Passes over the training rows.
    hidden : sequence of int
        Units of each hidden layer.
    learning_rate : float
        Step of Adam.
    batch : int
        Rows of a step.

    Notes
    -----
    :formula: p = softmax of a network on [p_1 … p_M], by least cross-entropy with Adam
    :source: Rumelhart, Hinton and Williams 1986; Kingma and Ba 2015; stacked as by Wolpert 1992
    :needs: labelled out-of-fold probabilities; in-sample ones teach it to trust a memoriser
    :ties: larger mean probability, larger prior, lower index
    :missing: a network for each missingness pattern with 200 training rows, else class shares in the gap
    :shapes: (n, M, K) to (n, K); M · K columns
    """

    learns = True
    stochastic = True

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        epochs: int = 20,
        hidden: Sequence[int] = (128, 64),
        learning_rate: float = 0.001,
        batch: int = 64,
    ) -> None:
        super().__init__(random_state=random_state)
        self.epochs, self.hidden = epochs, tuple(hidden)
        self.learning_rate, self.batch = learning_rate, batch

    @property
    def _settings(self) -> Settings:
        return Settings(self.epochs, self.hidden, self.learning_rate, self.batch)

    def _plan(self, X: Array, y: Labels, classes: int, fold: Labels | None) -> NetworkPlan:  # noqa: ARG002
        return NetworkPlan(
            Task(X, y, classes, self.seed),
            lambda network: TrainedClassifier(network.predict, {"loss": network.losses}),
        )


class MLPOfTargets(TargetStackingRule):
    """Fully connected network, ReLU, on the predictions of all targets by all modalities.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Of the initial weights and the order of rows.
    epochs : int
        Passes over the training rows, at most: it ends before where the loss no longer falls.
    hidden : sequence of int
        Units of each hidden layer.
    learning_rate : float
        Step of Adam.
    batch : int
        Rows of a step.

    Notes
    -----
    :formula: f = a network on [f_1 … f_M], by least squares with Adam
    :source: Rumelhart, Hinton and Williams 1986; Kingma and Ba 2015; stacked as by Wolpert 1992
    :needs: out-of-fold predictions and their targets
    :missing: a network for each missingness pattern with 200 training rows, else the targets' mean in the gap
    :shapes: (n, M, T) to (n, T); M · T columns
    """

    learns = True
    stochastic = True

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        epochs: int = 20,
        hidden: Sequence[int] = (32,),
        learning_rate: float = 0.001,
        batch: int = 64,
    ) -> None:
        super().__init__(random_state=random_state)
        self.epochs, self.hidden = epochs, tuple(hidden)
        self.learning_rate, self.batch = learning_rate, batch

    def _train(self, X: Array, Z: Array, fold: Labels | None) -> TrainedRegression:  # noqa: ARG002
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPRegressor

        network = MLPRegressor(
            hidden_layer_sizes=self.hidden,
            learning_rate_init=self.learning_rate,
            batch_size=min(self.batch, len(X)),
            max_iter=self.epochs,
            random_state=self.seed,
        )
        with one_thread(), warnings.catch_warnings():
            # the epochs are what was asked for, whether or not the loss would fall on
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(X, Z[:, 0] if Z.shape[1] == 1 else Z)
        layers = list(zip(network.coefs_, network.intercepts_, strict=True))
        return TrainedRegression(lambda columns: _forward(columns, layers), {"loss": network.loss_curve_})


def _forward(X: Array, layers: Sequence[tuple[Array, Array]]) -> Array:
    """Return the output of a network, (n, T): products by einsum, so that no row depends on others."""
    for place, (weight, bias) in enumerate(layers):
        X = np.einsum("nd,dh->nh", X, weight) + bias
        X = np.maximum(X, 0.0) if place < len(layers) - 1 else X
    return X
