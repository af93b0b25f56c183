"""`python -m benchmarks [NAME …]`: measure and write the pages of results; without names, everything.

--work FOLDER   where simulated files and runs go (default: a folder in the system's temporary one)
--against COMMIT  let that commit take turns in `workflow`, and show both side by side
--render        measure nothing, write the pages from what was measured last
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

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
    page,
    proportions,
    slurm,
    start,
    svc,
    view,
    workflow,
)

# in this order: the later ones quote the notebook's procedure
BENCHMARKS: dict[str, Callable[[Path], object]] = {
    "calibration": calibration.run,
    "notebook": notebook.run,
    "ingest": ingest.run,
    "forms": forms.run,
    "large_forms": large_forms.run,
    "one_view_slow": one_view.run_slow,
    "one_view": one_view.run,
    "view": view.run,
    "growth": growth.run,
    "workflow": workflow.run,
    "evaluation": evaluation.run,
    "large": large.run,
    "statistics": known_truth.run,
    "proportions": proportions.run,
    "target_statistics": known_targets.run,
    "slurm": slurm.run,
    "start": start.run,
    "jobs": jobs.run,
    "svc": svc.run,
    "kernel_ridge": kernel_ridge.run,
    "kernel_ridge_rows": kernel_ridge_rows.run,
    "compare": compare.run,
    "learners": learners.run,
    "cooperative": cooperative.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure speed, memory and scale."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHMARKS)}")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "latefusion-benchmarks")
    parser.add_argument("--render", action="store_true", help="only write the pages")
    parser.add_argument("--against", metavar="COMMIT", help="one that takes turns in `workflow`")
    given = parser.parse_args()
    unknown = sorted(set(given.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    names = [] if given.render else given.names or list(BENCHMARKS)
    if given.against and "workflow" not in names:
        parser.error("--against is for the benchmark workflow, which is not to be measured")
    measures = BENCHMARKS | {"workflow": partial(workflow.run, against=given.against)}
    for name in names:
        began = time.perf_counter()
        print(f"{name} …", flush=True)
        measures[name](given.work)
        page.write()
        print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)
    page.write()
    print(*page.TITLES, sep="\n")


if __name__ == "__main__":
    main()
