"""The linear regression on the modalities' predictions without negative weights."""

import numpy as np

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.constrained_newton import minimise
from latefusion.fusion.target_stacking import TargetStackingRule, TrainedRegression, linear

_RIDGE = 1e-9


class NNLSStacking(TargetStackingRule):
    """Least squares on a target's predictions with weights >= 0, of any sum, and an intercept.

    A modality that adds nothing is left out entirely; a sum above 1 undoes what the modalities shrink.

    Notes
    -----
    :formula: f_t = b_t + Σ_m w_mt f_mt, w ≥ 0, by least Σ (y_t − f_t)²
    :source: Breiman 1996; Lawson and Hanson 1974
    :needs: out-of-fold predictions and their targets
    :missing: weights for each missingness pattern with 200 training rows, else the targets' mean in the gap
    :shapes: (n, M, T) to (n, T); M weights a target
    """

    learns = True

    def _train(self, X: Array, Z: Array, fold: Labels | None) -> TrainedRegression:  # noqa: ARG002
        T = Z.shape[1]
        weights = np.zeros((X.shape[1], T))
        for t in range(T):
            own = slice(t, None, T)
            weights[own, t] = _not_negative(X[:, own], Z[:, t])
        shares = weights.reshape(-1, T, T)[:, np.arange(T), np.arange(T)]
        return TrainedRegression(linear(weights), {"standardised_weights": shares.T.tolist()})


def _not_negative(X: Array, z: Array) -> Array:
    """Return the weights, (M,), of least squares; X and z have mean 0."""
    M = X.shape[1]
    # modalities that say the same share their weight
    gram = X.T @ X / len(X) + _RIDGE * np.eye(M)
    slope = X.T @ z / len(X)
    half = float(z @ z) / (2 * len(z))

    def objective(weights: Array) -> tuple[float, Array, Array]:
        pull = gram @ weights
        return half + float(weights @ (pull / 2 - slope)), pull - slope, gram

    return minimise(objective, np.full(M, 1 / M), sum_to_one=False).weights
