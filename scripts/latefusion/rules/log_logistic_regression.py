"""Logistic regression on the logarithms of the modalities' probabilities."""

from collections.abc import Sequence

import numpy as np

from latefusion.fusion.aggregation import Array, Labels, floored_log
from latefusion.fusion.folds import split_folds
from latefusion.fusion.softmax_regression import best_strength, fit_path
from latefusion.fusion.stacking import StackingRule, TrainedClassifier, one_thread


class LogLogisticRegression(StackingRule):
    """Multinomial logistic regression on log-probabilities, L2 strength by cross-validation.

    It holds `product`, `geometric_mean` and `log_linear_pool` as special cases, with weights for each
    class. The optimum is exact.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    C : sequence of float
        Inverse strengths of the L2 penalty to choose from, by log loss over the folds.

    Notes
    -----
    :formula: p ∝ exp(W [log p_1 … log p_M] + b), W and b by least log loss + ‖W‖²/(2C)
    :source: Cox 1958; stacked as by Wolpert 1992, Ting and Witten 1999
    :needs: labelled out-of-fold probabilities; in-sample ones teach it to trust a memoriser
    :ties: larger mean probability, larger prior, lower index
    :missing: a model for each missingness pattern with 200 training rows, else class shares in the gap
    :shapes: (n, M, K) to (n, K); M · K columns; p is floored at 1e-6
    """

    learns = True

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        C: Sequence[float] = (0.001, 0.01, 0.1, 1.0, 10.0),
    ) -> None:
        super().__init__(random_state=random_state)
        self.C = tuple(sorted(C))
        if not self.C or self.C[0] <= 0:
            raise ValueError(f"C must hold positive numbers, not {list(C)}")

    def _columns(self, P: Array) -> Array:
        return floored_log(P)

    def _train(self, X: Array, y: Labels, classes: int, fold: Labels | None) -> TrainedClassifier:
        with one_thread():
            chosen, losses = best_strength(X, y, classes, self.C, split_folds(y) if fold is None else fold)
            model = fit_path(X, y, classes, [chosen], exact=True)[0]
        return TrainedClassifier(
            model.predict,
            {
                "C": chosen,
                "log_loss": dict(zip(map(str, self.C), losses, strict=True)),
                "weights": model.weights.T.tolist(),
                "offsets": model.offsets.tolist(),
            },
        )
