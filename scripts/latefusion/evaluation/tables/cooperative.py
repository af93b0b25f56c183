"""Cooperative learning: the loss out of fold along the weight of disagreement, from early to late fusion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from latefusion.evaluation.samples import Row
from latefusion.evaluation.tables.learners import at_edge

COOPERATIVE: Final = "cooperative"
"""The learner, as the facts of its models name it."""


def path_rows(partition: str, facts: Mapping[str, Any]) -> Iterator[Row]:
    """Yield the rows of the table `cooperative` of one partition, without the model.

    Parameters
    ----------
    partition : str
    facts : mapping
        What training wrote down of a model; nothing comes of other learners, nor of a single modality, on
        which all weights are the same.
    """
    path = facts["learned"]["path"] if facts.get("learner") == COOPERATIVE else []
    weights = sorted({point["rho"] for point in path})
    for rho in weights if len(weights) > 1 else ():
        tried = [point for point in path if point["rho"] == rho]
        best = min(tried, key=lambda point: point["squared_error"])
        chosen = facts["settings"]["rho"] == rho
        edge = at_edge({"penalty": best["penalty"]}, tried) if chosen else []
        yield {"partition": partition, **best, "chosen": chosen, "at_edge": ", ".join(edge) or None}
