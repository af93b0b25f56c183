"""Checks of single models: what they learned, and whether their probabilities can be trusted."""

from __future__ import annotations

from latefusion.evaluation.checks.finding import (
    ERROR,
    MAXIMUM_RULES,
    NOTE,
    OVERFITTED,
    RARELY,
    WARNING,
    Evidence,
    Finding,
    Findings,
    count,
    percent,
)
from latefusion.evaluation.names import GROUP_LOOKUP, MAJORITY

NAMED = 5
"""Models that a sentence names; the rest are counted there and listed beside it."""


def majority_not_beaten(evidence: Evidence) -> Findings:
    """Always saying the most frequent class is as good as a model."""
    for protocol, _ in evidence.protocols():
        yield from _not_beaten(
            evidence,
            protocol,
            MAJORITY,
            "majority_not_beaten",
            "always saying the most frequent class",
            "Look at the embeddings and the labels: these models have learned next to nothing.",
        )


def group_lookup_not_beaten(evidence: Evidence) -> Findings:
    """Looking up the group is as good as a model."""
    for protocol, _ in evidence.protocols():
        yield from _not_beaten(
            evidence,
            protocol,
            GROUP_LOOKUP,
            "group_lookup_not_beaten",
            "looking up the most frequent class of an item's group, with no embedding at all",
            "The split rewards recognising groups; believe the protocol `cross`.",
        )


def overfitted(evidence: Evidence) -> Findings:
    """A model is much better on rows that it saw."""
    for protocol, tables in evidence.protocols():
        rows = [r for r in tables["overfitting"] if r["metric"] == "accuracy" and r["gap"] is not None]
        bad = [row for row in rows if row["gap"] > OVERFITTED]
        if bad:
            worst = max(bad, key=lambda row: row["gap"])
            yield Finding(
                "overfitted",
                WARNING,
                f"{worst['model']} is right on {percent(worst['in_sample'])} of the rows that it was trained "
                f"on and on {percent(worst['out_of_fold'])} of rows held out: rules that learn from "
                "in-sample probabilities learn from something that test rows do not have.",
                {row["model"]: row["gap"] for row in bad},
                "Let rules learn out-of-fold (`honest`, `cross`), or regularise the SVM.",
                protocol,
                [row["model"] for row in bad],
            )


def class_never_predicted(evidence: Evidence) -> Findings:
    """A class is nearly never predicted."""
    for protocol, tables in evidence.protocols():
        rare = [
            row
            for row in tables["per_class"]
            if row["subset"] == "all"
            and row["metric"] == "share_predicted"
            and row["kind"] != "baseline"
            and row["share_true"] > 0
            and row["value"] < RARELY * row["share_true"]
        ]
        for name in dict.fromkeys(row["class"] for row in rare):
            own = [row for row in rare if row["class"] == name]
            least = min(own, key=lambda row: row["value"])
            yield Finding(
                "class_never_predicted",
                WARNING,
                f"{name} is {percent(least['share_true'])} of the items, but {count(len(own))} nearly never "
                f"say it ({least['model']}: {percent(least['value'])}).",
                {row["model"]: row["value"] for row in own},
                "Read macro-F1 and the recall of each class, not accuracy alone; try "
                "`class_weight: balanced`.",
                protocol,
                [row["model"] for row in own],
            )


def confidences_not_comparable(evidence: Evidence) -> Findings:
    """Modalities are differently sure of themselves, and a rule takes the surest."""
    for protocol, tables in evidence.protocols():
        names = [row["model"] for row in tables["models"]]
        rules = [name for name in MAXIMUM_RULES if name in names]
        slopes = {
            row["model"]: row
            for row in tables["calibration"]
            if row["measure"] == "slope"
            and row["subset"] == "all"
            and row["kind"] == "single"
            and row["low"] is not None
        }
        if not rules or len(slopes) < 2:
            continue
        sure, unsure = (
            min(slopes.values(), key=lambda row: row["high"]),
            max(slopes.values(), key=lambda row: row["low"]),
        )
        if sure["high"] < unsure["low"]:
            yield Finding(
                "confidences_not_comparable",
                WARNING,
                f"{sure['model']} is surer of itself than {unsure['model']} for the same accuracy "
                f"(calibration slopes {sure['value']:.2f} and {unsure['value']:.2f}): rules that follow the "
                f"largest probability follow {sure['model']} too often.",
                {name: row["value"] for name, row in slopes.items()},
                "Prefer rules that weigh or calibrate, such as log_linear_pool.",
                protocol,
                rules,
            )


