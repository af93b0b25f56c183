"""Ridge regression on a view's columns: the linear probe of numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from latefusion.learning.classifier import Array, Features
from latefusion.learning.regression_learner import RegressionLearner


class Ridge(RegressionLearner):
    """Linear least squares with an L2 penalty: the linear probe of frozen embeddings.

    All penalties share one eigendecomposition, of the columns' or of the rows' products, whichever are fewer.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    alpha : float
        Strength of the penalty, as scikit-learn has it.
    scale : {'standard', 'none'}
        Whether columns are standardised; the penalty treats all of them alike.

    Notes
    -----
    :formula: f = W x + b, W and b by least Σ ‖y − f‖² + α ‖W‖²
    :source: Hoerl and Kennard 1970; as a probe, Alain and Bengio 2017
    """

    searched = ("alpha",)
    batched = True

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        alpha: float | Sequence[float] = (1.0, 10.0, 100.0, 1000.0, 10000.0, 100000.0),
        scale: str = "standard",
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.alpha = alpha

    def _train_grid(self, X: Features, Z: Array, points: Sequence[Mapping[str, Any]]) -> list[Any]:
        centre = X.mean(axis=0)
        centred = X - centre
        wide = X.shape[1] > X.shape[0]
        values, vectors = np.linalg.eigh(centred @ centred.T if wide else centred.T @ centred)
        values = np.maximum(values, 0.0)
        told = vectors.T @ (Z if wide else centred.T @ Z)
        found = []
        for point in points:
            solved = vectors @ (told / (values + point["alpha"])[:, None])
            found.append(_Plane(centre, centred.T @ solved if wide else solved, Z.mean(axis=0)))
        return found


class _Plane:
    """A linear function of the columns."""

    def __init__(self, centre: Array, weight: Array, level: Array) -> None:
        self.centre, self.weight, self.level = centre, weight, level

    def predict(self, X: Features) -> Array:
        said: Array = (X - self.centre) @ self.weight + self.level
        return said
