"""The planned comparisons in squared error: every rule against one reference chosen without test rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from latefusion.evaluation.samples import Row
from latefusion.evaluation.statistics.drawn_signs import sign_flip_of_sums
from latefusion.evaluation.statistics.group_bootstrap import grouped_means, least_p
from latefusion.evaluation.statistics.paired_tests import ALPHA, holm, least_detectable
from latefusion.evaluation.tables.comparisons import first_rules
from latefusion.evaluation.targets.losses import Losses, columns
from latefusion.evaluation.targets.samples import AlignedTargets, TargetItems, TargetSample

FLIPS: Final = 10_000
"""Draws of signs, at least."""


def choose_reference(sample: TargetSample, items: TargetItems) -> str | None:
    """Return the single modality with the least squared error out of fold, or, where none is known, on test.

    The best on test makes gains look smaller than they are, not larger.
    """
    singles = [model for model in sample.models if model.kind == "single"]
    known = {model.name: out_of_fold_error(model, items, sample.centers) for model in singles}
    found = {name: error for name, error in known.items() if error is not None}
    if found:
        return min(found, key=lambda name: found[name])
    spread = sample.spread()
    units = np.where(spread > 0, spread, 1.0)
    tested = {model.name: float((sample.squared(model).mean(axis=0) / units).mean()) for model in singles}
    return min(tested, key=lambda name: tested[name]) if tested else None


def out_of_fold_error(
    model: AlignedTargets, items: TargetItems, centers: Mapping[str, np.ndarray]
) -> float | None:
    """Return the squared error of a model out of fold, in units of the targets' variance, over partitions.

    None where it has said nothing of training rows.
    """
    found = []
    for partition, held in model.out_of_fold.items():
        y = items.y[items.positions(held.item)]
        spread = ((y - centers[partition]) ** 2).mean(axis=0)
        found.append((((y - held.predicted) ** 2).mean(axis=0) / np.where(spread > 0, spread, 1.0)).mean())
    return float(np.mean(found)) if found else None


def comparison_rows(
    sample: TargetSample,
    of: Losses,
    subset: str,
    reference: str,
    same: Mapping[str, str | None],
    *,
    confirmatory: bool,
    rng: np.random.Generator,
) -> list[Row]:
    """Return every other model against the reference, in squared error.

    Rules are the confirmatory family, corrected by Holm; those that coincide are tested once and share the
    result. Other models and other subsets are exploratory.
    """
    tested = [model for model in sample.models if model.name != reference]
    if not tested:
        return []
    first = first_rules(tested, same) if confirmatory else {}
    family = [name for name in first if first[name] == name]
    base = columns(sample, [sample.of(reference)])[0]
    places = columns(sample, tested)
    draws = max(FLIPS, 400 * len(family))
    p = sign_flip_of_sums(of.sums[:, places] - of.sums[:, [base]], draws=draws, rng=rng)
    p = p if sample.groups > 1 else np.ones(len(tested))
    by_model = dict(zip([model.name for model in tested], p.tolist(), strict=True))
    adjusted = dict(zip(family, holm(np.array([by_model[name] for name in family])).tolist(), strict=True))
    means = grouped_means(of.values[:, places] - of.values[:, [base]], sample.group)
    rows = []
    for k, model in enumerate(tested):
        p_holm = adjusted[first[model.name]] if model.name in first else None
        rows.append(
            {
                "family": "exploratory" if p_holm is None else "confirmatory",
                "subset": subset,
                "target": of.target,
                "model": model.name,
                "kind": model.kind,
                "reference": reference,
                "n": len(sample.item),
                "groups": sample.groups,
                "p": by_model[model.name],
                "p_holm": p_holm,
                "significant": None if p_holm is None else p_holm <= ALPHA,
                "test": "sign_flip",
                "draws": draws,
                "design_effect": float(means.design_effect[k]),
                "same_as": same[model.name],
            }
            | _difference(of, places[k], base)
            | _power(float(means.se[k]), len(family) if p_holm is not None else 1, sample.groups)
        )
    return rows


def _difference(of: Losses, model: int, base: int) -> Row:
    """Return the difference in squared error and in R², with intervals from the same draws."""
    difference, low, high = of.resampled.contrast(model, base)
    return {
        "difference": difference * of.unit,
        "low": low * of.unit,
        "high": high * of.unit,
        "r2_difference": -difference,
        "r2_low": -high,
        "r2_high": -low,
    }


def _power(se: float, tests: int, groups: int) -> Row:
    """Return what the test could have found, in units of R²."""
    least = least_p(groups)
    return {
        "tests": tests,
        "se": se,
        "detectable": least_detectable(se, least=least),
        "detectable_holm": least_detectable(se, tests, least=least),
    }
