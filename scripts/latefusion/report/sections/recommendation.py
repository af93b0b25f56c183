"""Which rule to use: the one picked without test, unless the tables speak against it."""

from __future__ import annotations

from latefusion.core.metric_facts import MARGIN
from latefusion.evaluation.names import SELECTED
from latefusion.report import verdicts
from latefusion.report.components import Answer
from latefusion.report.metrics import Metric
from latefusion.report.number_format import NOTHING
from latefusion.report.results import Results, Tables
from latefusion.report.sections.gain import bound, incomparable, open_gain, secondary, shown_better
from latefusion.report.sentences import article, capitalised, plural, quoted, say
from latefusion.report.vocabulary import chosen_rules, recommended

LABEL = "Which rule to use"


def which(results: Results, tables: Tables) -> Answer:
    """Say which rule to use, and how good it is."""
    lead, rule, reference = tables.lead, recommended(tables), tables.reference
    if lead is None or rule is None:
        return Answer(LABEL, "No rule was run.", "There is no fusion rule to recommend.", "unsure")
    good = f"{_picked(tables, rule)} {_performance(results, tables, lead)}"
    effect = tables.comparison(lead, results.metric.name)
    if reference is None:
        told = f"{good}. There is no single modality to compare it with."
        return Answer(LABEL, f"{rule}.", told, "unsure")
    if not effect:
        return Answer(LABEL, "Not known.", incomparable(results.metric, lead, reference), "unsure")
    if len(tables.named("single")) < 2:
        told = f"{good}; {reference} is the only modality."
        return Answer(LABEL, f"{reference} alone: there is nothing to fuse.", told, "unsure")
    verdict, reason, models, tone = _choice(results, tables, rule, reference)
    alone = results.metric.written(tables.value(reference, results.metric.name))
    parts = [
        f"{good}; {reference} alone: {alone}.",
        _twins(tables, rule) if rule in models else "",
        reason,
        *_left_out(results.metric, tables, models),
    ]
    return Answer(LABEL, verdict, " ".join(filter(None, parts)), tone)


def _choice(
    results: Results, tables: Tables, rule: str, reference: str
) -> tuple[str, str, tuple[str, ...], str]:
    """Return the verdict, what it rests on, the models that it names, and its tone."""
    metric, lead = results.metric, tables.lead or ""
    effect, other = (tables.comparison(lead, one.name) for one in (metric, secondary(metric)))
    winners = shown_better(tables, metric)
    by_other = verdicts.is_material(other)
    what = _WHAT[secondary(metric).name]
    verdict = effect["verdict"]
    if verdict == verdicts.BETTER:
        return f"{rule}.", "", (rule,), "yes"
    if winners:
        first = next((name for name in winners if tables.in_set(name, metric.name)), winners[0])
        row = tables.comparison(first, metric.name)
        told = say(
            "After the correction for their number {names} {n:~is|are} shown to be better than {reference}, "
            "{first} by {gain} (95 % interval {interval}); the rule picked without test is not.",
            names=quoted(winners, 3),
            n=len(winners),
            reference=reference,
            first=first,
            gain=metric.change(row["difference"]),
            interval=metric.difference_interval(row["low"], row["high"]),
        )
        return f"{first}, with care.", told, (first,), "unsure"
    if by_other and verdict == verdicts.WORSE:
        told = f"It is worse in {metric.title}, and better in its {what}."
        return f"{reference} alone, or {rule} for its {what}.", told, (rule, reference), "unsure"
    if by_other:
        told = f"Its {what} are better than those of {reference}; {open_gain(metric, effect)}."
        return f"{rule}, for its {what}.", told, (rule,), "yes"
    if verdict == verdicts.WORSE:
        return f"No rule: use {reference} alone.", "Fusing makes it worse.", (reference,), "no"
    if verdict == verdicts.SAME:
        return f"{reference} alone.", f"{capitalised(open_gain(metric, effect))}.", (reference,), "no"
    if verdict == verdicts.NEGLIGIBLE:
        cost = verdicts.cost_bound(effect)
        also = f"; it may cost up to {metric.amount(cost)}" if cost > MARGIN else ""
        told = f"Fusing gains {bound(metric, effect)}{also}."
        harm = ", if it does not harm" * bool(also)
        return f"{reference} alone: fusing gains next to nothing{harm}.", told, (reference,), "no"
    told = "These items do not settle whether fusing is better: absence of proof is no proof of absence."
    return f"Not settled: {rule}, or {reference} alone.", told, (rule, reference), "unsure"


_WHAT = {"log_loss": "probabilities", "accuracy": "decisions"}


def _picked(tables: Tables, rule: str) -> str:
    """Return how the rule was found, as the subject of a sentence."""
    chosen, rules = chosen_rules(tables), tables.rules
    if tables.lead != SELECTED or not chosen:
        loss = next((row["out_of_fold_log_loss"] for row in tables.models if row["model"] == rule), None)
        how = (
            "the only rule"
            if len(rules) == 1
            else "the rule with the least log loss on rows held out"
            if loss is not None
            else "the first rule of the configuration"
        )
        return f"{capitalised(how)}, {rule},"
    total = sum(times for _, times in chosen)
    most = "all" if chosen[0][1] == total else f"{chosen[0][1]} of"
    where = "" if total == 1 else f" in {most} {total} partitions"
    return f"The rule picked from {len(rules)} without a look at test items ({rule}{where})"


def _performance(results: Results, tables: Tables, model: str) -> str:
    """Return how good a model is, as the predicate of a sentence."""
    metric, row = results.metric, tables.metric(model, results.metric.name)
    n, value = plural(row.get("n") or 0, "item"), metric.written(row.get("value"))
    between = metric.interval(row.get("low"), row.get("high"))
    interval = "no interval" if between == NOTHING else f"95 % interval {between}"
    told = (
        f"is right for {value} of {n} ({interval})"
        if metric.name == "accuracy"
        else f"has {article(metric.title)} of {value} on {n} ({interval})"
    )
    if tables.protocol == "cross" and results.apart:
        told += f", each of {article(results.group_word)} that its model had never seen"
    return told


def _twins(tables: Tables, rule: str) -> str:
    """Say which other rules say the same of every item, so that any of them will do."""
    first = {row["model"]: row["same_as"] or row["model"] for row in tables.models}
    names = [name for name in tables.rules if name != rule and first[name] == first.get(rule)]
    if not names:
        return ""
    told = "{names} {n:~says|say} the same of every item as {rule}."
    return say(told, names=quoted(names, 3), n=len(names), rule=rule)


def _left_out(metric: Metric, tables: Tables, named: tuple[str, ...]) -> list[str]:
    """Say of each model that is named, and is not in the confidence set, why it is named all the same."""
    told = []
    for model in named:
        if tables.in_set(model, metric.name) is not False:
            continue
        best = tables.one("confidence_set", metric=metric.name, rank=1) or {}
        reason = (
            "it stands here because no rule is shown to be better than it"
            if model == tables.reference
            else "it stands here because it was picked without a look at test items, as the best was not"
        )
        told.append(
            f"{model} is not in the 95 % model confidence set, which compares every pair and in which "
            f"{best.get('model')} ({metric.written(best.get('value'))}) is the best observed; {reason}."
        )
    return told
