"""What was claimed, what remains when nothing is learned from test, what remains for groups never seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import lcm
from typing import Any, Final

import numpy as np
import pyarrow as pa

from latefusion.core.metric_facts import BETTER
from latefusion.core.seeds import stream
from latefusion.evaluation.names import ALL, GIVEN_TEST, UNSEEN_GROUP
from latefusion.evaluation.schemas import to_table
from latefusion.evaluation.statistics.group_bootstrap import Array, group_sums, grouped_means, resample
from latefusion.evaluation.statistics.paired_tests import sign_flip
from latefusion.evaluation.statistics.studentised import studentise

COMPARISONS: Final = (("replica", "honest"), ("honest", "cross"))
METRICS: Final = ("accuracy", "log_loss")


@dataclass(frozen=True)
class _ItemScores:
    """Correctness and loss of each model on the items of a protocol."""

    item: list[str]
    group: dict[str, str]
    of: dict[str, tuple[Array, Array]]

    @classmethod
    def read(cls, table: pa.Table) -> _ItemScores:
        names = table["model"].to_numpy(zero_copy_only=False)
        models = list(dict.fromkeys(names.tolist()))
        n = len(names) // max(len(models), 1)
        items = table["item"].to_pylist()[:n]
        correct = table["correct"].to_numpy().reshape(len(models), n)
        loss = table["loss"].to_numpy(zero_copy_only=False).astype(float).reshape(len(models), n)
        groups = dict(zip(items, table["group"].to_pylist()[:n], strict=True))
        return cls(items, groups, {name: (correct[i], loss[i]) for i, name in enumerate(models)})

    def only(self, models: Sequence[str]) -> _ItemScores:
        """Return some of the models."""
        return replace(self, of={name: self.of[name] for name in models})


def leaks(
    tables: Mapping[str, Mapping[str, pa.Table]],
    *,
    fused: Mapping[str, Sequence[str]] | None = None,
    relearned: Sequence[str] = (),
    draws: int = 2000,
    seed: int = 0,
    n_jobs: int = 1,
) -> pa.Table:
    """Return each model's difference between two protocols on the same items.

    `replica` − `honest` on the test file; `honest` − `cross` on the test file, and on those of its items
    whose group is not in train: there no group can leak, so that row is a control.

    Parameters
    ----------
    tables : mapping of str to mapping of str to Table
        The tables `outcomes` and `models` of each protocol.
    fused : mapping of str to sequence of str, optional
        The modalities that each protocol's rules fuse. Where two protocols fuse others, their rules are not
        the same models, and have no difference here.
    relearned : sequence of str
        Views that `replica` learns by the notebook's SVM and the other protocols by another learner. That
        difference is no leak, so neither they nor the rules on them have one between `replica` and others.
    draws : int
    seed, n_jobs : int
    """
    kinds = {
        model: kind
        for own in tables.values()
        for model, kind in zip(
            own["models"]["model"].to_pylist(), own["models"]["kind"].to_pylist(), strict=True
        )
    }
    rows: list[dict[str, Any]] = []
    for claimed, honest in COMPARISONS:
        if claimed not in tables or honest not in tables:
            continue
        a, b = (_ItemScores.read(tables[name]["outcomes"]) for name in (claimed, honest))
        others = relearned if claimed == "replica" else ()
        if others or (fused and fused.get(claimed) != fused.get(honest)):
            a = a.only([name for name in a.of if kinds[name] != "rule" and name not in others])
        repeats = [
            dict(zip(models["model"].to_pylist(), models["repeats"].to_pylist(), strict=True))
            for models in (tables[name]["models"] for name in (claimed, honest))
        ]
        for subset, items in _subsets(a, b, honest).items():
            common = {"comparison": f"{claimed}-{honest}", "claimed": claimed, "honest": honest}
            common |= {"subset": subset}
            rng = stream(seed, "leaks", claimed, honest, subset)
            found = _compare(a, b, items, repeats, draws=draws, rng=rng, n_jobs=n_jobs)
            rows += [common | row for row in found]
    return to_table("leaks", [row | {"kind": kinds[row["model"]]} for row in rows])


def _subsets(a: _ItemScores, b: _ItemScores, honest: str) -> dict[str, list[str]]:
    """Return the items that two protocols share, and under `cross` those whose group is not in train."""
    there = set(b.item)
    shared = [item for item in a.item if item in there]
    subsets = {GIVEN_TEST if honest == "cross" else ALL: shared}
    if honest == "cross":
        own = set(a.item)
        trained = {group for item, group in b.group.items() if item not in own}
        unseen = [item for item in shared if b.group[item] not in trained]
        if 0 < len(unseen) < len(shared):
            subsets[UNSEEN_GROUP] = unseen
    return subsets


def _compare(
    a: _ItemScores,
    b: _ItemScores,
    items: list[str],
    repeats: list[dict[str, int]],
    *,
    draws: int,
    rng: np.random.Generator,
    n_jobs: int,
) -> list[dict[str, Any]]:
    models = [name for name in a.of if name in b.of]
    if not items or not models:
        return []
    at = [_places(one.item, items) for one in (a, b)]
    codes = np.unique(np.array([b.group[item] for item in items]), return_inverse=True)[1].astype(np.int64)
    groups = int(codes.max()) + 1
    claimed = np.stack([a.of[m][k][at[0]] for m in models for k in (0, 1)], axis=1)
    honest = np.stack([b.of[m][k][at[1]] for m in models for k in (0, 1)], axis=1)
    difference = claimed - honest
    sums = group_sums(np.c_[np.ones(len(items)), difference], codes, groups)
    resampled = resample(sums, lambda s: s[:, 1:] / s[:, :1], draws=draws, rng=rng, n_jobs=n_jobs)
    low, high = resampled.intervals()
    effect = grouped_means(difference, codes).design_effect
    against = np.full(difference.shape[1], difference.shape[1])
    tested = studentise(
        np.c_[sums[:, 1:], np.zeros(groups)],
        sums[:, 0],
        np.arange(len(against)),
        against,
        draws=draws,
        rng=rng,
        n_jobs=n_jobs,
    ).p()
    common = {"n": len(items), "groups": groups, "interval": resampled.method}
    rows = []
    for index, model in enumerate(models):
        scale = lcm(repeats[0][model], repeats[1][model])
        for column, metric in enumerate(METRICS, start=2 * index):
            if np.isnan(difference[:, column]).any():
                continue
            by_signs = metric == "accuracy"
            whole = np.rint(scale * sums[:, 1 + column]) if by_signs else None
            rows.append(
                common
                | {
                    "model": model,
                    "metric": metric,
                    "claimed_value": float(claimed[:, column].mean()),
                    "honest_value": float(honest[:, column].mean()),
                    "difference": float(resampled.estimate[column]),
                    "low": float(low[column]),
                    "high": float(high[column]),
                    "p": float(tested[column]) if whole is None else sign_flip(whole.astype(np.int64)),
                    "test": "sign_flip" if by_signs else "bootstrap_t",
                    "design_effect": float(effect[column]),
                    "better": BETTER[metric],
                }
            )
    return rows


def _places(every: list[str], wanted: list[str]) -> list[int]:
    place = {item: index for index, item in enumerate(every)}
    return [place[item] for item in wanted]
