"""RESULTS.md and the pages beside it, from what was measured last."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from benchmarks import (
    calibration,
    compare,
    cooperative,
    evaluation,
    forms,
    growth,
    ingest,
    jobs,
    kernel_ridge,
    kernel_ridge_rows,
    known_targets,
    known_truth,
    large,
    large_forms,
    learners,
    notebook,
    one_view,
    proportions,
    slurm_section,
    start,
    svc,
    view,
    workflow,
)
from benchmarks.measure import load
from benchmarks.words import Result, prose

RESULTS, STATISTICS, LEARNERS = (
    Path(__file__).with_name(f"{name}.md") for name in ("RESULTS", "STATISTICS", "LEARNERS")
)
TITLES: dict[Path, str] = {
    RESULTS: "Speed, memory and scale",
    STATISTICS: "Whether intervals and tests keep their promises",
    LEARNERS: "Learners, estimators and judgement beside scikit-learn",
}
ELSEWHERE: dict[str, Path] = {
    "statistics": STATISTICS,
    "proportions": STATISTICS,
    "target_statistics": STATISTICS,
    "compare": LEARNERS,
    "svc": LEARNERS,
    "kernel_ridge": LEARNERS,
    "kernel_ridge_rows": LEARNERS,
    "learners": LEARNERS,
    "cooperative": LEARNERS,
}
"""Pages of what does not stand in RESULTS.md."""

SECTIONS: dict[str, ModuleType] = {
    "calibration": calibration,
    "ingest": ingest,
    "forms": forms,
    "large_forms": large_forms,
    "one_view": one_view,
    "view": view,
    "growth": growth,
    "notebook": notebook,
    "workflow": workflow,
    "evaluation": evaluation,
    "large": large,
    "statistics": known_truth,
    "proportions": proportions,
    "target_statistics": known_targets,
    "slurm": slurm_section,
    "start": start,
    "jobs": jobs,
    "svc": svc,
    "kernel_ridge": kernel_ridge,
    "kernel_ridge_rows": kernel_ridge_rows,
    "compare": compare,
    "learners": learners,
    "cooperative": cooperative,
}
"""By the name of what each measured; its `section` says it in words."""


def render(page: Path) -> str:
    """Return a page."""
    others = [f"[{title}]({path.name})" for path, title in TITLES.items() if path != page]
    sections = [
        f"# {TITLES[page]}",
        prose(
            f"""
            Written by `make bench` (`python -m benchmarks`) from the numbers in
            `benchmarks/results/`; not edited by hand. Seconds on the clock unless it says processor
            seconds. MB are 10^6 bytes. *Peak* is the most memory that one process held, from the
            kernel's accounts. Ratios are how many times as long the other way took. Beside this page:
            {" · ".join(others)}.
            """
        ),
    ]
    results = {name: load(name) for name in SECTIONS if ELSEWHERE.get(name, RESULTS) == page}
    found = {name: result for name, result in results.items() if result is not None}
    machines = list(dict.fromkeys(_machine(result["machine"]) for result in found.values()))
    sections += machines if len(machines) == 1 else [f"{i}. {text}" for i, text in enumerate(machines, 1)]
    for name, result in found.items():
        machine = result["machine"]
        which = "" if len(machines) == 1 else f", machine {machines.index(_machine(machine)) + 1}"
        measured = f"<sub>Measured {machine['date']} at commit {machine['commit']}{which}.</sub>"
        sections += [*SECTIONS[name].section(result), measured]
    return "\n\n".join(sections) + "\n"


def write() -> None:
    """Write the pages."""
    for path in TITLES:
        path.write_text(render(path), encoding="utf-8")


def _machine(machine: Result) -> str:
    versions = ", ".join(
        f"{name} {number}" for name, number in machine["versions"].items() if number != "not installed"
    )
    return prose(
        f"""
        Machine: {machine["processor"]}, {machine["cores"]} cores, {machine["memory_gb"]} GB,
        {machine["system"]}, OPENBLAS_CORETYPE {machine["openblas_coretype"]},
        Python {machine["python"]}, {versions}.
        """
    )
