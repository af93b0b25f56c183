"""A test suite for the analysis: what is known to go wrong, looked for in the tables.

One function a check; every one is silent on a sound analysis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any, Final

from latefusion.evaluation.checks import claims, data, division, fusion, learners, models, predictions
from latefusion.evaluation.checks.finding import ERROR, NOTE, WARNING, Evidence, Findings

_ALL: Final = (
    data.groups_straddle,
    data.cross_not_grouped,
    division.given_folds_straddle,
    data.groups_joined,
    data.groups_unknown,
    models.group_lookup_not_beaten,
    models.majority_not_beaten,
    models.overfitted,
    models.class_never_predicted,
    models.kernel_nearly_constant,
    data.classes_unbalanced,
    claims.rule_not_better,
    claims.rule_worse,
    claims.selected_outside_set,
    models.confidences_not_comparable,
    claims.weights_from_test,
    claims.test_too_small,
    claims.seeds_exceed_rules,
    claims.assignments_exceed,
    claims.assignments_unknown,
    data.duplicates_across,
    models.approximated,
    models.inverted_sigmoids,
    data.few_groups,
    models.folds_unknown,
    predictions.dev_rows_seen,
    fusion.fewer_modalities_fused,
    models.models_left_out,
    learners.learners_matter_more,
    learners.probe_beats_svm,
    learners.grid_too_narrow,
    claims.rules_coincide,
    data.items_unmatched,
    division.items_left_out,
    data.modality_missing,
)

CHECKS: Final[Mapping[str, Callable[[Evidence], Findings]]] = MappingProxyType(
    {check.__name__: check for check in _ALL}
)


def run_checks(evidence: Evidence) -> dict[str, Any]:
    """Run every check.

    Returns
    -------
    dict
        `checks`: findings, errors first; `codes`: every code that was looked for; `counts`: findings by
        severity.
    """
    order = (ERROR, WARNING, NOTE)
    found = [finding for check in CHECKS.values() for finding in check(evidence)]
    found.sort(key=lambda finding: order.index(finding.severity))
    return {
        "checks": [asdict(finding) | {"models": list(finding.models)} for finding in found],
        "codes": list(CHECKS),
        "counts": {severity: sum(one.severity == severity for one in found) for severity in order},
    }
