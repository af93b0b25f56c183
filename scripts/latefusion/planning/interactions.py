"""Where interactions between the modalities of early views are measured: partition, views, tables."""

from __future__ import annotations

from latefusion.evaluation.names import EMAP
from latefusion.planning.config_types import Config
from latefusion.planning.plan import Plan
from latefusion.planning.views import REPLICA


def partition(config: Config, plan: Plan) -> str | None:
    """Return the partition on whose test part it is done; None where it is not."""
    honest = [name for name in ("honest", "cross") if name in config["protocols"]]
    return plan.partitions[honest[0]][0] if honest and config["evaluation"]["emap"] else None


def views(config: Config, plan: Plan) -> list[str]:
    """Return the views of which it is done: SVMs on several modalities, trained here, candidates too."""
    every = plan.every_view.values() if partition(config, plan) else ()
    return [
        view.name
        for view in every
        if view.kind == "early" and view.has_svm and not view.name.endswith(f".{REPLICA}")
    ]


def tables(config: Config, plan: Plan) -> list[str]:
    """Return what says how much interactions add, view by view."""
    return [f"<results>/evaluation/{EMAP}/{name}.parquet" for name in views(config, plan)]
