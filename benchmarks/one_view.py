"""One view, everything included, against what others offer and against its own floor."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.files import lyrics_arrays
from benchmarks.measure import ROOT, load, save, task
from benchmarks.words import Result, best, busy, peak, prose, seconds, table, times

SIZES = (2_500, 5_000, 10_870)
REPEATS = 3
FULL = 10_870
WAYS = {
    "own": "latefusion, 2 threads",
    "own_one_thread": "latefusion, 1 thread",
    "floor": "floor: bare product and exp, 2 threads",
    "intelex": "scikit-learn-intelex, calibrated, float32, 2 threads",
    "intelex_64": "scikit-learn-intelex, calibrated, float64, 2 threads",
}


def run(work: Path, sizes: Sequence[int] = SIZES) -> dict[str, Any]:
    """Measure each size; fast ones in turns and several times, slow peers once; keep what other sizes have.

    At full size `SVC(probability=True)` is what the notebook's procedure measured on the same songs.
    """
    intelex = _intelex(work)
    measured = {"sizes": (load("one_view") or {"sizes": {}})["sizes"]}
    for n in sizes:
        arrays = lyrics_arrays(work, n)
        here: dict[str, list[dict[str, Any]]] = {}
        measured["sizes"][str(n)] = here

        def note(way: str, name: str, here: dict[str, list[dict[str, Any]]] = here, **arguments: Any) -> None:
            here.setdefault(way, []).append(task(name, **arguments))
            save("one_view", measured)

        for _ in range(REPEATS):
            note("own", "own_view", arrays=arrays, threads=2)
            note("floor", "floor", arrays=arrays, threads=2)
            note("intelex", "calibrated_intelex", python=intelex, arrays=arrays, dtype="float32")
        note("own_one_thread", "own_view", arrays=arrays, threads=1)
        note("intelex_64", "calibrated_intelex", python=intelex, arrays=arrays, dtype="float64")
    return measured


def run_slow(work: Path, sizes: Sequence[int] = SIZES) -> dict[str, Any]:
    """Measure scikit-learn's own ways once a size; both cores only where that is quick."""
    measured: dict[str, Any] = load("one_view_slow") or {"sizes": {}}
    measured.pop("machine", None)
    for n in sizes:
        arrays = lyrics_arrays(work, n)
        here = measured["sizes"].setdefault(str(n), {})
        here["calibrated"] = task("calibrated_svc", arrays=arrays, threads=1)
        if n < FULL:
            here["svc"] = task("svc_probability", arrays=arrays)
            here["calibrated_2"] = task("calibrated_svc", arrays=arrays, threads=2)
        save("one_view_slow", measured)
    return measured


def _intelex(work: Path) -> Path:
    """Return the interpreter of an environment that holds scikit-learn-intelex."""
    folder = work / "intelex"
    python = folder / "bin" / "python"
    done = folder / "complete"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        requirements = ROOT / "envs" / "benchmarks.txt"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
        done.touch()
    return python


def _row(n: str, name: str, runs: Sequence[Result], own: Sequence[Result]) -> tuple[str, ...]:
    """Return a row of the table: what some runs took, beside our own."""
    first = runs[0]
    counted = "seconds_processor" in first
    other = counted and runs is not own
    return (
        f"{int(n):,}: {name}",
        seconds(best(runs)),
        seconds(best(runs, "seconds_processor")) if counted else "",
        times(best(runs) / best(own)) if runs is not own else "",
        times(best(runs, "seconds_processor") / best(own, "seconds_processor")) if other else "",
        f"{first['accuracy']:.3f}" if "accuracy" in first else "",
        f"{first['log_loss']:.3f}" if "log_loss" in first else "",
        peak(runs) if "peak_mb" in first else "",
    )


def _rows(n: str, here: Result, slow: Result | None, notebook: Result | None) -> list[tuple[str, ...]]:
    """Return the rows of one size: our ways, and what scikit-learn's take."""
    own = here["own"]
    rows = [_row(n, label, here[way], own) for way, label in WAYS.items() if way in here]
    peers = dict(slow["sizes"].get(n, {})) if slow else {}
    if int(n) == 10_870 and notebook:
        stages = [notebook["stages"][name] for name in ("fit lyrics", "predict test lyrics")]
        peers["svc"] = {
            "seconds": sum(stage["wall"] for stage in stages),
            "seconds_processor": sum(stage["processor"] for stage in stages),
            "accuracy": notebook["accuracy"]["lyrics"],
        }
    if "calibrated_2" in peers:
        # its jobs are processes of their own: their seconds and memory are not counted
        two = {key: peers["calibrated_2"][key] for key in ("seconds", "accuracy", "log_loss")}
        rows.append(_row(n, "`CalibratedClassifierCV(SVC(), ensemble=False)`, 2 jobs", [two], own))
    if "calibrated" in peers:
        name = "`CalibratedClassifierCV(SVC(), ensemble=False)`, 1 job"
        rows.append(_row(n, name, [peers["calibrated"]], own))
    if "svc" in peers:
        rows.append(_row(n, "`SVC(probability=True)`, 1 thread is all it has", [peers["svc"]], own))
    return rows


def section(result: Result) -> list[str]:
    """Compare one view."""
    slow, notebook = load("one_view_slow"), load("notebook")
    rows = [row for n, here in result["sizes"].items() for row in _rows(n, here, slow, notebook)]
    sizes = result["sizes"].values()
    versions = next(iter(sizes))["intelex"][0]["versions"]
    named = ", ".join(f"{name} {number}" for name, number in versions.items())
    text = prose(
        f"""
            768 columns, a quarter as many test rows. Ours: machines on all rows and without each of
            five folds, sigmoids, probabilities in sample, out of fold and of test. The others: fit,
            and probabilities of test; none of them gives honest probabilities of its training rows.
            Ours, the floor and intelex: best of {len(next(iter(sizes))["own"])}, in turns (load
            before {busy(r for h in sizes for r in h["own"])}); scikit-learn's own were run once a
            size. Where the load was high others used the machine too: processor seconds are the
            fairer ratio then; `SVC(probability=True)` at 10,870 is the notebook's procedure below, the same
            songs. Intelex: {named}.
            """
    )
    head = [
        "rows: way",
        "seconds",
        "processor s",
        "ratio to ours",
        "by processor s",
        "accuracy",
        "log loss",
        "peak MB",
    ]
    return ["## One view", text, table(head, rows)]
