"""Logistic regression on a view's columns: the linear probe."""

from collections.abc import Sequence

import numpy as np
from sklearn import linear_model

from latefusion.learning.classifier import Features, Labels
from latefusion.learning.learner import Learner


class LogisticRegression(Learner):
    """Multinomial logistic regression with an L2 penalty: the linear probe of frozen embeddings.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    C : float
        Inverse strength of the penalty, as scikit-learn has it.
    scale : {'standard', 'none'}
        Whether columns are standardised; the penalty treats all of them alike.
    max_iter : int
        Iterations of L-BFGS, at most.

    Notes
    -----
    :formula: p ∝ exp(W x + b), W and b by least Σ −log p_y + ‖W‖²/(2C)
    :source: Cox 1958; as a probe, Alain and Bengio 2017; the search, Byrd, Lu, Nocedal and Zhu 1995
    """

    searched = ("C",)
    dtype = None

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        C: float | Sequence[float] = (0.001, 0.01, 0.1, 1.0),
        scale: str = "standard",
        max_iter: int = 1000,
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.C, self.max_iter = C, max_iter

    def _train(self, X: Features, y: Labels, C: float) -> linear_model.LogisticRegression:
        return linear_model.LogisticRegression(C=C, max_iter=self.max_iter).fit(X, y)
