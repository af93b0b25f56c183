"""The modality that predicts a target best."""

from typing import Any

import numpy as np

from latefusion.fusion.aggregation import Array, Labels, present
from latefusion.fusion.regression_rule import RegressionRule
from latefusion.fusion.target_aggregation import mean_squared_errors


class BestSingle(RegressionRule):
    """Prediction of the one modality with the least mean squared error out of fold, target by target.

    Notes
    -----
    :formula: f = f_m with the m of least MSE_m; the first of equal ones
    :source: cross-validatory choice, Stone 1974
    :needs: out-of-fold predictions and their targets
    :missing: the best of the modalities present
    :shapes: (n, M, T) to (n, T)
    """

    learns = True

    def _learn(self, F: Array, Y: Array, fold: Labels | None, variance: Array | None) -> None:  # noqa: ARG002
        self.error = mean_squared_errors(F, Y)

    def _combine(self, F: Array, variance: Array | None) -> Array:  # noqa: ARG002 - the contract
        error = np.where(present(F)[:, :, None], self.error, np.inf)
        return np.take_along_axis(F, error.argmin(axis=1)[:, None], axis=1)[:, 0]

    def learned(self) -> dict[str, Any]:
        """Return the mean squared errors of the modalities, by target, and which is chosen."""
        return {"mse": self.error.T.tolist(), "chosen": self.error.argmin(axis=0).tolist()}
