"""Fusion: each rule against the best single modality, and what remains to be gained."""

from __future__ import annotations

from collections import Counter

from latefusion.report.charts import intervals
from latefusion.report.inputs import Results, Row, Tables
from latefusion.report.parts import Cell, Column, Figure, Section, Table, estimate, figure, text
from latefusion.report.singles import SHADES, all_metrics, confusion
from latefusion.report.text import (
    count,
    listed,
    number,
    percent,
    percent_interval,
    plural,
    points,
    points_interval,
    probability,
    signed,
    span,
)
from latefusion.report.words import quoted

VERDICTS = ("better", "undecided", "worse")
PALETTE = {"better": 2, "undecided": 6, "worse": 1, "same": 6}
TONES = {"better": "good", "worse": "bad"}


def section(results: Results) -> Section:
    """Return the rules, their effects and the room that is left."""
    tables = results.best
    part = Section("fusion", "Fusion")
    rules = tables.named("rule")
    part.sentences = [_verdict(tables), _room(tables), _best(tables), _overall(tables)]
    part.sentences = [sentence for sentence in part.sentences if sentence]
    effects = _effects(tables)
    if effects:
        part.figures.append(effects)
    part.tables.append(_by_class(results, tables, [*tables.named("single", "early"), *rules]))
    part.tables.append(all_metrics(tables, rules, "rule-metrics", "Every metric of the rules"))
    part.facts["matrix"] = confusion(results, tables, tables.lead) if tables.lead else None
    part.facts["gap"] = _gap(tables)
    return part


def _verdict(tables: Tables) -> str:
    rows = tables.where("comparisons", family="confirmatory", metric="accuracy", subset="all")
    if not rows:
        return ""
    by = {verdict: [row["model"] for row in rows if row["verdict"] == verdict] for verdict in VERDICTS}
    parts = []
    if by["better"]:
        parts.append(f"better than {tables.reference} alone: {quoted(by['better'])}")
    if by["undecided"]:
        parts.append(f"not to be told from {tables.reference} alone: {quoted(by['undecided'])}")
    if by["worse"]:
        parts.append(f"worse: {quoted(by['worse'])}")
    least = [row["detectable"] for row in rows]
    power = (
        f" A true difference of about {number(100 * sum(least) / len(least), 1)} points would be found four "
        "times out of five."
        if least
        else ""
    )
    corrected = f"corrected for {plural(rows[0]['tests'], 'comparison')} (Holm)"
    return f"In accuracy, {corrected}: {'; '.join(parts)}.{power}"


def _room(tables: Tables) -> str:
    oracle = tables.one("oracle", model="oracle", class_index=None)
    gain = tables.one("oracle", model=tables.lead, class_index=None)
    if not oracle:
        return ""
    closed = (
        f" {tables.lead} closes {percent(gain['gap_closed'], 0)} of the gap."
        if gain and gain["gap_closed"] is not None
        else ""
    )
    return (
        f"Room that is left: some single modality is right for {percent(oracle['value'])} of the items "
        f"({percent_interval(oracle['low'], oracle['high'])}), {tables.reference} alone for "
        f"{percent(oracle['best_single_value'])}. If they erred independently, some would be right for "
        f"{percent(oracle['independent'])}, so part of the gap is luck that no rule can use.{closed}"
    )


def _best(tables: Tables) -> str:
    best = tables.one("best", metric="accuracy")
    if not best or best["corrected"] is None:
        return ""
    return (
        f"{best['observed_best']} happens to score highest, with {percent(best['observed'])}. Less the luck "
        f"of having been picked for that, {percent(best['corrected'])} remains "
        f"({percent_interval(best['low'], best['high'])})."
    )


def _overall(tables: Tables) -> str:
    row = tables.one("overall", metric="accuracy")
    if not row or row["p"] is None:
        return ""
    told = "do differ" if row["p"] < 0.05 else "could all be equally accurate"
    return (
        f"Taken all at once, the {row['models']} models {told} (p "
        f"{'' if row['p'] < 0.001 else '= '}{probability(row['p'])})."
    )


def _effects(tables: Tables) -> Figure | None:
    found = tables.where("comparisons", metric="accuracy", subset="all", family="confirmatory")
    found += [
        row
        for row in tables.where("comparisons", metric="accuracy", subset="all", family="exploratory")
        if row["kind"] != "baseline"
    ]
    fused = [row for row in found if row["kind"] != "single"]
    if not fused:
        return None
    found, fused = (sorted(rows, key=lambda row: -row["difference"]) for rows in (found, fused))
    rows = [
        {
            "label": row["model"],
            "name": row["verdict"],
            "value": row["difference"],
            "low": row["low"],
            "high": row["high"],
            "shown": f"{points(row['difference'])} points ({points_interval(row['low'], row['high'])})",
        }
        for row in fused
    ]
    names = [name for name in (*VERDICTS, "same") if any(row["name"] == name for row in rows)]
    spec = intervals(
        rows,
        order=[row["label"] for row in rows],
        names=names,
        title="difference (percentage points)",
        unit="points",
        zero=0.0,
        overlay=True,
        palette=PALETTE,
    )
    return Figure(
        "effects",
        f"What fusion adds to {tables.reference}, the best single modality",
        f"Paired difference in accuracy on the same items, percentage points with 95 % intervals; "
        f"n = {plural(fused[0]['n'], 'item')} in {plural(fused[0]['groups'], 'group')}. Right of the line "
        "is better.",
        spec,
        f"Differences to {tables.reference}: "
        + listed([f"{row['model']} {points(row['difference'])} points, {row['verdict']}" for row in fused]),
        _comparisons(tables, found),
    )


