"""The text of a configuration, with a word on each choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import yaml

from latefusion.schema_inference.proposal import Entry, Proposal

WIDTH: Final = 118
_ROOM: Final = 44


def config_text(proposal: Proposal) -> str:
    """Return the configuration as YAML; what was left open stands before the key that it is about."""
    lines = [
        "# Written by `init` from the files that were named; docs/data.md says what else there is.",
        "# What is not written has the default of workflow/schemas/config.schema.yaml.",
    ]
    if proposal.questions:
        lines.append(
            f"# Look for QUESTION: {_count(len(proposal.questions), 'choice')} that the files leave open."
        )
    lines += ["", "data:"]
    for entry in proposal.data:
        lines += _entry(entry)
    lines += ["", "modalities:"]
    for modality in proposal.modalities:
        lines += _question(modality.question)
        lines.append(_commented(f"  - {flow(modality.entry)}", modality.why))
    if not proposal.modalities:
        lines[-1] = "modalities: []"
        lines += _question("which columns or files hold the embeddings? None was found")
    if proposal.cross:
        lines += ["", "cross:"]
        for entry in proposal.cross:
            lines += _entry(entry)
    for what in proposal.unused:
        lines += ["", f"# Not used: {what}"]
    return "\n".join(lines) + "\n"


def _entry(entry: Entry) -> Iterator[str]:
    yield from _question(entry.question)
    yield _commented(f"  {entry.key}: {flow(entry.value)}", entry.why)


def _question(text: str) -> Iterable[str]:
    return [f"  # QUESTION: {text}"] if text else []


def _commented(line: str, comment: str) -> str:
    comment = " ".join(comment.split())
    if not comment:
        return line
    if len(line) + len(comment) + 4 <= WIDTH:
        return f"{line:<{_ROOM}}  # {comment}"
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}# {comment}\n{line}"


def flow(value: Any) -> str:  # noqa: ANN401 - of YAML
    """Return a value on one line."""
    if isinstance(value, Mapping):
        value = dict(value)
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=100_000, allow_unicode=True)
    return str(text).strip().removesuffix("...").strip()


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
