"""The rule that an analyst without the test part would take: in each partition the best one out of fold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from latefusion.core.errors import InputError, Problem
from latefusion.core.metric_facts import TITLE, gain
from latefusion.core.wording import listed
from latefusion.fusion.aggregation import SAME


def best_rule(validated: Mapping[str, Mapping[str, Any]], by: str) -> str:
    """Name of the rule with the best out-of-fold value of a metric.

    Parameters
    ----------
    validated : mapping of str to mapping
        For each rule its out-of-fold metrics by name. A single rule is taken as it is, whether or not it has
        the metric; of several those without it are passed over.
    by : {'log_loss', 'balanced_accuracy', 'macro_f1', 'auroc'}
        Of log loss, in nats, the least is best; of the others the largest.

    Returns
    -------
    str
        The first in the alphabet of those that agree to rounding.

    Raises
    ------
    InputError
        If there is a choice and no rule has the metric.
    """
    names = sorted(validated)
    if len(names) == 1:
        return names[0]
    gains = {name: gain(by, value) for name in names if (value := validated[name][by]) is not None}
    if not gains:
        raise InputError(
            [
                Problem(
                    "evaluation.metric",
                    f"no out-of-fold {TITLE[by]} of {listed(names)}: no fold tells a class from others",
                    "a metric that the folds of the training part can measure",
                    "choose by another metric, such as log_loss, or use fewer folds",
                )
            ]
        )
    best = max(gains.values())
    return next(name for name in gains if gains[name] >= best - SAME * abs(best))


def select(
    tables: Mapping[str, pa.Table], learned: Mapping[str, Mapping[str, Any]], by: str
) -> tuple[pa.Table, dict[str, Any]]:
    """Predictions of the rule that was best out of fold inside each partition's training part.

    Parameters
    ----------
    tables : mapping of str to pyarrow.Table
        Fusion table of each candidate. Of a stochastic rule the first repeat is taken: one run is what
        somebody who follows the choice would have.
    learned : mapping of str to mapping
        What each candidate's JSON file says, `cross_validated` above all.
    by : str
        The metric that chooses, as in `best_rule`.

    Returns
    -------
    table : pyarrow.Table
        Test rows of every partition as the chosen rule predicts them, of repeat 0.
    choice : dict
        The metric that chose, whether every chosen rule gives probabilities, and for each partition the
        chosen rule and the metrics of every candidate.
    """
    names = sorted(tables)
    pieces = []
    choice: dict[str, dict[str, Any]] = {}
    for partition in learned[names[0]]["cross_validated"]:
        scores = {name: learned[name]["cross_validated"][partition] for name in names}
        chosen = best_rule(scores, by)
        table = tables[chosen]
        mine = pc.and_(pc.equal(table["partition"], partition), pc.equal(table["repeat"], 0))
        pieces.append(table.filter(mine))
        choice[partition] = {"chosen": chosen, "candidates": scores}
    facts = {
        "rule": "selected",
        "by": by,
        # votes are no probabilities, whichever partition they are from
        "probabilistic": all(learned[made["chosen"]]["probabilistic"] for made in choice.values()),
        "partitions": choice,
    }
    return pa.concat_tables(pieces).combine_chunks(), facts
