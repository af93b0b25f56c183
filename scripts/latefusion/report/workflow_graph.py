"""The graph of the workflow's rules, as boxes and arrows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STAGES: tuple[tuple[tuple[str, str], ...], ...] = (
    (("ingest", "tables to matrices"),),
    (("check_dataset", "classes, groups"),),
    (("assign_partitions", "folds"),),
    (
        ("train_svm", "one a view"),
        ("predict_pretrained", "external models"),
        ("import_probabilities", "external tables"),
        ("learning_curve", "parts of the data"),
    ),
    (("predict_svm", "test parts"),),
    (("fuse", "one a rule"),),
    (("select_rule", "out of fold"),),
    (("evaluate", "one a protocol"),),
    (("summarise", "summary, checks"),),
    (("report", "this page"),),
)
"""The rules of the workflow from left to right, those that do the same work below each other."""

EDGES: tuple[tuple[str, str], ...] = (
    ("ingest", "check_dataset"),
    ("check_dataset", "assign_partitions"),
    ("assign_partitions", "train_svm"),
    ("assign_partitions", "import_probabilities"),
    ("assign_partitions", "learning_curve"),
    ("check_dataset", "predict_pretrained"),
    ("train_svm", "predict_svm"),
    ("ingest_predictions", "fuse"),
    ("predict_svm", "fuse"),
    ("predict_pretrained", "fuse"),
    ("import_probabilities", "fuse"),
    ("fuse", "select_rule"),
    ("select_rule", "evaluate"),
    ("learning_curve", "evaluate"),
    ("evaluate", "summarise"),
    ("summarise", "report"),
)
OPTIONAL = frozenset(
    {
        "predict_pretrained",
        "import_probabilities",
        "learning_curve",
        "train_svm",
        "predict_svm",
        "select_rule",
    }
)
"""Rules that a run may do without."""
PREDICTED: tuple[tuple[tuple[str, str], ...], ...] = (
    (("ingest_predictions", "predictions, folds"),),
    *STAGES[STAGES.index((("fuse", "one a rule"),)) :],
)
"""The same where predictions come in finished."""
WIDTH, HEIGHT, ACROSS, DOWN, BETWEEN = 128, 44, 158, 62, 44
"""Pixels of a box, from one to the next, and between two lines of boxes."""
ABREAST, NARROW = 5, 2
"""Stages in a line, so that the graph fits a page, and the screen of a telephone."""


def graph(jobs: Mapping[str, int], abreast: int = ABREAST, *, predicted: bool = False) -> dict[str, Any]:
    """Return boxes and arrows of the workflow's rules; rules that a run did without are left out.

    Parameters
    ----------
    jobs : mapping of str to int
        Jobs that the run had of each rule; empty where nothing is known of them, and then all are drawn.
    abreast : int
        Stages in a line.
    predicted : bool
        Whether predictions came in finished.
    """
    shown = [
        [(name, what) for name, what in stage if name in jobs or name not in OPTIONAL or not jobs]
        for stage in (PREDICTED if predicted else STAGES)
    ]
    columns = [stage for stage in shown if stage]
    at: dict[str, tuple[int, int]] = {}
    boxes: list[dict[str, Any]] = []
    top = 0
    for first in range(0, len(columns), abreast):
        line = columns[first : first + abreast]
        for column, stage in enumerate(line):
            for row, (name, what) in enumerate(stage):
                at[name] = (column * ACROSS, top + row * DOWN)
                told = f"{jobs[name]} jobs" if jobs.get(name, 0) > 1 else what
                boxes.append({"name": name, "what": told, "x": at[name][0], "y": at[name][1]})
        top += (max(len(stage) for stage in line) - 1) * DOWN + HEIGHT + BETWEEN
    arrows = [_arrow(at[start], at[end]) for start, end in EDGES if start in at and end in at]
    if "select_rule" not in at:
        arrows.append(_arrow(at["fuse"], at["evaluate"]))
    return {
        "boxes": boxes,
        "arrows": arrows,
        "width": max(box["x"] for box in boxes) + WIDTH + 4,
        "height": max(box["y"] for box in boxes) + HEIGHT + 4,
        "box": {"width": WIDTH, "height": HEIGHT},
        "text": ", then ".join(" or ".join(name for name, _ in stage) for stage in columns),
    }


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    (x0, y0), (x1, y1) = start, end
    a: tuple[float, float]
    b: tuple[float, float]
    if x1 > x0:
        a, b = (x0 + WIDTH, y0 + HEIGHT / 2), (x1 - 5, y1 + HEIGHT / 2)
        middle = (a[0] + b[0]) / 2
        return (
            f"M{a[0]:.0f},{a[1]:.0f} C{middle:.0f},{a[1]:.0f} {middle:.0f},{b[1]:.0f} {b[0]:.0f},{b[1]:.0f}"
        )
    a, b = (x0 + WIDTH / 2, y0 + HEIGHT), (x1 + WIDTH / 2, y1 - 5)
    middle = (a[1] + b[1]) / 2
    return f"M{a[0]:.0f},{a[1]:.0f} C{a[0]:.0f},{middle:.0f} {b[0]:.0f},{middle:.0f} {b[0]:.0f},{b[1]:.0f}"
