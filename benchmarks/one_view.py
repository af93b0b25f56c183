"""One view, everything included, against what others offer and against its own floor."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.files import lyrics_arrays
from benchmarks.measure import ROOT, load, save, task

SIZES = (2_500, 5_000, 10_870)
REPEATS = 2
FULL = 10_870


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
