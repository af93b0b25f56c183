"""Numbers with known truth, to see whether intervals cover, tests reject and rules weigh as they promise.

Targets and errors of a group go together (intraclass correlation), in groups of the sizes that artists
have. Predictions are conditional means unless it says otherwise. What is simulated are the functions that
`evaluate_targets`, `fuse_targets` and `train_kernel_ridge` call.
"""

from __future__ import annotations

import sys
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import ROOT
from benchmarks.simulate_statistics import Array, Sizes, batches, group_sizes

sys.path.insert(0, str(ROOT / "scripts"))

from latefusion.evaluation.statistics.drawn_signs import sign_flip_of_sums
from latefusion.evaluation.statistics.group_bootstrap import group_sums
from latefusion.evaluation.targets.bridge import bridge_rows, quadrant_accuracy
from latefusion.evaluation.targets.comparisons import FLIPS
from latefusion.evaluation.targets.measures import METRICS, measure
from latefusion.evaluation.targets.names import CUT
from latefusion.evaluation.targets.prediction_intervals import half_width
from latefusion.evaluation.targets.samples import Quadrants, TargetItems, TargetModel, align_targets
from latefusion.regression.target_rows import TargetRows
from latefusion.regression.training import RidgeSettings, predict_ridge, train_ridge
from latefusion.rules.bates_granger import BatesGranger
from latefusion.rules.nnls_stacking import NNLSStacking

PUBLISHED: Final = (0.219, 0.232)
"""R² of valence and arousal (Delbouys et al. 2018, and about)."""
R2: Final = PUBLISHED[0]
SHARED: Final = 0.6
"""Of the errors of two models: what is hard for one is hard for the other."""
LEVEL: Final = 0.05
FOLDS: Final = 5
COLUMNS: Final = 8
PLANTED: Final = (0.6, 0.4, 0.0)
"""Weights of three modalities, of which the last is noise."""
SPLIT: Final = 0.2
"""Share of the songs in the test file."""


def normals(sizes: Sizes, correlation: float, columns: int, rng: np.random.Generator) -> Array:
    """Return standard normal numbers of the items of all groups, (n, columns), correlated within groups."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    shared, own = rng.standard_normal((len(sizes), columns)), rng.standard_normal((len(group), columns))
    return np.asarray(np.sqrt(correlation) * shared[group] + np.sqrt(1 - correlation) * own)


def skewed(sizes: Sizes, correlation: float, columns: int, rng: np.random.Generator) -> Array:
    """Return exponential numbers with mean 0 and variance 1, as `normals`."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    shared, own = rng.exponential(size=(len(sizes), columns)), rng.exponential(size=(len(group), columns))
    return np.asarray(np.sqrt(correlation) * (shared[group] - 1) + np.sqrt(1 - correlation) * (own - 1))


def conditional_means(y: Array, r2: float | Array, noise: Array) -> Array:
    """Return predictions of standard normal targets that explain a share of them and are not shrunk."""
    return np.asarray(r2 * y + np.sqrt(np.asarray(r2) * (1 - np.asarray(r2))) * noise)


def truths(r2: float) -> dict[str, float]:
    """Return the true metrics of `conditional_means`; of two normal variables, correlated by √R²."""
    rho = np.sqrt(r2)
    return {
        "r2": r2,
        "rmse": np.sqrt(1 - r2),
        "mae": np.sqrt(2 / np.pi * (1 - r2)),
        "pearson": rho,
        "spearman": 6 / np.pi * np.arcsin(rho / 2),
        "ccc": 2 * r2 / (1 + r2),
        "slope": 1.0,
        "intercept": 0.0,
    }


def coverage(groups: int, correlation: float, sets: int, draws: int, seed: int) -> dict[str, float]:
    """Return how often the 95 % interval of each metric holds the truth."""
    rng = np.random.default_rng([seed, groups, int(100 * correlation), 10])
    known = truths(R2)
    truth = np.array([known[name] for name in METRICS])
    held = np.zeros(len(METRICS))
    for sizes, count in batches(groups, sets, rng):
        group = np.repeat(np.arange(groups), sizes)
        y = normals(sizes, correlation, count, rng)
        said = conditional_means(y, R2, normals(sizes, correlation, count, rng))
        # the training mean, which R² is measured against, is the true one
        found = measure(y, [said[None]], [np.zeros_like(said)[None]], group, draws=draws, rng=rng)
        held += ((found.low[0] <= truth) & (truth <= found.high[0])).sum(axis=0)
    return dict(zip(METRICS, (held / sets).tolist(), strict=True))


def rejections(groups: int, correlation: float, sets: int, draws: int, seed: int) -> dict[str, float]:
    """Return how often two models with the same squared error are called different at 5 %.

    `alike` have errors of one shape; of `unlike` models the one's are normal, the other's skewed with long
    tails, so that the differences are not symmetric and the test holds for many groups only.
    """
    del draws  # signs are drawn as often as `evaluate_targets` draws them
    rng = np.random.default_rng([seed, groups, int(100 * correlation), 11])
    rejected = np.zeros(2)
    for sizes, count in batches(groups, sets, rng):
        group = np.repeat(np.arange(groups), sizes)
        shared, first, second = (normals(sizes, correlation, count, rng) for _ in range(3))
        other = skewed(sizes, correlation, count, rng)
        errors = [np.sqrt(SHARED) * shared + np.sqrt(1 - SHARED) * own for own in (first, second, other)]
        for place, error in enumerate(errors[1:]):
            sums = group_sums(errors[0] ** 2 - error**2, group, groups)
            rejected[place] += (sign_flip_of_sums(sums, draws=FLIPS, rng=rng) <= LEVEL).sum()
    return dict(zip(("alike", "unlike"), (rejected / sets).tolist(), strict=True))


