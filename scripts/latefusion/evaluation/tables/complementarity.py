"""Who is right where: pairs of modalities, the oracle over them, and what fusion mends and breaks."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from latefusion.core.log_loss import true_probability
from latefusion.evaluation.samples import Aligned, Mask, Sample
from latefusion.evaluation.scores import Scores, some_right
from latefusion.evaluation.statistics.group_bootstrap import Array, grouped_means

ALL_CLASSES = "all"


def slices(sample: Sample) -> list[tuple[int | None, str, Mask]]:
    """Return all items, then those of each class that occurs: its index, its name, which items."""
    found: list[tuple[int | None, str, Mask]] = [(None, ALL_CLASSES, np.ones(len(sample.label), bool))]
    for c, name in enumerate(sample.classes):
        chosen = sample.label == c
        if chosen.any():
            found.append((c, name, chosen))
    return found


def pair_measures(both: float, only_a: float, only_b: float, neither: float) -> dict[str, float | None]:
    """Return the diversity measures of two classifiers from the shares of items that each gets right.

    Yule's Q (1900), disagreement, double fault, and Cohen's kappa of being right (Kuncheva and Whitaker
    2003). None where a denominator is zero.
    """
    product, cross = both * neither, only_a * only_b
    a, b = both + only_a, both + only_b
    expected = a * b + (1 - a) * (1 - b)
    return {
        "q": (product - cross) / (product + cross) if product + cross > 0 else None,
        "disagreement": only_a + only_b,
        "double_fault": neither,
        "kappa": (both + neither - expected) / (1 - expected) if expected < 1 else None,
    }


def complementarity_rows(sample: Sample) -> list[dict[str, Any]]:
    """Return a row for each pair of single modalities, over all items and those of each class."""
    singles = [model for model in sample.models if model.kind == "single"]
    rows = []
    for a, b in combinations(singles, 2):
        right_a, right_b = a.predicted == sample.label, b.predicted == sample.label
        shares = np.stack(
            [
                (right_a & right_b).mean(axis=0),
                (right_a & ~right_b).mean(axis=0),
                (~right_a & right_b).mean(axis=0),
                (~right_a & ~right_b).mean(axis=0),
                (right_a != right_b).mean(axis=0),
            ],
            axis=1,
        )
        for index, name, chosen in slices(sample):
            means = grouped_means(shares[chosen], sample.group[chosen])
            low, high = means.share_intervals()
            both, only_a, only_b, neither, _ = means.mean.tolist()
            rows.append(
                {
                    "model_a": a.name,
                    "model_b": b.name,
                    "class_index": index,
                    "class": name,
                    "n": means.n,
                    "both": both,
                    "only_a": only_a,
                    "only_b": only_b,
                    "neither": neither,
                    "disagreement_low": float(low[4]),
                    "disagreement_high": float(high[4]),
                    **pair_measures(both, only_a, only_b, neither),
                }
            )
    return rows


def independent_oracle(recalls: Array, shares: Array) -> float:
    """Return how often some modality would be right if, within a class, they erred independently.

    Σ_c s_c (1 − Π_m (1 − recall_mc)): guessing modalities raise it as well.

    Parameters
    ----------
    recalls : (M, K) array
    shares : (K,) array
        Share of each class.
    """
    return float((shares * (1 - np.prod(1 - recalls, axis=0))).sum())


def oracle_rows(scores: Scores, reference: str) -> list[dict[str, Any]]:
    """Return the oracle, then each rule and early view against it, over all items and by class.

    The gap is that between the reference, which was chosen without test, and the oracle.
    """
    sample = scores.sample
    singles = [model for model in sample.models if model.kind == "single"]
    some = some_right(sample)
    correct = {model.name: model.correct(sample.label) for model in sample.models}
    occurring = [(c, chosen) for c, _, chosen in slices(sample) if c is not None]
    recalls = np.array([[correct[m.name][chosen].mean() for _, chosen in occurring] for m in singles])
    shares = np.array([chosen.mean() for _, chosen in occurring])
    names = ["oracle", *(model.name for model in sample.models if model.kind in ("early", "rule"))]
    kinds = {model.name: model.kind for model in sample.models}
    rows = []
    for index, name, chosen in slices(sample):
        columns = np.stack([some, *(correct[one] for one in names[1:]), correct[reference]], axis=1)[chosen]
        means = grouped_means(columns, sample.group[chosen])
        low, high = means.share_intervals()
        if index is None:
            independent = independent_oracle(recalls, shares)
        else:
            at = [c for c, _ in occurring].index(index)
            independent = independent_oracle(recalls[:, [at]], np.ones(1))
        for column, model in enumerate(names):
            row: dict[str, Any] = {
                "model": model,
                "kind": kinds.get(model, "oracle"),
                "class_index": index,
                "class": name,
                "n": means.n,
                "value": float(means.mean[column]),
                "low": float(low[column]),
                "high": float(high[column]),
                "independent": independent if model == "oracle" else None,
                "best_single": reference,
                "best_single_value": float(means.mean[-1]),
            }
            if model != "oracle" and index is None:
                row |= _gap_closed(scores, model, reference)
            rows.append(row)
    return rows


def _gap_closed(scores: Scores, model: str, reference: str) -> dict[str, float | None]:
    own, base = scores.column(model, "accuracy"), scores.column(reference, "accuracy")

    def ratio(values: Array) -> Array:
        gap = values[..., scores.oracle] - values[..., base]
        gain = values[..., own] - values[..., base]
        return np.divide(gain, gap, out=np.full_like(gain, np.nan), where=gap > 0)

    value, drawn = float(ratio(scores.resampled.estimate[None])[0]), ratio(scores.resampled.draws)
    drawn = drawn[~np.isnan(drawn)]
    if np.isnan(value) or len(drawn) == 0:
        return {"gap_closed": None}
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"gap_closed": value, "gap_closed_low": float(low), "gap_closed_high": float(high)}


def changed_rows(sample: Sample, reference: str) -> list[dict[str, Any]]:
    """Return the items that a rule or an early view gets right and the reference wrong, or the reverse.

    Over repeats, more than half right is right.
    """
    base = sample.of(reference)
    base_right = base.correct(sample.label) > 0.5
    base_p = _p_label(base, sample)
    singles = [model for model in sample.models if model.kind == "single"]
    modalities = sum((model.correct(sample.label) > 0.5).astype(np.int64) for model in singles)
    rows = []
    for model in sample.models:
        if model.kind not in ("early", "rule"):
            continue
        share = model.correct(sample.label)
        p = _p_label(model, sample)
        right = share > 0.5
        for change, chosen in (("corrected", right & ~base_right), ("newly_wrong", base_right & ~right)):
            rows += [
                {
                    "model": model.name,
                    "kind": model.kind,
                    "item": sample.item[i],
                    "change": change,
                    "share_right": float(share[i]),
                    "modalities_right": int(np.asarray(modalities)[i]),
                    "p_label": None if p is None else float(p[i]),
                    "reference_p_label": None if base_p is None else float(base_p[i]),
                }
                for i in np.flatnonzero(chosen)
            ]
    return rows


def _p_label(model: Aligned, sample: Sample) -> Array | None:
    return None if model.p is None else true_probability(model.p, sample.label).mean(axis=0)
