"""Whether models differ: tests that flip or resample whole groups, and what they could have found."""

from __future__ import annotations

from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.evaluation.statistics.group_bootstrap import Array, group_sums, least_p

LEAST_P: Final = 1e-12
"""Below, the exact sign-flip distribution drowns in rounding."""
POWER: Final = 0.8
ALPHA: Final = 0.05


def sign_flip(sums: NDArray[np.int64]) -> float:
    """Return the mid-p value of the sign-flip test on whole groups.

    Under the hypothesis that two models are equally good, the sum of a group's differences could as well
    have had the other sign. The distribution of the total over all 2^G signs is computed exactly, from its
    characteristic function Π cos(t d_g), so no signs are drawn. With one item a group this is McNemar's
    mid-p (Fisher 1935; Fagerland, Lydersen and Laake 2013).

    Parameters
    ----------
    sums : (G,) int array
        Sums over each group of right_A − right_B, times the number of repeats so that they are whole.

    Returns
    -------
    float
        1 where no group differs.
    """
    sizes, counts = np.unique(np.abs(sums[sums != 0]), return_counts=True)
    if len(sizes) == 0:
        return 1.0
    unit = int(np.gcd.reduce(sizes))
    sizes = sizes // unit
    reach = int((sizes * counts).sum())
    observed = abs(int(sums.sum())) // unit
    # totals are 2j − reach with j = 0 … reach; E[e^{itj}] = e^{it·reach/2} Π cos(t d_g / 2)
    points = reach + 1
    angle = np.pi * np.arange(points) / points
    transform = np.ones(points)
    for size, count in zip(sizes.tolist(), counts.tolist(), strict=True):
        transform *= np.cos(angle * size) ** count
    shares = np.fft.fft(transform * np.exp(1j * angle * reach)).real / points
    totals = np.abs(2 * np.arange(points) - reach)
    p = shares[totals > observed].sum() + 0.5 * shares[totals == observed].sum()
    return float(min(max(p, LEAST_P), 1.0))


def bootstrap_p(difference: float, draws: Array, groups: int) -> float:
    """Return the two-sided p-value of a difference whose bootstrap draws, (B,), are centred on it.

    For measures that are no means, macro-F1; for means there is `studentise`. At least `least_p`.
    Source: Davison and Hinkley 1997, section 4.4.
    """
    centred = np.abs(draws - difference)
    # a tolerance keeps rounding from deciding ties
    p = float((1 + (centred >= abs(difference) * (1 - 1e-12)).sum()) / (1 + len(draws)))
    return max(p, least_p(groups))


def holm(p: Array) -> Array:
    """Return p-values adjusted for the family (Holm 1979), (m,)."""
    m = len(p)
    order = np.argsort(p, kind="stable")
    adjusted = np.maximum.accumulate(np.minimum(p[order] * (m - np.arange(m)), 1.0)) if m else p
    result = np.empty(m)
    result[order] = adjusted
    return result


def wald(values: Array, group: NDArray[np.int64]) -> tuple[float, int, float]:
    """Test that columns have equal means, with cluster-robust covariance.

    Contrasts with the mean of the columns, pseudo-inverse where columns depend on each other; Hotelling's
    scaling of T² for the number of groups (Cameron and Miller 2015).

    Parameters
    ----------
    values : (n, M) array
    group : (n,) int array
        Codes 0 … G − 1.

    Returns
    -------
    statistic : float
        Wald's χ² statistic.
    df : int
        Its degrees of freedom; 0 where no column differs.
    p : float
        NaN where there are too few groups for a test.
    """
    from scipy.special import fdtrc

    contrasts = values - values.mean(axis=1, keepdims=True)
    groups = int(group.max()) + 1
    mean = contrasts.mean(axis=0)
    u = group_sums((contrasts - mean) / len(values), group, groups)
    if groups < 2:
        return float("nan"), 0, float("nan")
    covariance = u.T @ u * groups / (groups - 1)
    eigenvalues, vectors = np.linalg.eigh(covariance)
    kept = eigenvalues > max(eigenvalues.max(), 0) * 1e-10
    df = int(kept.sum())
    if df == 0:
        return 0.0, 0, 1.0
    statistic = float(((vectors[:, kept].T @ mean) ** 2 / eigenvalues[kept]).sum())
    if groups <= df:
        return statistic, df, float("nan")
    scaled = statistic * (groups - df) / (df * (groups - 1))
    return statistic, df, float(fdtrc(df, groups - df, scaled))


def cochran_q(right: Array) -> tuple[float, int, float]:
    """Test that models are right equally often where every group has one item (Cochran 1950).

    Parameters
    ----------
    right : (n, M) array of 0 and 1

    Returns
    -------
    statistic, df, p
    """
    from scipy.special import chdtrc

    models = right.shape[1]
    by_model, by_item = right.sum(axis=0), right.sum(axis=1)
    total = by_model.sum()
    below = models * total - (by_item**2).sum()
    if below == 0:
        return 0.0, 0, 1.0
    q = (models - 1) * (models * (by_model**2).sum() - total**2) / below
    return float(q), models - 1, float(chdtrc(models - 1, q))


def least_detectable(se: float, tests: int = 1, *, least: float = 0.0) -> float | None:
    """Return the difference that a two-sided test at 5 % finds four times out of five.

    (z₁₋α/₂ + z₀.₈) · SE, with α divided by the size of the family at Holm's first step.

    Parameters
    ----------
    se : float
    tests : int
    least : float
        Least p-value that the test can give, which few groups keep high.

    Returns
    -------
    float or None
        None where no difference, however large, is found.
    """
    if least > ALPHA / max(tests, 1):
        return None
    normal = NormalDist()
    return (normal.inv_cdf(1 - ALPHA / (2 * max(tests, 1))) + normal.inv_cdf(POWER)) * se
