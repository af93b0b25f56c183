"""Checks of predicted numbers: what is wrong with the data or the models, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any, Final

import pyarrow as pa

from latefusion.evaluation.checks.data import (
    cross_not_grouped,
    groups_joined,
    groups_unknown,
    items_unmatched,
)
from latefusion.evaluation.checks.finding import ERROR, NOTE, WARNING, Evidence, Findings
from latefusion.evaluation.targets.data_checks import (
    common_target,
    few_groups,
    groups_straddle,
    models_left_out,
    odd_data,
    target_in_features,
)
from latefusion.evaluation.targets.model_checks import (
    group_mean_not_beaten,
    intervals_too_short,
    mean_not_beaten,
    rule_not_better,
    rule_worse,
    rules_coincide,
    shrunk,
)
from latefusion.evaluation.targets.prediction_checks import dev_rows_seen

NEEDED: Final = ("models", "metrics", "comparisons", "intervals")


def run_target_checks(
    tables: Mapping[str, Mapping[str, pa.Table]],
    dataset: Mapping[str, Any],
    left_out: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """Run every check of a run of numbers.

    Parameters
    ----------
    tables : mapping of str to mapping of str to Table
        The evaluation's tables by protocol and name.
    dataset : mapping
        dataset.json.
    left_out : sequence of mapping
        `protocol`, `model` and `reason` of each view and rule that a protocol does without.

    Returns
    -------
    dict
        `checks`: findings, errors first; `codes`: every code that was looked for; `counts`: findings by
        severity.
    """
    rows = {
        protocol: {name: own[name].to_pylist() for name in NEEDED if name in own}
        for protocol, own in tables.items()
    }
    evidence = Evidence(rows, dataset, left_out=left_out)
    order = (ERROR, WARNING, NOTE)
    found = [finding for check in CHECKS.values() for finding in check(evidence)]
    found.sort(key=lambda finding: order.index(finding.severity))
    return {
        "checks": [asdict(finding) | {"models": list(finding.models)} for finding in found],
        "codes": list(CHECKS),
        "counts": {severity: sum(one.severity == severity for one in found) for severity in order},
    }


_ALL: Final = (
    target_in_features,
    groups_straddle,
    cross_not_grouped,
    groups_joined,
    groups_unknown,
    mean_not_beaten,
    group_mean_not_beaten,
    rule_not_better,
    rule_worse,
    shrunk,
    intervals_too_short,
    few_groups,
    common_target,
    odd_data,
    models_left_out,
    rules_coincide,
    items_unmatched,
    dev_rows_seen,
)

CHECKS: Final[Mapping[str, Callable[[Evidence], Findings]]] = MappingProxyType(
    {check.__name__: check for check in _ALL}
)
