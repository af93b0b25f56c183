"""Support vector regression on a view's columns, one machine for each target."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.svm import SVR

from latefusion.core.errors import InputError, Problem
from latefusion.learning.classifier import Array, Features
from latefusion.learning.regression_learner import RegressionLearner
from latefusion.svm.inputs import Gamma
from latefusion.svm.memory import budget


class SupportVectorRegression(RegressionLearner):
    """RBF support vector regression by scikit-learn, one machine for each target.

    Targets are in standard deviations, so that ε is a share of a target's spread and C means the same in all
    units. All machines of some rows share one kernel matrix, which takes 8 n² bytes.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    C : float
        Cost of an error, for targets of standard deviation 1.
    epsilon : float
        Half width of the tube in which errors cost nothing, in standard deviations of the target.
    gamma : float, 'auto' or 'scale'
        Width of the kernel: auto is 1/columns, scale also divides by the variance.
    tol : float
        Tolerance at which the solver stops.
    scale : {'standard', 'none'}
        Whether columns are standardised.

    Notes
    -----
    :formula: f = Σ β_i k(x, x_i) + b, by least ½‖f‖² + C Σ max(0, |y − f| − ε), k(x, z) = exp(−γ‖x − z‖²)
    :source: Drucker et al. 1997; Smola and Schölkopf 2004; the solver, Chang and Lin 2011
    """

    searched = ("C", "epsilon", "gamma")
    batched = True

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        C: float | Sequence[float] = (0.1, 1.0, 10.0),
        epsilon: float | Sequence[float] = (0.1, 0.5),
        gamma: Gamma | Sequence[Gamma] = "auto",
        tol: float = 0.001,
        scale: str = "standard",
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.C, self.epsilon, self.gamma, self.tol = C, epsilon, gamma, tol

    def _train_grid(self, X: Features, Z: Array, points: Sequence[Mapping[str, Any]]) -> list[Any]:
        found: dict[int, _Machines] = {}
        for gamma in dict.fromkeys(point["gamma"] for point in points):
            width = _width(gamma, X)
            _require_memory(len(X))
            kernel = rbf_kernel(X, gamma=width)
            for at, point in enumerate(points):
                if point["gamma"] == gamma:
                    found[at] = _machines(kernel, Z, point["C"], point["epsilon"], self.tol, X, width)
        return [found[at] for at in range(len(points))]


def _require_memory(rows: int) -> None:
    """Refuse a kernel matrix that does not fit, before it is made."""
    needed, limit = 8 * rows**2, budget(None)
    if limit is not None and needed > limit:
        problem = Problem(
            "the configuration",
            f"{rows:,} training rows: the kernel matrix of svr takes {needed:,} bytes",
            f"{limit:,} bytes, which are left",
            "give the job more memory, train on fewer items, or take ridge or mlp, which have no such matrix",
            column="learners",
        )
        raise InputError([problem])


def _width(gamma: Gamma, X: Features) -> float:
    """Return γ of rows, as scikit-learn has it."""
    if not isinstance(gamma, str):
        return float(gamma)
    variance = float(X.var()) if gamma == "scale" else 1.0
    return 1.0 / (X.shape[1] * (variance or 1.0))


def _machines(
    kernel: Array, Z: Array, C: float, epsilon: float, tol: float, X: Features, width: float
) -> "_Machines":
    dual, level = np.zeros(Z.shape), np.zeros(Z.shape[1])
    for t, z in enumerate(Z.T):
        machine = SVR(kernel="precomputed", C=C, epsilon=epsilon, tol=tol).fit(kernel, z)
        dual[machine.support_, t] = machine.dual_coef_[0]
        level[t] = machine.intercept_[0]
    used = np.flatnonzero(dual.any(axis=1))
    return _Machines(X[used], dual[used], level, width)


class _Machines:
    """Support vectors of any target, and their coefficients for each."""

    def __init__(self, rows: Features, dual: Array, level: Array, width: float) -> None:
        self.rows, self.dual, self.level, self.width = rows, dual, level, width

    def predict(self, X: Features) -> Array:
        if not len(self.rows):
            return np.tile(self.level, (len(X), 1))
        said: Array = rbf_kernel(X, self.rows, gamma=self.width) @ self.dual + self.level
        return said
