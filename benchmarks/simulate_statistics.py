"""Data with known truth, to see whether intervals cover and tests reject as often as they promise.

Predictions are fixed and outcomes are drawn anew, in groups of the sizes that artists have (a logarithmic
series), with and without outcomes that go together within a group. What is simulated are the functions
that `evaluate` calls.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

from latefusion.core.metrics import FROM_CONFUSION, from_margins
from latefusion.evaluation.statistics.confidence_set import confidence_set
from latefusion.evaluation.statistics.group_bootstrap import group_sums, resample
from latefusion.evaluation.statistics.paired_tests import bootstrap_p, sign_flip
from latefusion.evaluation.statistics.studentised import studentise

Array = NDArray[np.float64]
Sizes = NDArray[np.int64]

SIZES = 1 / 1.132
"""Parameter of the logarithmic series, as in `simulate_notebook`."""
CONFUSION = np.array(
    [[0.08, 0.06, 0.01, 0.05], [0.05, 0.19, 0.01, 0.06], [0.02, 0.05, 0.03, 0.09], [0.03, 0.06, 0.02, 0.19]]
)
"""Shares of true and predicted class, about as in the notebook: one class is nearly never predicted."""
AGREEMENT = np.array([0.36, 0.125, 0.125, 0.39])
"""Both right, only one, only the other, neither."""
ALIKE = 0.6
"""How often the second of two models that are alike says what the first does; else it says so by itself."""
RULES = 25
BATCH = 10
"""Data sets that share their groups' sizes and the draws of the bootstrap, outcomes are their own."""
CLASSES = len(CONFUSION)
MACRO_F1 = FROM_CONFUSION.index("macro_f1")


def group_sizes(groups: int, rng: np.random.Generator) -> Sizes:
    """Return how many items each group has, (G,)."""
    return rng.logseries(SIZES, groups)


def cells(sizes: Sizes, shares: Array, correlation: float, sets: int, rng: np.random.Generator) -> Array:
    """Return how many items of each group fall into each cell, (sets, G, *shares.shape).

    Within a group, whether two items fall into a cell has the intraclass correlation `correlation`
    (Dirichlet-multinomial; Mosimann 1962).
    """
    flat = shares.ravel() / shares.sum()
    chances = np.broadcast_to(flat, (sets, len(sizes), len(flat)))
    if correlation:
        # gammas over their sum are Dirichlet
        chances = rng.standard_gamma(flat * (1 / correlation - 1), chances.shape) + 1e-300
        chances = chances / chances.sum(axis=-1, keepdims=True)
    counts = rng.multinomial(sizes, chances).astype(np.float64)
    return counts.reshape(sets, len(sizes), *shares.shape)


def losses(sizes: Sizes, correlation: float, sets: int, rng: np.random.Generator) -> Array:
    """Return the sums over groups, (sets, G), of skewed numbers with mean 0, correlated within groups."""
    shared = rng.exponential(size=(sets, len(sizes))) - 1
    own = rng.standard_gamma(sizes, (sets, len(sizes))) - sizes
    return np.sqrt(correlation) * sizes * shared + np.sqrt(1 - correlation) * own


def joint() -> Array:
    """Return the shares of true class and what two equally good models predict, (K, K, K)."""
    true = CONFUSION.sum(axis=1) / CONFUSION.sum()
    said = CONFUSION / CONFUSION.sum(axis=1, keepdims=True)
    apart = said[:, :, None] * said[:, None, :]
    return true[:, None, None] * (ALIKE * said[:, :, None] * np.eye(CLASSES) + (1 - ALIKE) * apart)


def model_margins(counts: Array) -> Array:
    """Return right, true and predicted counts side by side, (..., 3 K), of matrices (..., K, K)."""
    parts = (np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(axis=-1), counts.sum(axis=-2))
    return np.concatenate(parts, axis=-1)


def measures(found: Array) -> Array:
    """Return the measures of margins, (..., 3 K)."""
    return from_margins(*np.split(found, 3, axis=-1))


def side_by_side(features: Array) -> Array:
    """Return the features of several data sets, (sets, G, F), as those of one, (G, sets F)."""
    return np.moveaxis(features, 0, 1).reshape(features.shape[1], -1)


def batches(groups: int, sets: int, rng: np.random.Generator) -> Iterator[tuple[Sizes, int]]:
    """Yield the sizes of groups, and how many data sets have them."""
    for start in range(0, sets, BATCH):
        yield group_sizes(groups, rng), min(BATCH, sets - start)


