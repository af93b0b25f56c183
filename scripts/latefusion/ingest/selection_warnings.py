"""What is said of items that are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from latefusion.core.errors import shorten
from latefusion.core.wording import listed, plural, verb
from latefusion.ingest.columns import Columns
from latefusion.ingest.join import few

_NAMED = 5


def warnings_of(facts: Mapping[str, Any], columns: Columns) -> list[dict[str, str]]:
    """Return a warning, `code` and `message`, of each kind of item that is left out.

    Parameters
    ----------
    facts : mapping
        What is left out: `values`, `unlisted`, `unknown`, `incomplete`, `lacking` and names.
    columns : Columns
        Whose `split` names the column of the split.
    """
    return [{"code": code, "message": message} for code, message in _messages(facts, columns)]


def _messages(facts: Mapping[str, Any], columns: Columns) -> Iterator[tuple[str, str]]:
    values = facts["values"]
    if values:
        n = sum(values.values())
        said = [f"{shorten(value, 40) if value else 'nothing'} ({rows:,})" for value, rows in values.items()]
        yield (
            "split_values",
            (
                f"{plural(n, 'item')} {verb(n, 'is', 'are')} left out, as data.split names no such value of "
                f"{shorten(columns.split or '', 40)}: {listed(said, _NAMED)}"
            ),
        )
    if n := facts["unlisted"]:
        names = few(facts["unlisted_names"], n)
        yield "split_unlisted", f"{plural(n, 'item')} of no list {verb(n, 'is', 'are')} left out: {names}"
    if n := facts["unknown"]:
        names = few(facts["unknown_names"], n)
        yield (
            "split_unknown",
            f"{plural(n, 'identifier')} of the lists {verb(n, 'is', 'are')} no item's: {names}",
        )
    if n := facts["incomplete"]:
        names = few(facts["incomplete_names"], n)
        lacking = [f"{name} {rows:,}" for name, rows in facts["lacking"].items() if rows]
        yield (
            "incomplete_items",
            (
                f"{plural(n, 'item')} {verb(n, 'is', 'are')} left out for want of a modality, as data.keep "
                f"asks ({listed(lacking)}): {names}"
            ),
        )
