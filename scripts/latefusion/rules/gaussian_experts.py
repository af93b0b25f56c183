"""The product of the modalities' predictions, each a Gaussian."""

from typing import Any

import numpy as np

from latefusion.fusion.aggregation import Array, Labels, present
from latefusion.fusion.regression_rule import RegressionRule
from latefusion.fusion.target_aggregation import mean_squared_errors


class GaussianExperts(RegressionRule):
    """Product of Gaussians around the predictions: who is surer of an item counts more for it.

    The variances of the predictions are multiplied by one factor for each modality and target, so that they
    are right on average out of fold; where none are given, they are the mean squared errors. Each
    prediction already leans towards the mean of the targets, which counts once and not once a modality.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not needed.
    prior : str
        `training`: the distribution of the training targets is divided out of all predictions but one;
        `none`: it is left in, and the result is the mean weighted by 1/variance.

    Notes
    -----
    :formula: f = (Σ_m f_m/v_m − (M_i − 1) μ/v)/(Σ_m 1/v_m − (M_i − 1)/v), μ and v of the training targets,
        v_m at most v
    :source: Hinton 2002; Bordley 1982
    :needs: out-of-fold predictions and their targets, variances that differ by item
    :missing: the product over the modalities present
    :shapes: (n, M, T) to (n, T)
    """

    learns = True
    reads_variance = True

    def __init__(
        self, *, random_state: np.random.Generator | int | None = None, prior: str = "training"
    ) -> None:
        super().__init__(random_state=random_state)
        if prior not in ("training", "none"):
            raise ValueError(f"prior must be training or none, not {prior!r}")
        self.prior = prior

    def _learn(self, F: Array, Y: Array, fold: Labels | None, variance: Array | None) -> None:  # noqa: ARG002
        self.spread = np.where(Y.var(axis=0) > 0, Y.var(axis=0), 1.0)
        self.given = variance is not None
        self.factor = mean_squared_errors(F, Y)
        if variance is None:
            return
        known = present(F)
        for m in np.flatnonzero(known.any(axis=0)).tolist():
            rows = known[:, m]
            self.factor[m] = ((Y[rows] - F[rows, m]) ** 2 / variance[rows, m]).mean(axis=0)

    def _combine(self, F: Array, variance: Array | None) -> Array:
        if self.given != (variance is not None):
            raise ValueError(
                "variances of the predictions are there in training or in prediction, not in both"
            )
        own = self.factor * (1.0 if variance is None else variance)
        own = np.clip(np.broadcast_to(own, F.shape), 1e-12 * self.spread, self.spread)
        precision = np.where(present(F)[:, :, None], 1 / own, 0.0)
        top, bottom = np.zeros((len(F), F.shape[2])), np.zeros((len(F), F.shape[2]))
        for m in range(F.shape[1]):
            top += precision[:, m] * (np.nan_to_num(F[:, m], nan=0.0) - self.center)
            bottom += precision[:, m]
        if self.prior == "training":
            bottom -= (present(F).sum(axis=1)[:, None] - 1) / self.spread
        return self.center + top / bottom

    def learned(self) -> dict[str, Any]:
        """Return the factors of the variances, or the variances where none are given, by target."""
        return {"variance_factors" if self.given else "variances": self.factor.T.tolist()}
