"""Linear fusion of the modalities' log-probabilities whose weights depend on the quality of the item."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from latefusion.fusion.aggregation import Array, Labels, floored_log
from latefusion.fusion.conditional_logit import fit
from latefusion.fusion.missing import filled
from latefusion.fusion.quality import QualityRule


class QualityWeighted(QualityRule):
    """Linear fusion of log-likelihood ratios with weights that depend on the quality of the item.

    `llr_fusion`, in which each modality counts more or less the longer or the cleaner an item is. What the
    quality is stands in columns of the items' tables, which `data.describe` reads. The optimum is exact.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    columns : sequence of str, optional
        Quality measures of an item, columns of data.describe that hold numbers. A missing number is taken as
        the mean of the rows that the rule learns from, one beyond their range as the end of it.
    ridge : float
        Strength of the penalty that keeps weights and offsets finite where the training rows are separable.

    Notes
    -----
    :formula: log p_c = Σ_m (α_m + γ_mᵀ q) log p_mc + β_c + constant, q standardised, by least mean log loss +
        ridge/2 · (‖α‖² + ‖γ‖² + ‖β‖²)
    :source: Fierrez-Aguilar, Ortega-Garcia, Gonzalez-Rodriguez and Bigun 2005 (weights by quality); as a
        conditional logit, McFadden 1974
    :needs: labelled out-of-fold probabilities; in-sample ones give a memoriser the weight
    :ties: larger mean probability, larger prior, lower index
    :missing: class shares in the gap, as in `llr_fusion`; of a quality measure its mean
    :shapes: (n, M, K) and (n, Q) to (n, K); M weights, M · Q slopes, K offsets; p is floored at 1e-6; a class
        without training rows gets no probability
    """

    learns = True

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        columns: Sequence[str] | None = None,
        ridge: float = 1e-4,
    ) -> None:
        super().__init__(random_state=random_state, columns=columns)
        if ridge <= 0:
            raise ValueError(f"ridge must be positive, as {ridge} is not")
        self.ridge = ridge

    def _learn_with(self, P: Array, y: Labels, fold: Labels | None, q: Array) -> None:  # noqa: ARG002
        # a measure that never varies has no slope to learn
        self._varying = np.flatnonzero(q.any(axis=0))
        self.model = fit(self._attributes(P, q), y, self.ridge)

    def _combine_with(self, P: Array, q: Array) -> Array:
        return self.model.predict(self._attributes(P, q))

    def _attributes(self, P: Array, q: Array) -> Array:
        logs = floored_log(filled(P, self.shares))
        scaled = [logs * q[:, d, None, None] for d in self._varying.tolist()]
        return np.concatenate([logs, *scaled], axis=1)

    def learned(self) -> dict[str, Any]:
        """Return the weights at mean quality, their slopes on standardised quality, and the offsets."""
        model = self.model
        weights, *slopes = np.split(model.weights, 1 + len(self._varying))
        every = np.zeros((len(self._names), len(weights)))
        every[self._varying] = np.array(slopes).reshape(len(slopes), len(weights))
        return {
            "weights": weights.tolist(),
            "quality_slopes": dict(zip(self._names, every.tolist(), strict=True)),
            "offsets": model.offsets.tolist(),
            "log_loss": model.value,
            "steps": model.steps,
            **super().learned(),
        }
