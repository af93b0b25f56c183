"""How accuracy and log loss grow with the training data: views and rules on shares of the groups."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.log_loss import log_losses
from latefusion.evaluation.statistics.group_bootstrap import group_weights
from latefusion.fusion.fuse import fuse
from latefusion.fusion.inputs import PartitionInput
from latefusion.pipeline.view_model import LearnerSettings, said_by_model, trained_view
from latefusion.store.probabilities import P_PREFIX, Probabilities
from latefusion.store.samples import Samples
from latefusion.svm.inputs import present_rows
from latefusion.svm.labelled_rows import LabelledRows
from latefusion.svm.training import Limits

logger = logging.getLogger(__name__)

SHARES: Final = (0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True)
class CurveView:
    """One view: its rows in the training and the test part, how it is learned, and the files."""

    name: str
    kind: str
    train: Samples
    test: Samples
    settings: LearnerSettings
    files: Sequence[str]


@dataclass(frozen=True)
class CurveData:
    """What a learning curve is drawn from: one partition's rows.

    Attributes
    ----------
    partition : str
    classes : tuple of str
    views : sequence of CurveView
        Single modalities and views on several, all on the same items.
    group, test_group : (n,) and (m,) object arrays of str
        Group of each training and test row.
    """

    partition: str
    classes: tuple[str, ...]
    views: Sequence[CurveView]
    group: NDArray[np.object_]
    test_group: NDArray[np.object_]


def learning_curve(
    data: CurveData,
    rules: Mapping[str, Mapping[str, Any]],
    *,
    draws: int,
    seed: int,
    limits: Limits,
    rng: np.random.Generator,
) -> list[dict[str, Any]]:
    """Accuracy and log loss on the whole test part after training on 10, 25, 50 and 100 % of the groups.

    The groups of a smaller share are among those of a larger one. A share of fewer than two classes
    is left out, and one that leaves a learner other than the SVM fewer than three folds.

    Parameters
    ----------
    data : CurveData
    rules : mapping of str to mapping
        Options of each fusion rule, none of them stochastic, as of `latefusion.fusion.fuse.fuse`.
    draws : int
        Of the group bootstrap on the test part; the trained models are held fixed.
    seed : int
        Of the rules.
    limits : Limits
        Of the SVMs; they change no number.
    rng : numpy.random.Generator
        Draws groups and bootstrap samples.

    Returns
    -------
    list of dict
        `model`, `kind`, `share` of the groups, `rows` and `groups` trained on, `metric`, `value`, `low`,
        `high`, and `n` test rows.
    """
    names = rng.permutation(np.unique(data.group.astype(str)))
    weights = _bootstrap_weights(data.test_group, draws, rng)
    table = []
    for share in SHARES:
        chosen = names[: max(1, round(share * len(names)))]
        used = np.isin(data.group.astype(str), chosen)
        if not all(_trainable(view, used) for view in data.views):
            logger.warning(
                "%d %% of the groups are left out: they hold fewer than two classes, or than three folds",
                round(100 * share),
            )
            continue
        logger.info("%d %% of the groups: %d rows", round(100 * share), used.sum())
        facts = {"share": share, "rows": int(used.sum()), "groups": len(chosen)}
        for name, kind, p in _models(data, rules, used, seed=seed, limits=limits, rng=rng):
            table += [
                {"model": name, "kind": kind, **facts, **row}
                for row in _measured(p, data.views[0].test.label, weights)
            ]
    return table


def _models(
    data: CurveData,
    rules: Mapping[str, Mapping[str, Any]],
    used: NDArray[np.bool_],
    *,
    seed: int,
    limits: Limits,
    rng: np.random.Generator,
) -> Iterator[tuple[str, str, NDArray[np.float64]]]:
    """Yield name, kind and probabilities of the test part of each view and rule trained on some rows."""
    learned, said = {}, {}
    for view in data.views:
        learned[view.name], said[view.name] = _trained(data, view, used, limits, rng)
        yield view.name, view.kind, said[view.name].p
    singles = [view.name for view in data.views if view.kind == "single"]
    part = PartitionInput(
        data.partition,
        {name: learned[name] for name in singles},
        {name: said[name] for name in singles},
        data.test_group,
    )
    for rule, options in rules.items():
        yield rule, "rule", _fused(rule, options, part, data.classes, seed)


def _trainable(view: CurveView, used: NDArray[np.bool_]) -> bool:
    """Whether the rows that have all modalities are of two classes, and folds enough to calibrate on."""
    known = present_rows(view.train.X)
    folds, all_folds = (len(np.unique(view.train.fold[rows])) for rows in (used & known, known))
    enough = view.settings.learner == "svm" or folds >= min(all_folds, 3)
    return enough and len(np.unique(view.train.label[used & known])) > 1


def _trained(
    data: CurveData,
    view: CurveView,
    used: NDArray[np.bool_],
    limits: Limits,
    rng: np.random.Generator,
) -> tuple[Probabilities, Probabilities]:
    """Train a view on some rows; return their out-of-fold probabilities and those of the test part."""
    rows, classes = view.train, data.classes
    where = f"part of partition {data.partition} ({', '.join(view.files)})"
    model, out_of_fold = trained_view(
        view.settings,
        LabelledRows(
            [x[used] for x in rows.X],
            rows.label[used],
            _renumbered(rows.fold[used]),
            len(classes),
            source=f"view {view.name}, {used.sum():,} rows of the training {where}",
        ),
        limits=limits,
        rng=rng,
    )
    p, _ = said_by_model(model, view.test.X, n_jobs=limits.n_jobs, source=f"view {view.name}, test {where}")
    learned = Probabilities(classes, rows.item[used], rows.label[used], out_of_fold, fold=rows.fold[used])
    return learned, Probabilities(classes, view.test.item, view.test.label, p)


def _fused(
    rule: str, options: Mapping[str, Any], part: PartitionInput, classes: tuple[str, ...], seed: int
) -> NDArray[np.float64]:
    """Return a rule's probabilities of the test part, (m, K)."""
    table = fuse(rule, options, [part], protocol="honest", seed=seed, robustness=False).table
    return np.column_stack([table[P_PREFIX + name].to_numpy() for name in classes])


def _renumbered(fold: NDArray[np.int32]) -> NDArray[np.int32]:
    """Number folds without gaps: a small share of the groups may leave one empty."""
    numbers: NDArray[np.int32] = np.unique(fold, return_inverse=True)[1].astype(np.int32)
    return numbers


def _bootstrap_weights(
    group: NDArray[np.object_], draws: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return how often each row is drawn with its group, (draws, n)."""
    codes = np.unique(group.astype(str), return_inverse=True)[1]
    weights: NDArray[np.float64] = group_weights(rng, draws, int(codes.max()) + 1)[:, codes]
    return weights


def _measured(
    p: NDArray[np.float64], label: NDArray[np.int32], weights: NDArray[np.float64]
) -> list[dict[str, Any]]:
    """Return accuracy and log loss with percentile intervals, over rows that have probabilities."""
    known = ~np.isnan(p).any(axis=1)
    p, label, weights = p[known], label[known], weights[:, known]
    values = {"accuracy": (p.argmax(axis=1) == label).astype(np.float64), "log_loss": log_losses(p, label)}
    rows = []
    for metric, value in values.items():
        low, high = np.quantile(weights @ value / weights.sum(axis=1), [0.025, 0.975]).tolist()
        row = {"metric": metric, "value": float(value.mean()), "low": low, "high": high, "n": len(label)}
        rows.append(row)
    return rows
