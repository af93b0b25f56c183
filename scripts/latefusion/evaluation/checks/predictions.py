"""Checks of models that were trained elsewhere: whether what rules learn from can be believed."""

from __future__ import annotations

from typing import Final

from latefusion.core.wording import listed, verb
from latefusion.evaluation.checks.finding import WARNING, Evidence, Finding, Findings, Row, percent

SURE: Final = 0.01
"""Share of draws from which a loss on dev rows is not taken to be far below that on test rows."""


def dev_rows_seen(evidence: Evidence) -> Findings:
    """A model is far better on the rows that teach the rules than on test rows: it was trained on them."""
    for protocol, tables in evidence.protocols():
        rows = [row for row in tables.get("dev_loss", []) if row["p"] < SURE]
        if not rows:
            continue
        names = [row["model"] for row in rows]
        values = listed([_losses(row) for row in rows])
        reference = evidence.reference(protocol)
        more = f"; {reference} is the reference by these rows" if reference in names else ""
        yield Finding(
            "dev_rows_seen",
            WARNING,
            f"{listed(names)} {verb(len(names), 'is', 'are')} far better on the rows that teach the rules "
            f"than on test rows ({values}), as a model is on rows that it was trained on. Rules that learn "
            f"trust {verb(len(names), 'it', 'them')} too much and may rank lower than they could{more}.",
            {row["model"]: row["dev"] / row["test"] for row in rows},
            "Bring out-of-fold predictions (`cross_val_predict`), or those of items that the model was not "
            "trained on; until then believe single models and rules that learn nothing (mean, product,"
            " median, …), which these rows do not touch.",
            protocol,
            names,
        )


def _losses(row: Row) -> str:
    if row["metric"] == "log_loss":
        return f"log loss {row['dev']:.3f} against {row['test']:.3f}"
    return f"{percent(row['dev'])} wrong against {percent(row['test'])}"
