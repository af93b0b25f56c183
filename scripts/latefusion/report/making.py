"""How the page was made: configuration, versions, inputs, time and memory, the rules of the workflow."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import altair as alt
import yaml

from latefusion import __version__
from latefusion.report.charts import COLOURS, data, finished
from latefusion.report.inputs import Results, Row
from latefusion.report.parts import Column, Figure, Section, Table, figure, text
from latefusion.report.text import count, duration, listed, memory, plural

DISTRIBUTIONS = (
    "snakemake",
    "numpy",
    "pyarrow",
    "scipy",
    "numba",
    "scikit-learn",
    "torch",
    "altair",
    "vl-convert-python",
    "Jinja2",
)

STAGES: tuple[tuple[tuple[str, str], ...], ...] = (
    (("ingest", "tables to matrices"),),
    (("check_dataset", "classes, groups"),),
    (("assign_partitions", "folds"),),
    (
        ("train_svm", "one a view"),
        ("predict_pretrained", "brought models"),
        ("import_probabilities", "brought tables"),
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
    ("check_dataset", "predict_pretrained"),
    ("train_svm", "predict_svm"),
    ("predict_svm", "fuse"),
    ("predict_pretrained", "fuse"),
    ("import_probabilities", "fuse"),
    ("fuse", "select_rule"),
    ("select_rule", "evaluate"),
    ("evaluate", "summarise"),
    ("summarise", "report"),
)
WIDTH, HEIGHT, ACROSS, DOWN = 128, 44, 158, 62


def section(results: Results) -> Section:
    """Return what is needed to make the page again."""
    part = Section("making", "How it was made")
    part.facts["config"] = yaml.safe_dump(
        plain(results.config), sort_keys=False, allow_unicode=True, width=100
    )
    part.tables += [_inputs(results), _versions(), _jobs(results)]
    part.facts["graph"] = graph(results)
    if results.jobs:
        part.figures.append(_times(results))
    part.facts["seed"] = results.config["seed"]
    return part


def plain(value: object) -> object:
    """Return a configuration as mappings, lists and scalars only, so that it can be written as YAML."""
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value


def _inputs(results: Results) -> Table:
    return Table(
        "inputs",
        "The input files.",
        [
            Column("Split", "split", "text"),
            Column("File", "path", "text"),
            Column("Rows", "rows"),
            Column("Size", "bytes", unit="bytes"),
            Column("SHA-256", "sha256", "text"),
        ],
        [
            [
                text(split),
                text(entry["path"]),
                figure(entry["rows"], count),
                figure(entry["bytes"], count),
                text(entry["sha256"], tone="hash"),
            ]
            for split, entry in sorted(results.provenance.items(), key=lambda pair: pair[0] != "train")
        ],
    )


def _versions() -> Table:
    rows = [[text("latefusion"), text(__version__)], [text("Python"), text(platform.python_version())]]
    for name in DISTRIBUTIONS:
        try:
            rows.append([text(name), text(version(name))])
        except PackageNotFoundError:
            continue
    return Table(
        "versions",
        "The versions that made this page.",
        [Column("Software", "software", "text"), Column("Version", "version", "text")],
        rows,
    )


def _by_rule(results: Results) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for job in results.jobs:
        found.setdefault(job["rule"], []).append(job)
    return found


def _jobs(results: Results) -> Table:
    return Table(
        "jobs",
        f"Time and peak memory of each job; n = {plural(len(results.jobs), 'job')}.",
        [
            Column("Job", "job", "text"),
            Column("Time", "seconds", unit="wall clock"),
            Column("Memory", "megabytes", unit="peak, resident"),
        ],
        [
            [text(job["job"]), figure(job["seconds"], duration), figure(job["memory"], memory)]
            for job in sorted(results.jobs, key=lambda job: -(job["seconds"] or 0.0))
        ],
        note=(
            "From the benchmark files of the run; a job that was not run again keeps those of the "
            "run that made it."
        ),
    )


def _times(results: Results) -> Figure:
    rows = [
        {
            "label": rule,
            "seconds": sum(job["seconds"] or 0.0 for job in jobs),
            "shown": f"{duration(sum(job['seconds'] or 0.0 for job in jobs))} in {plural(len(jobs), 'job')}",
        }
        for rule, jobs in _by_rule(results).items()
    ]
    rows.sort(key=lambda row: -float(row["seconds"]))
    chart = (
        alt.Chart(data(rows))
        .mark_bar(color=COLOURS[0])
        .encode(
            x=alt.X("seconds:Q", axis=alt.Axis(title="seconds of all its jobs together (s)")),
            y=alt.Y(
                "label:N", sort=[str(row["label"]) for row in rows], axis=alt.Axis(title=None, ticks=False)
            ),
            tooltip=[alt.Tooltip("label:N", title="rule"), alt.Tooltip("shown:N", title="takes")],
        )
    )
    return Figure(
        "times",
        "Where the time goes",
        f"Wall-clock seconds by rule of the workflow; n = {plural(len(results.jobs), 'job')}, "
        f"{duration(sum(job['seconds'] or 0.0 for job in results.jobs))} in all if run one after another.",
        finished(chart, height=26 * len(rows)),
        "Time by rule: " + listed([f"{row['label']} {row['shown']}" for row in rows]),
    )


def graph(results: Results) -> dict[str, Any]:
    """Return boxes and arrows of the workflow's rules; rules that this run did without are left out."""
    by = _by_rule(results)
    optional = {"predict_pretrained", "import_probabilities", "train_svm", "predict_svm", "select_rule"}
    shown = [
        [(name, what) for name, what in stage if name in by or name not in optional or not by]
        for stage in STAGES
    ]
    at = {}
    boxes: list[dict[str, Any]] = []
    columns = [stage for stage in shown if stage]
    for column, stage in enumerate(columns):
        for row, (name, what) in enumerate(stage):
            # two lines of five columns, so that the graph fits a page
            at[name] = ((column % 5) * ACROSS, (column // 5) * 4 * DOWN // 2 + row * DOWN)
            jobs = f"{len(by[name])} jobs" if len(by.get(name, [])) > 1 else what
            boxes.append({"name": name, "what": jobs, "x": at[name][0], "y": at[name][1]})
    arrows = [_arrow(at[start], at[end]) for start, end in EDGES if start in at and end in at]
    present = {box["name"] for box in boxes}
    arrows += (
        [_arrow(at["fuse"], at["evaluate"])]
        if "select_rule" not in present and {"fuse", "evaluate"} <= present
        else []
    )
    return {
        "boxes": boxes,
        "arrows": arrows,
        "width": max((box["x"] for box in boxes), default=0) + WIDTH + 4,
        "height": max((box["y"] for box in boxes), default=0) + HEIGHT + 4,
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
