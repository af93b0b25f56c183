"""Summary of the models of numbers over all protocols: as a table, on the terminal, and for a paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from latefusion.core.wording import fitted, plural, verb, wrapped
from latefusion.evaluation.names import ALL
from latefusion.evaluation.targets.names import MEAN

Row = dict[str, Any]
Tables = Mapping[str, Mapping[str, pa.Table]]
"""Tables by protocol and name."""

METRICS: Final = (
    "r2",
    "rmse",
    "mae",
    "pearson",
    "spearman",
    "ccc",
    "slope",
    "intercept",
)
SHOWN_TARGETS: Final = 3
"""That fit into the width of a terminal."""
_SET: Final = "in_confidence_set"
_TIED: Final = "not distinguishable from the best (95 % confidence set)"
_KEYS: Final = ("protocol", "model", "kind", "target", "n", "groups")


def summarise_targets(tables: Tables) -> list[Row]:
    """Return a row for each protocol, model and target, with every metric and its interval."""
    rows: dict[tuple[str, str, str], Row] = {}
    for protocol, own in tables.items():
        inside = {row["model"]: row["in_confidence_set"] for row in own["models"].to_pylist()}
        for one in own["metrics"].to_pylist():
            if one["subset"] != ALL:
                continue
            key = (protocol, one["model"], one["target"])
            row = rows.setdefault(key, dict.fromkeys(columns()))
            row |= {"protocol": protocol, **{name: one[name] for name in _KEYS[1:]}}
            row[_SET] = inside[one["model"]] if one["target"] == MEAN else None
            name = one["metric"]
            row |= {name: one["value"], f"{name}_low": one["low"], f"{name}_high": one["high"]}
    return list(rows.values())


def columns() -> list[str]:
    """Return the columns of summary.csv."""
    return [*_KEYS, _SET, *(f"{metric}{end}" for metric in METRICS for end in ("", "_low", "_high"))]


def as_columns(rows: Sequence[Row]) -> dict[str, list[object]]:
    """Return rows as columns, for `latefusion.store.csv_export.write_csv`."""
    return {name: [row[name] for row in rows] for name in columns()}


def ranking_text(rows: Sequence[Row], checks: Mapping[str, Any]) -> str:
    """Return the ranking of the models of each protocol by R², in 80 columns."""
    lines = []
    for protocol, headline, ranked in _rankings(rows):
        first, others = ranked[0][0], _others(ranked)
        of = plural(first["groups"], "group")
        of += ", 95 % intervals" if first["groups"] > 1 else ", which gives no interval"
        what = "mean R²" if headline == MEAN else f"R² of {headline}"
        lines.append(f"{protocol}: {what} on {first['n']:,} {verb(first['n'], 'item', 'items')} of {of}")
        shown = others[:SHOWN_TARGETS]
        heads = "".join(f" {fitted(name, 9):>9}" for name in shown)
        lines.append(f"  {'model':<22} {'':>7} {'interval':^15}{heads}")
        for row, by_target in ranked:
            ends = [row["r2_low"], row["r2_high"]]
            interval = "" if None in ends else f"{ends[0]:.3f} to {ends[1]:.3f}"
            more = "".join(f" {_number(by_target[name]['r2']):>9}" for name in shown)
            mark = "*" if row[_SET] else " "
            lines.append(
                f"{mark} {fitted(row['model'], 22):<22} {_number(row['r2']):>7} {interval:^15}{more}"
            )
        lines.append(f"* {_TIED}")
        if left := others[SHOWN_TARGETS:]:
            lines += wrapped(f"{plural(len(left), 'target')} more in summary.csv: {', '.join(left)}.")
        lines.append("")
    told = ", ".join(plural(n, name) for name, n in checks["counts"].items())
    lines.append(f"Checks: {told} (checks.json).")
    for one in checks["checks"]:
        if one["severity"] == "error":
            lines += wrapped(f"! {one['sentence']}")
    return "\n".join(lines) + "\n"


def ranking_markdown(rows: Sequence[Row]) -> str:
    """Return the ranking of each protocol as a Markdown table."""
    lines = []
    for protocol, headline, ranked in _rankings(rows):
        others = _others(ranked)
        what = "mean R²" if headline == MEAN else f"R² {headline}"
        heads = ["model", what, "95 % interval", *(f"R² {name}" for name in others)]
        lines += [f"**{protocol}**", "", f"| {' | '.join(heads)} |"]
        lines.append("| --- | " + " | ".join(["---:"] * (len(heads) - 1)) + " |")
        for row, by_target in ranked:
            ends = [row["r2_low"], row["r2_high"]]
            interval = "" if None in ends else f"{ends[0]:.3f} to {ends[1]:.3f}"
            cells = [row["model"], _number(row["r2"]) + ("*" if row[_SET] else ""), interval]
            cells += [_number(by_target[name]["r2"]) for name in others]
            lines.append(f"| {' | '.join(cells)} |")
        lines += ["", rf"\* {_TIED}", ""]
    return "\n".join(lines)


def _rankings(rows: Sequence[Row]) -> Iterator[tuple[str, str, list[tuple[Row, dict[str, Row]]]]]:
    """Yield each protocol with the target that ranks, and its models, the best first, with all targets."""
    for protocol in dict.fromkeys(row["protocol"] for row in rows):
        own = [row for row in rows if row["protocol"] == protocol]
        targets = list(dict.fromkeys(row["target"] for row in own))
        headline = MEAN if len(targets) > 2 else next(name for name in targets if name != MEAN)
        by_model: dict[str, dict[str, Row]] = {}
        for row in own:
            by_model.setdefault(row["model"], {})[row["target"]] = row
        # whether a model is in the confidence set stands with the mean over targets, of one target too
        ranked = [(found[headline] | {_SET: found[MEAN][_SET]}, found) for found in by_model.values()]
        ranked.sort(key=lambda one: (one[0]["r2"] is None, -(one[0]["r2"] or 0.0), one[0]["model"]))
        yield protocol, headline, ranked


def _others(ranked: Sequence[tuple[Row, Mapping[str, Row]]]) -> list[str]:
    """Return the targets beside the mean that ranks; none where there is but one."""
    targets = [name for name in ranked[0][1] if name != MEAN]
    return targets if len(targets) > 1 else []


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