def coverage(groups: int, correlation: float, sets: int, draws: int, seed: int) -> dict[str, float]:
    """Return how often 95 % intervals hold the truth.

    Of accuracy, macro-F1, a mean of skewed losses, and a difference in accuracy.
    """
    rng = np.random.default_rng([seed, groups, int(100 * correlation)])
    shares = CONFUSION / CONFUSION.sum()
    known = measures(model_margins(shares))
    truth = np.array([known[0], known[MACRO_F1], 0.0, 0.0])

    def statistics(sums: Array) -> Array:
        found = sums.reshape(len(sums), -1, 3 * CLASSES + 3)
        of = measures(found[..., :-3])
        return np.concatenate(
            [of[..., [0, MACRO_F1]], found[..., -2:] / found[..., [-3]]],
            axis=-1,
        ).reshape(len(sums), -1)

    held = np.zeros(4)
    for sizes, count in batches(groups, sets, rng):
        agreement = cells(sizes, AGREEMENT, correlation, count, rng)
        features = np.concatenate(
            [
                model_margins(cells(sizes, shares, correlation, count, rng)),
                np.broadcast_to(sizes[:, None], (count, groups, 1)),
                losses(sizes, correlation, count, rng)[..., None],
                (agreement[..., 1] - agreement[..., 2])[..., None],
            ],
            axis=-1,
        )
        found = resample(side_by_side(features), statistics, draws=draws, rng=rng)
        low, high = (end.reshape(count, -1) for end in found.intervals())
        held += ((low <= truth) & (truth <= high)).sum(axis=0)
    names = ("accuracy", "macro_f1", "loss", "accuracy_difference")
    return dict(zip(names, (held / sets).tolist(), strict=True))


def rejections(groups: int, correlation: float, sets: int, draws: int, seed: int) -> dict[str, float]:
    """Return how often two equally good models are called different at 5 %.

    In accuracy (sign-flip), skewed losses (bootstrap-t) and macro-F1 (bootstrap).
    """
    rng = np.random.default_rng([seed, groups, int(100 * correlation), 1])

    def statistics(sums: Array) -> Array:
        found = measures(sums.reshape(len(sums), -1, 2, 3 * CLASSES))[..., MACRO_F1]
        return found[..., 0] - found[..., 1]

    rejected = np.zeros(3)
    for sizes, count in batches(groups, sets, rng):
        agreement = cells(sizes, AGREEMENT, correlation, count, rng).astype(np.int64)
        signs = [sign_flip(one[:, 1] - one[:, 2]) for one in agreement]
        sums = np.c_[losses(sizes, correlation, count, rng).T, np.zeros(groups)]
        nothing = np.full(count, count)
        skewed = studentise(sums, sizes, np.arange(count), nothing, draws=draws, rng=rng)
        both = cells(sizes, joint(), correlation, count, rng)
        margins = np.concatenate([model_margins(both.sum(axis=-1)), model_margins(both.sum(axis=-2))], -1)
        f1 = resample(side_by_side(margins), statistics, draws=draws, rng=rng)
        centred = [bootstrap_p(f1.estimate[i], f1.draws[:, i], groups) for i in range(count)]
        rejected += [np.sum(np.asarray(p) <= 0.05) for p in (signs, skewed.p(), centred)]
    names = ("accuracy_sign_flip", "loss_bootstrap_t", "macro_f1_bootstrap")
    return dict(zip(names, (rejected / sets).tolist(), strict=True))


def left_out(groups: int, correlation: float, sets: int, draws: int, seed: int) -> dict[str, float]:
    """Return how often any of 25 equal rules is outside the confidence set at 95 %."""
    rng = np.random.default_rng([seed, groups, int(100 * correlation), 2])
    any_out = 0
    for _ in range(sets):
        sizes = group_sizes(groups, rng)
        group = np.repeat(np.arange(groups), sizes)
        chances = np.full((groups, RULES + 1), 0.45)
        if correlation:
            strength = 1 / correlation - 1
            chances = rng.beta(0.45 * strength, 0.55 * strength, chances.shape)
        right = rng.random((len(group), RULES + 1)) < chances[group]
        # rules agree on most items, as rules on the same modalities do
        shared = rng.random((len(group), RULES)) < 0.7
        wrong = 1 - np.where(shared, right[:, [RULES]], right[:, :RULES]).astype(np.float64)
        sums = group_sums(wrong, group, groups)
        any_out += not confidence_set(sums, sizes.astype(np.float64), draws=draws, rng=rng).inside.all()
    return {"any_rule_left_out": any_out / sets}
