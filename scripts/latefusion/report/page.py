"""The page: sections in the template, scripts and style inlined, all else forbidden by a policy."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from latefusion import __version__
from latefusion.report.bundle import bundle
from latefusion.report.components import Section
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
from latefusion.store.atomic import atomic

TEMPLATES = Path(__file__).parent / "templates"
STYLE, SCRIPT, PAGE = "style.css", "page.js", "page.html"
BREAK_AFTER = "_"


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
    page = render(read_results(sources, config)).encode()
    with atomic(output) as file:
        return file.write(page)


def render(results: Results) -> str:
    """Return the page of some results."""
    from altair.utils.schemapi import debug_mode

    style = (TEMPLATES / STYLE).read_text(encoding="utf-8")
    script = (TEMPLATES / SCRIPT).read_text(encoding="utf-8")
    drawing = bundle()
    with debug_mode(False):
        found = _sections(results)
    loader: BaseLoader = FileSystemLoader(TEMPLATES)
    if results.predicted:
        # how it was made holds the configuration, whose words are its own
        found = {name: part if name == "making" else reworded(part) for name, part in found.items()}
        loader = reworded_templates(TEMPLATES)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {
        "json": as_json,
        "soft": soft,
        "sentence": sentence,
        "coded": coded,
    }
    modalities = listed(results.modalities)
    return environment.get_template(PAGE).render(
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
        version=__version__,
        policy=policy([drawing, script], [style]),
        style=_inlined(style, "style"),
        bundle=_inlined(drawing, "script"),
        script=_inlined(script, "script"),
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


def policy(scripts: list[str], styles: list[str]) -> str:
    """Return the content security policy: these scripts and styles by hash, and nothing else at all."""
    return (
        f"default-src 'none'; script-src {_hashes(scripts)}; style-src-elem {_hashes(styles)}; "
        "style-src-attr 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hashes(texts: list[str]) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _inlined(text: str, element: str) -> Markup:
    """Return our own code as it stands, once it is sure that it cannot end its element.

    Raises
    ------
    ValueError
        If it could.
    """
    if f"</{element}" in text.lower() or (element == "script" and "<!--" in text):
        raise ValueError(f"this code would end its <{element}> element")
    return Markup(text)  # noqa: S704 - the package's own files and vl-convert's bundle, no data


def as_json(value: object) -> Markup:
    """Return a value as JSON that cannot end the element it stands in, whatever texts it holds."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - every character that could begin a tag or an entity is gone


def soft(text: object) -> Markup:
    """Return escaped text that may be broken after an underscore, and not before a per cent sign."""
    safe = str(escape(str(text))).replace(" %", "\u00a0%")
    return Markup(safe.replace(BREAK_AFTER, f"{BREAK_AFTER}<wbr>"))  # noqa: S704 - escaped


def coded(text: str) -> Markup:
    """Return escaped text in which what stands between backticks is set as code."""
    parts = [soft(part) for part in text.split("`")]
    if len(parts) % 2 == 0:
        return soft(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )


def sentence(text: str) -> str:
    """Return a text with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}" if text else ""
