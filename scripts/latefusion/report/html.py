"""One HTML file that needs nothing else: scripts and style inlined, all else forbidden by a policy."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from latefusion import __version__
from latefusion.report.bundle import bundle
from latefusion.store.atomic import atomic

TEMPLATES = Path(__file__).parent / "templates"
STYLE, SCRIPT = "style.css", "page.js"
BREAK_AFTER = "_"


def assembled(template: str, loader: BaseLoader, **values: Any) -> str:  # noqa: ANN401 - what templates take
    """Return a page: a template filled, with the drawing library, our script and our style inside it."""
    style = (TEMPLATES / STYLE).read_text(encoding="utf-8")
    script = (TEMPLATES / SCRIPT).read_text(encoding="utf-8")
    drawing = bundle()
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {
        "json": as_json,
        "soft": soft,
        "sentence": sentence,
        "coded": coded,
    }
    return environment.get_template(template).render(
        **values,
        version=__version__,
        policy=policy([drawing, script], [style]),
        style=inlined(style, "style"),
        bundle=inlined(drawing, "script"),
        script=inlined(script, "script"),
    )


def write_page(page: str, output: Path | str) -> int:
    """Write a page whole or not at all, and return its size in bytes."""
    with atomic(output) as file:
        return file.write(page.encode())


def policy(scripts: list[str], styles: list[str]) -> str:
    """Return the content security policy: these scripts and styles by hash, and nothing else at all."""
    return (
        f"default-src 'none'; script-src {_hashes(scripts)}; style-src-elem {_hashes(styles)}; "
        "style-src-attr 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hashes(texts: list[str]) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def inlined(text: str, element: str) -> Markup:
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
