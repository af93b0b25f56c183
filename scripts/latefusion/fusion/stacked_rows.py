"""Rules fitted to rows and asked about rows, with the quality of the items where a rule reads it."""

from __future__ import annotations

from collections.abc import Sequence

from latefusion.fusion.aggregation import Array
from latefusion.fusion.inputs import Stacked
from latefusion.fusion.quality import QualityRule
from latefusion.fusion.rule import Rule


def fit_rules(kind: type[Rule], rules: Sequence[Rule], samples: Sequence[Stacked]) -> None:
    """Fit several rules of a kind, each to rows of its own, with their quality where it reads that."""
    if not issubclass(kind, QualityRule):
        kind.fit_together(rules, [(rows.P, rows.y, rows.fold) for rows in samples])
        return
    for rule, rows in zip(rules, samples, strict=True):
        assert isinstance(rule, QualityRule)
        rule.fit(rows.P, rows.y, fold=rows.fold, quality=rows.quality)


def predict_rows(rule: Rule, asked: Stacked) -> Array:
    """Return the probabilities of some rows by a rule, told their quality where it reads that."""
    if isinstance(rule, QualityRule):
        return rule.predict_proba(asked.P, quality=asked.quality)
    return rule.predict_proba(asked.P)
