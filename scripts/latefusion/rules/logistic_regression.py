"""Logistic regression on the modalities' probabilities."""

import numpy as np

from latefusion.fusion.aggregation import Array, Labels, softmax
from latefusion.fusion.stacking import StackingRule, TrainedClassifier, one_thread


class LogisticRegression(StackingRule):
    """Multinomial logistic regression on the modalities' probabilities side by side.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    C : float
        Inverse strength of the L2 penalty, as scikit-learn has it.
    max_iter : int
        Iterations of L-BFGS, at most.

    Notes
    -----
    :formula: p ∝ exp(W [p_1 … p_M] + b), W and b by least log loss + ‖W‖²/(2C)
    :source: Cox 1958; stacked as by Wolpert 1992, Ting and Witten 1999
    :needs: labelled out-of-fold probabilities; in-sample ones teach it to trust a memoriser
    :ties: larger mean probability, larger prior, lower index
    :missing: a model for each missingness pattern with 200 training rows, else class shares in the gap
    :shapes: (n, M, K) to (n, K); M · K columns
    """

    learns = True

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        C: float = 1.0,
        max_iter: int = 1000,
    ) -> None:
        super().__init__(random_state=random_state)
        self.C, self.max_iter = C, max_iter

    def _train(self, X: Array, y: Labels, classes: int, fold: Labels | None) -> TrainedClassifier:  # noqa: ARG002
        from sklearn import linear_model

        model = linear_model.LogisticRegression(C=self.C, max_iter=self.max_iter)
        with one_thread():
            model.fit(X, y)
        weights, offsets = model.coef_, model.intercept_
        if classes == 2:  # one row of coefficients stands for both classes
            weights, offsets = np.vstack([0 * weights, weights]), np.append(0, offsets)

        def predict(X: Array) -> Array:
            # einsum without BLAS: a row's last digits must not depend on which others are asked for
            return softmax(np.einsum("nd,kd->nk", X, weights) + offsets)

        return TrainedClassifier(
            predict,
            {
                "weights": weights.tolist(),
                "offsets": offsets.tolist(),
                "iterations": int(model.n_iter_.max()),
            },
        )
