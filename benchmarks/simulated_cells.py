"""Cells of a simulation, one process a core, kept as soon as they are done.

Another run goes on with those that are missing, have too few data sets, or whose code has changed since.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

from threadpoolctl import threadpool_limits

from benchmarks.measure import load, save

Simulation = Callable[[int, float, int, int, int], Mapping[str, float]]
"""Called with groups, correlation within groups, data sets, draws and a seed."""
Plan = Mapping[str, tuple[Simulation, tuple[int, ...], int]]
"""What is simulated, with how many groups, and for how many data sets."""

SEED = 0


def run_cells(
    name: str, plan: Plan, *, correlations: Sequence[float], draws: int, code: str
) -> dict[str, Any]:
    """Simulate what has not been simulated yet, and return everything.

    Parameters
    ----------
    name : str
        Of the file of results.
    plan : mapping
    correlations : sequence of float
        Within a group.
    draws : int
        Of the bootstrap.
    code : str
        Digest of what is simulated and of how.
    """
    kept = (load(name) or {}).get("rows", [])
    rows = {_cell(row): row for row in kept if row["code"] == code}
    wanted = [
        {"what": what, "groups": groups, "correlation": correlation, "sets": sets, "draws": draws}
        for what, (_, several, sets) in plan.items()
        for groups in several
        for correlation in correlations
    ]
    # a cell of too few data sets is kept until it is simulated anew
    done = {cell for cell, row in rows.items() if cell[0] in plan and row["sets"] >= plan[row["what"]][2]}
    waiting = sorted((one for one in wanted if _cell(one) not in done), key=lambda one: one["groups"])

    def note() -> dict[str, Any]:
        measured = {"seed": SEED, "rows": [rows[_cell(one)] for one in wanted if _cell(one) in rows]}
        save(name, measured)
        return measured

    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for job in as_completed([pool.submit(_simulate, plan[one["what"]][0], one) for one in waiting]):
            row = job.result() | {"code": code}
            rows[_cell(row)] = row
            note()
    return note()


def _simulate(simulation: Simulation, cell: Mapping[str, Any]) -> dict[str, Any]:
    with threadpool_limits(1):
        found = simulation(cell["groups"], cell["correlation"], cell["sets"], cell["draws"], SEED)
    return {**cell, "found": dict(found)}


def _cell(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("what", "groups", "correlation", "draws"))


def share(found: float, sets: int) -> str:
    """Write a share of the data sets in per cent, with its standard error."""
    return f"{100 * found:.1f} ± {100 * (found * (1 - found) / sets) ** 0.5:.1f}"
