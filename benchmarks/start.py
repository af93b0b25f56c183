"""What a run costs before and beside its work: with nothing to do, and to plan what one edit makes stale."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, child, save
from benchmarks.words import Result, best, busy, prose, seconds, table

sys.path.insert(0, str(ROOT / "tests"))

from runs import FEW, write_config, write_run

ONE_RULE = 'rule one:\n    output: "one.txt"\n    shell: "touch {output}"\n'
REPEATS = 5
SNAKEMAKE = (sys.executable, "-m", "snakemake", "--cores", "2")
LAUNCH = (sys.executable, ROOT / "workflow" / "launch.py", "run", "--cores", "2")


def run(work: Path) -> dict[str, Any]:
    """Measure each way some times, after a run that leaves nothing to do."""
    one = work / "start-one"
    one.mkdir(parents=True, exist_ok=True)
    (one / "Snakefile").write_text(ONE_RULE, encoding="utf-8")
    ours = work / "start-ours"
    ours.mkdir(exist_ok=True)
    write_run(ours, configuration=FEW)
    child(SNAKEMAKE, cwd=one)
    whole = child(LAUNCH, cwd=ours)
    workflow = (*SNAKEMAKE, "--snakefile", ROOT / "Snakefile")
    edited = {**FEW, "rules": [*FEW["rules"], {"name": "product"}]}
    measured = {
        "one rule": _times(lambda: child(SNAKEMAKE, cwd=one)),
        "nothing": _times(lambda: child(workflow, cwd=ours)),
        "launched": _times(lambda: child(LAUNCH, cwd=ours)),
    }
    write_config(ours, edited)
    measured["edit"] = _times(lambda: child((*workflow, "--dry-run"), cwd=ours))
    result = {"runs": measured, "whole": _kept(whole)}
    save("start", result)
    return result


def section(result: Result) -> list[str]:
    """Compare each way with a Snakefile of one rule."""
    runs = result["runs"]
    least = {name: (best(measured, "wall"), best(measured, "processor")) for name, measured in runs.items()}
    names = {
        "one rule": "a Snakefile of one rule, nothing to do",
        "nothing": "`snakemake`, nothing to do",
        "launched": "`workflow/launch.py run`, nothing to do",
        "edit": "`snakemake --dry-run` after a rule was added",
    }
    base = least["one rule"]
    rows = [
        (what, *map(seconds, least[name]), *(seconds(a - b) for a, b in zip(least[name], base, strict=True)))
        for name, what in names.items()
    ]
    return [
        "## Starts",
        prose(
            f"""
            The least of {REPEATS} runs each, on 60 + 24 items, one protocol and three rules, of which a whole
            run from the files to the page takes {seconds(result["whole"]["wall"])} s and
            {seconds(result["whole"]["processor"])} processor seconds. Load before:
            {busy([one for measured in runs.values() for one in measured])}.
            """
        ),
        table(["", "seconds", "processor s", "more than one rule, s", "more, processor s"], rows),
    ]


def _times(measure: Callable[[], dict[str, Any]]) -> list[dict[str, Any]]:
    return [_kept(measure()) for _ in range(REPEATS)]


def _kept(cost: dict[str, Any]) -> dict[str, Any]:
    return {key: cost[key] for key in ("wall", "processor", "load_before")}
