"""Probability tables to try fusion rules on: simulated, without any model."""

from pathlib import Path

import numpy as np

import latefusion
from latefusion.fusion.aggregation import softmax
from latefusion.fusion.inputs import PartitionInput
from latefusion.planning.rule_catalogue import read_rules
from latefusion.store.probabilities import Probabilities

RULES = Path(latefusion.__file__).parent / "rules"
NAMES = sorted(read_rules(RULES))
TARGET_NAMES = sorted(read_rules(RULES, "targets"))
RANDOM = ("mlp", "mlp_log", "random_forest")
FOLDS = 5


def labels(n, K, rng):
    """Labels of unequal classes, each class there."""
    shares = np.arange(1, K + 1) / (K * (K + 1) / 2)
    return np.concatenate([np.arange(K), rng.choice(K, n - K, p=shares)]).astype(np.int32)


def opinions(y, M, K, rng, strength=1.0):
    """What M modalities say of items with labels y, (n, M, K); the later a modality, the less it knows."""
    scores = rng.normal(size=(len(y), M, K))
    known = strength * (1 - np.arange(M) / (2 * M))[:, None]
    return softmax((scores + known * np.eye(K)[y][:, None]).reshape(-1, K)).reshape(-1, M, K)


def world(n, M, K, seed, strength=1.0):
    """Training rows, their labels and folds, and as many test rows with theirs."""
    rng = np.random.default_rng(seed)
    y, y_test = labels(n, K, rng), labels(n, K, rng)
    P, T = opinions(y, M, K, rng, strength), opinions(y_test, M, K, rng, strength)
    return P, y, (np.arange(n) % FOLDS).astype(np.int32), T, y_test


def views(P, y, fold=None, prefix="i", classes=None):
    """P (n, M, K) as the tables of M modalities."""
    names = classes or tuple(f"c{c}" for c in range(P.shape[2]))
    item = np.array([f"{prefix}{row}" for row in range(len(P))], object)
    fold = np.full(len(P), -1, np.int32) if fold is None else fold
    return {
        f"m{m}": Probabilities(names, item, np.asarray(y, np.int32), P[:, m].copy(), fold)
        for m in range(P.shape[1])
    }


def part(n=300, M=2, K=3, seed=0, name="given", n_test=None, strength=1.0):
    """A partition; groups are of three test rows."""
    P, y, fold, T, y_test = world(n, M, K, seed, strength)
    T, y_test = T[:n_test], y_test[:n_test]
    group = np.array([f"g{row // 3}" for row in range(len(T))], object)
    return PartitionInput(name, views(P, y, fold), views(T, y_test, prefix="t"), group)


def column(table, prefix="p_"):
    """The probability columns of a fusion table, (n, K)."""
    return np.column_stack([table[name].to_numpy() for name in table.column_names if name.startswith(prefix)])
