"""The checks: what is wrong with the data or the analysis, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from latefusion.evaluation.names import SELECTED
from latefusion.report import verdicts
from latefusion.report.components import Column, Section, Table, text
from latefusion.report.number_format import NOTHING, number
from latefusion.report.results import Results, Row, Tables
from latefusion.report.sentences import capitalised, listed, plural, say

LOOKS = {
    "error": ("do not believe", "bad"),
    "warning": ("read with care", "warn"),
    "note": ("good to know", "accent"),
}
FAULTS: Final = MappingProxyType(
    {
        "groups_straddle": "groups on both sides of the split",
        "groups_unknown": "no column names groups",
        "group_lookup_not_beaten": "a look-up by group that models do not beat",
        "majority_not_beaten": "models that do not beat always saying the commonest class",
        "overfitted": "models far better on rows that they saw",
        "class_never_predicted": "classes that are nearly never predicted",
        "kernel_nearly_constant": "kernels to which all rows look alike",
        "classes_unbalanced": "classes of unequal size",
        "rule_not_better": "rules not shown to be better than the best single {one}",
        "rule_worse": "rules shown to be worse than the best single {one}",
        "selected_outside_set": "the rule that was picked is not among the best",
        "confidences_not_comparable": "modalities whose confidences cannot be compared",
        "weights_from_test": "weights learned from test labels",
        "test_too_small": "too few items for the differences that are looked at",
        "seeds_exceed_rules": "seeds that matter more than the rule",
        "assignments_exceed": "fold assignments that matter more than the rule",
        "assignments_unknown": "the spread over fold assignments is not known",
        "duplicates_across": "items that are in train and in test",
        "approximated": "approximated kernels",
        "inverted_sigmoids": "calibrations that slope the wrong way",
        "cross_not_grouped": "groups that cross cannot keep apart",
        "given_folds_straddle": "groups in several of the given folds",
        "groups_joined": "names of groups that were cut as artists are",
        "few_groups": "few groups for the intervals",
        "folds_unknown": "external tables whose folds are unknown or cannot be checked",
        "dev_rows_seen": "models far better on the rows that teach the rules than on test",
        "fewer_modalities_fused": "protocols whose rules fuse less than all modalities",
        "models_left_out": "models that a protocol does without",
        "rules_coincide": "rules that say the same of every item",
        "items_unmatched": "items and rows that did not find each other",
        "items_left_out": "items that are left out",
        "modality_missing": "items that lack a modality",
        "learners_matter_more": "learners that differ by more than the fusion rules",
        "probe_beats_svm": "SVMs that a simpler learner is shown to beat",
        "grid_too_narrow": "learners that were chosen at the end of their grid",
    }
)
"""What each check looks for, as the heading of what it found."""
HOLDS: Final = MappingProxyType(
    {
        "groups_straddle": "no group is on both sides of the split",
        "groups_unknown": "a column names the groups",
        "group_lookup_not_beaten": "every model is right more often than a look-up by group",
        "majority_not_beaten": "every model is right more often than always saying the commonest class",
        "overfitted": "no model is far better on rows that it saw",
        "class_never_predicted": "every class is predicted",
        "kernel_nearly_constant": "no SVM says one class because all rows look alike to it",
        "classes_unbalanced": "the classes are of like size",
        "rule_not_better": "every rule is shown to be better than the best single modality",
        "rule_worse": "no rule is shown to be worse than the best single modality",
        "selected_outside_set": "the rule that was picked cannot be told from the best",
        "confidences_not_comparable": "no modality is shown to be surer of itself than another",
        "weights_from_test": "no weight is learned from test labels",
        "test_too_small": "no difference was left open for want of items",
        "seeds_exceed_rules": "no seed is known to matter more than the rule",
        "assignments_exceed": "no fold assignment is known to matter more than the rule",
        "assignments_unknown": "several fold assignments were tried",
        "duplicates_across": "no item is in train and in test",
        "approximated": "no kernel is approximated",
        "inverted_sigmoids": "no calibration slopes the wrong way",
        "cross_not_grouped": "cross keeps groups apart",
        "given_folds_straddle": "no group is in two of the given folds",
        "groups_joined": "names of groups were not cut to pieces",
        "few_groups": "groups are many enough for the intervals",
        "folds_unknown": "every table has folds of this run",
        "dev_rows_seen": "no model is far better on the rows that teach the rules than on test",
        "fewer_modalities_fused": "every protocol's rules fuse all modalities",
        "models_left_out": "no protocol does without a model",
        "rules_coincide": "no two rules say the same of every item",
        "items_unmatched": "every item and every row of a modality's own file found its other half",
        "items_left_out": "no item of the tables is left out",
        "modality_missing": "no item lacks a modality",
        "learners_matter_more": "no learner is shown to make more difference than fusion",
        "probe_beats_svm": "no simpler learner is shown to beat the SVM",
        "grid_too_narrow": "no learner was chosen at the end of its grid",
    }
)
"""What holds where a check found nothing."""
NEEDS: Final = MappingProxyType(
    {
        "majority_not_beaten": ("baselines",),
        "kernel_nearly_constant": ("trained",),
        "approximated": ("trained",),
        "inverted_sigmoids": ("trained",),
        "folds_unknown": ("trained",),
        "dev_rows_seen": ("held out",),
        "groups_straddle": ("groups", "files"),
        "group_lookup_not_beaten": ("groups", "lookup"),
        "weights_from_test": ("replica",),
        "duplicates_across": ("files",),
        "cross_not_grouped": ("groups", "cross", "made folds"),
        "given_folds_straddle": ("groups", "cross", "given folds"),
        "groups_joined": ("groups",),
        "assignments_exceed": ("cross", "assignments"),
        "assignments_unknown": ("cross",),
        "rule_not_better": ("rules",),
        "rule_worse": ("rules",),
        "selected_outside_set": ("rules", "selected"),
        "overfitted": ("replica",),
        "test_too_small": ("rules", "power"),
        "rules_coincide": ("rules",),
        "few_groups": ("groups",),
        "items_unmatched": ("own files",),
        "items_left_out": ("selection",),
        "seeds_exceed_rules": ("repeats",),
        "confidences_not_comparable": ("modalities",),
        "learners_matter_more": ("learners", "rules"),
        "probe_beats_svm": ("learners", "trained"),
        "grid_too_narrow": ("learners", "trained"),
    }
)
"""What there has to be for a check to look at anything."""


def title(code: str, one: str = "modality") -> str:
    """Return the heading of what a check found, in a run that fuses several of `one`."""
    return capitalised(FAULTS.get(code, code.replace("_", " ")).format(one=one))


def section(results: Results) -> Section:
    """Return what the checks found, gravest first."""
    part = Section("checks", "Checks")
    codes: dict[tuple[str, str], list[Row]] = {}
    for check in results.checks:
        codes.setdefault((check["severity"], check["code"]), []).append(check)
    there = _there(results)
    part.facts["found"] = [_shown(*key, checks) for key, checks in codes.items()]
    part.facts["passed"] = [
        HOLDS.get(code, f"nothing of {code.replace('_', ' ')}")
        for code in results.passed
        if set(NEEDS.get(code, ())) <= there
    ]
    part.finding = _finding(results, len(codes))
    part.facts["silent"] = say(
        "{n:check} found nothing, {m} of them because there was nothing to look at",
        n=len(results.passed),
        m=len(results.passed) - len(part.facts["passed"]),
    )
    if results.checks:
        part.tables.append(_table(results.checks))
    return part


def counted(checks: Sequence[Mapping[str, Any]], *, notes: bool = True) -> str:
    """Return how many findings checks have, by severity."""
    counts = {severity: sum(check["severity"] == severity for check in checks) for severity in LOOKS}
    return listed(
        [plural(n, severity) for severity, n in counts.items() if n and (notes or severity != "note")]
    )


def all_counted(checks: Sequence[Mapping[str, Any]]) -> str:
    """Return what a link to all findings is called: `The 1 note`, `All 2 warnings and 1 note`."""
    return f"{'The' if len(checks) == 1 else 'All'} {counted(checks)}" if checks else ""


def _there(results: Results) -> set[str]:
    """Return what a check could look at."""
    best = results.best
    spreads = {row["over"] for row in best.rows.get("spread", []) if row["values"] > 1}
    there = {
        "groups": results.grouped,
        "baselines": bool(best.named("baseline")),
        "trained": not results.predicted,
        "held out": bool(best.rows.get("dev_loss")),
        "files": results.on_files is not None
        and bool(results.dataset["n"].get("train"))
        and not results.predicted,
        "replica": "replica" in results.protocols,
        "cross": "cross" in results.protocols,
        "rules": bool(best.rules),
        "selected": best.lead == SELECTED,
        "modalities": len(best.named("single")) > 1,
        "learners": bool(best.rows.get("learners")),
        "lookup": any(_is_lookup_told(tables) for tables in results.protocols.values()),
        "own files": any("match" in entry for entry in results.dataset["modalities"].values()),
        "given folds": "given_folds" in results.dataset["groups"],
        "made folds": "given_folds" not in results.dataset["groups"],
        "selection": "left_out" in results.dataset,
        "power": any(verdicts.detectable(row) for row in best.planned("accuracy")),
        "repeats": "repeat" in spreads,
        "assignments": "assignment" in spreads,
    }
    return {name for name, known in there.items() if known}


def _is_lookup_told(tables: Tables) -> bool:
    """Whether a look-up by group is shown to know more than the commonest class, so that it is a rival."""
    row, least = tables.metric("group_lookup", "accuracy"), tables.value("majority", "accuracy")
    return least is not None and row.get("low") is not None and row["low"] > least


def _finding(results: Results, cards: int) -> str:
    if not results.checks:
        return say("{n:check} found nothing to complain of.", n=len(results.passed))
    found = counted(results.checks)
    if cards == len(results.checks):
        return f"{found}."
    return f"{found}, on {plural(cards, 'card')}."


def _shown(severity: str, code: str, checks: list[Row]) -> dict[str, Any]:
    """Return one box: the findings of a code, each with where it was made, and what to do."""
    word, tone = LOOKS.get(severity, (severity, ""))
    return {
        "code": code,
        "look": severity,
        "word": word,
        "tone": tone,
        "title": title(code),
        "count": plural(len(checks), severity) if len(checks) > 1 else "",
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
