"""Kernel ridge regression, which runs train by the rule of its own."""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from latefusion.core.grid import as_list
from latefusion.learning.classifier import Array, Features, Labels
from latefusion.learning.regression_learner import RegressionLearner
from latefusion.regression.ridge_fit import fit_ridge
from latefusion.svm.inputs import Gamma


class KernelRidgeRegression(RegressionLearner):
    """RBF kernel ridge regression of all targets, penalties and folds on one kernel matrix.

    What a configuration says of an option here takes the place of the same key under `kernel_ridge`; what it
    leaves out is as there.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    alphas : float
        Penalty.
    gamma : float, 'auto' or 'scale'
        Width of the kernel: auto is 1/columns, scale also divides by the variance.
    scale : {'none', 'standard'}
        Whether columns are standardised, on the training part.
    variance : {'constant', 'distance'}
        Of errors, as a run writes it: constant, or by an item's distance from the training items.
    approximation : mapping, optional
        `{components: m}` for a Nyström approximation of the kernel.

    Notes
    -----
    :formula: f = Σ β_i k(x, x_i) + mean of y, (K + λ I) β = y − mean of y, k(x, z) = exp(−γ‖x − z‖²)
    :source: Saunders, Gammerman and Vovk 1998
    """

    searched = ("alphas",)

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        alphas: float | Sequence[float] = (0.1, 0.3, 1, 3, 10, 30, 100, 300),
        gamma: Gamma = "auto",
        scale: str = "none",
        variance: str = "constant",
        approximation: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.alphas, self.gamma = alphas, gamma
        self.variance, self.approximation = variance, approximation

    def fit(self, X: Features | Sequence[Features], Y: Array, fold: Labels) -> Self:
        """Fit every penalty on all rows and without each fold, and keep the best of each target.

        Parameters and errors are those of `RegressionLearner.fit`.
        """
        parts = [X] if isinstance(X, np.ndarray) else list(X)
        numbered = np.unique(fold, return_inverse=True)[1].ravel()
        fitted = fit_ridge(
            parts,
            Y,
            numbered,
            as_list(self.alphas),
            gamma=self.gamma,
            scale=self.scale,
            components=None if self.approximation is None else self.approximation["components"],
            n_jobs=self.n_jobs,
        )
        self._ridge, chosen = fitted.model, fitted.settings["alpha"]
        self.settings_ = [{"alphas": float(penalty)} for penalty in chosen]
        self.grid_ = [
            {
                "settings": {"alphas": penalty},
                "mse": error.tolist(),
                "chosen": (chosen == penalty).tolist(),
            }
            for penalty, error in zip(as_list(self.alphas), fitted.error, strict=True)
        ]
        self.in_sample_, self.out_of_fold_ = fitted.in_sample, fitted.out_of_fold
        return self

    def predict(self, X: Features | Sequence[Features]) -> Array:
        """Return predictions of rows, (n, T)."""
        return self._ridge.predict([X] if isinstance(X, np.ndarray) else list(X), self.n_jobs)
