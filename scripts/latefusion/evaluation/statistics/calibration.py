"""Whether probabilities mean what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.log_loss import CLIP
from latefusion.core.metrics import Labels
from latefusion.core.row_reductions import row_maxima, row_sums
from latefusion.evaluation.statistics.group_bootstrap import Array, grouped_means, grouped_variance, student

BINS: Final = 10
DRAWS: Final = 1000
_ROWS: Final = 2_000_000
_STEPS: Final = 50


@dataclass(frozen=True)
class Bins:
    """Rows in bins of about equal size, equal values in one bin.

    Attributes
    ----------
    order : (n,) int array
        Rows by value.
    start : (b,) int array
        Where each bin begins in that order.
    """

    order: NDArray[np.int64]
    start: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Rows in each bin, (b,)."""
        return np.diff(self.start, append=len(self.order))

    def mean(self, values: NDArray[Any]) -> Array:
        """Return the mean of values, (n,), in each bin, (b,)."""
        means: Array = np.add.reduceat(values[self.order], self.start, dtype=np.float64) / self.sizes
        return means

    def members(self) -> NDArray[np.float32]:
        """Return which rows are in each bin, 0 or 1, (n, b)."""
        found = np.zeros((len(self.order), len(self.start)), np.float32)
        found[self.order, np.repeat(np.arange(len(self.start)), self.sizes)] = 1
        return found

    def rows(self) -> list[NDArray[np.int64]]:
        """Return the rows of each bin."""
        return np.split(self.order, self.start[1:].tolist())


