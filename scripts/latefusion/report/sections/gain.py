"""Whether fusion helps: shown, not shown, or shown to be next to nothing."""

from __future__ import annotations

import math

from latefusion.report import verdicts
from latefusion.report.components import Answer
from latefusion.report.metrics import METRICS, Metric
from latefusion.report.number_format import NOTHING, probability
from latefusion.report.results import Results, Row, Tables
from latefusion.report.sentences import amount, plural, quoted, say

LABEL = "Does fusion help?"


def secondary(metric: Metric) -> Metric:
    """Return the metric that is looked at beside the headline's: of probabilities, or of decisions."""
    return METRICS["accuracy" if metric.name == "log_loss" else "log_loss"]


def shown_better(tables: Tables, metric: Metric) -> list[str]:
    """Return the rules other than the lead that are shown to be better than the reference, surest first."""
    rows = [row for row in tables.planned(metric.name) if row["verdict"] == verdicts.BETTER]
    rows.sort(key=lambda row: (verdicts.corrected_p(row), -metric.gain(row["difference"])))
    return [row["model"] for row in rows if row["model"] != tables.lead and row["same_as"] != tables.lead]


def bound(metric: Metric, effect: Row) -> str:
    """Return what a gain is shown to be less than: `less than 1.8 percentage points, if anything`."""
    most = verdicts.gain_bound(effect) or 0.0
    if most <= 0:
        return "nothing: the whole 95 % interval is on the side of harm"
    factor, digits = (100, 1) if metric.share else (1, 3)
    rounded_up = math.ceil(most * factor * 10**digits) / 10**digits
    return f"less than {f'{rounded_up:.{digits}f} {metric.difference_unit}'.rstrip()}, if anything"


def open_gain(metric: Metric, effect: Row) -> str:
    """Return what is known of a gain that is not shown, as a clause."""
    return {
        verdicts.SAME: f"its {metric.title} is that of {effect['reference']}, item for item",
        verdicts.NEGLIGIBLE: f"in {metric.title} it gains {bound(metric, effect)}",
    }.get(effect["verdict"], f"a gain in {metric.title} is not shown")


def incomparable(metric: Metric, lead: str, reference: str) -> str:
    """Say that the metric is not there of both models, as an AUROC is of no items of one class."""
    return f"On these items there is no {metric.title} of both {lead} and {reference} to compare."


def helps(results: Results, tables: Tables) -> Answer:
    """Say whether fusion helps, by how much, and how sure that is."""
    metric, lead, reference = results.metric, tables.lead, tables.reference
    effect = tables.comparison(lead, metric.name) if lead else {}
    if lead is None:
        return Answer(LABEL, "Not known.", "No rule was run.", "unsure")
    if reference is None:
        missing = "There is no single modality to compare a rule with."
        return Answer(LABEL, "Not known.", missing, "unsure")
    if not effect:
        return Answer(LABEL, "Not known.", incomparable(metric, lead, reference), "unsure")
    other = tables.comparison(lead or "", secondary(metric).name)
    if len(tables.named("single")) < 2:
        return Answer(LABEL, "There is nothing to fuse.", f"{reference} is the only modality.", "unsure")
    told = [
        _size(metric, tables, effect),
        _other(secondary(metric), other),
        _others(metric, tables),
        _power(metric, effect),
        _peers(metric, tables),
    ]
    verdict, tone = _verdict(metric, tables, effect, other)
    return Answer(LABEL, verdict, " ".join(filter(None, told)), tone)


def _verdict(metric: Metric, tables: Tables, effect: Row, other: Row) -> tuple[str, str]:
    """Return the headline of three kinds of outcome: shown, not shown, and shown to be next to nothing."""
    verdict = effect["verdict"]
    size = f"{metric.amount(effect['difference'])} {'of' if metric.difference_unit else 'in'} {metric.title}"
    if verdict == verdicts.BETTER:
        return f"Yes, by {size}.", "yes"
    if shown_better(tables, metric):
        return "Not by the rule that was picked; some other rules do.", "unsure"
    if verdict == verdicts.WORSE:
        return f"No, it harms, by {size}.", "no"
    if verdicts.is_material(other):
        what = "probabilities" if secondary(metric).name == "log_loss" else "decisions"
        return f"In its {what}; {open_gain(metric, effect)}.", "yes"
    if verdict == verdicts.SAME:
        return f"No: {open_gain(metric, effect)}.", "no"
    if verdict == verdicts.NEGLIGIBLE:
        return f"Hardly: {bound(metric, effect)}.", "no"
    return "Not shown.", "unsure"