def inverted_sigmoids(evidence: Evidence) -> Findings:
    """A calibration sloped the wrong way."""
    for protocol, tables in evidence.protocols():
        counts = {
            row["model"]: row["inverted_sigmoids"] for row in tables["models"] if row["inverted_sigmoids"]
        }
        if counts:
            done = "kept, as libsvm does" if protocol == "replica" else "made flat"
            yield Finding(
                "inverted_sigmoids",
                WARNING,
                f"The calibration of {', '.join(counts)} sloped the wrong way for {sum(counts.values())} "
                f"pairs of classes and was {done}: the view tells these classes no better than chance.",
                counts,
                "Look at the embedding; a view that knows nothing only adds noise.",
                protocol,
                list(counts),
            )


def approximated(evidence: Evidence) -> Findings:
    """An SVM was trained on an approximated kernel."""
    for protocol, tables in evidence.protocols():
        names = [row["model"] for row in tables["models"] if row["approximated"]]
        if names:
            yield Finding(
                "approximated",
                NOTE,
                f"The kernel of {', '.join(names)} is approximated, so its figures are not those "
                "of the exact SVM.",
                {"views": len(names)},
                "Set `approximation: null` where memory allows, for all SVMs or in one's own `svm`.",
                protocol,
                names,
            )


def folds_unknown(evidence: Evidence) -> Findings:
    """Probabilities come from models that were not trained here."""
    for told, severity, sentence in (
        (False, WARNING, "which rows the models saw is not known"),
        (
            True,
            NOTE,
            "its folds are those that the tables name, and whether the models kept to them cannot be checked",
        ),
    ):
        names = [name for name, known in evidence.external.items() if known == told]
        if names:
            yield Finding(
                "folds_unknown",
                severity,
                f"{', '.join(names)} was not trained here: {sentence}.",
                dict.fromkeys(names, "folds named" if told else "folds unknown"),
                "Bring tables made with the partitions of this run, or train the view here.",
                models=names,
            )


def models_left_out(evidence: Evidence) -> Findings:
    """A protocol does without a view or a rule that was asked for."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in evidence.left_out:
        groups.setdefault((one["protocol"], one["reason"]), []).append(one["model"])
    for (protocol, reason), names in groups.items():
        shown = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
        yield Finding(
            "models_left_out",
            NOTE,
            f"{protocol} does without {shown}: {reason}.",
            {"models": len(names)},
            "Train the view here, or bring the tables that it lacks (`train_out_of_fold`, `train_in_sample`,"
            " `cross`); until then compare these models under the other protocols.",
            protocol,
            names,
        )


def _not_beaten(evidence: Evidence, protocol: str, baseline: str, code: str, what: str, do: str) -> Findings:
    rows = evidence.metric(protocol, "accuracy")
    if baseline not in rows:
        return
    least = rows[baseline]["value"]
    beaten = [
        row
        for row in rows.values()
        if row["kind"] != "baseline" and row["low"] is not None and row["value"] <= least
    ]
    everyone = [row for row in rows.values() if row["kind"] != "baseline"]
    if beaten:
        best = max(everyone, key=lambda row: row["value"])
        yield Finding(
            code,
            ERROR if best["value"] <= least else WARNING,
            f"{percent(least)} are right by {what}; {count(len(beaten))} of {len(everyone)} do no better"
            f" (the best, {best['model']}: {percent(best['value'])}).",
            {baseline: least} | {row["model"]: row["value"] for row in beaten},
            do,
            protocol,
            [row["model"] for row in beaten],
        )
