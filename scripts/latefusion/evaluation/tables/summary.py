"""One row for each protocol, model and subset; and the ranking that the terminal shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from latefusion.core.metric_facts import BETTER, IN_PER_CENT, TITLE, difference_unit, gain, size, written
from latefusion.core.wording import fitted, plural, verb, wrapped
from latefusion.evaluation.names import ALL, FEWER_FUSED, LEARNER, SELECTED

METRICS: Final = tuple(BETTER)
BAR: Final = 21

Row = dict[str, Any]
Tables = Mapping[str, Mapping[str, pa.Table]]


def columns() -> list[str]:
    """Return the columns of summary.csv."""
    metrics = [name for metric in METRICS for name in (metric, f"{metric}_low", f"{metric}_high")]
    return [
        *("protocol", "model", "subset", "kind", "n", "groups"),
        *metrics,
        *("ece_top_expected", "ece_class_expected", "design_effect", "repeats", "accuracy_repeat_sd"),
        *("clipped", "same_as", "is_reference", "in_confidence_set", "approximated"),
        *("metric", "difference", "difference_low", "difference_high", "p_holm"),
    ]


def summarise(tables: Tables, metric: str = "accuracy") -> list[Row]:
    """Return the rows of summary.csv.

    Parameters
    ----------
    tables : mapping of str to mapping of str to Table
        The evaluation's tables by protocol and name.
    metric : str
        The headline metric, that of the difference, of its p-value and of the confidence set.

    Returns
    -------
    list of dict
        Each with all `columns`, None where there is nothing.
    """
    rows: dict[tuple[str, str, str], Row] = {}
    for protocol, own in tables.items():
        models = {row["model"]: row for row in own["models"].to_pylist()}
        for one in own["metrics"].to_pylist():
            key = (protocol, one["model"], one["subset"])
            if key not in rows:
                model = models[one["model"]]
                rows[key] = dict.fromkeys(columns()) | {
                    "protocol": protocol,
                    **{name: one[name] for name in ("model", "subset", "kind", "n", "groups")},
                    "metric": metric,
                    **{name: model[name] for name in ("repeats", "clipped", "same_as", "is_reference")},
                    "approximated": model["approximated"],
                    "in_confidence_set": model["in_confidence_set"] if one["subset"] == ALL else None,
                }
            name = one["metric"]
            row = rows[key]
            row |= {name: one["value"], f"{name}_low": one["low"], f"{name}_high": one["high"]}
            if name == "accuracy":
                row |= {"design_effect": one["design_effect"], "accuracy_repeat_sd": one["repeat_sd"]}
        for one in own["calibration"].to_pylist():
            row = rows[protocol, one["model"], one["subset"]]
            row["clipped"] = one["clipped"]
            if one["measure"] != "slope":
                row[f"{one['measure']}_expected"] = one["expected"]
        for one in own["comparisons"].to_pylist():
            if one["metric"] == metric:
                rows[protocol, one["model"], one["subset"]] |= {
                    "difference": one["difference"],
                    "difference_low": one["low"],
                    "difference_high": one["high"],
                    "p_holm": one["p_holm"],
                }
    return list(rows.values())


def as_columns(rows: Sequence[Row]) -> dict[str, list[object]]:
    """Return rows as columns, for `latefusion.store.csv_export.write_csv`."""
    return {name: [row[name] for row in rows] for name in columns()}


def ranking(rows: Sequence[Row], tables: Tables, checks: Mapping[str, Any], metric: str = "accuracy") -> str:
    """Return the ranking of the models of each protocol by the headline metric, in 80 columns."""
    lines: list[str] = []
    for protocol in tables:
        own = [row for row in rows if row["protocol"] == protocol and row["subset"] == ALL]
        own = [row for row in own if row["kind"] != LEARNER]
        if own:
            lines += [*_protocol(protocol, own, tables[protocol], metric), ""]
    counts = checks["counts"]
    told = ", ".join(plural(n, name) for name, n in counts.items())
    lines.append(f"Checks: {told} (checks.json).")
    for check in checks["checks"]:
        if check["severity"] == "error" or check["code"] == FEWER_FUSED:
            lines += wrapped(f"! {check['sentence']}")
    return "\n".join(lines) + "\n"


def _protocol(protocol: str, rows: Sequence[Row], tables: Mapping[str, pa.Table], metric: str) -> list[str]:
    ordered = sorted(rows, key=lambda row: place(row, metric))
    known = [row for row in rows if row[metric] is not None]
    low = min((_ends(row, metric)[0] for row in known), default=0.0)
    high = max((_ends(row, metric)[1] for row in known), default=1.0)
    first = ordered[0]
    of = plural(first["groups"], "group")
    of += ", 95 % intervals" if first["groups"] > 1 else ", which gives no interval"
    unit = " in %" if metric in IN_PER_CENT else " (less is better)" if BETTER[metric] == "lower" else ""
    others = beside(metric)
    heads = f"{others[0][1]:>8} {others[1][1]:>5}"
    lines = [
        *wrapped(
            f"{protocol}: {TITLE[metric]}{unit} on {first['n']:,} {verb(first['n'], 'item', 'items')} of {of}"
        ),
        f"  {'model':<22} {'':>5} {'interval':^12} {_axis(metric, low, high)} {heads}",
    ]
    for row in ordered:
        mark = "=" if row["same_as"] else "*" if row["in_confidence_set"] else " "
        value = "" if row[metric] is None else size(metric, row[metric])
        ends = [row[f"{metric}_low"], row[f"{metric}_high"]]
        interval = "" if None in ends else "–".join(size(metric, end) for end in ends)
        more = [_other(name, row[name]) for name, _ in others]
        lines.append(
            f"{mark} {fitted(row['model'], 22):<22} {value:>5} {interval:^12}"
            f" {_bar(row, metric, low, high)} {more[0]:>8} {more[1]:>5}"
        )
    lines += wrapped("* not distinguishable from the best (95 % confidence set)   = same as another")
    lines += _claims(tables, metric)
    for best in tables["best"].to_pylist():
        if best["metric"] == metric:
            lines += wrapped(_best(best, rows, metric))
    return lines


def place(row: Mapping[str, Any], metric: str) -> tuple[bool, float, str]:
    """Return what sorts the best first, and models without the metric last."""
    value = row[metric]
    return value is None, 0.0 if value is None else -gain(metric, value), row["model"]


def beside(metric: str) -> list[tuple[str, str]]:
    """Return the two metrics that stand beside the headline's, with their heads."""
    heads = {"log_loss": "log loss", "accuracy": "acc %", "macro_f1": "F1"}
    first = "accuracy" if metric == "log_loss" else "log_loss"
    second = "accuracy" if metric == "macro_f1" else "macro_f1"
    return [(name, heads[name]) for name in (first, second)]


