"""Do intervals cover, and tests reject, as often as they promise? `python -m benchmarks.simulate_statistics`.

Data with known truth: fixed predictions whose outcomes are drawn anew, in groups of the sizes that artists
have (a logarithmic series), with and without outcomes that go together within a group. What is simulated
are the functions that `evaluate` calls, with its number of draws.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import ROOT, save

sys.path.insert(0, str(ROOT / "scripts"))

from latefusion.evaluation.bootstrap import group_sums, resample
from latefusion.evaluation.comparisons import bootstrap_p, sign_flip
from latefusion.evaluation.confidence_set import confidence_set
from latefusion.evaluation.metrics import FROM_CONFUSION, from_margins, margins

Array = NDArray[np.float64]

SIZES = 1 / 1.132
"""Parameter of the logarithmic series, as in `simulate_notebook`."""
CONFUSION = np.array(
    [[0.08, 0.06, 0.01, 0.05], [0.05, 0.19, 0.01, 0.06], [0.02, 0.05, 0.03, 0.09], [0.03, 0.06, 0.02, 0.19]]
)
"""Shares of true and predicted class, about as in the notebook: one class is nearly never predicted."""
AGREEMENT = np.array([0.36, 0.125, 0.125, 0.39])
"""Both right, only one, only the other, neither."""
RULES = 25
CORRELATIONS = (0.0, 0.3)


def group_sizes(groups: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return how many items each group has, (G,)."""
    return rng.logseries(SIZES, groups)


def cells(sizes: NDArray[np.int64], shares: Array, correlation: float, rng: np.random.Generator) -> Array:
    """Return how many items of each group fall into each cell, (G, C).

    Within a group, whether two items fall into a cell has the intraclass correlation `correlation`
    (Dirichlet-multinomial; Mosimann 1962).
    """
    chances = np.tile(shares, (len(sizes), 1))
    if correlation:
        chances = rng.dirichlet(shares * (1 / correlation - 1), len(sizes))
    return rng.multinomial(sizes, chances).astype(np.float64)


def losses(sizes: NDArray[np.int64], correlation: float, rng: np.random.Generator) -> Array:
    """Return the sums over groups, (G,), of skewed numbers with mean 0, correlated within groups."""
    shared = rng.exponential(size=len(sizes)) - 1
    own = rng.gamma(sizes) - sizes
    return np.sqrt(correlation) * sizes * shared + np.sqrt(1 - correlation) * own


def coverage(groups: int, correlation: float, sets: int, draws: int, seed: int) -> dict[str, float]:
    """Return how often intervals of accuracy, macro-F1 and a mean loss hold the truth."""
    rng = np.random.default_rng([seed, groups, int(100 * correlation)])
    shares = CONFUSION / CONFUSION.sum()
    truth = from_margins(*margins(shares))
    names = ("accuracy", "macro_f1")
    expected = np.r_[[truth[FROM_CONFUSION.index(name)] for name in names], 0.0]

    def statistics(sums: Array) -> Array:
        C = sums[:, :16].reshape(-1, 4, 4)
        found = from_margins(*margins(C))[:, [FROM_CONFUSION.index(name) for name in names]]
        return np.c_[found, sums[:, 16] / sums[:, :16].sum(axis=1)]

    held = np.zeros(3)
    for _ in range(sets):
        sizes = group_sizes(groups, rng)
        sums = np.c_[cells(sizes, shares.ravel(), correlation, rng), losses(sizes, correlation, rng)]
        low, high = resample(sums, statistics, draws=draws, rng=rng).intervals()
        held += (low <= expected) & (expected <= high)
    return dict(zip((*names, "loss"), (held / sets).tolist(), strict=True))


def rejections(groups: int, correlation: float, sets: int, draws: int, seed: int) -> dict[str, float]:
    """Return how often two equally good models are called different at 5 %."""
    rng = np.random.default_rng([seed, groups, int(100 * correlation), 1])
    rejected = np.zeros(2)
    for _ in range(sets):
        sizes = group_sizes(groups, rng)
        counts = cells(sizes, AGREEMENT, correlation, rng)
        rejected[0] += sign_flip((counts[:, 1] - counts[:, 2]).astype(np.int64)) <= 0.05
        sums = np.c_[sizes, losses(sizes, correlation, rng)]
        found = resample(sums, lambda s: s[:, 1:] / s[:, :1], draws=draws, rng=rng)
        rejected[1] += bootstrap_p(float(found.estimate[0]), found.draws[:, 0]) <= 0.05
    return dict(zip(("sign_flip", "bootstrap"), (rejected / sets).tolist(), strict=True))


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


Simulation = Callable[[int, float, int, int, int], Mapping[str, float]]

PLAN: tuple[tuple[str, Simulation, tuple[int, ...]], ...] = (
    ("coverage", coverage, (50, 160, 300, 1000)),
    ("rejections", rejections, (50, 160, 300, 1000)),
    ("confidence_set", left_out, (160, 300)),
)


def run(sets: int, draws: int, seed: int = 0) -> dict[str, Any]:
    """Simulate everything, note it and return it."""
    rows = [
        {"what": what, "groups": groups, "correlation": correlation}
        | dict(simulate(groups, correlation, sets, draws, seed))
        for what, simulate, several in PLAN
        for groups in several
        for correlation in CORRELATIONS
    ]
    measured = {"sets": sets, "draws": draws, "seed": seed, "rows": rows}
    save("statistics", measured)
    return measured


def main() -> None:
    """Run from the command line and show what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=1000, help="data sets of each kind")
    parser.add_argument("--draws", type=int, default=2000, help="draws of the bootstrap, as in config.yaml")
    arguments = parser.parse_args()
    for row in run(arguments.sets, arguments.draws)["rows"]:
        print("  ".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()))


if __name__ == "__main__":
    main()
