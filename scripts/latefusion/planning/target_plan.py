"""What a run makes of continuous targets: its views, its rules, and what its protocols do without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, Literal, cast

from latefusion.core.errors import InputError
from latefusion.evaluation.names import SELECTED
from latefusion.planning.config_types import Config
from latefusion.planning.early_views import COOPERATIVE
from latefusion.planning.modality_sources import has_embedding
from latefusion.planning.plan import ConfiguredRule, LeftOut, cross_partitions
from latefusion.planning.prediction_models import NOTHING_TO_LEARN_FROM, teaches
from latefusion.planning.rule_catalogue import RuleFacts
from latefusion.planning.rule_options import NO_OPTIONS, rules_problems
from latefusion.planning.tasks import CONCATENATE, REPLICA, has_classes, target_names

_WHY_NO_REPLICA: Final = "it is the notebook's procedure, which predicts classes"


@dataclass(frozen=True)
class TargetView:
    """What a kernel ridge regressor is trained on.

    Attributes
    ----------
    name : str
    kind : {'single', 'early'}
    modalities : tuple of str
    settings : mapping
        Those of the key `kernel_ridge`, `combine`, and of a view that is learned so `cooperative`.
    """

    name: str
    kind: Literal["single", "early"]
    modalities: tuple[str, ...]
    settings: Mapping[str, Any]


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
        """Names of the modalities, which the rules fuse."""
        return [view.name for view in self.views.values() if view.kind == "single"]

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
    views = {view.name: view for view in _views(config)}
    held_out = teaches(config["predictions"])
    idle = [rule for rule in wanted if not held_out and rules[rule["rule"]].learns]
    wanted = [rule for rule in wanted if rule not in idle]
    cross = cross_partitions(config)
    return TargetPlan(
        targets=tuple(targets),
        beside_classes=beside,
        views=views,
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


def _left_out(config: Config, idle: Sequence[str]) -> Iterator[LeftOut]:
    """Yield what protocols do without: themselves, rules with nothing to learn from, and untrained views."""
    for protocol in config["protocols"]:
        if protocol == REPLICA:
            yield LeftOut(protocol, "regression", _WHY_NO_REPLICA)
            continue
        yield from (LeftOut(protocol, name, NOTHING_TO_LEARN_FROM) for name in idle)
        for name, reason in _not_trained(config):
            yield LeftOut(protocol, f"regression of {name}", reason)


def _options(rule: Mapping[str, Any], facts: RuleFacts) -> dict[str, Any]:
    """Return the options that a rule has for targets; its counterpart for classes may have others."""
    known = {*facts.options, "repeats"} - {*NO_OPTIONS}
    return {key: value for key, value in sorted(rule.items()) if key in known}


def _views(config: Config) -> Iterator[TargetView]:
    if config["predictions"] is not None:
        yield from (TargetView(one["name"], "single", (one["name"],), {}) for one in config["modalities"])
        yield from (TargetView(one["name"], "early", (one["name"],), {}) for one in config["views"])
        return
    for modality in config["modalities"]:
        if has_embedding(modality):
            settings = _settings(config, CONCATENATE)
            yield TargetView(modality["name"], "single", (modality["name"],), settings)
    without = {name for name, _ in _not_trained(config)}
    for view in config["views"]:
        if view["name"] not in without:
            settings = _settings(config, view["combine"])
            if view["combine"] == COOPERATIVE:
                settings[COOPERATIVE] = dict(sorted(view["cooperative"].items()))
            yield TargetView(view["name"], "early", tuple(view["modalities"]), settings)


def _settings(config: Config, combine: str) -> dict[str, Any]:
    return {**config["kernel_ridge"], "combine": combine}


def _not_trained(config: Config) -> Iterator[tuple[str, str]]:
    """Yield views that no regressor is trained for, and why."""
    if config["predictions"] is not None:
        return
    embedded = {one["name"] for one in config["modalities"] if has_embedding(one)}
    for modality in config["modalities"]:
        if modality["name"] not in embedded:
            yield modality["name"], "it brings probabilities of classes and no embedding"
    for view in config["views"]:
        if not embedded >= {*view["modalities"]}:
            yield view["name"], "one of its modalities brings no embedding"


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
