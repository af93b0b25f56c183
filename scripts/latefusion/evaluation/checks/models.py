"""Checks of single models: what they learned, and whether their probabilities can be trusted."""

from __future__ import annotations

from latefusion.core.wording import listed, plural, verb
from latefusion.evaluation.checks.finding import (
    ERROR,
    INVERTED,
    MAXIMUM_RULES,
    NEARLY_ALL,
    NEARLY_CONSTANT,
    NOTE,
    OVERFITTED,
    RARELY,
    WARNING,
    Evidence,
    Finding,
    Findings,
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
            f"Look at {'predictions' if evidence.is_of_predictions else 'embeddings'} and labels: where "
            "AUROC is no better than chance either, next to nothing was learned.",
        )


def group_lookup_not_beaten(evidence: Evidence) -> Findings:
    """Looking up the group is as good as a model, and better than the most frequent class."""
    for protocol, _ in evidence.protocols():
        rows = evidence.metric(protocol, "accuracy")
        lookup, majority = rows.get(GROUP_LOOKUP), rows.get(MAJORITY)
        # a look-up that says what the majority says knows nothing of groups
        if lookup and majority and lookup["low"] is not None and lookup["low"] <= majority["value"]:
            continue
        yield from _not_beaten(
            evidence,
            protocol,
            GROUP_LOOKUP,
            "group_lookup_not_beaten",
            "looking up the most frequent class of an item's group, with no embedding at all",
            "The split rewards recognising groups; believe the protocol `cross`.",
        )


def overfitted(evidence: Evidence) -> Findings:
    """Rules learn from the outputs of a model on rows that it saw, where it is much better than elsewhere."""
    # under `honest` and `cross` rules learn out-of-fold: what a model does on rows it saw reaches nothing
    if "replica" not in evidence.tables:
        return
    rows = [
        row
        for row in evidence.tables["replica"]["overfitting"]
        if row["metric"] == "accuracy" and row["gap"] is not None and row["gap"] > OVERFITTED
    ]
    if rows:
        worst = max(rows, key=lambda row: row["gap"])
        yield Finding(
            "overfitted",
            WARNING,
            f"{worst['model']} is right on {percent(worst['in_sample'])} of the rows that it was trained "
            f"on and on {percent(worst['out_of_fold'])} of rows held out: under replica rules learn from "
            "in-sample probabilities, that is from something that test rows do not have.",
            {row["model"]: row["gap"] for row in rows},
            "Quote the figures of `honest` or `cross`, where rules learn out-of-fold.",
            "replica",
            [row["model"] for row in rows],
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
                f"{name} is {percent(least['share_true'])} of the items, but {plural(len(own), 'model')} "
                f"nearly never {verb(len(own), 'says', 'say')} it ({least['model']}: "
                f"{percent(least['value'])}).",
                {row["model"]: row["value"] for row in own},
                "Read macro-F1 and the recall of each class, not accuracy alone"
                + ("." if evidence.is_of_predictions else "; try `class_weight: balanced`."),
                protocol,
                [row["model"] for row in own],
            )


