"""A fusion rule on one partition: which rows it learns from, its repeats, its validation, its temperature."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from latefusion.core.errors import shorten
from latefusion.core.held_out import out_of_fold_values
from latefusion.core.seeds import stream
from latefusion.fusion.aggregation import Array, Labels, Mask, Ties, class_shares, decide, present, tied
from latefusion.fusion.inputs import PartitionInput, Stacked, stack
from latefusion.fusion.quality import COLUMNS
from latefusion.fusion.reports import check_report, plain
from latefusion.fusion.rule import Rule, rule_class
from latefusion.fusion.rule_errors import (
    ScoresError,
    blamed,
    check_probabilities,
    no_probabilities,
)
from latefusion.fusion.stacked_rows import fit_rules, predict_rows
from latefusion.fusion.temperature_scaling import at_temperature, fit_temperature

Protocol = Literal["replica", "honest", "cross"]


@dataclass(frozen=True)
class Common:
    """Options that every rule may have and that are handled here.

    Attributes
    ----------
    repeats : int
        How often a stochastic rule is fitted, each time with another seed; others are fitted once.
    bag : bool
        Whether a stochastic rule has further rows, of repeat −1, with probabilities averaged over repeats.
    calibrate : bool
        Whether a temperature turns the scores of a rule that is not probabilistic into probabilities.
    """

    repeats: int = 5
    bag: bool = False
    calibrate: bool = False


@dataclass(frozen=True)
class _Work:
    """What is fitted in one partition: the rule with each seed, and with the first without each fold."""

    partition: str
    learn: Stacked
    test: Stacked
    shares: Array
    seeds: list[int]

    def splits(self) -> Iterator[tuple[Mask, Mask]]:
        """Yield the rows outside and inside each fold; nothing where there are no folds."""
        return iter(()) if self.learn.fold is None else _splits(self.learn.fold)

    def fits(self) -> Iterator[tuple[int, Stacked]]:
        """Yield seed and rows of each fit, in the order in which they are used."""
        yield from ((seed, self.learn) for seed in self.seeds)
        yield from ((self.seeds[0], self.learn.rows(inside)) for inside, _ in self.splits())


@dataclass(frozen=True)
class RuleRunner:
    """A rule with its options, under a protocol.

    Attributes
    ----------
    name : str
    rule : type
        The class that `rules/<name>.py` defines.
    options : mapping
        The rule's own.
    common : Common
    protocol : {'replica', 'honest', 'cross'}
    """

    name: str
    rule: type[Rule]
    options: Mapping[str, Any]
    common: Common
    protocol: Protocol

    @classmethod
    def of(cls, name: str, options: Mapping[str, Any], protocol: Protocol) -> RuleRunner:
        """Tell the rule's own options from the common ones."""
        rule = rule_class(name)
        own = dict(options)
        shared = {key: own.pop(key) for key in ("repeats", "bag", "calibrate") if key in own}
        common = Common(**shared)
        if common.repeats < 1:
            raise ValueError(f"repeats must be 1 or more, not {common.repeats}")
        if protocol == "replica":
            own |= rule.replica_options
        return cls(name, rule, own, common, protocol)

    @property
    def probabilistic(self) -> bool:
        """Whether what comes out is an estimate of probabilities."""
        return self.rule.probabilistic or self.common.calibrate

    @property
    def ties(self) -> Ties:
        """What decides between equal scores."""
        return "lowest" if self.protocol == "replica" else "mean_probability"

    def make(self, seed: int) -> Rule:
        """Return an unfitted rule."""
        with blamed(self.rule):
            rule = self.rule(random_state=seed, **self.options)
        rule.ties = self.ties
        return rule

    def fit(self, parts: Sequence[PartitionInput], seed: int) -> list[FittedRule]:
        """Fit the rule in each partition, as often as it is to be repeated, and validate it by folds."""
        works = [self._work(part, seed) for part in parts]
        rules = self._fitted(fit for work in works for fit in work.fits())
        return [self._finished(work, rules) for work in works]

    def _work(self, part: PartitionInput, seed: int) -> _Work:
        columns = (self.options.get(COLUMNS) or ()) if self.rule.reads_quality else ()
        learn = stack(part.learn, f"{part.partition}, training part", part.learn_quality, columns)
        test = stack(part.test, f"{part.partition}, test part", part.test_quality, columns)
        shares = class_shares(learn.y, learn.P.shape[2])
        if self.protocol == "replica":
            learn = replace(test if self.rule.replica_source == "test" else learn, fold=None)
        rng = stream(seed, "fuse", self.protocol, self.name, part.partition)
        repeats = self.common.repeats if self.rule.stochastic else 1
        seeds = rng.integers(2**31 - 1, size=repeats).tolist()
        return _Work(part.partition, learn, test, shares, seeds)

    def _fitted(self, fits: Iterable[tuple[int, Stacked]]) -> Iterator[Rule]:
        """Yield the rule fitted to each sample with its seed, when it is asked for or all in one batch."""
        for together in [list(fits)] if self.rule.batched else ([one] for one in fits):
            rules = [self.make(seed) for seed, _ in together]
            with blamed(self.rule):
                fit_rules(self.rule, rules, [rows for _, rows in together])
            yield from rules

    def _finished(self, work: _Work, rules: Iterator[Rule]) -> FittedRule:
        repeats = [next(rules) for _ in work.seeds]
        learn, fold = work.learn, work.learn.fold
        temperature, validated = None, None
        if fold is not None:
            held_out = self._out_of_fold(work, rules)
            temperature, validated = self._validate(held_out, learn.y, fold)
        elif self._calibrates:
            scores = self.scores(repeats[0], learn, work.shares, work.partition)
            temperature = fit_temperature(scores, learn.y)
        fitted = FittedRule(
            work.partition, self, repeats, work.seeds, temperature, validated, work.shares, work.test
        )
        fitted.predict()
        return fitted

    @property
    def _calibrates(self) -> bool:
        return self.common.calibrate and not self.rule.probabilistic

    def _out_of_fold(self, work: _Work, rules: Iterator[Rule]) -> tuple[Array, Labels]:
        """Return the rule's own out-of-fold scores, (n, K), and the classes it would say, (n,)."""
        learn = work.learn
        scores = np.empty((len(learn.P), learn.P.shape[2]))
        said = np.empty(len(learn.P), np.int32)
        for inside, outside in work.splits():
            held_out = learn.rows(outside)
            shares = class_shares(learn.y[inside], learn.P.shape[2])
            scores[outside] = self.scores(next(rules), held_out, shares, work.partition)
            said[outside] = decide(scores[outside], held_out.P, shares, self.ties)
        return scores, said

    def scores(self, rule: Rule, asked: Stacked, shares: Array, partition: str) -> Array:
        """Scores of some items by a rule, checked; the class shares where an item has no modality.

        Raises
        ------
        RuleError
            If what the rule returns is no probability, naming the item and the values.
        """
        known: Mask = present(asked.P)
        some = np.asarray(known.any(axis=1))
        with blamed(self.rule):
            try:
                scores = check_probabilities(predict_rows(rule, asked), some, len(shares))
            except ScoresError as error:
                where, lacking = f"in the partition {partition}", []
                if error.row is not None:
                    where = f"for the item {shorten(asked.item[error.row])} {where}"
                    lacking = [asked.modalities[m] for m in np.flatnonzero(~known[error.row, :])]
                raise no_probabilities(error, self.rule, where=where, lacking=lacking) from None
        # those of the training rows, also for a rule that was fitted on others
        return np.where(some[:, None], scores, shares)

    def _validate(
        self, held_out: tuple[Array, Labels], y: Labels, fold: Labels
    ) -> tuple[float | None, dict[str, float | int | None]]:
        """Return the temperature of the final model, and every headline metric over the folds.

        Each fold's probabilities are at the temperature of the other folds.
        """
        scores, said = held_out
        temperature = None
        p = scores
        if self._calibrates:
            temperature = fit_temperature(scores, y)
            p = np.empty_like(scores)
            for inside, outside in _splits(fold):
                p[outside] = at_temperature(scores[outside], fit_temperature(scores[inside], y[inside]))
        values = out_of_fold_values(y, said, p if self.probabilistic else None, fold, scores.shape[1])
        return temperature, {"n": len(y), "folds": len(np.unique(fold)), **values}