def held_out_groups(groups: int, correlation: float, sets: int, draws: int, seed: int) -> dict[str, float]:
    """Return the share of items of each held-out fold that 90 % intervals hold, and its standard error.

    A kernel ridge regressor learns from columns that carry the target and a signature of the group; folds
    keep groups together, outside and within the training part.
    """
    del draws
    rng = np.random.default_rng([seed, groups, int(100 * correlation), 12])
    settings = RidgeSettings((1.0, 10.0, 100.0), "auto", "none", "concatenate")
    shares = np.empty((sets, FOLDS))
    for one in range(sets):
        sizes = group_sizes(groups, rng)
        y = normals(sizes, correlation, 1, rng)
        X = y + 2 * normals(sizes, correlation, COLUMNS, rng)
        fold = np.repeat(rng.permutation(groups) % FOLDS, sizes)
        inner = np.repeat(rng.permutation(groups) % FOLDS, sizes).astype(np.int32)
        for k in range(FOLDS):
            train = fold != k
            rows = TargetRows([X[train]], y[train], inner[train], ("target",))
            trained = train_ridge(rows, settings)
            width = half_width(y[train] - trained.out_of_fold)
            said, _ = predict_ridge(trained.model, trained.facts, rows.targets, [X[~train]])
            shares[one, k] = (np.abs(y[~train] - said) <= width).mean()
    by_fold = {f"fold {k + 1}": share for k, share in enumerate(shares.mean(axis=0).tolist())}
    return by_fold | {"standard error": float(shares.std(axis=0, ddof=1).max() / np.sqrt(sets))}


def weights(groups: int, correlation: float, sets: int, draws: int, seed: int) -> dict[str, float]:
    """Return the mean weights that rules learn beside planted ones, and how often that of noise is small.

    y = 0.6 f₁ + 0.4 f₂ + e, and a third modality says something that has nothing to do with y. `apart` is
    the weight that `bates_granger` gives to noise where y = f₁ + f₂ + e: its weights sum to one, the best to
    two, so that noise, which says about the mean, gets what is too much.
    """
    del draws
    rng = np.random.default_rng([seed, groups, int(100 * correlation), 13])
    rules = {"bates_granger": BatesGranger, "nnls_stacking": NNLSStacking}
    found = {name: np.empty((sets, len(PLANTED))) for name in rules}
    apart = np.empty(sets)
    probe = np.concatenate([np.zeros((1, len(PLANTED), 1)), np.eye(len(PLANTED))[:, :, None]])
    for one in range(sets):
        sizes = group_sizes(groups, rng)
        F = 0.5 * normals(sizes, correlation, len(PLANTED), rng)
        error = np.sqrt(1 - R2) * normals(sizes, correlation, 1, rng)[:, 0]
        y = F @ np.array(PLANTED) + error
        for name, rule in rules.items():
            said = rule().fit(F[:, :, None], y[:, None]).predict(probe)[:, 0]
            found[name][one] = said[1:] - said[0]
        both = F[:, 0] + F[:, 1] + error
        apart[one] = BatesGranger().fit(F[:, :, None], both[:, None]).learned()["weights"][0][-1]
    of = {
        f"{name}, modality {m + 1}": float(own[:, m].mean())
        for name, own in found.items()
        for m in range(len(PLANTED))
    }
    small = {f"{name}, noise below 0.05": float((own[:, -1] < 0.05).mean()) for name, own in found.items()}
    return of | small | {"apart": float(apart.mean())}


def quadrants(groups: int, correlation: float, sets: int, draws: int, seed: int) -> dict[str, float]:
    """Return the accuracy of quadrants by numbers of the published R², and what the formula gives.

    As `evaluate_targets` measures it: cut at the axes, on songs of artists that are not in training.
    """
    del draws
    rng = np.random.default_rng([seed, groups, int(100 * correlation), 14])
    r2 = np.array(PUBLISHED)
    accuracy = np.empty(sets)
    axes = Quadrants(np.zeros(len(r2)))
    for one in range(sets):
        sizes = group_sizes(groups, rng)
        y = normals(sizes, correlation, len(r2), rng)
        said = conditional_means(y, r2, normals(sizes, correlation, len(r2), rng))
        group = np.repeat(np.arange(groups), sizes)
        names: NDArray[np.object_] = np.arange(len(y)).astype(str).astype(object)
        test = group < SPLIT * groups
        items = TargetItems(
            ("valence", "arousal"),
            names,
            y,
            group.astype(str).astype(object),
            np.where(test, "test", "train").astype(object),
        )
        n = int(test.sum())
        model = TargetModel(
            "mean", "rule", names[test], said[test], np.full(n, "given", object), np.zeros(n, np.int32)
        )
        sample = align_targets([model], items, {"given": y[~test].mean(axis=0)})
        rows = bridge_rows(sample, items, axes, None, rng=rng)
        accuracy[one] = next(row["accuracy"] for row in rows if (row["reading"], row["order"]) == (CUT, 0))
    return {
        "accuracy": float(accuracy.mean()),
        "standard error": float(accuracy.std(ddof=1) / np.sqrt(sets)),
        "formula": quadrant_accuracy(r2),
    }
