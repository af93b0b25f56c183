"""Where the processor seconds of one view go, phase by phase, beside those of its floor."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.files import lyrics_arrays
from benchmarks.measure import child, save, task
from benchmarks.words import Result, prose, seconds, table

if TYPE_CHECKING:
    from latefusion.svm.solution import KernelSolution

ROWS = 10_870
TAKEN_BACK = 10  # seconds after which a host has what was free, where it takes that from a virtual machine
PHASES = {
    "product": ("products of the training rows, half of them", "gram", "closeness"),
    "kernel": ("their exponentials", "gram", "weighted_sum"),
    "placed": ("values put in place, and mirrored", "scatter", "scatter"),
    "mirrored": ("", "scatter", "scatter_mirrored"),
    "solved": ("machines of all pairs, with and without each fold", "one_vs_one", "OneVsOneProblem.solve"),
    "decided": ("their decision values", "exact_fit", "decide_training_rows"),
}
"""What a row of the table says (none where it belongs to the row before), and the function that is timed."""


def run(work: Path) -> dict[str, Any]:
    """Measure the phases with one thread, and the floor."""
    arrays = lyrics_arrays(work, ROWS)
    cost = child([sys.executable, "-m", "benchmarks.view", str(arrays)])
    measured = {"phases": json.loads(cost["stdout"].splitlines()[-1]), "load_before": cost["load_before"]}
    time.sleep(TAKEN_BACK)
    measured["memory"] = [fill(4 * ROWS**2) for _ in ("first", "again")]
    measured["floor"] = task("floor", arrays=arrays, threads=1)
    save("view", measured)
    return measured


def phases(arrays: str) -> dict[str, Any]:
    """Processor seconds of each phase, how many of them were the system's, and what solvers did."""
    import numpy as np

    from latefusion.svm.estimator import SVM

    spent: dict[str, list[float]] = {}
    for name, (_, module, function) in PHASES.items():
        _time(spent, name, f"latefusion.svm.{module}", function)
    with np.load(arrays) as file:
        X, y, asked = file["X_train"], file["y_train"], file["X_test"]
    fold = np.arange(len(y)) % 5
    SVM().fit(X[:200], y[:200], fold=fold[:200]).predict_proba(asked[:10])
    spent.clear()
    solved: list[Any] = []
    _note(solved, "latefusion.svm.one_vs_one", "OneVsOneProblem.solve")
    began = _processor()
    model = SVM().fit(X, y, fold=fold)
    fitted = _processor()
    model.predict_proba(asked)
    ended = _processor()
    return {
        **spent,
        "fit": _difference(fitted, began),
        "predict": _difference(ended, fitted),
        "solver": solver([one for solutions in solved for one in solutions]),
    }


def fill(size: int) -> float:
    """Return the processor seconds that the system takes to hand out so many bytes, and give them back."""
    import numpy as np

    began = _processor()
    np.empty(size, np.uint8).fill(0)
    return _difference(_processor(), began)[1]


def solver(solutions: Sequence[KernelSolution]) -> dict[str, float]:
    """Count classifiers, their rows, support vectors and steps, and the bytes of two rows a step."""
    machines = [machine for solution in solutions for machine in solution.classifiers]
    return {
        "classifiers": len(machines),
        "rows": sum(len(machine.rows) for machine in machines),
        "support": sum(int((machine.beta != 0).sum()) for machine in machines),
        "steps": sum(machine.steps for machine in machines),
        "bytes": sum(2 * 4 * machine.steps * len(machine.rows) for machine in machines),
    }


