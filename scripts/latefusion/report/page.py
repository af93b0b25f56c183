"""The page: sections in the template, scripts and style inlined, all else forbidden by a policy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, FileSystemLoader

from latefusion.report.components import Section
from latefusion.report.html import TEMPLATES, assembled, write_page
from latefusion.report.reading import Sources, read_results
from latefusion.report.results import Results
from latefusion.report.rewording import reworded, reworded_templates
from latefusion.report.sections import (
    answer,
    calibration,
    checks,
    claims,
    complementarity,
    cooperative,
    data,
    detection,
    fusion,
    learners,
    overfitting,
    provenance,
    robustness,
    single_models,
)
from latefusion.report.sentences import listed, plural

PAGE = "page.html"


def write_report(sources: Sources, output: Path | str, config: Mapping[str, Any]) -> int:
    """Write the report, one file that needs nothing else.

    Parameters
    ----------
    sources : Sources
        The tables of a run.
    output : Path
    config : mapping
        The complete configuration.

    Returns
    -------
    int
        Size of the page in bytes.

    Raises
    ------
    latefusion.store.tables.TableError
        If a table cannot be read.
    """
    return write_page(render(read_results(sources, config)), output)


def render(results: Results) -> str:
    """Return the page of some results."""
    from altair.utils.schemapi import debug_mode

    with debug_mode(False):
        found = _sections(results)
    loader: BaseLoader = FileSystemLoader(TEMPLATES)
    if results.predicted:
        # how it was made holds the configuration, whose words are its own
        found = {name: part if name == "making" else reworded(part) for name, part in found.items()}
        loader = reworded_templates(TEMPLATES)
    modalities = listed(results.modalities)
    return assembled(
        PAGE,
        loader,
        title=f"Fusing {modalities}: which rule, by how much, and can it be believed?",
        subtitle=(
            f"{plural(results.n, 'item')}, {plural(len(results.classes), 'class', 'classes')} "
            f"({listed(results.classes[:12])}), {_sources(results)}."
        ),
        contents=[part for part in found.values() if part is not None],
        grouped=results.grouped,
        predicted=results.predicted,
        rankings=results.rankings,
        sections=found,
        group_word=results.group_word,
        draws=results.config["evaluation"]["draws"],
        repeats=results.config["cross"]["repeats"],
    )


def _sources(results: Results) -> str:
    """Return how many modalities there are, or models."""
    n = len(results.modalities)
    return plural(n, "model") if results.predicted else plural(n, "modality", "modalities")


def _sections(results: Results) -> dict[str, Section | None]:
    return {
        "answer": answer.section(results),
        "data": data.section(results),
        "single": single_models.section(results),
        "learners": learners.section(results),
        "cooperative": cooperative.section(results),
        "fusion": fusion.section(results),
        "claims": claims.section(results),
        "who": complementarity.section(results),
        "calibration": calibration.section(results),
        "detection": detection.section(results),
        "robustness": robustness.section(results),
        "overfitting": None if results.predicted else overfitting.section(results),
        "checks": checks.section(results),
        "making": provenance.section(results),
    }