def kernel_nearly_constant(evidence: Evidence) -> Findings:
    """All rows look alike to a kernel, and its SVM says one class of nearly all items."""
    for protocol, tables in evidence.protocols():
        distance = {row["model"]: row["kernel_distance"] for row in tables["models"]}
        found = [
            row
            for row in tables["per_class"]
            if row["subset"] == "all"
            and row["metric"] == "share_predicted"
            and row["value"] is not None
            and row["value"] >= NEARLY_ALL
            and distance.get(row["model"]) is not None
            and distance[row["model"]] < NEARLY_CONSTANT
        ]
        if found:
            told = "; ".join(
                f"{row['model']} (median of gamma·d² of training rows: {distance[row['model']]:.2g}) says "
                f"{row['class']} of {percent(row['value'])} of the items"
                for row in found
            )
            yield Finding(
                "kernel_nearly_constant",
                WARNING,
                f"All rows look nearly alike to {verb(len(found), 'a kernel', 'kernels')}: {told}.",
                {row["model"]: distance[row["model"]] for row in found},
                "Set `svm: {scale: standard}`, or a larger gamma or C.",
                protocol,
                [row["model"] for row in found],
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
    """A calibration sloped the wrong way for some pairs of classes."""
    classes = len(evidence.dataset["classes"])
    for protocol, tables in evidence.protocols():
        partitions = {row["model"]: row["partitions"] for row in tables["overfitting"]}
        pairs = {
            row["model"]: (row["inverted_sigmoids"], partitions.get(row["model"], 1))
            for row in tables["models"]
            if row["inverted_sigmoids"]
        }
        if not pairs:
            continue
        each = classes * (classes - 1) // 2
        shares = {name: n / (each * parts) for name, (n, parts) in pairs.items()}
        told = [
            f"{name} for {n:,} of {plural(each * parts, 'pair')} of classes"
            + (f" in {parts} partitions" if parts > 1 else "")
            for name, (n, parts) in pairs.items()
        ]
        suspects = [name for name, share in shares.items() if share >= INVERTED]
        yield Finding(
            "inverted_sigmoids",
            WARNING if suspects else NOTE,
            f"Calibrations sloped the wrong way and were "
            f"{'kept, as libsvm does' if protocol == 'replica' else 'made flat'}: {'; '.join(told)}.",
            shares,
            f"Look at the {verb(len(suspects), 'embedding', 'embeddings')} of {listed(suspects)}: most pairs "
            "of classes look the same there."
            if suspects
            else "Nothing; where two classes look the same to a view, its probabilities for them are equal.",
            protocol,
            list(pairs),
        )


def approximated(evidence: Evidence) -> Findings:
    """An SVM was trained on an approximated kernel."""
    for protocol, tables in evidence.protocols():
        names = [row["model"] for row in tables["models"] if row["approximated"]]
        if names:
            yield Finding(
                "approximated",
                NOTE,
                f"The {verb(len(names), 'kernel', 'kernels')} of {listed(names)} "
                f"{verb(len(names), 'is', 'are')} approximated: figures are not those of the exact SVM.",
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
            "folds are those that the tables name, and whether the models kept to them cannot be checked",
        ),
    ):
        names = [name for name, known in evidence.external.items() if known == told]
        if names:
            yield Finding(
                "folds_unknown",
                severity,
                f"{listed(names)} {verb(len(names), 'was', 'were')} not trained here: {sentence}.",
                dict.fromkeys(names, "folds named" if told else "folds unknown"),
                "Bring tables made with the partitions of this run, or train the view here.",
                models=names,
            )


def models_left_out(evidence: Evidence) -> Findings:
    """A protocol does without a view or a rule that was asked for."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in evidence.left_out:
        groups.setdefault((one["protocol"], one["reason"]), []).append(one["model"])
    models = [row for _, tables in evidence.protocols() for row in tables["models"]]
    views = {row["model"] for row in models if row["kind"] in ("single", "early")} - set(evidence.external)
    for (protocol, reason), names in groups.items():
        yield Finding(
            "models_left_out",
            NOTE,
            f"{protocol} does without {listed(names, NAMED)}: {reason}.",
            {"models": len(names)},
            "Bring what the reason says is lacking: rows of the role dev or folds, probabilities instead of"
            " decisions; the other rules stand."
            if evidence.is_of_predictions
            else "Look at them under the other protocols."
            if views.issuperset(names)
            else "Train the view here, or bring the tables that it lacks (`train_out_of_fold`, "
            "`train_in_sample`, `cross`); until then compare these models under the other protocols.",
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
            f"{percent(least)} are right by {what}; {len(beaten)} of {plural(len(everyone), 'model')} "
            f"{verb(len(beaten), 'does', 'do')} no better"
            f" (the best, {best['model']}: {percent(best['value'])}).",
            {baseline: least} | {row["model"]: row["value"] for row in beaten},
            do,
            protocol,
            [row["model"] for row in beaten],
        )
