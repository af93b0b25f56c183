"""Models, items and data sets that the evaluation's tests share."""

import numpy as np

from latefusion.evaluation.samples import Items, Model

CLASSES = ("Angry", "Happy", "Relaxed", "Sad")


def dataset(label, train, *, known=True, classes=CLASSES):
    """Return what dataset.json says of such items."""
    counts = np.bincount(label[:train], minlength=len(classes))
    after = np.bincount(label[train:], minlength=len(classes))
    return {
        "classes": [
            {
                "index": c,
                "label": c,
                "name": name,
                "prior": counts[c] / train,
                "train": int(counts[c]),
                "test": int(after[c]),
            }
            for c, name in enumerate(classes)
        ],
        "n": {"train": train, "test": len(label) - train},
        "groups": {"known": known, "n": 10, "test_items_seen": 0, "shared": 0, "cross_grouped": known},
        "duplicates": {"across": 0},
        "modalities": {},
        "warnings": [],
    }


def items(n=600, train=400, groups=150, seed=0):
    """Return items of Zipf-like groups, train first; groups straddle the split unless few."""
    rng = np.random.default_rng(seed)
    weights = 1 / (1 + np.arange(groups))
    group = np.array([f"g{i}" for i in rng.choice(groups, n, p=weights / weights.sum())], object)
    valence, arousal = rng.normal(size=(2, n))
    label = np.where(arousal > 0, np.where(valence > 0, 1, 0), np.where(valence > 0, 2, 3)).astype(np.int32)
    item = [f"train:{i}" if i < train else f"test:{i - train}" for i in range(n)]
    split = np.repeat(np.array(["train", "test"], object), [train, n - train])
    described = {
        "genre": [("rock", "pop", None)[i % 3] for i in range(n)],
        "valence": valence.tolist(),
        "arousal": arousal.tolist(),
    }
    return Items(np.array(item, object), label, group, split, described)


def model(name, kind, own, rows, strength=1.0, *, seed=0, repeats=1, probabilistic=True, partition="given"):
    """Return a model on some rows of the items; `strength` is what it knows of the label."""
    rng = np.random.default_rng([seed, len(name), *name.encode()])
    label = own.label[rows]
    p = []
    for _ in range(repeats):
        scores = rng.gumbel(size=(len(rows), 4))
        scores[np.arange(len(rows)), label] += strength
        scores = np.exp(scores)
        p.append(scores / scores.sum(axis=1, keepdims=True))
    p = np.concatenate(p)
    names = np.full(len(rows), partition, object) if isinstance(partition, str) else partition
    return Model(
        name=name,
        kind=kind,
        probabilistic=probabilistic,
        item=np.tile(own.item[rows], repeats),
        label=np.tile(label, repeats),
        predicted=p.argmax(axis=1).astype(np.int32),
        p=p if probabilistic else None,
        partition=np.tile(names, repeats),
        repeat=np.repeat(np.arange(repeats), len(rows)).astype(np.int32),
    )