@dataclass
class FittedRule:
    """A rule fitted in one partition, and what it says of the test part."""

    partition: str
    runner: RuleRunner
    rules: list[Rule]
    seeds: list[int]
    temperature: float | None
    cross_validated: dict[str, float | int | None] | None
    shares: Array
    test: Stacked

    def predict(self) -> None:
        """Predict the test part with each repeat."""
        self.scores = [self._scores(rule, self.test.P) for rule in self.rules]
        self.p = [self._probabilities(scores, self.test.P) for scores in self.scores]

    def outcome(self, P: Array) -> tuple[Array, Labels]:
        """Probabilities and classes of the test part by the first repeat, from P with further gaps."""
        return self.apply(replace(self.test, P=P))

    def apply(self, asked: Stacked) -> tuple[Array, Labels]:
        """Probabilities (n, K) and classes (n,) of any items by the first repeat."""
        scores = self.runner.scores(self.rules[0], asked, self.shares, self.partition)
        return self._probabilities(scores, asked.P), self.decided(scores, asked.P)

    def facts(self) -> dict[str, Any]:
        """Return what is written down of the partition."""
        seen = np.flatnonzero(self.shares)
        return {
            "shares": self.shares,
            "absent_classes": [c for c in range(len(self.shares)) if c not in seen],
            "test_rows": len(self.test.y),
            "ties": int(tied(self.scores[0]).sum()),
            "all_missing": int((~present(self.test.P).any(axis=1)).sum()),
            "temperature": self.temperature,
            "seeds": self.seeds if self.runner.rule.stochastic else [],
            "learned": [self._report("learned", rule.learned) for rule in self.rules],
            "diagnosis": self._report("diagnose", lambda: self.rules[0].diagnose(self.test.P)),
        }

    def _report(self, method: str, said: Callable[[], dict[str, Any]]) -> Any:  # noqa: ANN401 - any JSON value
        with blamed(self.runner.rule):
            report = plain(said())
        check_report(report, self.runner.rule, method)
        return report

    def _scores(self, rule: Rule, P: Array) -> Array:
        return self.runner.scores(rule, replace(self.test, P=P), self.shares, self.partition)

    def _probabilities(self, scores: Array, P: Array) -> Array:
        if self.temperature is None:
            return scores
        some = present(P).any(axis=1, keepdims=True)
        return np.where(some, at_temperature(scores, self.temperature), self.shares)

    def decided(self, scores: Array, P: Array) -> Labels:
        """Return the class of each row's largest score."""
        return decide(scores, P, self.shares, self.runner.ties)


def _splits(fold: Labels) -> Iterator[tuple[Mask, Mask]]:
    """Yield the rows outside and inside each fold."""
    for one in np.unique(fold):
        outside = fold == one
        yield ~outside, outside