def _size(metric: Metric, tables: Tables, effect: Row) -> str:
    interval = metric.difference_interval(effect["low"], effect["high"])
    between = "no interval, since all items are of one group"
    if interval != NOTHING:
        between = f"95 % interval {interval}{_p_text(effect)}"
    told = (
        f"Against {tables.reference} alone, fusion changes {metric.title} by "
        f"{metric.change(effect['difference'])} ({between})."
    )
    alone = effect.get("p") is not None and effect["p"] <= verdicts.ALPHA
    if effect["verdict"] in (verdicts.UNDECIDED, verdicts.NEGLIGIBLE) and alone and interval != NOTHING:
        told += " Taken by itself this would pass for a difference; as one of so many it does not."
    return told


def _p_text(effect: Row) -> str:
    """Return the p-value, that of a planned comparison before and after the correction for their number."""
    p = effect.get("p")
    if p is None:
        return ""
    if not verdicts.is_corrected(effect):
        return f"; p {_equal(p)}"
    return (
        f"; p {_equal(p)}, after Holm’s correction for {plural(effect['tests'], 'comparison')} "
        f"{probability(effect['p_holm'])}"
    )


def _equal(p: float) -> str:
    written = probability(p)
    return written if written.startswith("<") else f"= {written}"


def _other(metric: Metric, row: Row) -> str:
    if row.get("verdict") not in (verdicts.BETTER, verdicts.WORSE):
        return ""
    what = "probabilities" if metric.lower_is_better else "decisions"
    less = "; less is better" if metric.lower_is_better else ""
    size = ", by next to nothing" if verdicts.is_small(row) else ""
    interval = metric.difference_interval(row["low"], row["high"])
    return (
        f"Its {what} are {row['verdict']}{size}: {metric.title} {metric.change(row['difference'])} "
        f"(95 % interval {interval}{less})."
    )


def _others(metric: Metric, tables: Tables) -> str:
    """Say what is shown of the rules all together."""
    rows = tables.planned(metric.name)
    if len(rows) < 2:
        return ""
    better, worse = (
        [row["model"] for row in rows if row["verdict"] == verdict]
        for verdict in (verdicts.BETTER, verdicts.WORSE)
    )
    return say(
        "Of {n:fused model} that differ, {good} {b:~is|are} shown to be better than {reference}{which} and "
        "{bad} worse{those}.",
        n=len(rows),
        good=amount(len(better)),
        b=len(better),
        which=f" ({quoted(better)})" * bool(better),
        bad=amount(len(worse)),
        those=f" ({quoted(worse)})" * bool(worse),
        reference=tables.reference,
    )


def _power(metric: Metric, effect: Row) -> str:
    if effect["verdict"] != verdicts.UNDECIDED:
        return ""
    if verdicts.is_powerless(effect):
        return say(
            "{how}{groups:group} could not show any gain, however large.",
            groups=effect["groups"],
            how="By the same correction " * verdicts.is_corrected(effect),
        )
    least = verdicts.detectable(effect)
    if least is None or effect["low"] is None:
        return ""
    how = ", by the same correction" if verdicts.is_corrected(effect) else ""
    return (
        f"The minimum detectable difference (80 % power{how}) is {metric.amount(least)}: a true gain that is "
        "smaller is missed more than once in five times."
    )


def _peers(metric: Metric, tables: Tables) -> str:
    everyone = tables.where("confidence_set", metric=metric.name)
    inside = [row["model"] for row in everyone if row["in_set"]]
    if len(everyone) < 2:
        return ""
    among = "among" if tables.reference in inside else "not among"
    if len(inside) == 1:
        return f"{inside[0]} alone is in the 95 % model confidence set: every other model is told from it."
    return (
        f"{len(inside)} of {len(everyone)} models cannot be told from the best (95 % model confidence set), "
        f"{tables.reference} {among} them."
    )
