"""What it costs a rule that modalities are missing, and what each modality contributes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.log_loss import log_losses
from latefusion.core.seeds import stream
from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.missing import keep

ROBUSTNESS = pa.schema(
    [
        pa.field("modality", pa.string(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("share", pa.float64(), nullable=False),
        pa.field("seed", pa.int32(), nullable=False),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("lost", pa.int64(), nullable=False),
        pa.field("accuracy", pa.float64()),
        pa.field("log_loss", pa.float64()),
    ]
)
"""`lost` counts the items that lose the modality; for `all` the pairs of item and modality."""

ALL = "all"
SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
SEEDS = 5
EXACT_UP_TO = 6
"""Modalities up to which every missingness pattern is predicted; above, Shapley values are sampled."""
ORDERS = 64

Predict = Callable[[Array], tuple[Array, Labels]]
Codes = NDArray[np.int64]


class MissingnessOutcomes:
    """How a rule fares on each row under missingness patterns, each predicted once and remembered.

    Parameters
    ----------
    predict : callable
        Turns P, always of the same n rows, into probabilities (n, K) and classes (n,).
    P : (n, M, K) array
        What the modalities say; NaN where one is missing already.
    y : (n,) array
        Class indices.
    complete : tuple of (n, K) and (n,) arrays, optional
        What `predict` gives for P as it is, where that is known already.
    modality : sequence of int, optional
        Index of the modality that each column of P, (M,), is of, where several learners speak for one: an
        item loses what all of them say. By default each column is a modality.
    """

    def __init__(
        self,
        predict: Predict,
        P: Array,
        y: Labels,
        complete: tuple[Array, Labels] | None = None,
        modality: Sequence[int] | None = None,
    ) -> None:
        self.predict, self.P, self.y = predict, P, y
        self._modality = np.arange(P.shape[1]) if modality is None else np.asarray(modality)
        self.modalities = int(self._modality.max()) + 1
        self.everything = (1 << self.modalities) - 1
        self._known: dict[int, Array] = {}
        # (2, patterns, n), where those are few enough to be all predicted
        few = self.modalities <= EXACT_UP_TO
        self._stacked = np.empty((2, self.everything + 1, len(y))) if few else None
        if complete is not None:
            self._keep(self.everything, self._outcome(*complete))

    def under(self, code: int) -> Array:
        """Return for each row whether it is right (0 or 1) and its log loss, (2, n), under one pattern."""
        if code not in self._known:
            self._keep(code, self._predicted(keep(self.P, self._columns(code))))
        return self._known[code]

    def under_each(self, codes: Codes) -> Array:
        """Return the same, (2, n), where each row has a pattern of its own, (n,)."""
        if self._stacked is None:
            return self._predicted(keep(self.P, self._columns(codes)))
        for code in np.flatnonzero(np.bincount(codes)).tolist():
            self.under(code)
        n = len(codes)
        return self._stacked.reshape(2, -1).take(codes * n + np.arange(n), axis=1)

    def _keep(self, code: int, outcome: Array) -> None:
        if self._stacked is not None:
            self._stacked[:, code] = outcome
            outcome = self._stacked[:, code]
        self._known[code] = outcome

    def _columns(self, codes: int | Codes) -> Codes:
        """Return patterns of columns for patterns of modalities."""
        there = np.asarray(codes)[..., None] >> self._modality & 1
        columns: Codes = there @ (1 << np.arange(len(self._modality), dtype=np.int64))
        return columns

    def _predicted(self, P: Array) -> Array:
        return self._outcome(*self.predict(P))

    def _outcome(self, p: Array, predicted: Labels) -> Array:
        return np.stack([predicted == self.y, log_losses(p, self.y)])


def robustness_table(
    outcomes: MissingnessOutcomes,
    modalities: Sequence[str],
    groups: NDArray[np.object_],
    *,
    probabilistic: bool,
    seed: int,
) -> pa.Table:
    """Return accuracy and log loss with shares of the items losing a modality, or all of them at random.

    Which items lose what depends on `seed`, the modality and the number of the draw alone, so rules can
    be compared; a larger share loses what a smaller one lost, and more. For `all`, each modality is lost
    by items of its own, so an item can lose several, or everything.

    Parameters
    ----------
    outcomes : MissingnessOutcomes
    modalities : sequence of str
        Names, in the order of their indices.
    groups : (n,) array
        Group of each row; with the unit `groups` whole groups lose a modality, as many as come nearest
        to the share.
    probabilistic : bool
        Whether a log loss makes sense; null otherwise.
    seed : int
        The configured one.
    """
    n, M = len(outcomes.y), len(modalities)
    group = np.unique(groups.astype(str), return_inverse=True)[1]
    losers = [(name, [m]) for m, name in enumerate(modalities)] + [(ALL, list(range(M)))]
    rows: dict[tuple[str, str, float, int], dict[str, float | None]] = {}
    for unit, units in (("rows", np.arange(n)), ("groups", group)):
        for draw in range(SEEDS):
            orders = [_order(units, stream(seed, "robustness", unit, name, str(draw))) for name in modalities]
            cuts = [_nearest_cuts(order) for order in orders]
            for place, share in enumerate(SHARES):
                gone = np.array([order < cut[place] for order, cut in zip(orders, cuts, strict=True)])
                for name, losing in losers:
                    codes = outcomes.everything - (gone[losing].T @ (1 << np.array(losing, np.int64)))
                    right, loss = outcomes.under_each(codes)
                    rows[name, unit, share, draw] = {
                        "n": n,
                        "lost": int(gone[losing].sum()),
                        "accuracy": float(right.mean()) if n else None,
                        "log_loss": float(loss.mean()) if n and probabilistic else None,
                    }
    return pa.Table.from_pylist(
        [
            {"modality": name, "unit": unit, "share": share, "seed": draw, **rows[name, unit, share, draw]}
            for name, _ in losers
            for unit in ("rows", "groups")
            for share in SHARES
            for draw in range(SEEDS)
        ],
        schema=ROBUSTNESS,
    )


def contributions(
    outcomes: MissingnessOutcomes, modalities: Sequence[str], *, probabilistic: bool, seed: int
) -> dict[str, dict[str, dict[str, float]]]:
    """Return what each modality contributes, of the rule as it was learned on all of them.

    A positive figure means that the modality helps: accuracy gained, log loss saved.

    Returns
    -------
    dict
        By modality: `leave_one_out`, the loss from dropping it at prediction; and with more than two
        modalities `shapley`, its mean gain over all orders in which modalities could join (Shapley 1953),
        from nothing (the class shares) on. Over six modalities it is the mean of 64 orders drawn at
        random.
    """
    metrics = {"accuracy": 0, "log_loss": 1} if probabilistic else {"accuracy": 0}

    def value(code: int, row: int) -> float:
        mean = float(outcomes.under(code)[row].mean())
        return -mean if row else mean

    found: dict[str, dict[str, dict[str, float]]] = {}
    everything, M = outcomes.everything, len(modalities)
    weights = _coalitions(M, seed) if M > 2 else []
    for m, name in enumerate(modalities):
        bit = 1 << m
        found[name] = {
            "leave_one_out": {
                metric: value(everything, row) - value(everything & ~bit, row)
                for metric, row in metrics.items()
            }
        }
        if M > 2:
            found[name]["shapley"] = {
                metric: sum(
                    weight * (value(code | bit, row) - value(code, row)) for code, weight in weights[m]
                )
                for metric, row in metrics.items()
            }
    return found


def _order(units: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return how many rows stand before each row's unit, with units in random order: (n,) ints.

    A cut between two units is where rows whose number is less are lost.
    """
    sizes = np.bincount(units)
    shuffled = rng.permutation(len(sizes))
    before = np.empty(len(sizes), np.int64)
    before[shuffled] = np.concatenate([[0], np.cumsum(sizes[shuffled])[:-1]])
    starts: NDArray[np.int64] = before[units]
    return starts


def _nearest_cuts(order: NDArray[np.int64]) -> list[int]:
    """Return the cuts between units that come nearest to the shares of the rows, the lower one on a tie."""
    cuts = np.append(np.flatnonzero(np.bincount(order)), len(order))
    return [int(cuts[np.argmin(np.abs(cuts - share * len(order)))]) for share in SHARES]


def _coalitions(M: int, seed: int) -> list[list[tuple[int, float]]]:
    """Return for each modality the patterns that it may join, each with its weight."""
    if M <= EXACT_UP_TO:
        return [
            [
                (sum(1 << k for k in chosen), factorial(size) * factorial(M - size - 1) / factorial(M))
                for size in range(M)
                for chosen in combinations([k for k in range(M) if k != m], size)
            ]
            for m in range(M)
        ]
    rng = stream(seed, "robustness", "orders")
    joined: list[list[tuple[int, float]]] = [[] for _ in range(M)]
    for _ in range(ORDERS):
        code = 0
        for m in rng.permutation(M).tolist():
            joined[m].append((code, 1 / ORDERS))
            code |= 1 << m
    return joined
