"""The rule that an analyst without the test part would take: in each partition the best one out of fold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from latefusion.fusion.aggregation import SAME


def best_rule(validated: Mapping[str, Mapping[str, Any]]) -> str:
    """Name of the rule with the least cross-validated log loss.

    Parameters
    ----------
    validated : mapping of str to mapping
        For each rule what it scored over the folds, `log_loss` in nats among it. A single rule is taken as
        it is, whether or not it has a log loss.

    Returns
    -------
    str
        The first in the alphabet of those that agree to rounding.

    Raises
    ------
    ValueError
        If there is a choice and a rule has no log loss.
    """
    names = sorted(validated)
    if len(names) == 1:
        return names[0]
    loss = {name: validated[name]["log_loss"] for name in names}
    without = [name for name in names if loss[name] is None]
    if without:
        raise ValueError(f"no log loss to choose by: {', '.join(without)}")
    least = min(loss.values())
    return next(name for name in names if loss[name] <= least * (1 + SAME))


def select(
    tables: Mapping[str, pa.Table], learned: Mapping[str, Mapping[str, Any]]
) -> tuple[pa.Table, dict[str, Any]]:
    """Predictions of the rule that was best out of fold inside each partition's training part.

    Parameters
    ----------
    tables : mapping of str to pyarrow.Table
        Fusion table of each candidate. Of a stochastic rule the first repeat is taken: one run is what
        somebody who follows the choice would have.
    learned : mapping of str to mapping
        What each candidate's JSON file says, `cross_validated` above all.

    Returns
    -------
    table : pyarrow.Table
        Test rows of every partition as the chosen rule predicts them, of repeat 0.
    choice : dict
        For each partition the chosen rule, and the log loss and accuracy of every candidate.
    """
    names = sorted(tables)
    pieces, choice = [], {}
    for partition in learned[names[0]]["cross_validated"]:
        scores = {name: learned[name]["cross_validated"][partition] for name in names}
        chosen = best_rule(scores)
        table = tables[chosen]
        mine = pc.and_(pc.equal(table["partition"], partition), pc.equal(table["repeat"], 0))
        pieces.append(table.filter(mine))
        choice[partition] = {"chosen": chosen, "candidates": scores}
    return pa.concat_tables(pieces).combine_chunks(), {"rule": "selected", "partitions": choice}
