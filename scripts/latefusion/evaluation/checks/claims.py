"""Checks of claims: whether the differences between rules are there, and how they were come by."""

from __future__ import annotations

from latefusion.evaluation.checks.finding import ERROR, NOTE, WARNING, Evidence, Finding, Findings


def rule_not_better(evidence: Evidence) -> Findings:
    """No rule, or not this one, is better than the best single modality."""
    for protocol, tables in evidence.protocols():
        rows = [
            row
            for row in tables["comparisons"]
            if row["family"] == "confirmatory" and row["metric"] == "accuracy"
        ]
        idle = [row for row in rows if not (row["significant"] and row["difference"] > 0)]
        if idle:
            none = len(idle) == len(rows)
            who = "No rule is" if none else f"{len(idle)} of {len(rows)} rules are not"
            sentence = f"{who} shown to be better than {rows[0]['reference']} alone"
            yield Finding(
                "rule_not_better",
                WARNING if none else NOTE,
                f"{sentence} in accuracy, once the number of rules is allowed for.",
                {row["model"]: row["difference"] for row in idle},
                "Do not claim that these rules help; look at log loss, and at more items.",
                protocol,
                [row["model"] for row in idle],
            )


def test_too_small(evidence: Evidence) -> Findings:
    """The differences that are looked at are smaller than those that could be found."""
    for protocol, tables in evidence.protocols():
        planned = {row["model"] for row in tables["models"] if row["is_confirmatory"]}
        rows = [
            row
            for row in tables["comparisons"]
            if row["family"] == "confirmatory"
            and row["metric"] == "accuracy"
            and row["model"] in planned
            and row["detectable_holm"] is not None
            and 0 < row["difference"] < row["detectable_holm"]
        ]
        if rows:
            best = max(rows, key=lambda row: row["difference"])
            yield Finding(
                "test_too_small",
                WARNING,
                f"With {best['n']:,} items in {best['groups']:,} groups, {best['model']} would have to be"
                f" {100 * best['detectable_holm']:.1f} points better than {best['reference']} to be found so,"
                f" after Holm's correction, four times out of five; it is {100 * best['difference']:.1f}"
                " better.",
                {"detectable": best["detectable_holm"], "difference": best["difference"], "n": best["n"]},
                "Test on more groups, or claim less.",
                protocol,
                [row["model"] for row in rows],
            )


def weights_from_test(evidence: Evidence) -> Findings:
    """A rule has learned from test labels."""
    if "replica" in evidence.tables:
        names = [row["model"] for row in evidence.tables["replica"]["models"]]
        rules = [name for name in evidence.weighted_by_test if name in names]
        if rules:
            yield Finding(
                "weights_from_test",
                ERROR,
                f"Under replica the weights of {', '.join(rules)} are learned from the labels of test, as in "
                "the notebook.",
                {"rules": len(rules)},
                "Quote the figures of `honest` or `cross` for these rules.",
                "replica",
                rules,
            )


def rules_coincide(evidence: Evidence) -> Findings:
    """Rules say the same everywhere."""
    for protocol, tables in evidence.protocols():
        pairs = {
            row["model"]: row["same_as"]
            for row in tables["models"]
            if row["same_as"] is not None and row["kind"] == "rule"
        }
        if pairs:
            listed = ", ".join(f"{model} = {first}" for model, first in pairs.items())
            yield Finding(
                "rules_coincide",
                NOTE,
                f"Some rules say the same of every item and count once in the tests: {listed}.",
                pairs,
                "Nothing; leave them out of the configuration to save time.",
                protocol,
                list(pairs),
            )


def seeds_exceed_rules(evidence: Evidence) -> Findings:
    """Another seed changes more than another rule."""
    for protocol in evidence.tables:
        yield from _spread(
            evidence,
            protocol,
            "repeat",
            "seeds_exceed_rules",
            "another seed moves {model} by up to {width:.1f} points, and the rules lie within {range:.1f}",
            "Do not rank rules by one seed; raise `repeats`.",
        )


def assignments_exceed(evidence: Evidence) -> Findings:
    """Another assignment of groups to folds changes more than another rule."""
    for protocol in evidence.tables:
        yield from _spread(
            evidence,
            protocol,
            "assignment",
            "assignments_exceed",
            "another assignment of groups to folds moves {model} by up to {width:.1f} points, and the rules "
            "lie within {range:.1f}",
            "Do not rank rules within this spread; raise `cross.repeats`.",
        )


def assignments_unknown(evidence: Evidence) -> Findings:
    """How much another assignment to folds would change is not known."""
    if "cross" in evidence.tables and evidence.assignments < 2:
        yield Finding(
            "assignments_unknown",
            NOTE,
            "Intervals hold the assignment of groups to folds fixed; what another one would "
            "change is not known.",
            {"repeats": evidence.assignments},
            "Set `cross.repeats` to 2 or more.",
            "cross",
        )


def _spread(evidence: Evidence, protocol: str, over: str, code: str, sentence: str, do: str) -> Findings:
    tables = evidence.tables[protocol]
    spreads = [row for row in tables["spread"] if row["over"] == over and row["metric"] == "accuracy"]
    values = [row["value"] for row in evidence.metric(protocol, "accuracy").values() if row["kind"] == "rule"]
    if not spreads or len(values) < 2:
        return
    width = {row["model"]: row["most"] - row["least"] for row in spreads}
    spread = max(values) - min(values)
    wide = [model for model, own in width.items() if own >= spread]
    if wide:
        widest = max(wide, key=lambda model: width[model])
        text = sentence.format(model=widest, width=100 * width[widest], range=100 * spread)
        yield Finding(
            code,
            WARNING,
            f"{text[0].upper()}{text[1:]}.",
            {"range_of_rules": spread} | {model: width[model] for model in wide},
            do,
            protocol,
            wide,
        )