def _processor() -> list[float]:
    """Processor seconds of this process so far, and those of the system for it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return [used.ru_utime + used.ru_stime, used.ru_stime]


def _difference(one: list[float], other: list[float]) -> list[float]:
    return [a - b for a, b in zip(one, other, strict=True)]


def _sum(one: list[float], other: list[float]) -> list[float]:
    return [a + b for a, b in zip(one, other, strict=True)]


def _time(spent: dict[str, list[float]], name: str, module: str, function: str) -> None:
    """Add up what a function spends, by its name in the module that calls it."""

    def timed(plain: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        began = _processor()
        try:
            return plain(*arguments, **named)
        finally:
            spent[name] = _sum(spent.get(name, [0.0, 0.0]), _difference(_processor(), began))

    _around(module, function, timed)


def _note(found: list[Any], module: str, function: str) -> None:
    """Keep what a function returns."""

    def noted(plain: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        found.append(plain(*arguments, **named))
        return found[-1]

    _around(module, function, noted)


def _around(module: str, function: str, call: Callable[..., Any]) -> None:
    """Let `call` have every call of a function, by its name in the module that calls it."""
    *owners, last = function.split(".")
    owner: Any = import_module(module)
    for each in owners:
        owner = getattr(owner, each)
    plain: Callable[..., Any] = getattr(owner, last)

    def instead(*arguments: Any, **named: Any) -> Any:
        return call(plain, arguments, named)

    for attribute in ("signatures", "stats", "py_func"):  # which tell whether it is compiled
        if hasattr(plain, attribute):
            setattr(instead, attribute, getattr(plain, attribute))
    setattr(owner, last, instead)


def section(result: Result) -> list[str]:
    """Show the phases beside the floor."""
    spent = result["phases"]
    shown: dict[str, list[float]] = {}
    label = ""
    for name, (text, _, _) in PHASES.items():
        label = text or label
        shown[label] = _sum(shown.get(label, [0.0, 0.0]), spent[name])
    known = [sum(costs) for costs in zip(*shown.values(), strict=True)]
    shown["scaling, sigmoids, the rest of fitting"] = _difference(spent["fit"], known)
    shown["test rows: products, exponentials, decisions, probabilities"] = spent["predict"]
    everything = _sum(spent["fit"], spent["predict"])
    floor = result["floor"]["seconds_processor"]
    return [
        "## One view, phase by phase",
        prose(
            f"""
            Processor seconds of {ROWS:,} × 768 with one thread, and which of them the system took, nearly all
            of these to hand out memory for the first time. The floor, bare products and exponentials of half
            the training rows and of the test rows, takes {seconds(floor)}, ours
            {everything[0] / floor:.1f} times as much, {(everything[0] - everything[1]) / floor:.1f} times
            without the system (load before {result["load_before"]:.1f}). {_handed_out(result)} Only half of
            the products are made, and K − 1 is one pass over each tile. {_why(spent)}
            """
        ),
        table(
            ["phase", "processor s", "the system's"],
            [(label, *map(seconds, costs)) for label, costs in [*shown.items(), ("**all**", everything)]],
        ),
    ]


def _handed_out(result: Result) -> str:
    """Say what memory costs that nobody has had for a while, where that is more than what it costs again."""
    first, again = result.get("memory", (0.0, 0.0))
    if first <= 2 * again:
        return ""
    return f"""
        To hand out as many bytes as the Gram matrix has takes this machine {seconds(first)} s, and
        {seconds(again)} s again when they have just been given back: its host takes free memory from it."""


def _why(spent: Result) -> str:
    """Say what keeps solving from being faster, by what was counted."""
    counts = spent.get("solver")
    if not counts:
        return ""
    return f"""
        Solving: {counts["classifiers"]:,.0f} machines with {counts["rows"] / counts["classifiers"]:,.0f} rows
        each, {counts["support"] / counts["rows"]:.0%} of them support vectors, take
        {counts["steps"] / counts["support"]:.1f} steps a support vector, each of which reads two rows of the
        matrix: {counts["bytes"] / 1e9:.1f} GB, from memory since the matrix fits no cache, at
        {counts["bytes"] / 1e9 / spent["solved"][0]:.1f} GB in a second. A method that reads the row of each
        support vector once would read {counts["support"] / counts["steps"] / 2:.0%} of that. Shrinking leaves
        out rows that no longer move, which here are few until each has moved once. What decides about a fold
        must not start from machines that saw it, so folds cannot start from one another."""


if __name__ == "__main__":
    print(json.dumps(phases(sys.argv[1])))
