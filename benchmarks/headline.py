"""The few figures that docs/speed.md shows, from what was measured last."""

from __future__ import annotations

from benchmarks.measure import load
from benchmarks.words import best, seconds, table, times

FULL = "10870"
TEN_MODELS = "replica and honest"


def headline() -> str:
    """Return the table: what is done, by what else, how long that takes, how long it takes here."""
    rows: list[tuple[str, ...]] = []

    def add(what: str, way: str, theirs: float, ours: float) -> None:
        rows.append((what, way, seconds(theirs), seconds(ours), times(theirs / ours)))

    notebook, view, whole, files = (load(name) for name in ("notebook", "one_view", "workflow", "ingest"))
    stages = notebook["stages"] if notebook else {}
    if view and FULL in view["sizes"]:
        here = view["sizes"][FULL]
        own = best(here["own"])
        what = "an SVM with probabilities, 10,870 × 768"
        if stages:
            fit = sum(stages[stage]["processor"] for stage in ("fit lyrics", "predict test lyrics"))
            add(what, "`SVC(probability=True)`", fit, own)
        add(what, "scikit-learn-intelex, calibrated", best(here["intelex"]), own)
    if files:
        ours = best(files["own"])
        add("both files to matrices", "`read_csv`, `literal_eval`", files["pandas"]["processor"], ours)
    if whole and stages and TEN_MODELS in whole["runs"]:
        ours = best(whole["runs"][TEN_MODELS], "wall")
        theirs = sum(stage["processor"] for stage in stages.values())
        add("all ten models", "the notebook's procedure", theirs, ours)
    return table(["what", "others", "theirs, s", "latefusion, s", "times as fast"], rows)
