"""Continuous targets of made-up songs of artists, and what models say of them: nothing is trained."""

import numpy as np

from latefusion.evaluation.targets.baselines import target_baselines
from latefusion.evaluation.targets.samples import Held, TargetItems, TargetModel

TARGETS = ("valence", "arousal")


def artists(groups, rng, most=8):
    """Group of each song, of artists with one song or several."""
    return np.repeat(np.arange(groups), rng.integers(1, most, groups))


def song_items(groups=80, seed=0, targets=TARGETS, correlation=0.3, train=0.6):
    """Items of both files, whose artists differ; the first artists are those of the training file."""
    rng = np.random.default_rng(seed)
    group = artists(groups, rng)
    n, T = len(group), len(targets)
    y = np.sqrt(correlation) * rng.standard_normal((groups, T))[group]
    y += np.sqrt(1 - correlation) * rng.standard_normal((n, T))
    return TargetItems(
        tuple(targets),
        np.array([f"song {row}" for row in range(n)], object),
        y,
        np.array([f"artist {one}" for one in group], object),
        np.where(group < train * groups, "train", "test").astype(object),
    )


def conditional_mean(y, r2, rng):
    """Predictions that are conditional means of standard normal targets and explain a share of them."""
    return r2 * y + np.sqrt(r2 * (1 - r2)) * rng.standard_normal(y.shape)


def a_model(name, items, said, parts, *, kind="single", repeats=1, noise=0.0, seed=0):
    """A model that says `said` (N, T) of all items: on test rows, and out of fold on training rows."""
    rng = np.random.default_rng(seed)
    rows = np.concatenate([test for _, _, test in parts] * repeats)
    names = [partition for _ in range(repeats) for partition, _, test in parts for _ in range(len(test))]
    held = {
        partition: Held(items.item[train], (np.arange(len(train)) % 5).astype(np.int32), said[train])
        for partition, train, _ in parts
    }
    predicted = said[rows] + noise * rng.standard_normal((len(rows), said.shape[1]))
    repeat = np.repeat(np.arange(repeats, dtype=np.int32), len(rows) // repeats)
    return TargetModel(
        name, kind, items.item[rows], predicted, np.array(names, object), repeat, out_of_fold=held
    )


def given(items):
    """The division of the files."""
    return [("given", np.flatnonzero(items.split == "train"), np.flatnonzero(items.split == "test"))]


def crossed(items, folds=3):
    """Partitions of cross-validation, every artist in one test part."""
    fold = np.unique(items.group.astype(str), return_inverse=True)[1] % folds
    return [(f"cross-0-{k}", np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(folds)]


def centers_of(items, parts):
    """Training means by partition."""
    return {name: items.y[train].mean(axis=0) for name, train, _ in parts}


def world(groups=80, seed=0, r2=(0.2, 0.25), parts_of=given, targets=TARGETS, **more):
    """Items, models (two baselines, two modalities, their mean, a repeated rule) and training means."""
    items = song_items(groups, seed, targets, **more)
    parts = parts_of(items)
    rng = np.random.default_rng(seed + 1)
    audio = conditional_mean(items.y, np.array(r2)[: len(targets)], rng)
    text = conditional_mean(items.y, np.array(r2)[: len(targets)] / 2, rng)
    models = [
        *target_baselines(parts, items),
        a_model("audio", items, audio, parts),
        a_model("text", items, text, parts),
        a_model("mean", items, (audio + text) / 2, parts, kind="rule"),
        a_model("sum", items, audio + text, parts, kind="rule"),
        a_model("mlp", items, audio + text, parts, kind="rule", repeats=2, noise=0.1),
        a_model("selected", items, audio + text, parts, kind="rule"),
    ]
    return items, models, centers_of(items, parts)
