"""Rules that train neural networks on the modalities' probabilities, all networks of a job together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.neural_network import Network, Settings, Task, train
from latefusion.fusion.rule import Rule, Sample
from latefusion.fusion.stacking import StackingRule, TrainedClassifier, TrainingSet


@dataclass(frozen=True)
class NetworkPlan:
    """A network that is to be trained, and the classifier that it will make."""

    task: Task
    finish: Callable[[Network], TrainedClassifier]


class NetworkRule(StackingRule):
    """Base of the rules that train a network; a subclass defines `_plan` and `_settings`."""

    batched = True

    def _plan(self, X: Array, y: Labels, classes: int, fold: Labels | None) -> NetworkPlan:
        """Return what to train on columns (n, d) and labels 0 … classes − 1, `self.seed` being for chance."""
        raise NotImplementedError

    @property
    def _settings(self) -> Settings:
        """How to train, the same for all rules of equal options."""
        raise NotImplementedError

    def _train(self, X: Array, y: Labels, classes: int, fold: Labels | None) -> TrainedClassifier:
        plan = self._plan(X, y, classes, fold)
        return plan.finish(train([plan.task], self._settings)[0])

    @classmethod
    def fit_together(cls, rules: Sequence[Self], samples: Sequence[Sample]) -> None:
        """Fit several rules as `fit` would, their networks in one batch; the same to the last bit."""
        if (
            cls.fit is not Rule.fit
            or cls._learn is not StackingRule._learn
            or cls._train is not NetworkRule._train
        ):
            super().fit_together(rules, samples)  # a subclass that learns in a way of its own
            return
        sets: list[dict[int, TrainingSet]] = [
            rule._training_sets(*rule._begin(*sample)) for rule, sample in zip(rules, samples, strict=True)
        ]
        plans = [
            {
                code: rule._plan(own.X, own.y, len(own.seen), own.fold)
                for code, own in mine.items()
                if len(own.seen) > 1
            }
            for rule, mine in zip(rules, sets, strict=True)
        ]
        tasks = [plan.task for mine in plans for plan in mine.values()]
        networks = iter(train(tasks, rules[0]._settings) if tasks else [])
        for rule, mine, own in zip(rules, sets, plans, strict=True):
            rule._adopt(mine, {code: plan.finish(next(networks)) for code, plan in own.items()})
