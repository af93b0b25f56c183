"""A small neural network on the modalities' probabilities."""

from collections.abc import Sequence

import numpy as np

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.network_rule import NetworkPlan, NetworkRule
from latefusion.fusion.neural_network import Settings, Task
from latefusion.fusion.stacking import TrainedClassifier


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
