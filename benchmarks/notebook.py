"""The notebook's procedure on the simulated files: half an hour, so it is run once and kept."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from benchmarks.files import notebook_files
from benchmarks.measure import child, save
from benchmarks.words import Result, prose, seconds, table


def run(work: Path) -> dict[str, Any]:
    """Run it in a process of its own; note stages, accuracies, memory, and how busy the machine was."""
    output = work / "notebook_procedure.json"
    command = [sys.executable, "-m", "benchmarks.notebook_procedure", notebook_files(work), output]
    cost = child(command)
    del cost["stdout"], cost["stderr"]
    measured = {**json.loads(output.read_text(encoding="utf-8")), **cost, "nice": os.nice(0)}
    save("notebook", measured)
    return measured


def section(result: Result) -> list[str]:
    """Show what the notebook's procedure costs."""
    rows = [
        (name, seconds(stage["processor"]), seconds(stage["wall"]))
        for name, stage in result["stages"].items()
    ]
    total = {key: sum(stage[key] for stage in result["stages"].values()) for key in ("processor", "wall")}
    rows.append(("**all**", f"**{seconds(total['processor'])}**", f"**{seconds(total['wall'])}**"))
    accuracy = ", ".join(f"{name} {value:.3f}" for name, value in result["accuracy"].items())
    return [
        "## The notebook's procedure",
        prose(
            f"""
            One script (`benchmarks/notebook_procedure.py`), run once: its processor seconds count
            below, since it can use only one core for nearly all of its time. Peak
            {result["peak_mb"]:,.0f} MB. Accuracies: {accuracy}.
            """
        ),
        table(["stage", "processor s", "seconds"], rows),
    ]
