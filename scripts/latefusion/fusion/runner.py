"""A fusion rule on one partition: which rows it learns from, its repeats, its validation, its temperature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from latefusion.core.log_loss import log_losses
from latefusion.core.seeds import stream
from latefusion.fusion.aggregation import Array, Labels, Mask, Ties, class_shares, decide, present, tied
from latefusion.fusion.rule import Rule, rule_class
from latefusion.fusion.temperature_scaling import at_temperature, fit_temperature
from latefusion.store.probabilities import Probabilities

Protocol = Literal["replica", "honest", "cross"]

SUM_TOLERANCE = 1e-6


@dataclass(frozen=True)
class PartitionInput:
    """What a rule is given in one partition.

    Attributes
    ----------
    partition : str
    learn : dict of str to Probabilities
        Training rows by modality, the same items in each: out-of-fold with their folds under `honest`
        and `cross`, in-sample under `replica`. NaN where an item lacks the modality.
    test : dict of str to Probabilities
        Test rows likewise; labels may be unknown (-1).
    group : (n_test,) object array
        Group of each test row.
    """

    partition: str
    learn: Mapping[str, Probabilities]
    test: Mapping[str, Probabilities]
    group: NDArray[np.object_]


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
        rule = self.rule(random_state=seed, **self.options)
        rule.ties = self.ties
        return rule

    def fit(self, part: PartitionInput, seed: int) -> FittedRule:
        """Fit the rule to a partition, as often as it is to be repeated, and validate it over the folds."""
        P, y, fold = _stack(part.learn)
        T, y_test, _ = _stack(part.test)
        shares = class_shares(y, P.shape[2])
        if self.protocol == "replica":
            fold = None
            if self.rule.replica_source == "test":
                P, y = T, y_test
        rng = stream(seed, "fuse", self.protocol, self.name, part.partition)
        repeats = self.common.repeats if self.rule.stochastic else 1
        seeds = rng.integers(2**31 - 1, size=repeats).tolist()
        rules = [self.make(one).fit(P, y, fold=fold) for one in seeds]
        temperature, validated = None, None
        if fold is not None:
            held_out = self._out_of_fold(P, y, fold, seeds[0])
            temperature, validated = self._validate(held_out, y, fold)
        elif self._calibrates:
            temperature = fit_temperature(rules[0].predict_proba(P), y)
        fitted = FittedRule(part, self, rules, seeds, temperature, validated, shares, T, y_test)
        fitted.predict()
        return fitted

    @property
    def _calibrates(self) -> bool:
        return self.common.calibrate and not self.rule.probabilistic

    def _out_of_fold(self, P: Array, y: Labels, fold: Labels, seed: int) -> tuple[Array, Labels]:
        """Return the rule's own out-of-fold scores, (n, K), and the classes it would say, (n,)."""
        scores = np.empty((len(P), P.shape[2]))
        said = np.empty(len(P), np.int32)
        for inside, outside in _splits(fold):
            rule = self.make(seed).fit(P[inside], y[inside], fold=fold[inside])
            shares = class_shares(y[inside], P.shape[2])
            scores[outside] = self.scores(rule, P[outside], shares)
            said[outside] = decide(scores[outside], P[outside], shares, self.ties)
        return scores, said

    def scores(self, rule: Rule, P: Array, shares: Array) -> Array:
        """Return what a rule says of P, checked; the class shares where an item has no modality."""
        scores = rule.predict_proba(P)
        if scores.shape != (len(P), P.shape[2]) or not (scores >= 0).all():
            raise ValueError(f"the rule {self.name} returned negative or no numbers, {scores.shape}")
        if (np.abs(scores.sum(axis=1) - 1) > SUM_TOLERANCE).any():
            raise ValueError(f"the rule {self.name} returned rows that do not sum to one")
        # those of the training rows, also for a rule that was fitted on others
        return np.where(_some(P), scores, shares)

    def _validate(
        self, held_out: tuple[Array, Labels], y: Labels, fold: Labels
    ) -> tuple[float | None, dict[str, float | int | None]]:
        """Return the temperature of the final model, and accuracy and log loss over the folds.

        Each fold's log loss is at the temperature of the other folds.
        """
        scores, said = held_out
        temperature = None
        p = scores
        if self._calibrates:
            temperature = fit_temperature(scores, y)
            p = np.empty_like(scores)
            for inside, outside in _splits(fold):
                p[outside] = at_temperature(scores[outside], fit_temperature(scores[inside], y[inside]))
        log_loss = float(log_losses(p, y).mean()) if self.probabilistic else None
        return temperature, {
            "n": len(y),
            "folds": len(np.unique(fold)),
            "accuracy": float((said == y).mean()),
            "log_loss": log_loss,
        }