def equal_mass_bins(values: Array, bins: int = BINS) -> Bins:
    """Divide values, (n,), into at most `bins` bins of about n/bins; equal ones stay together.

    A cut that would fall between equal values moves to the nearer end of them.
    """
    n = len(values)
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    wanted = np.unique(np.arange(1, bins) * n // bins)
    before = np.searchsorted(ordered, ordered[wanted], "left") if n else wanted
    after = np.searchsorted(ordered, ordered[wanted], "right") if n else wanted
    cuts = np.where(wanted - before <= after - wanted, before, after)
    cuts = np.unique(cuts[(cuts > 0) & (cuts < n)])
    return Bins(order, np.r_[0, cuts].astype(np.int64))


@dataclass(frozen=True)
class Ece:
    """An expected calibration error beside what chance alone makes of perfect calibration.

    Attributes
    ----------
    value, expected, p : float
        `p`: share of perfectly calibrated draws of labels with an error at least as large.
    """

    value: float
    expected: float
    p: float


def calibration_errors(p: Array, label: Labels, *, draws: int, rng: np.random.Generator) -> tuple[Ece, Ece]:
    """Return the expected calibration error of the top label, and the mean of those of the classes.

    Source: Naeini, Cooper and Hauskrecht 2015; class-wise Kull et al. 2019. Perfect calibration is
    simulated by drawing labels from p (Vaicenavicius et al. 2019).

    Parameters
    ----------
    p : (R, n, K) array
        Replicates; errors are averaged over them.
    label : (n,) int32 array
    draws : int
        In all, shared by the replicates.
    rng : numpy.random.Generator
    """
    replicates, n, classes = p.shape
    values, nulls = [], []
    per = -(-draws // replicates)
    for one in p:
        top = one.argmax(axis=1)
        confidence = one[np.arange(n), top]
        bins = [equal_mass_bins(confidence)] + [equal_mass_bins(one[:, c]) for c in range(classes)]
        means = [bins[0].mean(confidence)] + [bins[c + 1].mean(one[:, c]) for c in range(classes)]
        hits = [label == top] + [label == c for c in range(classes)]
        values.append([_error(b, m, b.mean(h)) for b, m, h in zip(bins, means, hits, strict=True)])
        cumulative = np.cumsum(one, axis=1).astype(np.float32)
        cumulative[:, -1] = 1
        nulls.append(_null(bins, means, confidence.astype(np.float32), cumulative, per, rng))
    value, null = np.array(values), np.array(nulls)  # (R, 1 + K), (R, draws, 1 + K)
    top_null, class_null = null[:, :, 0], null[:, :, 1:].mean(axis=2)
    return (
        _ece(value[:, 0], top_null),
        _ece(value[:, 1:].mean(axis=1), class_null),
    )


def _ece(value: Array, null: Array) -> Ece:
    return Ece(float(value.mean()), float(null.mean()), float((null >= value[:, None] * (1 - 1e-12)).mean()))


def _error(bins: Bins, confidence: Array, share: Array) -> Array:
    """Return Σ_b n_b/n |share right − mean confidence| of shares, (..., b)."""
    error: Array = np.abs(share - confidence) @ bins.sizes / len(bins.order)
    return error


def _null(
    bins: Sequence[Bins],
    means: Sequence[Array],
    confidence: NDArray[np.float32],
    cumulative: NDArray[np.float32],
    draws: int,
    rng: np.random.Generator,
) -> Array:
    """Return the errors, (draws, 1 + K), of labels that are drawn from the probabilities.

    Rows are counted by products, exact in float32 up to 2^24 rows.
    """
    n, classes = cumulative.shape
    size = max(1, _ROWS // n)
    top, *members = [one.members() for one in bins]
    # what is below a class's upper end and not below its lower end, in its own bins
    both = [np.hstack([own, after]) for own, after in zip(members, [*members[1:], members[-1]], strict=True)]
    blocks = []
    for start in range(0, draws, size):
        u = rng.random((min(size, draws - start), n), dtype=np.float32)
        # the right answer is its own event in each diagram: only its chance matters there
        hits = [(u < confidence).astype(np.float32) @ top]
        below = np.zeros((len(u), members[0].shape[1]), np.float32)
        for c in range(classes):
            upto = (u < cumulative[:, c]).astype(np.float32) @ both[c]
            width = members[c].shape[1]
            hits.append(upto[:, :width] - below)
            below = upto[:, width:]
        shares = [one.astype(np.float64) / b.sizes for one, b in zip(hits, bins, strict=True)]
        errors = [_error(b, m, share) for b, m, share in zip(bins, means, shares, strict=True)]
        blocks.append(np.stack(errors, axis=1))
    return np.concatenate(blocks)


@dataclass(frozen=True)
class Slope:
    """A calibration slope and its linearised 95 % interval; NaN where it does not exist."""

    value: float
    low: float
    high: float


def calibration_slope(p: Array, label: Labels, group: NDArray[np.int64]) -> Slope:
    """Return the slope b that makes probabilities p_c ∝ exp(a_c + b log p_c) fit best.

    Below one: the model is too sure of itself; above one: not sure enough. The multinomial form of Cox's
    recalibration (Cox 1958; Van Hoorde et al. 2014), with one slope, by Newton's method; the interval is
    the cluster-robust sandwich's. Probabilities are clipped at 1e-15.

    Parameters
    ----------
    p : (R, n, K) array
        Replicates; the slope is their mean.
    label : (n,) int32 array
    group : (n,) int array
        Codes 0 … G − 1.
    """
    fitted = [_slope(one, label, group) for one in p]
    value = float(np.mean([slope for slope, _ in fitted]))
    influence = np.mean([by_group for _, by_group in fitted], axis=0)
    half = student(len(influence)) * float(np.sqrt(grouped_variance(influence[:, None])[0]))
    return Slope(value, value - half, value + half)


def _slope(p: Array, label: Labels, group: NDArray[np.int64]) -> tuple[float, Array]:
    """Return the slope and the influence of each group on it, (G,)."""
    n, classes = p.shape
    occurs = np.flatnonzero(np.bincount(label, minlength=classes))
    groups = int(group.max()) + 1
    logs = np.log(np.maximum(p[:, occurs], CLIP))
    logs -= logs.mean(axis=1, keepdims=True)
    seen = len(occurs)
    nothing = float("nan"), np.full(groups, np.nan)
    if seen < 2 or np.ptp(logs, axis=0).max() < 1e-9:
        return nothing
    hit = np.searchsorted(occurs, label)[:, None] == np.arange(seen)
    theta = np.r_[np.zeros(seen - 1), 1.0]  # intercepts of all classes but the first, slope
    value = -np.inf
    for _ in range(_STEPS):
        gradient_rows, hessian, _ = _newton(theta, logs, hit)
        step = np.linalg.solve(hessian + 1e-10 * np.eye(seen), gradient_rows.sum(axis=0) / n)
        value = _likelihood(theta, logs, hit)
        scale = 1.0
        while _likelihood(theta + scale * step, logs, hit) < value and scale > 1e-6:
            scale /= 2
        theta = theta + scale * step
        if np.abs(scale * step).max() < 1e-9:
            break
    if not np.isfinite(theta).all() or np.abs(theta[-1]) > 1e3:
        return nothing
    gradient_rows, hessian, _ = _newton(theta, logs, hit)
    by_group = np.stack([np.bincount(group, one, minlength=groups) for one in gradient_rows.T], axis=1)
    weights = np.linalg.solve(hessian + 1e-10 * np.eye(seen), np.eye(seen)[-1]) / n
    return float(theta[-1]), by_group @ weights


def _posterior(theta: Array, logs: Array) -> tuple[Array, Array]:
    scores = np.r_[0.0, theta[:-1]] + theta[-1] * logs
    top = row_maxima(scores)
    powers = np.exp(scores - top)
    total = row_sums(powers)
    return powers / total, scores - top - np.log(total)


def _likelihood(theta: Array, logs: Array, hit: NDArray[np.bool_]) -> float:
    return float(_posterior(theta, logs)[1][hit].mean())


def _newton(theta: Array, logs: Array, hit: NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """Return the gradient of each row, (n, K), the mean negative Hessian, (K, K), and posteriors."""
    q, _ = _posterior(theta, logs)
    rest = hit - q
    gradient = np.c_[rest[:, 1:], row_sums(rest * logs)]
    mean = row_sums(q * logs)
    cross = q * (logs - mean)  # (n, K)
    seen = logs.shape[1]
    hessian = np.empty((seen, seen))
    hessian[:-1, :-1] = (np.diag(q.sum(axis=0)) - q.T @ q)[1:, 1:]
    hessian[:-1, -1] = hessian[-1, :-1] = cross.sum(axis=0)[1:]
    hessian[-1, -1] = (cross * logs).sum()
    return gradient, hessian / len(logs), q


@dataclass(frozen=True)
class Reliability:
    """One bin of a reliability diagram; `observed` is the share that came true, with its interval."""

    n: int
    confidence_low: float
    confidence_high: float
    confidence: float
    observed: float
    low: float
    high: float


def reliability(confidence: Array, hit: NDArray[np.bool_], group: NDArray[np.int64]) -> list[Reliability]:
    """Return the bins of a reliability diagram of confidences and outcomes, (n,) each.

    Intervals are Wilson's with the effective number of items.
    """
    bins = []
    for rows in equal_mass_bins(confidence).rows():
        means = grouped_means(hit[rows, None].astype(np.float64), group[rows])
        low, high = means.share_intervals()
        inside = confidence[rows]
        bins.append(
            Reliability(
                len(rows),
                float(inside.min()),
                float(inside.max()),
                float(inside.mean()),
                float(means.mean[0]),
                float(low[0]),
                float(high[0]),
            )
        )
    return bins
