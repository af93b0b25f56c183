"""How the page was made: configuration, versions, inputs, time and memory, the rules of the workflow."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

import altair as alt
import yaml

from latefusion import __version__
from latefusion.report.charts import COLOURS, data, finished
from latefusion.report.components import Column, Figure, Section, Table, figure, text
from latefusion.report.number_format import count, duration, memory
from latefusion.report.results import Results, Row
from latefusion.report.sentences import listed, plural, sample
from latefusion.report.vocabulary import split_titles
from latefusion.report.workflow_graph import ABREAST, NARROW, graph

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
TRAINED = frozenset({"modalities", "views", "svm", "learners", "fuse"})
"""Keys of the configuration that say what is trained."""


def section(results: Results) -> Section:
    """Return what is needed to make the page again."""
    part = Section("making", "How it was made")
    part.facts["config"] = yaml.safe_dump(
        plain(as_written(results.config)), sort_keys=False, allow_unicode=True, width=100
    )
    part.tables += [_inputs(results), _versions(), _jobs(results)]
    jobs = {rule: len(own) for rule, own in _by_rule(results).items()}
    part.facts["graphs"] = {
        name: graph(jobs, abreast, predicted=results.predicted)
        for name, abreast in (("wide", ABREAST), ("slim", NARROW))
    }
    if results.jobs:
        part.figures.append(_times(results))
    part.facts["seed"] = results.config["seed"]
    part.facts["unit"] = "whole groups" if results.grouped else "items"
    part.finding = _finding(results)
    return part


def _finding(results: Results) -> str:
    """Return what made the page, in one sentence."""
    made = f"latefusion {__version__}, seed {results.config['seed']}"
    if not results.jobs:
        return f"{made}."
    seconds = sum(job["seconds"] or 0.0 for job in results.jobs)
    return f"{made}, {plural(len(results.jobs), 'job')}, {duration(seconds)} one after another."


def as_written(config: Mapping[str, object]) -> dict[str, object]:
    """Return a configuration without what finished predictions exclude and a run fills in for itself."""
    predicted = config.get("predictions") is not None
    return {key: value for key, value in config.items() if not predicted or key not in TRAINED}


def plain(value: object) -> object:
    """Return a configuration as mappings, lists and scalars only, so that it can be written as YAML."""
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value


def _inputs(results: Results) -> Table:
    titles = split_titles(results)
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
                text(titles.get(split, split)),
                text(entry["path"]),
                figure(entry["rows"], count),
                figure(entry["bytes"], count),
                text(entry["sha256"], tone="hash"),
            ]
            for split, entry in sorted(results.provenance.items(), key=lambda pair: pair[0] != "train")
            if entry["path"] and (split in titles or not results.predicted)
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
        f"Time and peak memory of each job; {sample(len(results.jobs), 'job')}.",
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
        f"Wall-clock seconds by rule of the workflow; {sample(len(results.jobs), 'job')}, "
        f"{duration(sum(job['seconds'] or 0.0 for job in results.jobs))} in all if run one after another.",
        finished(chart, height=26 * len(rows)),
        "Time by rule: " + listed([f"{row['label']} {row['shown']}" for row in rows]),
    )