def _other(metric: str, value: float | None) -> str:
    return "" if value is None else size(metric, value)


def _best(best: Row, rows: Sequence[Row], metric: str) -> str:
    """Say what the best is, how good it is without the luck of being picked, and what was chosen."""
    told = f"Observed best {best['observed_best']} {written(metric, best['observed'])}"
    if best["corrected"] is not None:
        told += f"; corrected for selection bias {written(metric, best['corrected'])}"
    if best["selected"] is not None:
        told += f". Rule chosen without test: {written(metric, best['selected'])}"
    return f"{told}.{_outside(rows) if best['selected'] is not None else ''}"


def _outside(rows: Sequence[Row]) -> str:
    """Say that the rule chosen without test is not in the confidence set, where it is not."""
    chosen = next((row for row in rows if row["model"] == SELECTED), None)
    if chosen is None or chosen["in_confidence_set"] is not False:
        return ""
    return " It is outside the confidence set: best out of fold, but not on these items."


def _claims(tables: Mapping[str, pa.Table], metric: str) -> list[str]:
    """Say which rules are better than the reference, and what differences the test could have found."""
    planned = {row["model"] for row in tables["models"].to_pylist() if row["is_confirmatory"]}
    family = [
        one
        for one in tables["comparisons"].to_pylist()
        if one["family"] == "confirmatory" and one["metric"] == metric and one["model"] in planned
    ]
    if not family:
        return []
    winners = [one["model"] for one in family if one["significant"] and gain(metric, one["difference"]) > 0]
    text = (
        f"Better than {family[0]['reference']} alone, after Holm's correction: "
        f"{', '.join(winners) or 'no rule'}"
    )
    known = [one["detectable_holm"] for one in family if one["detectable_holm"] is not None]
    groups = family[0]["groups"]
    few = "one group tells nothing of chance" if groups == 1 else f"{groups} groups could show none"
    text += "." if known else f", as {few}."
    # zero for a rule that decides as the reference does
    detectable = [value for value in known if value]
    if detectable:
        least, most = (size(metric, value) for value in (min(detectable), max(detectable)))
        unit = difference_unit(metric)
        apart = f"{least}{unit}" if least == most else f"{least} to {most}{unit}, depending on the rule"
        text += f" Minimum detectable difference (80 % power): {apart}."
    return wrapped(text)


def _axis(metric: str, low: float, high: float) -> str:
    left, right = ((f"{100 * end:.0f}" if metric in IN_PER_CENT else f"{end:.2f}") for end in (low, high))
    return left + " " * (BAR - len(left) - len(right)) + right


def _ends(row: Row, metric: str) -> tuple[float, float]:
    """Return the ends of the interval of a metric; both are the value where there is none."""
    low, high = row[f"{metric}_low"], row[f"{metric}_high"]
    return (row[metric], row[metric]) if low is None or high is None else (low, high)


def _bar(row: Row, metric: str, low: float, high: float) -> str:
    if row[metric] is None:
        return " " * BAR

    def place(value: float) -> int:
        return round((value - low) / max(high - low, 1e-12) * (BAR - 1))

    left, right = map(place, _ends(row, metric))
    cells = [" "] * left + ["-"] * (right - left + 1) + [" "] * (BAR - 1 - right)
    cells[place(row[metric])] = "o"
    return "".join(cells)
