"""Coverage and width of the intervals of proportions, near the ends and with few groups."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import simulate_statistics
from benchmarks.measure import ROOT, save
from benchmarks.simulate_statistics import batches, cells
from benchmarks.words import Result, prose, table

sys.path.insert(0, str(ROOT / "scripts"))

from latefusion.evaluation.statistics.group_bootstrap import resample
from latefusion.evaluation.statistics.proportions import FEW_GROUPS, proportions
from latefusion.planning.code_digest import Code

ACCURACIES = (0.5, 0.9, 0.97)
GROUPS = (10, 30, 50, 160)
CORRELATIONS = (0.0, 0.3)
"""Of the outcomes within a group."""
SETS = 4_000
DRAWS = 1_000
SEED = 0
ASKED = 92
"""Least coverage of the 95 % intervals, in per cent."""


def coverage(
    accuracy: float, groups: int, correlation: float, *, sets: int, draws: int, seed: int
) -> dict[str, float]:
    """Return how often the 95 % interval of an accuracy holds the truth, its mean width, and how it ends.

    Groups have the sizes that artists have; outcomes within a group are beta-binomial.

    Returns
    -------
    dict
        `covered` and `points` (intervals without a width) are shares of the data sets, `width` is a share
        of the items, `least` and `most` the outermost ends.
    """
    rng = np.random.default_rng([seed, groups, int(100 * correlation), int(100 * accuracy), 3])
    held = width = points = 0.0
    least, most = 1.0, 0.0
    for sizes, count in batches(groups, sets, rng):
        hits = cells(sizes, np.array([accuracy, 1 - accuracy]), correlation, count, rng)[..., 0].T
        of = np.broadcast_to(sizes[:, None], hits.shape).astype(np.float64)
        shares = proportions(hits, of)
        low = high = shares.share
        if groups >= FEW_GROUPS:
            sums = np.c_[sizes, hits]
            drawn = resample(sums, lambda s: s[:, 1:] / s[:, :1], draws=draws, rng=rng)
            low, high = drawn.intervals()
        low, high = shares.or_else(low, high)
        held += float(((low <= accuracy) & (accuracy <= high)).sum())
        width += float((high - low).sum())
        points += float((high <= low).sum())
        least, most = min(least, float(low.min())), max(most, float(high.max()))
    return {
        "covered": held / sets,
        "width": width / sets,
        "points": points / sets,
        "least": least,
        "most": most,
    }


def run(work: Path) -> Mapping[str, Any]:  # noqa: ARG001 - as all benchmarks
    """Simulate every cell and keep what was found."""
    rows = [
        {"accuracy": accuracy, "groups": groups, "correlation": correlation}
        | coverage(accuracy, groups, correlation, sets=SETS, draws=DRAWS, seed=SEED)
        for accuracy in ACCURACIES
        for groups in GROUPS
        for correlation in CORRELATIONS
    ]
    measured = {"seed": SEED, "sets": SETS, "draws": DRAWS, "code": _code(), "rows": rows}
    save("proportions", measured)
    return measured


def _code() -> str:
    """Return a digest of what is simulated and of how."""
    root = ROOT / "scripts"
    package = Code(root).digest(root / "latefusion/evaluation/statistics/proportions.py")
    sources = [Path(module).read_bytes() for module in (__file__, simulate_statistics.__file__)]
    return hashlib.sha256(package.encode() + b"".join(sources)).hexdigest()[:16]


def section(result: Result) -> list[str]:
    """Say how often the intervals of proportions cover, and how wide they are."""
    rows = {(row["accuracy"], row["groups"], row["correlation"]): row for row in result["rows"]}
    correlations = sorted({correlation for _, _, correlation in rows})
    body = [
        (
            f"{100 * accuracy:g}",
            f"{groups:,}",
            *(
                f"{100 * row['covered']:.1f}, {100 * row['width']:.1f} wide"
                for row in (rows[accuracy, groups, correlation] for correlation in correlations)
            ),
        )
        for accuracy, groups in dict.fromkeys(key[:2] for key in rows)
    ]
    return [
        "## Intervals of proportions",
        prose(
            f"""
            How often the 95 % interval of an accuracy holds the true one, in per cent, and how wide it is on
            average, in points; at least {ASKED} is asked for. {result["sets"]:,} data sets a cell; groups
            have the sizes that artists have. Under {FEW_GROUPS} groups and near the ends it is a score
            interval on the effective number of items, with the intraclass correlation shrunk towards 0.5;
            elsewhere the percentile bootstrap of {result["draws"]:,} draws of whole groups.
            """
        ),
        table(["true accuracy", "groups", *(f"correlation {one:g}" for one in correlations)], body),
    ]
