"""`evaluate` and `report` at the notebook's size, with twenty models under all three protocols."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks import workflow
from benchmarks.files import notebook_files
from benchmarks.measure import ROOT, save
from benchmarks.words import Result, prose, seconds, table

MODELS = 20


def run(work: Path) -> dict[str, Any]:
    """Run the whole workflow with every rule that there is and note the jobs of these two stages."""
    names = rules()
    folder = work / "run-evaluation"
    protocols = ["replica", "honest", "cross"]
    asked = workflow.Run(protocols, "all", tuple({"name": name} for name in names))
    cost = workflow.snakemake(folder, notebook_files(work), asked)
    stages = ("evaluate", "summarise", "report")
    jobs = {name: job for name, job in cost["jobs"].items() if name.split("/")[0] in stages}
    summary = workflow.summary(folder / "results" / "summary.csv")
    models = {protocol: sum(key.startswith(f"{protocol} ") for key in summary) for protocol in protocols}
    page = (folder / "results" / "report.html").stat().st_size
    measured = {"jobs": jobs, "models": models, "report_bytes": page, "wall": cost["wall"], "rules": names}
    save("evaluation", measured)
    return measured


def rules() -> list[str]:
    """Return every rule that needs no column."""
    sys.path.insert(0, str(ROOT / "scripts"))
    from latefusion.planning.rule_catalogue import default_names, read_rules

    return default_names(read_rules(ROOT / "scripts" / "latefusion" / "rules"))


def section(result: Result) -> list[str]:
    """Show evaluate and report."""
    rows = [(name, seconds(job["seconds"]), f"{job['peak_mb']:,.0f}") for name, job in result["jobs"].items()]
    models = ", ".join(f"{protocol} {count}" for protocol, count in result["models"].items())
    return [
        "## Evaluation and report",
        prose(
            f"""
            At the notebook's size with every rule that there is (models: {models}; 13,588 items
            under `cross`). The page has {result["report_bytes"] / 1e6:.1f} MB.
            """
        ),
        table(["job", "seconds", "peak MB"], rows),
    ]
