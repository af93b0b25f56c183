"""Checks of several learners: whether they matter more than fusion, and whether grids are wide enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from latefusion.core.metric_facts import TITLE, amount, gain
from latefusion.core.wording import listed, plural
from latefusion.evaluation.checks.finding import NOTE, WARNING, Evidence, Finding, Findings, Row, half_width
from latefusion.evaluation.names import LEARNER, SELECTED
from latefusion.evaluation.tables.learners import SVM, at_edge, view_of


def learners_matter_more(evidence: Evidence) -> Findings:
    """The learners of a modality differ more than the fusion rules do."""
    for protocol, tables in evidence.protocols():
        metrics = evidence.metric(protocol, evidence.headline)
        rules = [
            metrics[row["model"]]
            for row in tables["models"]
            if row["kind"] == "rule" and row["model"] != SELECTED and row["model"] in metrics
        ]
        if len(rules) < 2:
            continue
        of_rules = _range(rules)
        for view, rows in _of_modalities(tables.get("learners", []), evidence.headline).items():
            of_learners, width = _range(rows), half_width(rows)
            if of_learners <= of_rules or (width is not None and of_learners <= width):
                continue
            told, other = (amount(evidence.headline, one) for one in (of_learners, of_rules))
            yield Finding(
                "learners_matter_more",
                NOTE,
                f"Under {protocol} the {plural(len(rows), 'learner')} of {view} differ in "
                f"{TITLE[evidence.headline]} by {told}, the {plural(len(rules), 'fusion rule')} by {other}.",
                {"learners": of_learners, "rules": of_rules},
                "Which learner is taken matters more here than which rule: look there first.",
                protocol,
                [row["model"] for row in rows],
            )


def probe_beats_svm(evidence: Evidence) -> Findings:
    """Another learner beats the SVM of a modality by more than the interval of their difference."""
    for protocol, tables in evidence.protocols():
        better = [
            row
            for rows in _of_modalities(tables.get("learners", []), evidence.headline).values()
            for row in rows
            if _beats(row, evidence.headline)
        ]
        if better:
            told = [
                f"{row['learner']} beats that of {row['view']} by "
                f"{amount(evidence.headline, abs(row['difference']))}"
                for row in better
            ]
            yield Finding(
                "probe_beats_svm",
                NOTE,
                f"Under {protocol} another learner beats the SVM by more than the 95 % interval of the "
                f"paired difference in {TITLE[evidence.headline]}: {listed(told)}.",
                {row["model"]: row["difference"] for row in better},
                "A gain of fusion over these SVMs would in part be what the other learner gains alone. Keep "
                "that learner, or try the SVM with other values of `scale`, C and gamma.",
                protocol,
                [row["model"] for row in better],
            )


def grid_too_narrow(evidence: Evidence) -> Findings:
    """A chosen setting is the least or the largest that was tried."""
    for protocol, tables in evidence.protocols():
        unused = {row["model"] for row in tables["models"] if row["kind"] == LEARNER}
        unused -= {row["model"] for row in tables.get("learners", []) if row["chosen"]}
        found: dict[tuple[str, str], int] = {}
        for model, edges in (*_learner_edges(tables), *_svm_edges(tables)):
            for name in edges if model not in unused else ():
                found[model, name] = found.get((model, name), 0) + 1
        if found:
            partitions = {
                row["partition"]
                for name in ("grid", "learner_grid", "cooperative")
                for row in tables.get(name, [])
            }
            told = [
                f"{name} of {model}"
                + (f" ({count} of {len(partitions)} partitions)" if len(partitions) > 1 else "")
                for (model, name), count in sorted(found.items())
            ]
            yield Finding(
                "grid_too_narrow",
                WARNING,
                f"Under {protocol} the chosen value is the least or the largest that was tried: "
                f"{listed(told)}.",
                {f"{model}.{name}": count for (model, name), count in sorted(found.items())},
                "Try values beyond it: what is best may lie outside the grid.",
                protocol,
                sorted({model for model, _ in found}),
            )


def _of_modalities(rows: list[Row], metric: str) -> dict[str, list[Row]]:
    """Return the rows of each single modality's learners in one metric."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row["metric"] == metric and row["kind"] == "single":
            found.setdefault(view_of(row["model"]), []).append(row)
    return found


def _range(rows: list[Row]) -> float:
    values = [float(row["value"]) for row in rows]
    return max(values) - min(values)


def _beats(row: Row, metric: str) -> bool:
    low, high = row["difference_low"], row["difference_high"]
    if row["learner"] == SVM or row["difference"] is None or low is None or high is None:
        return False
    return gain(metric, low) > 0 and gain(metric, high) > 0


def _learner_edges(tables: Mapping[str, list[Row]]) -> Iterator[tuple[str, list[str]]]:
    for row in (*tables.get("learner_grid", []), *tables.get("cooperative", [])):
        if row["at_edge"]:
            yield row["model"], row["at_edge"].split(", ")


def _svm_edges(tables: Mapping[str, list[Row]]) -> Iterator[tuple[str, list[str]]]:
    for row in tables.get("grid", []):
        if row["chosen"]:
            tried = [
                {"C": one["C"]}
                for one in tables["grid"]
                if (one["model"], one["partition"]) == (row["model"], row["partition"])
            ]
            yield row["model"], at_edge({"C": row["C"]}, tried)
