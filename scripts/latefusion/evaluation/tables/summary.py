"""One row for each protocol, model and subset; and the ranking that the terminal shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from latefusion.core.wording import plural, verb
from latefusion.evaluation.names import ALL, BETTER, FEWER_FUSED, SELECTED

METRICS: Final = tuple(BETTER)
WIDTH: Final = 80
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
        *("difference", "difference_low", "difference_high", "p_holm"),
    ]


def summarise(tables: Tables) -> list[Row]:
    """Return the rows of summary.csv.

    Parameters
    ----------
    tables : mapping of str to mapping of str to Table
        The evaluation's tables by protocol and name.

    Returns
    -------
    list of dict
        Each with all `columns`, None where there is nothing.
    """
    rows: dict[tuple[str, str, str], Row] = {}
    for protocol, own in tables.items():
        models = {row["model"]: row for row in own["models"].to_pylist()}
        for metric in own["metrics"].to_pylist():
            key = (protocol, metric["model"], metric["subset"])
            if key not in rows:
                model = models[metric["model"]]
                rows[key] = dict.fromkeys(columns()) | {
                    "protocol": protocol,
                    "model": metric["model"],
                    "subset": metric["subset"],
                    "kind": metric["kind"],
                    "n": metric["n"],
                    "groups": metric["groups"],
                    **{name: model[name] for name in ("repeats", "clipped", "same_as", "is_reference")},
                    "approximated": model["approximated"],
                    "in_confidence_set": model["in_confidence_set"] if metric["subset"] == ALL else None,
                }
            name = metric["metric"]
            row = rows[key]
            row |= {name: metric["value"], f"{name}_low": metric["low"], f"{name}_high": metric["high"]}
            if name == "accuracy":
                row |= {
                    "design_effect": metric["design_effect"],
                    "accuracy_repeat_sd": metric["repeat_sd"],
                }
        for one in own["calibration"].to_pylist():
            row = rows[protocol, one["model"], one["subset"]]
            row["clipped"] = one["clipped"]
            if one["measure"] != "slope":
                row[f"{one['measure']}_expected"] = one["expected"]
        for one in own["comparisons"].to_pylist():
            if one["metric"] == "accuracy":
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


def ranking(rows: Sequence[Row], tables: Tables, checks: Mapping[str, Any]) -> str:
    """Return the ranking of the models of each protocol, in 80 columns."""
    lines: list[str] = []
    for protocol in tables:
        own = [row for row in rows if row["protocol"] == protocol and row["subset"] == ALL]
        if own:
            lines += [*_protocol(protocol, own, tables[protocol]), ""]
    counts = checks["counts"]
    told = ", ".join(plural(n, name) for name, n in counts.items())
    lines.append(f"Checks: {told} (checks.json).")
    for check in checks["checks"]:
        if check["severity"] == "error" or check["code"] == FEWER_FUSED:
            lines += _wrapped(f"! {check['sentence']}")
    return "\n".join(lines) + "\n"


def _protocol(protocol: str, rows: Sequence[Row], tables: Mapping[str, pa.Table]) -> list[str]:
    ordered = sorted(rows, key=lambda row: (-row["accuracy"], row["model"]))
    low, high = min(_ends(row)[0] for row in rows), max(_ends(row)[1] for row in rows)
    first = ordered[0]
    of = plural(first["groups"], "group")
    of += ", 95 % intervals" if first["groups"] > 1 else ", which gives no interval"
    lines = [
        f"{protocol}: accuracy in % on {first['n']:,} {verb(first['n'], 'item', 'items')} of {of}",
        f"  {'model':<22} {'':>5} {'interval':^12} {_axis(low, high)} {'log loss':>8} {'F1':>5}",
    ]
    for row in ordered:
        mark = "=" if row["same_as"] else "*" if row["in_confidence_set"] else " "
        loss = "" if row["log_loss"] is None else f"{row['log_loss']:.3f}"
        known = row["accuracy_low"] is not None
        interval = f"{100 * row['accuracy_low']:.1f}–{100 * row['accuracy_high']:.1f}" if known else ""
        lines.append(
            f"{mark} {_fitted(row['model'], 22):<22} {100 * row['accuracy']:5.1f} {interval:^12}"
            f" {_bar(row, low, high)} {loss:>8} {row['macro_f1']:5.3f}"
        )
    lines += _wrapped("* not distinguishable from the best (95 % confidence set)   = same as another")
    lines += _claims(tables)
    for best in tables["best"].to_pylist():
        if best["metric"] == "accuracy":
            lines += _wrapped(
                f"Observed best {best['observed_best']} {100 * best['observed']:.1f} %"
                + (
                    f"; corrected for selection bias {100 * best['corrected']:.1f} %."
                    if best["corrected"] is not None
                    else "."
                )
                + (
                    f" Rule chosen without test: {100 * best['selected']:.1f} %.{_outside(rows)}"
                    if best["selected"] is not None
                    else ""
                )
            )
    return lines


def _outside(rows: Sequence[Row]) -> str:
    """Say that the rule chosen without test is not in the confidence set, where it is not."""
    chosen = next((row for row in rows if row["model"] == SELECTED), None)
    if chosen is None or chosen["in_confidence_set"] is not False:
        return ""
    return " It is outside the confidence set: best out of fold, but not on these items."


def _claims(tables: Mapping[str, pa.Table]) -> list[str]:
    """Say which rules are better than the reference, and what differences the test could have found."""
    planned = {row["model"] for row in tables["models"].to_pylist() if row["is_confirmatory"]}
    family = [
        one
        for one in tables["comparisons"].to_pylist()
        if one["family"] == "confirmatory" and one["metric"] == "accuracy" and one["model"] in planned
    ]
    if not family:
        return []
    winners = [one["model"] for one in family if one["significant"] and one["difference"] > 0]
    text = (
        f"Better than {family[0]['reference']} alone, after Holm's correction: "
        f"{', '.join(winners) or 'no rule'}"
    )
    known = [one["detectable_holm"] for one in family if one["detectable_holm"] is not None]
    text += "." if known else ", as one group tells nothing of chance."
    # zero for a rule that decides as the reference does
    detectable = [value for value in known if value]
    if detectable:
        least, most = (f"{100 * value:.1f}" for value in (min(detectable), max(detectable)))
        under = f"{least} points" if least == most else f"{least} to {most} points, depending on the rule,"
        text += f" Differences under {under} would be missed more than once in five times."
    return _wrapped(text)


def _axis(low: float, high: float) -> str:
    left, right = f"{100 * low:.0f}", f"{100 * high:.0f}"
    return left + " " * (BAR - len(left) - len(right)) + right


def _ends(row: Row) -> tuple[float, float]:
    """Return the ends of the interval of accuracy; both are the value where there is none."""
    known = row["accuracy_low"] is not None
    return (row["accuracy_low"], row["accuracy_high"]) if known else (row["accuracy"], row["accuracy"])


def _bar(row: Row, low: float, high: float) -> str:
    def place(value: float) -> int:
        return round((value - low) / max(high - low, 1e-12) * (BAR - 1))

    left, right = map(place, _ends(row))
    cells = [" "] * left + ["-"] * (right - left + 1) + [" "] * (BAR - 1 - right)
    cells[place(row["accuracy"])] = "o"
    return "".join(cells)


def _fitted(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _wrapped(text: str) -> list[str]:
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = "  " + word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]
