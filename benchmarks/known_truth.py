"""How often intervals cover and tests reject."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import simulate_statistics
from benchmarks.measure import ROOT
from benchmarks.simulated_cells import Plan, run_cells, share
from benchmarks.words import Result, prose, table
from latefusion.planning.code_digest import Code

PLAN: Plan = {
    "confidence_set": (simulate_statistics.left_out, (160, 300), 4_000),
    "coverage": (simulate_statistics.coverage, (50, 160, 300, 1000), 5_000),
    "rejections": (simulate_statistics.rejections, (50, 160, 300, 1000), 5_000),
}
CORRELATIONS = (0.0, 0.3)
"""Of the outcomes within a group."""
DRAWS = 2000
"""Draws of the bootstrap, as in config.yaml."""
COUNTED: Mapping[str, str] = {
    "coverage": "95 % intervals hold the true",
    "rejections": "a true null is rejected at 5 %:",
    "confidence_set": "the 95 % confidence set leaves any of 25 equal rules out",
}
"""What each simulation counts."""
ASKED: Mapping[tuple[str, int], tuple[int, int]] = {
    ("confidence_set", 160): (0, 6),
    ("confidence_set", 300): (0, 6),
    ("coverage", 50): (90, 100),
    ("coverage", 300): (93, 97),
    ("coverage", 1000): (93, 97),
    ("rejections", 160): (3, 7),
    ("rejections", 300): (3, 7),
    ("rejections", 1000): (3, 7),
}
"""Least and most that is asked of it, in per cent, by groups."""
MEASURES: Mapping[str, str] = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "loss": "mean of skewed losses",
    "accuracy_difference": "difference in accuracy",
    "accuracy_sign_flip": "accuracy, sign-flip",
    "loss_bootstrap_t": "skewed losses, bootstrap-t",
    "macro_f1_bootstrap": "macro-F1, bootstrap",
    "any_rule_left_out": "",
}


def run(work: Path) -> dict[str, Any]:  # noqa: ARG001 - as all benchmarks
    """Simulate what has not been simulated yet, one process a core, and return everything."""
    return run_cells("statistics", PLAN, correlations=CORRELATIONS, draws=DRAWS, code=_code())


def _code() -> str:
    """Return a digest of what is simulated and of how."""
    root = ROOT / "scripts"
    tests = (f"evaluation/statistics/{name}" for name in ("paired_tests", "confidence_set", "studentised"))
    package = Code(root).digest(*(root / "latefusion" / f"{name}.py" for name in (*tests, "core/metrics")))
    return hashlib.sha256(package.encode() + Path(simulate_statistics.__file__).read_bytes()).hexdigest()[:16]


def section(result: Result) -> list[str]:
    """Say how often intervals cover and tests reject."""
    rows = result["rows"]
    shares = {
        (row["what"], name, row["groups"], row["correlation"]): share(found, row["sets"])
        for row in rows
        for name, found in row["found"].items()
    }
    correlations = sorted({row["correlation"] for row in rows})
    body = [
        (
            f"{COUNTED[what]} {MEASURES[name]}".strip(),
            f"{groups:,}",
            *(shares.get((what, name, groups, correlation), "") for correlation in correlations),
            "{} to {}".format(*ASKED[what, groups]) if (what, groups) in ASKED else "",
        )
        for what, name, groups in sorted(dict.fromkeys(key[:3] for key in shares))
    ]
    sets, draws = (_range([row[name] for row in rows]) for name in ("sets", "draws"))
    return [
        "## Statistics",
        prose(
            f"""
            How often intervals hold the truth and tests reject, in per cent ± one standard error of the
            simulation; {sets} data sets a cell, {draws} draws of whole groups for each. Predictions are
            fixed and outcomes are drawn anew, in groups of the sizes that artists have (a logarithmic series
            with a mean of 3.5 songs); the intraclass correlation says how far the outcomes of a group go
            together.
            """
        ),
        table(["", "groups", *(f"correlation {one:g}" for one in correlations), "asked for"], body),
    ]


def _range(counts: Sequence[int]) -> str:
    return " to ".join(f"{n:,}" for n in sorted({min(counts), max(counts)}))