def _comparisons(tables: Tables, found: list[Row]) -> Table:
    rows = []
    for row in found:
        loss = tables.one(
            "comparisons",
            family=row["family"],
            metric="log_loss",
            subset="all",
            model=row["model"],
        )
        f1 = tables.one(
            "comparisons",
            family=row["family"],
            metric="macro_f1",
            subset="all",
            model=row["model"],
        )
        rows.append(
            [
                text(row["model"], note=f"same as {row['same_as']}" if row["same_as"] else ""),
                estimate(row, points, points_interval, key="difference"),
                figure(row["p"], probability),
                figure(row["p_holm"], probability),
                Cell("", row["verdict"], mark=row["verdict"], tone=TONES.get(row["verdict"], "")),
                _difference(f1),
                _difference(loss),
                figure(row["only_model"], percent),
                figure(row["only_reference"], percent),
                figure(row["design_effect"], lambda value: number(value, 2)),
                figure(100 * row["detectable"], lambda value: number(value, 1)),
            ]
        )
    return Table(
        "comparisons",
        f"Each model against {tables.reference}, paired, n = {plural(found[0]['n'], 'item')}. p: sign-flip "
        "of group sums, "
        "two-sided; Holm over the rules.",
        [
            Column("Model", "model", "text"),
            Column("Accuracy", "difference", unit="points (95 %)", interval="beside"),
            Column("p", "p"),
            Column("p, Holm", "p_holm"),
            Column("Verdict", "verdict", "text"),
            Column("Macro-F1", "difference_macro_f1", unit="difference (95 %)", interval="beside"),
            Column("Log loss", "difference_log_loss", unit="nats, minus: good", interval="beside"),
            Column("Only it right", "only_model", unit="% of items"),
            Column("Only the single", "only_reference", unit="% of items"),
            Column("Design effect", "design_effect", help="variance by groups over variance by items"),
            Column("Least detectable", "least_detectable_points", unit="points"),
        ],
        rows,
        note="Design effect: how many times wider the variance is because items of a group err together. "
        "Least detectable: a true difference of this size is found four times out of five.",
    )


def _difference(row: Row | None) -> Cell:
    if not row:
        return Cell("–", None)
    return estimate(
        row,
        signed,
        lambda low, high: f"{signed(low)} to {signed(high)}",
        key="difference",
        tone=TONES.get(row["verdict"], ""),
    )


def _by_class(results: Results, tables: Tables, names: list[str]) -> Table:
    rows = []
    for name in names:
        cells = [text(name)]
        for index in range(len(results.classes)):
            row = tables.one("per_class", subset="all", metric="recall", model=name, class_index=index) or {}
            share = row.get("value")
            tone = f"shade shade-{min(SHADES, round((share or 0) * SHADES))}"
            cells.append(Cell(percent(share, 0), share, tone=tone))
        cells.append(figure(tables.value(name, "macro_f1"), number))
        rows.append(cells)
    return Table(
        "recall-by-rule",
        "Recall of each class by every model, in per cent: what accuracy alone hides.",
        [
            Column("Model", "model", "text"),
            *(Column(title, title, unit="recall, %") for title in results.classes),
            Column("Macro-F1", "macro_f1"),
        ],
        rows,
    )


def _gap(tables: Tables) -> Table | None:
    changed = Counter((row["model"], row["change"]) for row in tables.rows.get("changed", []))
    none = Counter(row["model"] for row in tables.where("changed", change="mended", modalities_right=0))
    rows = [row for row in tables.where("oracle", class_index=None) if row["model"] != "oracle"]
    if not rows:
        return None
    rows.sort(key=lambda row: -row["value"])
    return Table(
        "gap",
        f"What each fused model mended and broke against {tables.reference}, and how much of the gap to a "
        "perfect choice "
        f"between the modalities it closed; n = {plural(rows[0]['n'], 'item')}.",
        [
            Column("Model", "model", "text"),
            Column("Mended", "mended", unit="items"),
            Column("Broken", "broken", unit="items"),
            Column("Net", "net", unit="items"),
            Column("Mended by none", "mended_by_none", help="right although no modality was", unit="items"),
            Column("Gap closed", "gap_closed", unit="% (95 %)", interval="beside"),
        ],
        [
            [
                text(row["model"]),
                figure(changed[row["model"], "mended"], count),
                figure(changed[row["model"], "broken"], count),
                figure(
                    changed[row["model"], "mended"] - changed[row["model"], "broken"],
                    lambda net: signed(net, 0),
                ),
                figure(none[row["model"]], count),
                estimate(
                    row | {"low": row["gap_closed_low"], "high": row["gap_closed_high"]},
                    lambda share: percent(share, 0),
                    lambda low, high: span(low, high, 100, 0),
                    key="gap_closed",
                ),
            ]
            for row in rows
        ],
        note=(
            "Mended by none: right although no single modality was. A model run with several "
            "seeds counts as right where more "
            "than half of the seeds are."
        ),
    )
