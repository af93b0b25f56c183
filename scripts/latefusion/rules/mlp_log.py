"""A small neural network on the logarithms of the modalities' probabilities."""

from collections.abc import Sequence

import numpy as np

from latefusion.fusion.aggregation import Array, Labels, floored_log
from latefusion.fusion.folds import split_folds
from latefusion.fusion.network_rule import NetworkPlan, NetworkRule
from latefusion.fusion.neural_network import Network, Settings, Task
from latefusion.fusion.stacking import TrainedClassifier


class MLPLog(NetworkRule):
    """Fully connected network, ReLU, on log-probabilities, with weight decay and early stopping.

    It trains on all folds but one, drawn at random, and keeps the weights of the epoch that predicts this
    one best.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Of the fold, the initial weights and the order of rows.
    epochs : int
        Passes over the training rows, at most.
    patience : int
        Epochs without a better one after which training ends.
    hidden : sequence of int
        Units of each hidden layer.
    learning_rate : float
        Step of Adam.
    weight_decay : float
        Share of the weights, times the learning rate, that each step takes off.
    batch : int
        Rows of a step.

    Notes
    -----
    :formula: p = softmax of a network on the standardised [log p_1 … log p_M], by least cross-entropy
    :source: Rumelhart, Hinton and Williams 1986; Loshchilov and Hutter 2019; Prechelt 1998
    :needs: labelled out-of-fold probabilities; in-sample ones teach it to trust a memoriser
    :ties: larger mean probability, larger prior, lower index
    :missing: a network for each missingness pattern with 200 training rows, else class shares in the gap
    :shapes: (n, M, K) to (n, K); M · K columns; p is floored at 1e-6
    """

    learns = True
    stochastic = True

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        epochs: int = 100,
        patience: int = 5,
        hidden: Sequence[int] = (64,),
        learning_rate: float = 0.001,
        weight_decay: float = 0.1,
        batch: int = 64,
    ) -> None:
        super().__init__(random_state=random_state)
        self.epochs, self.patience, self.hidden = epochs, patience, tuple(hidden)
        self.learning_rate, self.weight_decay, self.batch = learning_rate, weight_decay, batch

    def _columns(self, P: Array) -> Array:
        return floored_log(P)

    @property
    def _settings(self) -> Settings:
        return Settings(
            self.epochs, self.hidden, self.learning_rate, self.batch, self.weight_decay, self.patience
        )

    def _plan(self, X: Array, y: Labels, classes: int, fold: Labels | None) -> NetworkPlan:
        fold = split_folds(y) if fold is None else fold
        names = np.unique(fold)
        chosen = np.random.default_rng(self.seed).integers(len(names))
        centre, spread = X.mean(axis=0), X.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        held_out = fold == names[chosen] if len(names) > 1 else None

        def finish(network: Network) -> TrainedClassifier:
            return TrainedClassifier(
                lambda X: network.predict((X - centre) / spread),
                {
                    "loss": network.losses,
                    "held_out_loss": network.held_out,
                    "held_out_fold": int(names[chosen]),
                },
            )

        return NetworkPlan(Task((X - centre) / spread, y, classes, self.seed, held_out), finish)
