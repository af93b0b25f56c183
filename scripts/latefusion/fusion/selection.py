"""The rule that an analyst without the test part would take: in each partition the best one out of fold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

SAME = 1e-12
"""Rules that coincide on a run may differ by rounding, which must not choose between them."""


def select(
    tables: Mapping[str, pa.Table], learned: Mapping[str, Mapping[str, Any]]
) -> tuple[pa.Table, dict[str, Any]]:
    """Choose the rule with the lowest cross-validated log loss inside each partition's training part.

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
    partitions = list(learned[names[0]]["cross_validated"])
    pieces, choice = [], {}
    for partition in partitions:
        scores = {name: learned[name]["cross_validated"][partition] for name in names}
        least = min(scores[name]["log_loss"] for name in names)
        chosen = next(name for name in names if scores[name]["log_loss"] <= least * (1 + SAME))
        table = tables[chosen]
        mine = pc.and_(pc.equal(table["partition"], partition), pc.equal(table["repeat"], 0))
        pieces.append(table.filter(mine))
        choice[partition] = {"chosen": chosen, "candidates": scores}
    return pa.concat_tables(pieces).combine_chunks(), {"rule": "selected", "partitions": choice}
