"""The combination of predictions with the least variance."""

from typing import Any

import numpy as np

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.missing import members, pattern_codes
from latefusion.fusion.regression_rule import RegressionRule
from latefusion.fusion.target_aggregation import errors

_REGULAR = 1e-9


class BatesGranger(RegressionRule):
    """Weights that sum to one and minimise the squared error, from how the errors go together.

    Weights may be negative. The mean products of the out-of-fold errors are shrunk towards their diagonal,
    at which the weights would be those of `inverse_mse`.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not needed.
    shrinkage : float, optional
        Share of the diagonal, 0 to 1; the intensity of Schäfer and Strimmer (2005) where it is not given.

    Notes
    -----
    :formula: w = Σ⁻¹1/(1ᵀΣ⁻¹1), Σ = (1 − λ) S + λ diag(S), S the mean products of errors
    :source: Bates and Granger 1969; shrinkage, Schäfer and Strimmer 2005
    :needs: out-of-fold predictions and their targets
    :missing: the formula on the modalities present; learned on the rows with every modality, or, if these
        are under 200, on all with the targets' mean in the gaps
    :shapes: (n, M, T) to (n, T); M weights a target
    """

    learns = True

    def __init__(
        self, *, random_state: np.random.Generator | int | None = None, shrinkage: float | None = None
    ) -> None:
        super().__init__(random_state=random_state)
        if shrinkage is not None and not 0 <= shrinkage <= 1:
            raise ValueError(f"shrinkage must be from 0 to 1, not {shrinkage}")
        self.shrinkage = shrinkage

    def _learn(self, F: Array, Y: Array, fold: Labels | None, variance: Array | None) -> None:  # noqa: ARG002
        error = errors(F, Y, self.center)
        self.intensity = np.array([self._intensity(error[:, :, t]) for t in range(F.shape[2])])
        products = [_shrunk(error[:, :, t], share) for t, share in enumerate(self.intensity.tolist())]
        self.products = np.stack(products)

    def _intensity(self, error: Array) -> float:
        return _optimal_intensity(error) if self.shrinkage is None else self.shrinkage

    def _weights(self, chosen: list[int]) -> Array:
        """Return the weights of some modalities, (M', T)."""
        return np.stack([_least_variance(one[np.ix_(chosen, chosen)]) for one in self.products], axis=1)

    def _combine(self, F: Array, variance: Array | None) -> Array:  # noqa: ARG002 - the contract
        fused = np.empty((len(F), F.shape[2]))
        codes = pattern_codes(F)
        for code in np.unique(codes).tolist():
            rows, chosen = codes == code, members(code, F.shape[1])
            weights = self._weights(chosen)
            total = np.zeros((int(rows.sum()), F.shape[2]))
            for place, m in enumerate(chosen):
                total += weights[place] * F[rows, m]
            fused[rows] = total
        return fused

    def learned(self) -> dict[str, Any]:
        """Return weights where all modalities are there, products of errors and shrinkage, by target."""
        everything = list(range(self.products.shape[1]))
        return {
            "weights": self._weights(everything).T.tolist(),
            "error_products": self.products.tolist(),
            "shrinkage": self.intensity.tolist(),
        }


def _shrunk(error: Array, share: float) -> Array:
    products = error.T @ error / len(error)
    diagonal = np.diag(np.diag(products))
    return np.asarray((1 - share) * products + share * diagonal)


def _optimal_intensity(error: Array) -> float:
    """Return the share of the diagonal with the least expected squared distance from the true products.

    Schäfer and Strimmer (2005), for unit diagonals: Σ Var(r_ij) / Σ r_ij² over i ≠ j, at most 1.
    """
    n, M = error.shape
    scale = np.sqrt((error**2).mean(axis=0))
    if n < 2 or M < 2 or not (scale > 0).all():
        return 0.0
    unit = error / scale
    products = unit[:, :, None] * unit[:, None]
    mean = products.mean(axis=0)
    spread = ((products - mean) ** 2).sum(axis=0) / (n * (n - 1))
    apart = ~np.eye(M, dtype=bool)
    total = float((mean[apart] ** 2).sum())
    return min(1.0, float(spread[apart].sum()) / total) if total > 0 else 1.0


def _least_variance(products: Array) -> Array:
    """Return Σ⁻¹1/(1ᵀΣ⁻¹1), (M,); equal weights for what cannot be told apart."""
    scale = np.trace(products) / len(products)
    if scale <= 0:
        return np.full(len(products), 1 / len(products))
    # modalities that say the same share their weight, and rounding decides nothing
    regular = products / scale + _REGULAR * np.eye(len(products))
    weights = np.linalg.solve(regular, np.ones(len(products)))
    return np.asarray(weights / weights.sum())
