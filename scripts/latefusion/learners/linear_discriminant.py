"""Linear discriminant analysis with a covariance that is shrunk."""

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from latefusion.learning.classifier import Features, Labels
from latefusion.learning.learner import Learner


class LinearDiscriminant(Learner):
    """Normal classes of one covariance, shrunk by as much as the rows call for.

    With fewer rows than columns, as embeddings often have, the plain covariance has no inverse.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    shrinkage : float or 'auto'
        Share of the mean variance in the covariance; auto after Ledoit and Wolf.
    scale : {'none', 'standard'}
        Whether columns are standardised.

    Notes
    -----
    :formula: p_c ∝ π_c exp(−½ (x − μ_c)ᵀ Σ⁻¹ (x − μ_c)), Σ = (1 − s) S + s · tr(S)/d · I
    :source: Fisher 1936; shrunk as by Ledoit and Wolf 2004
    """

    searched = ("shrinkage",)
    dtype = None

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        shrinkage: float | str | list[float | str] = "auto",
        scale: str = "none",
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.shrinkage = shrinkage

    def _train(self, X: Features, y: Labels, shrinkage: float | str) -> LinearDiscriminantAnalysis:
        return LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(X, y)
