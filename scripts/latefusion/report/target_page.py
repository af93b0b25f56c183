"""The page of numbers: what was predicted of continuous targets, and whether it can be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader

from latefusion.evaluation.targets.names import MEAN
from latefusion.report.components import Section
from latefusion.report.html import TEMPLATES, assembled, write_page
from latefusion.report.sections.targets import (
    answer,
    bridge,
    divisions,
    errors,
    learners,
    making,
    predictions,
)
from latefusion.report.sections.targets.published import LABELS, published, standing
from latefusion.report.sections.targets.ranking import every_metric
from latefusion.report.sentences import listed, plural
from latefusion.report.target_results import TargetResults, TargetSources, read_target_results

PAGE = "target_page.html"


def write_target_report(sources: TargetSources, output: Path | str, config: Mapping[str, Any]) -> int:
    """Write the page of numbers, one file that needs nothing else.

    Returns
    -------
    int
        Size of the page in bytes.

    Raises
    ------
    latefusion.store.tables.TableError
        If a table cannot be read.
    """
    return write_page(render(read_target_results(sources, config)), output)


def render(results: TargetResults) -> str:
    """Return the page of some results."""
    from altair.utils.schemapi import debug_mode

    literature, stands = published(results, results.best), standing(results, results.best)
    with debug_mode(False):
        found = _sections(results, literature is not None)
    modalities = [entry["name"] for entry in results.config["modalities"]]
    words = results.words
    return assembled(
        PAGE,
        FileSystemLoader(TEMPLATES),
        title=_title(results, modalities),
        subtitle=(
            f"{plural(results.n, 'item')}, {_tested(results)}; {plural(len(results.targets), 'target')}, "
            f"{plural(len(modalities), words.one, words.several)}."
        ),
        contents=[part for part in found.values() if part is not None],
        sections=found,
        every_metric=every_metric(results, results.best),
        protocols=divisions.protocols(results),
        strata=divisions.strata(results.best),
        published=literature,
        stands=stands,
        labels=LABELS,
        words=words,
        grouped=results.grouped,
        group_word=results.group_word,
        others=[name for name in results.protocols if name != results.best.protocol],
    )


def _title(results: TargetResults, modalities: Sequence[str]) -> str:
    targets = listed(results.targets)
    if results.best.lead is None or len(modalities) == 1:
        do = "does" if len(modalities) == 1 else "do"
        return f"How well {do} {listed(modalities)} predict {targets}?"
    return f"Fusing {listed(modalities)}: which rule predicts {targets} best, and how well?"


def _tested(results: TargetResults) -> str:
    """Say how many of the items are tested, where not all are."""
    tables = results.best
    n = int(tables.metric(tables.reference, MEAN).get("n") or 0)
    of = "" if n in (0, results.n) else f"{n:,} of them "
    return f"{of}tested under {tables.protocol}"


def _sections(results: TargetResults, has_literature: bool) -> dict[str, Section | None]:
    return {
        "answer": answer.section(results),
        "published": Section("published-section", "Beside the literature") if has_literature else None,
        "predictions": predictions.section(results),
        "errors": errors.section(results),
        "learners": learners.section(results),
        "bridge": bridge.section(results),
        "checks": making.checks(results),
        "making": making.making(results),
    }
