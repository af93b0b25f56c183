"""One fusion rule on the partitions of a protocol: its table, what it learned, what gaps cost it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.inputs import PartitionInput
from latefusion.fusion.reports import plain
from latefusion.fusion.robustness import ROBUSTNESS, MissingnessOutcomes, contributions, robustness_table
from latefusion.fusion.runner import FittedRule, Protocol, RuleRunner
from latefusion.store.probabilities import BAG, P_PREFIX
from latefusion.store.schemas import probabilities_schema


@dataclass(frozen=True)
class Fused:
    """What a rule made of the partitions.

    Attributes
    ----------
    table : pyarrow.Table
        Fusion table: test rows by partition, repeat, and item.
    learned : dict
        What the rule learned, for its JSON file.
    robustness : pyarrow.Table
        What missing modalities cost; no rows where it was not asked for or labels are unknown.
    """

    table: pa.Table
    learned: dict[str, Any]
    robustness: pa.Table


def fuse(
    name: str,
    options: Mapping[str, Any],
    parts: Sequence[PartitionInput],
    *,
    protocol: Protocol,
    seed: int,
    robustness: bool = True,
) -> Fused:
    """Fit a rule in each partition and predict its test part.

    Parameters
    ----------
    name : str
        The rule: a file in `rules/`.
    options : mapping
        The rule's own options, and `repeats`, `bag`, `calibrate`.
    parts : sequence of PartitionInput
        At least one; the same modalities and classes in each.
    protocol : {'replica', 'honest', 'cross'}
        Under `replica` the rule is as the notebook has it: options that it fixes, ties to the lowest
        index, and, for a rule whose `replica_source` is 'test', weights from the labels of test.
    seed : int
        The configured one; each partition and repeat gets a seed of its own, which `learned` notes.
    robustness : bool
        Whether to measure what missing modalities cost.

    Raises
    ------
    ValueError
        If modalities disagree on items, labels or classes, or say what is no probability.
    RuleError
        If the rule breaks its contract: it fails, or returns what is no probability.
    """
    runner = RuleRunner.of(name, options, protocol)
    fitted = runner.fit(parts, seed)
    first = parts[0]
    classes = next(iter(first.learn.values())).classes
    learned = {
        "rule": name,
        "protocol": protocol,
        "options": dict(options),
        "modalities": list(first.test),
        "classes": list(classes),
    } | _learned(runner, fitted)
    lost = ROBUSTNESS.empty_table()
    if (
        robustness
        and all((one.test.y >= 0).all() for one in fitted)
        and any(len(one.test.y) for one in fitted)
    ):
        # of several learners of a modality each is called {modality}.{learner}
        modality = [column.partition(".")[0] for column in first.test]
        names, gives_p = list(dict.fromkeys(modality)), runner.probabilistic
        outcomes = _pooled(fitted, [names.index(one) for one in modality])
        groups = np.concatenate([part.group for part in parts])
        lost = robustness_table(outcomes, names, groups, probabilistic=gives_p, seed=seed)
        learned["contributions"] = contributions(outcomes, names, probabilistic=gives_p, seed=seed)
    table = pa.concat_tables([table for one in fitted for table in _tables(one, classes)])
    return Fused(table, plain(learned), lost)


def _learned(runner: RuleRunner, fitted: Sequence[FittedRule]) -> dict[str, Any]:
    """Return what a rule is and what it learned in each partition."""
    return {
        "learns": runner.rule.learns,
        "probabilistic": runner.probabilistic,
        "stochastic": runner.rule.stochastic,
        "partitions": {one.partition: one.facts() for one in fitted},
        "cross_validated": {one.partition: one.cross_validated for one in fitted},
        "contributions": None,
    }


def _tables(one: FittedRule, classes: Sequence[str]) -> Iterator[pa.Table]:
    """Yield the fusion table of each repeat, and that of their mean if it is asked for."""
    for repeat, (scores, p) in enumerate(zip(one.scores, one.p, strict=True)):
        yield _table(one, repeat, p, one.decided(scores, one.test.P), classes)
    if one.runner.common.bag and one.runner.rule.stochastic:
        p = np.mean(one.p, axis=0)
        yield _table(one, BAG, p, one.decided(p, one.test.P), classes)


def _table(one: FittedRule, repeat: int, p: Array, predicted: Labels, classes: Sequence[str]) -> pa.Table:
    label, n = one.test.y, len(one.test.y)
    columns = {
        "item": pa.array(one.test.item, pa.string()),
        "label": pa.array(label, pa.int32(), mask=label < 0),
        "fold": pa.nulls(n, pa.int32()),
        "predicted": pa.array(predicted, pa.int32()),
        **{P_PREFIX + name: pa.array(p[:, c].copy()) for c, name in enumerate(classes)},
        "partition": pa.array([one.partition] * n, pa.string()),
        "repeat": pa.array(np.full(n, repeat, np.int32)),
    }
    return pa.table(columns, schema=probabilities_schema(classes, fused=True))


def _pooled(fitted: Sequence[FittedRule], modality: Sequence[int]) -> MissingnessOutcomes:
    ends = np.cumsum([len(one.test.y) for one in fitted])[:-1]

    def predict(P: Array) -> tuple[Array, Labels]:
        parts = [one.outcome(rows) for one, rows in zip(fitted, np.split(P, ends), strict=True)]
        return np.concatenate([p for p, _ in parts]), np.concatenate([said for _, said in parts])

    said = [one.decided(one.scores[0], one.test.P) for one in fitted]
    return MissingnessOutcomes(
        predict,
        np.concatenate([one.test.P for one in fitted]),
        np.concatenate([one.test.y for one in fitted]),
        (np.concatenate([one.p[0] for one in fitted]), np.concatenate(said)),
        modality,
    )
