"""One fusion rule for continuous targets on the partitions of a protocol: its tables, and what it learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.core.seeds import stream
from latefusion.fusion.aggregation import SAME, Array
from latefusion.fusion.regression_rule import RegressionRule, regression_rule_class
from latefusion.fusion.reports import check_report, plain
from latefusion.fusion.rule_errors import blamed, file_of
from latefusion.fusion.target_inputs import StackedTargets, TargetPartition
from latefusion.store.target_predictions import TargetPredictions

REPEATS: Final = 5
"""How often a stochastic rule is fitted where its option `repeats` does not say."""


@dataclass(frozen=True)
class FusedTargets:
    """What a rule made of the partitions.

    Attributes
    ----------
    table : pyarrow.Table
        Test rows by partition, repeat, and item.
    out_of_fold : pyarrow.Table
        Training rows by partition and item, each as the rule says that did not learn from its fold.
    learned : dict
        What the rule learned, for its JSON file.
    """

    table: pa.Table
    out_of_fold: pa.Table
    learned: dict[str, Any]


def fuse_targets(
    name: str, options: Mapping[str, Any], parts: Sequence[TargetPartition], *, protocol: str, seed: int
) -> FusedTargets:
    """Fit a rule in each partition, predict its test part, and hold out each fold in turn.

    Parameters
    ----------
    name : str
        The rule: a file in `rules/`.
    options : mapping
        The rule's own options, and `repeats`.
    parts : sequence of TargetPartition
        At least one; the same modalities and targets in each.
    protocol : {'honest', 'cross'}
    seed : int
        The configured one; each partition and repeat gets a seed of its own.

    Raises
    ------
    InputError
        If the rule fails, or returns anything but a finite number for each item and target.
    """
    rule = regression_rule_class(name)
    own = {key: value for key, value in options.items() if key != "repeats"}
    tables, held_out, facts = [], [], {}
    for part in parts:
        seeds = _seeds(rule, options, seed, protocol, name, part.partition)
        fitted = [_fit(rule, own, one, part.learn) for one in seeds]
        for repeat, each in enumerate(fitted):
            said = _predict(each, part.test, part.partition)
            predictions = TargetPredictions(part.targets, part.test.item, part.test.Y, said)
            tables.append(predictions.to_table(part.partition, repeat))
        outside = _out_of_fold(rule, own, seeds[0], part)
        held = TargetPredictions(part.targets, part.learn.item, part.learn.Y, outside, fold=part.learn.fold)
        held_out.append(held.to_table(part.partition))
        facts[part.partition] = _facts(rule, fitted, seeds, part, outside)
    learned = {
        "rule": name,
        "protocol": protocol,
        "options": dict(options),
        "modalities": list(parts[0].modalities),
        "targets": list(parts[0].targets),
        "learns": rule.learns,
        "stochastic": rule.stochastic,
        "partitions": facts,
    }
    return FusedTargets(pa.concat_tables(tables), pa.concat_tables(held_out), plain(learned))


def fitted_target_rule(
    name: str,
    options: Mapping[str, Any],
    learn: StackedTargets,
    partition: str,
    *,
    protocol: str,
    seed: int,
) -> RegressionRule:
    """Return a rule as `fuse_targets` fits it in a partition, of a stochastic one the first repeat.

    Parameters
    ----------
    name, options, protocol, seed
        As of `fuse_targets`.
    learn : StackedTargets
        Out-of-fold rows.
    partition : str
    """
    rule = regression_rule_class(name)
    own = {key: value for key, value in options.items() if key != "repeats"}
    return _fit(rule, own, _seeds(rule, options, seed, protocol, name, partition)[0], learn)


def _seeds(rule: type[RegressionRule], options: Mapping[str, Any], seed: int, *where: str) -> list[int]:
    """Return the seed of each repeat of a rule in a partition."""
    repeats = int(options.get("repeats", REPEATS)) if rule.stochastic else 1
    drawn: list[int] = stream(seed, "fuse targets", *where).integers(2**31 - 1, size=repeats).tolist()
    return drawn


def select_target_rule(
    tables: Mapping[str, FusedTargets],
) -> FusedTargets:
    """Return the predictions of the rule that has the least error out of fold inside each training part.

    The error is the mean over targets of the mean squared error, each as a share of the variance of its
    target in the training part: 1 − the mean R² out of fold. Of a stochastic rule the first repeat is taken.

    Parameters
    ----------
    tables : mapping of str to FusedTargets
        Of each candidate.
    """
    names = sorted(tables)
    pieces, held_out, choice = [], [], {}
    for partition in tables[names[0]].learned["partitions"]:
        errors = {name: tables[name].learned["partitions"][partition]["error"] for name in names}
        least = min(errors.values())
        chosen = next(name for name in names if errors[name] <= least * (1 + SAME))
        table, outside = tables[chosen].table, tables[chosen].out_of_fold
        mine = pc.and_(pc.equal(table["partition"], partition), pc.equal(table["repeat"], 0))
        pieces.append(table.filter(mine))
        held_out.append(outside.filter(pc.equal(outside["partition"], partition)))
        choice[partition] = {"chosen": chosen, "error": errors[chosen], "candidates": errors}
    facts = {"rule": "selected", "targets": tables[names[0]].learned["targets"], "partitions": choice}
    return FusedTargets(
        pa.concat_tables(pieces).combine_chunks(), pa.concat_tables(held_out).combine_chunks(), facts
    )


def _fit(
    rule: type[RegressionRule], options: Mapping[str, Any], seed: int, rows: StackedTargets
) -> RegressionRule:
    with blamed(rule):
        made = rule(random_state=seed, **options)
        return made.fit(rows.F, rows.Y, fold=rows.fold, variance=rows.variance)


def _predict(rule: RegressionRule, asked: StackedTargets, partition: str) -> Array:
    with blamed(type(rule)):
        try:
            return rule.predict(asked.F, asked.variance)
        except ValueError as error:
            problem = Problem(
                file_of(type(rule)),
                f"{shorten(str(error), 200)}, in the partition {partition}",
                "a finite number for each item and target",
                "leave modalities that an item lacks out: F is NaN there",
            )
            raise InputError([problem]) from error


def _out_of_fold(
    rule: type[RegressionRule], options: Mapping[str, Any], seed: int, part: TargetPartition
) -> Array:
    learn = part.learn
    said = np.full_like(learn.Y, np.nan)
    for one in np.unique(learn.fold):
        outside = learn.fold == one
        fitted = _fit(rule, options, seed, learn.rows(~outside))
        said[outside] = _predict(fitted, learn.rows(outside), part.partition)
    return said


def _facts(
    rule: type[RegressionRule],
    fitted: Sequence[RegressionRule],
    seeds: Sequence[int],
    part: TargetPartition,
    outside: Array,
) -> dict[str, Any]:
    reports = []
    for one in fitted:
        with blamed(rule):
            reports.append(plain(one.learned()))
        check_report(reports[-1], rule, "learned")
    facts = {
        "learned": reports,
        "seeds": list(seeds) if rule.stochastic else [],
        "test_rows": len(part.test.item),
        "all_missing": int(np.isnan(part.test.F).all(axis=(1, 2)).sum()),
    }
    if not len(part.learn.item):
        return facts
    squared = np.square(outside - part.learn.Y).mean(axis=0)
    return facts | {
        "out_of_fold_mse": dict(zip(part.targets, squared.tolist(), strict=True)),
        "error": float((squared / part.learn.Y.var(axis=0)).mean()),
    }
