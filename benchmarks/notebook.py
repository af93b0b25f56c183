"""The notebook's procedure on the simulated files: half an hour, so it is run once and kept."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from benchmarks.files import notebook_files
from benchmarks.measure import child, save


def run(work: Path) -> dict[str, Any]:
    """Run it in a process of its own; note stages, accuracies, memory, and how busy the machine was."""
    output = work / "notebook_procedure.json"
    command = [sys.executable, "-m", "benchmarks.notebook_procedure", notebook_files(work), output]
    cost = child(command)
    del cost["stdout"], cost["stderr"]
    measured = {**json.loads(output.read_text()), **cost, "nice": os.nice(0)}
    save("notebook", measured)
    return measured