@dataclass
class FittedRule:
    """A rule fitted in one partition, and what it says of the test part."""

    part: PartitionInput
    runner: RuleRunner
    rules: list[Rule]
    seeds: list[int]
    temperature: float | None
    cross_validated: dict[str, float | int | None] | None
    shares: Array
    T: Array
    y: Labels

    def predict(self) -> None:
        """Predict the test part with each repeat."""
        self.scores = [self._scores(rule, self.T) for rule in self.rules]
        self.p = [self._probabilities(scores, self.T) for scores in self.scores]

    def outcome(self, P: Array) -> tuple[Array, Labels]:
        """Return probabilities and classes by the first repeat."""
        scores = self._scores(self.rules[0], P)
        return self._probabilities(scores, P), self.decided(scores, P)

    def facts(self) -> dict[str, Any]:
        """Return what is written down of the partition."""
        seen = np.flatnonzero(self.shares)
        return {
            "shares": self.shares,
            "absent_classes": [c for c in range(len(self.shares)) if c not in seen],
            "test_rows": len(self.y),
            "ties": int(tied(self.scores[0]).sum()),
            "all_missing": int((~present(self.T).any(axis=1)).sum()),
            "temperature": self.temperature,
            "seeds": self.seeds if self.runner.rule.stochastic else [],
            "learned": [rule.learned() for rule in self.rules],
            "diagnosis": self.rules[0].diagnose(self.T),
        }

    def _scores(self, rule: Rule, P: Array) -> Array:
        return self.runner.scores(rule, P, self.shares)

    def _probabilities(self, scores: Array, P: Array) -> Array:
        if self.temperature is None:
            return scores
        return np.where(_some(P), at_temperature(scores, self.temperature), self.shares)

    def decided(self, scores: Array, P: Array) -> Labels:
        """Return the class of each row's largest score."""
        return decide(scores, P, self.shares, self.runner.ties)


def _stack(views: Mapping[str, Probabilities]) -> tuple[Array, Labels, Labels | None]:
    """Return P (n, M, K), labels and folds (None where no row has one) of modalities on the same items."""
    first, *others = views.values()
    for name, other in zip(list(views)[1:], others, strict=True):
        if other.classes != first.classes or not np.array_equal(other.item, first.item):
            raise ValueError(f"{name} has other items or classes than {next(iter(views))}")
        if not np.array_equal(other.label, first.label):
            raise ValueError(f"{name} has other labels than {next(iter(views))}")
    P = np.stack([view.p for view in views.values()], axis=1)
    # rows of a view without folds were seen by its model, so nothing can be validated on them; views that
    # are external may have other folds than ours, and those of the first view split the rows
    known = all((view.fold >= 0).all() for view in views.values())
    fold = first.fold if known and len(np.unique(first.fold)) > 1 else None
    return P, first.label, fold


def _some(P: Array) -> Mask:
    """Return which rows have any modality, (n, 1)."""
    return np.asarray(present(P).any(axis=1, keepdims=True))


def _splits(fold: Labels) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield the rows outside and inside each fold."""
    for one in np.unique(fold):
        outside = fold == one
        yield ~outside, outside
