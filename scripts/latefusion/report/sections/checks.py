"""The checks: what is wrong with the data or the analysis, and what to do about it."""

from __future__ import annotations

from typing import Any

from latefusion.report.components import Column, Section, Table, text
from latefusion.report.number_format import NOTHING, capitalised, listed, number, plural
from latefusion.report.results import Results, Row

LOOKS = {
    "error": ("do not believe", "bad"),
    "warning": ("read with care", "warn"),
    "note": ("good to know", "accent"),
}
WORDS = {"error": "error", "warning": "warning", "note": "note"}
LOOKED_FOR = {
    "groups_straddle": "groups on both sides of the split",
    "groups_unknown": "no column that names groups",
    "group_lookup_not_beaten": "a look-up by group that no model beats",
    "majority_not_beaten": "models that do not beat always saying the commonest class",
    "overfitted": "models far better on rows that they saw",
    "class_never_predicted": "classes that are nearly never predicted",
    "classes_unbalanced": "classes of unequal size",
    "rule_not_better": "rules no better than the best single modality",
    "confidences_not_comparable": "modalities whose confidences cannot be compared",
    "weights_from_test": "weights learned from test labels",
    "test_too_small": "too few items for the differences claimed",
    "seeds_exceed_rules": "seeds that matter more than the rule",
    "assignments_exceed": "fold assignments that matter more than the rule",
    "assignments_unknown": "an unknown spread over fold assignments",
    "duplicates_across": "items that are in train and in test",
    "approximated": "approximated machines",
    "inverted_sigmoids": "calibrations that slope the wrong way",
    "cross_not_grouped": "groups that cross cannot keep apart",
    "groups_joined": "names of groups that were cut as artists are",
    "few_groups": "too few groups for the intervals",
    "folds_unknown": "tables of other systems whose folds are unknown",
    "models_left_out": "models that a protocol does without",
    "rules_coincide": "rules that say the same of every item",
    "modality_missing": "items that lack a modality",
}


def section(results: Results) -> Section:
    """Return what the checks found, gravest first."""
    part = Section("checks", "Checks")
    codes: dict[tuple[str, str], list[Row]] = {}
    for check in results.checks:
        codes.setdefault((check["severity"], check["code"]), []).append(check)
    part.facts["found"] = [_shown(*key, checks) for key, checks in codes.items()]
    part.facts["passed"] = [LOOKED_FOR.get(code, code.replace("_", " ")) for code in results.passed]
    part.lead = _lead(results)
    if results.checks:
        part.tables.append(_table(results.checks))
    return part


def _lead(results: Results) -> str:
    counted = {severity: sum(check["severity"] == severity for check in results.checks) for severity in LOOKS}
    parts = [plural(counted[severity], word) for severity, word in WORDS.items() if counted[severity]]
    passed = f"{plural(len(results.passed), 'check')} found nothing."
    return f"{listed(parts)}. {passed}" if parts else passed


def _shown(severity: str, code: str, checks: list[Row]) -> dict[str, Any]:
    """Return one box: the findings of a code, each with where it was made, and what to do."""
    word, tone = LOOKS.get(severity, (severity, ""))
    return {
        "code": code,
        "look": severity,
        "word": word,
        "tone": tone,
        "title": capitalised(LOOKED_FOR.get(code, code.replace("_", " "))),
        "findings": _by_sentence(checks),
        "what_to_do": list(dict.fromkeys(check["what_to_do"] for check in checks if check.get("what_to_do"))),
        "evidence": [
            (" ".join([check.get("protocol") or "", name]).strip(), _written(value))
            for check in checks
            for name, value in sorted((check.get("evidence") or {}).items())
        ],
    }


def _by_sentence(checks: list[Row]) -> list[tuple[str, str]]:
    """Return each sentence once, before it the protocols that it was said of."""
    said: dict[str, list[str]] = {}
    for check in checks:
        said.setdefault(check["sentence"], []).append(check.get("protocol") or "")
    return [(", ".join(filter(None, where)), sentence) for sentence, where in said.items()]


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
