"""The checks: what is wrong with the data or the analysis, and what to do about it."""

from __future__ import annotations

from typing import Any

from latefusion.report.inputs import Results, Row
from latefusion.report.parts import Column, Section, Table, text
from latefusion.report.text import NOTHING, listed, number, plural

LOOKS = {
    "error": ("do not believe", "bad"),
    "warning": ("read with care", "warn"),
    "note": ("good to know", "accent"),
}
MODELS = 6


def section(results: Results) -> Section:
    """Return what the checks found, gravest first."""
    part = Section("checks", "Checks")
    part.facts["found"] = [_shown(check) for check in results.checks]
    part.facts["passed"] = [check.get("title") or check["code"] for check in results.passed]
    part.lead = _lead(results)
    if results.checks:
        part.tables.append(_table(results.checks))
    return part


def _lead(results: Results) -> str:
    counted = {severity: sum(check["severity"] == severity for check in results.checks) for severity in LOOKS}
    makes = "makes" if counted["error"] == 1 else "make"
    parts = [
        f"{plural(counted['error'], 'fault')} that {makes} some figures not to be believed",
        f"{plural(counted['warning'], 'thing')} to read with care",
        f"{plural(counted['note'], 'note')}",
    ]
    return f"{listed(parts)}; {plural(len(results.passed), 'check')} found nothing."


def _shown(check: Row) -> dict[str, Any]:
    word, tone = LOOKS.get(check["severity"], (check["severity"], ""))
    models = check.get("models") or []
    where = [check["protocol"]] if check.get("protocol") else []
    if models:
        rest = len(models) - MODELS
        where.append(", ".join(models[:MODELS]) + (f" and {rest} more" if rest > 0 else ""))
    return {
        "code": check["code"],
        "look": check["severity"],
        "word": word,
        "tone": tone,
        "where": " · ".join(where),
        "sentence": check["sentence"],
        "what_to_do": check.get("what_to_do") or "",
        "evidence": [
            (name, _written(value)) for name, value in sorted((check.get("evidence") or {}).items())
        ],
    }


def _written(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: NOTHING}[value]
    if isinstance(value, float):
        return number(value, 4) if value != int(value) else str(int(value))
    if isinstance(value, list):
        return ", ".join(_written(entry) for entry in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_written(entry)}" for name, entry in value.items())
    return str(value)


def _table(checks: list[Row]) -> Table:
    return Table(
        "checks-table",
        "All findings in one table.",
        [
            Column("Code", "code", "text"),
            Column("Severity", "severity", "text"),
            Column("Protocol", "protocol", "text"),
            Column("Models", "models", "text"),
            Column("Finding", "sentence", "text"),
        ],
        [
            [
                text(check["code"]),
                text(check["severity"]),
                text(check.get("protocol")),
                text(", ".join(check.get("models") or [])),
                text(check["sentence"]),
            ]
            for check in checks
        ],
    )
