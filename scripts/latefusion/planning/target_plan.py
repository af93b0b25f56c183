"""What a run makes of continuous targets: its views, its rules, and what its protocols do without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, cast

from latefusion.core.errors import InputError
from latefusion.evaluation.names import SELECTED
from latefusion.planning.config_types import Config
from latefusion.planning.plan import ConfiguredRule, LeftOut, cross_partitions
from latefusion.planning.prediction_models import NOTHING_TO_LEARN_FROM, teaches
from latefusion.planning.rule_catalogue import RuleFacts
from latefusion.planning.rule_options import NO_OPTIONS, rules_problems
from latefusion.planning.target_views import (
    TargetView,
    not_trained,
    read_target_candidates,
    read_target_views,
)
from latefusion.planning.tasks import REPLICA, has_classes, target_names

_WHY_NO_REPLICA: Final = "it is the notebook's procedure, which predicts classes"


@dataclass(frozen=True)
class TargetPlan:
    """What a run makes of continuous targets.

    Attributes
    ----------
    targets : tuple of str
    beside_classes : bool
        Whether the run is of classes as well.
    views : mapping of str to TargetView
        Single modalities first.
    candidates : mapping of str to TargetView
        What several learners make of each view, `{view}.{learner}`.
    fused : list of str
        What the rules fuse: the modalities, or candidates of them where `fuse` says so.
    rules : mapping of str to ConfiguredRule
        In alphabetical order.
    partitions : mapping of str to list of str
        Of each protocol.
    left_out : list of LeftOut
    trained : bool
        Whether regressors are trained; finished predictions need none.
    held_out : bool
        Whether there are predictions of training rows, which rules learn from.
    """

    targets: tuple[str, ...]
    beside_classes: bool
    views: Mapping[str, TargetView]
    candidates: Mapping[str, TargetView]
    fused: list[str]
    rules: Mapping[str, ConfiguredRule]
    partitions: Mapping[str, list[str]]
    left_out: list[LeftOut]
    trained: bool = True
    held_out: bool = True

    @property
    def protocols(self) -> list[str]:
        """Protocols that predict numbers."""
        return list(self.partitions)

    @property
    def modalities(self) -> list[str]:
        """Names of the modalities."""
        return [view.name for view in self.views.values() if view.kind == "single"]

    @property
    def every_view(self) -> dict[str, TargetView]:
        """Views and candidates by name."""
        return {**self.views, **self.candidates}

    @property
    def models_of_rules(self) -> list[str]:
        """Rules, the chosen one last."""
        return [*self.rules, *([SELECTED] if self.rules and self.held_out else [])]


def make_target_plan(
    config: Config,
    rules: Mapping[str, RuleFacts],
    classes: Mapping[str, RuleFacts],
    *,
    file: str,
) -> TargetPlan | None:
    """Decide what a complete configuration makes of continuous targets; None where it names none.

    Parameters
    ----------
    config : Config
        With the learners of numbers alone.
    rules : mapping of str to RuleFacts
        Those that serve targets.
    classes : mapping of str to RuleFacts
        Those that serve classes.
    file : str
        Name of the configuration in messages.

    Raises
    ------
    InputError
        If a rule or an option does not exist, or fuses classes in a run of numbers alone.
    """
    targets = target_names(config)
    if not targets:
        return None
    beside = has_classes(config)
    wanted = [rule for rule in config["rules"] if not beside or rule["rule"] in rules]
    # those that serve classes too are looked at with these
    own = [rule for rule in wanted if not (beside and rule["rule"] in classes)]
    problems = rules_problems(cast("Config", {**config, "rules": own}), rules, file)
    if problems:
        raise InputError(problems)
    views = read_target_views(config)
    held_out = teaches(config["predictions"])
    idle = [rule for rule in wanted if not held_out and rules[rule["rule"]].learns]
    wanted = [rule for rule in wanted if rule not in idle]
    cross = cross_partitions(config)
    return TargetPlan(
        targets=tuple(targets),
        beside_classes=beside,
        views=views,
        candidates=read_target_candidates(config),
        fused=_fused(config, views),
        rules={
            rule["name"]: ConfiguredRule(rule["name"], rule["rule"], _options(rule, rules[rule["rule"]]))
            for rule in sorted(wanted, key=itemgetter("name"))
        },
        partitions={
            protocol: cross if protocol == "cross" else ["given"]
            for protocol in config["protocols"]
            if protocol != REPLICA
        },
        left_out=list(_left_out(config, [rule["name"] for rule in idle])),
        trained=config["predictions"] is None,
        held_out=held_out,
    )


def _fused(config: Config, views: Mapping[str, TargetView]) -> list[str]:
    """Return what the rules fuse: modalities, or the learners of each that `fuse` names."""
    singles = (view for view in views.values() if view.kind == "single")
    return [name for view in singles for name in view.fused_as(config["fuse"])]


def _left_out(config: Config, idle: Sequence[str]) -> Iterator[LeftOut]:
    """Yield what protocols do without: themselves, rules with nothing to learn from, and untrained views."""
    for protocol in config["protocols"]:
        if protocol == REPLICA:
            yield LeftOut(protocol, "regression", _WHY_NO_REPLICA)
            continue
        yield from (LeftOut(protocol, name, NOTHING_TO_LEARN_FROM) for name in idle)
        for name, reason in not_trained(config):
            yield LeftOut(protocol, f"regression of {name}", reason)


def _options(rule: Mapping[str, Any], facts: RuleFacts) -> dict[str, Any]:
    """Return the options that a rule has for targets; its counterpart for classes may have others."""
    known = {*facts.options, "repeats"} - {*NO_OPTIONS}
    return {key: value for key, value in sorted(rule.items()) if key in known}


def rules_of_classes(
    config: Config, classes: Mapping[str, RuleFacts], targets: Mapping[str, RuleFacts]
) -> Sequence[Mapping[str, Any]]:
    """Return the configured rules that the chain of classes runs: none where the data have no classes.

    A rule that there is nowhere stays, so that it is told of.
    """
    if not has_classes(config):
        return []
    if not target_names(config):
        return config["rules"]
    return [rule for rule in config["rules"] if rule["rule"] in classes or rule["rule"] not in targets]
