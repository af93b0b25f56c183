"""Coverage, rejections, weights and quadrants of numbers whose truth is known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import simulate_statistics, simulate_targets
from benchmarks.measure import ROOT
from benchmarks.simulated_cells import Plan, run_cells, share
from benchmarks.words import Result, prose, table
from latefusion.planning.code_digest import Code

GROUPS = (40, 80, 160, 320)
PLAN: Plan = {
    "coverage": (simulate_targets.coverage, GROUPS, 5_000),
    "rejections": (simulate_targets.rejections, GROUPS, 5_000),
    "held_out_groups": (simulate_targets.held_out_groups, (160,), 200),
    "weights": (simulate_targets.weights, (3_100,), 500),
    "quadrants": (simulate_targets.quadrants, (3_880,), 200),
}
"""3,100 artists have about the 10,870 songs of the notebook's training file, 3,880 those of both files."""
CORRELATION = 0.28
"""Of valence and arousal within an artist, about."""
DRAWS = 2000
"""Draws of the bootstrap, as in config.yaml."""
METRICS: Mapping[str, str] = {
    "r2": "R²",
    "rmse": "RMSE",
    "mae": "MAE",
    "pearson": "Pearson",
    "spearman": "Spearman",
    "ccc": "CCC",
    "slope": "slope",
    "intercept": "intercept",
}
TESTS: Mapping[str, str] = {
    "alike": "errors of one shape",
    "unlike": "normal against skewed errors",
}
ENOUGH = 160
"""Groups from which on it is asked for."""
ASKED: Mapping[str, tuple[int, int]] = {"coverage": (92, 97), "rejections": (3, 7)}
"""Least and most, in per cent."""
POINTS = 1.0
"""How far the accuracy of quadrants may be from the formula's, in points."""
SMALL_WEIGHT = 0.05
QUOTED = 44
"""Per cent of the quadrants that are told beside the published figures."""


def run(work: Path) -> dict[str, Any]:  # noqa: ARG001 - as all benchmarks
    """Simulate what has not been simulated yet, one process a core, and return everything."""
    return run_cells("target_statistics", PLAN, correlations=(CORRELATION,), draws=DRAWS, code=_code())


def _code() -> str:
    """Return a digest of what is simulated and of how."""
    package = ROOT / "scripts" / "latefusion"
    names = (
        *("evaluation/targets/measures", "evaluation/targets/bridge", "evaluation/statistics/drawn_signs"),
        *("evaluation/targets/prediction_intervals", "regression/training"),
        *("rules/bates_granger", "rules/nnls_stacking"),
    )
    own = Code(ROOT / "scripts").digest(*(package / f"{name}.py" for name in names))
    sources = [Path(module.__file__).read_bytes() for module in (simulate_targets, simulate_statistics)]
    return hashlib.sha256(own.encode() + b"".join(sources)).hexdigest()[:16]


def section(result: Result) -> list[str]:
    """Say how often intervals cover and tests reject, what rules weigh, and what a cut reaches."""
    rows: dict[str, dict[int, Any]] = {}
    for row in result["rows"]:
        rows.setdefault(row["what"], {})[row["groups"]] = row
    parts = [
        "## Numbers",
        prose(
            f"""
            The same for continuous targets: intervals of metrics, sign-flip tests of squared errors with
            {simulate_targets.FLIPS:,} draws of signs, in per cent ± one standard error of the simulation.
            Targets and errors of an artist's songs have an intraclass correlation of {CORRELATION}; the
            artists have the sizes that they have above, and are drawn anew with their songs. Predictions
            are conditional means with R² = {simulate_targets.R2}. Under 50 groups, and for Spearman's
            correlation, intervals are linearised, else percentile bootstraps. Asked for from {ENOUGH} groups
            on: {_asked("coverage")} of 95 % intervals of R², RMSE and CCC, {_asked("rejections")} of tests
            at 5 %.
            """
        ),
        table(["", *(f"{groups:,} groups" for groups in GROUPS)], _shares(rows)),
    ]
    if "held_out_groups" in rows:
        parts.append(_held_out(rows["held_out_groups"][ENOUGH]))
    if "weights" in rows:
        parts += _weights(next(iter(rows["weights"].values())))
    if "quadrants" in rows:
        parts.append(_quadrants(next(iter(rows["quadrants"].values()))))
    return parts


def _asked(what: str) -> str:
    return "{} to {} %".format(*ASKED[what])


def _shares(rows: Mapping[str, Mapping[int, Any]]) -> list[tuple[str, ...]]:
    counted = {"coverage": ("95 % intervals hold", METRICS), "rejections": ("rejected,", TESTS)}
    return [
        (
            f"{words} {title}",
            *(
                share(rows[what][groups]["found"][name], rows[what][groups]["sets"])
                if groups in rows[what]
                else ""
                for groups in GROUPS
            ),
        )
        for what, (words, titles) in counted.items()
        for name, title in titles.items()
        if what in rows
    ]


def _held_out(row: Mapping[str, Any]) -> str:
    found = dict(row["found"])
    error = found.pop("standard error")
    folds = ", ".join(f"{100 * one:.1f}" for one in found.values())
    return prose(
        f"""
        **90 % prediction intervals** of a kernel ridge regressor, on the items of each of five folds of
        artists that it did not learn from, {row["groups"]} artists in all: {folds} % (± {100 * error:.1f},
        {row["sets"]:,} data sets).
        """
    )


def _weights(row: Mapping[str, Any]) -> list[str]:
    found = row["found"]
    planted = simulate_targets.PLANTED
    body = [
        (
            f"`{name}`",
            *(f"{found[f'{name}, modality {m + 1}']:.3f}" for m in range(len(planted))),
            f"{100 * found[f'{name}, noise below 0.05']:.1f} %",
        )
        for name in ("bates_granger", "nnls_stacking")
    ]
    heads = [*(f"planted {one:g}" for one in planted), f"noise below {SMALL_WEIGHT:g}"]
    return [
        prose(
            f"""
            **Planted weights**: y = 0.6 f₁ + 0.4 f₂ + e, and a third modality of noise; mean weights over
            {row["sets"]:,} data sets of about 10,900 items, and in how many of them noise has less than
            {SMALL_WEIGHT:g}. The weights of `bates_granger` sum to one. Where the best ones sum to more, as
            for y = f₁ + f₂ + e, a modality of noise, which says about the mean, gets what is too much:
            {found["apart"]:.2f} there.
            """
        ),
        table(["mean weight", *heads], body),
    ]


def _quadrants(row: Mapping[str, Any]) -> str:
    found = row["found"]
    valence, arousal = simulate_targets.PUBLISHED
    return prose(
        f"""
        **Numbers cut into quadrants**: songs whose valence and arousal are predicted with the published R²
        of {valence} and {arousal}, with Gaussian, independent errors: {100 * found["accuracy"]:.1f} %
        (± {100 * found["standard error"]:.1f}) of the quadrants are right. The formula
        Π_t (1/2 + arcsin(√R²_t)/π) gives {100 * found["formula"]:.1f} %; the {QUOTED} % that are told beside
        these figures are {QUOTED - 100 * found["formula"]:.1f} points more than they imply.
        """
    )
