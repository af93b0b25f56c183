"""How the errors of modalities go together, and what the best weights could gain."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import Final

import numpy as np

from latefusion.evaluation.samples import Row
from latefusion.evaluation.statistics.group_bootstrap import Array, group_sums, resample
from latefusion.evaluation.targets.samples import TargetSample

_SINGULAR: Final = 1e-12


def complementarity_rows(
    sample: TargetSample, *, draws: int, rng: np.random.Generator, n_jobs: int = 1
) -> list[Row]:
    """Return for each target and pair of single modalities the correlation of their errors.

    Beside it what weights that sum to one could gain in R² over the better of the two, were they known:
    the least squared error is (s_aa s_bb − s_ab²)/(s_aa + s_bb − 2 s_ab), with s the mean products of errors
    (Bates and Granger 1969). They are those of the test rows themselves, an upper bound for such weights.
    """
    singles = [model for model in sample.models if model.kind == "single"]
    seed = int(rng.integers(2**63))
    rows = []
    spread = sample.spread()
    for t, target in enumerate(sample.targets):
        if not spread[t] > 0:
            continue
        for first, second in combinations(singles, 2):
            a, b = ((sample.y[:, t] - model.predicted[:, :, t]).mean(axis=0) for model in (first, second))
            parts = np.stack([np.ones(len(a)), a, b, a * a, b * b, a * b], axis=1)
            found = resample(
                group_sums(parts, sample.group, sample.groups),
                partial(_statistics, unit=float(spread[t])),
                draws=draws,
                rng=np.random.default_rng(seed),
                n_jobs=n_jobs,
            )
            low, high = found.intervals()
            correlation, gain, optimal, weight, r2_a, r2_b = found.estimate.tolist()
            rows.append(
                {
                    "target": target,
                    "model_a": first.name,
                    "model_b": second.name,
                    "n": len(a),
                    "correlation": correlation,
                    "low": float(np.clip(low[0], -1, 1)),
                    "high": float(np.clip(high[0], -1, 1)),
                    "weight_a": weight,
                    "best_single": first.name if r2_a >= r2_b else second.name,
                    "best_r2": max(r2_a, r2_b),
                    "optimal_r2": optimal,
                    "gain": gain,
                    "gain_low": max(float(low[1]), 0.0),
                    "gain_high": float(high[1]),
                }
            )
    return rows


def _statistics(sums: Array, unit: float) -> Array:
    """Return correlation, gain, best R², weight of the first and both R² of sums (b, 6), (b, 6)."""
    n, a, b, aa, bb, ab = sums.T
    a, b, aa, bb, ab = a / n, b / n, aa / n, bb / n, ab / n
    va, vb, cov = aa - a * a, bb - b * b, ab - a * b
    correlation = np.divide(cov, np.sqrt(va * vb), out=np.full(len(n), np.nan), where=va * vb > 0)
    apart = aa + bb - 2 * ab
    differ = apart > _SINGULAR * (aa + bb)
    weight = np.divide(bb - ab, apart, out=np.full(len(n), 0.5), where=differ)
    least = weight**2 * aa + (1 - weight) ** 2 * bb + 2 * weight * (1 - weight) * ab
    r2_a, r2_b, optimal = 1 - aa / unit, 1 - bb / unit, 1 - least / unit
    gain = np.maximum(optimal - np.maximum(r2_a, r2_b), 0.0)
    return np.stack([correlation, gain, optimal, weight, r2_a, r2_b], axis=1)
