"""What a configuration asks for: the views, and which models each protocol can have, with reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

from latefusion.core.errors import InputError, Problem
from latefusion.core.metric_facts import OF_PROBABILITIES, TITLE, criterion
from latefusion.core.wording import listed
from latefusion.evaluation.names import SELECTED
from latefusion.planning.config_types import Config, Predictions
from latefusion.planning.learner_catalogue import Learners, learner_problems
from latefusion.planning.prediction_models import why_not
from latefusion.planning.repeats import partitions_of
from latefusion.planning.rule_catalogue import RuleFacts
from latefusion.planning.rule_options import NO_OPTIONS, quality_columns, rules_problems
from latefusion.planning.views import View, read_candidates, read_views


@dataclass(frozen=True)
class ConfiguredRule:
    """A fusion rule of the configuration.

    Attributes
    ----------
    name : str
        What results call it.
    rule : str
        Its file in `rules/`; several rules of a configuration may have the same.
    options : mapping of str to object
    quality : tuple of str
        Columns of the items' tables that it reads their quality from.
    """

    name: str
    rule: str
    options: Mapping[str, Any]
    quality: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """A model that a protocol does without, and why."""

    protocol: str
    model: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """What a run makes.

    Attributes
    ----------
    views : mapping of str to View
        Every view by name, single modalities first.
    candidates : mapping of str to View
        What several learners make of each view, `{view}.{learner}`, and SVMs that `replica` alone reads.
    rules : mapping of str to ConfiguredRule
        Every rule by name, in alphabetical order.
    partitions : mapping of str to list of str
        Partitions of each protocol.
    protocol_views, protocol_rules : mapping of str to list of str
        Views and rules of each protocol; rules in alphabetical order, so that their order in the
        configuration changes nothing.
    fused : mapping of str to list of str
        What each protocol's rules fuse: the modalities, under `cross` those that have a model for each of its
        partitions, or candidates of them where `fuse` says so. Where fewer than two of several modalities are
        left there is nothing to fuse, and no rule.
    selects : mapping of str to list of str
        The rules that `selected` chooses from in each protocol; empty where there is nothing to choose by.
    selectable : list of str
        The rules that have the metric which chooses, in alphabetical order.
    criterion : str
        The metric whose out-of-fold value chooses.
    left_out : list of LeftOut
    """

    views: Mapping[str, View]
    candidates: Mapping[str, View]
    rules: Mapping[str, ConfiguredRule]
    partitions: Mapping[str, list[str]]
    protocol_views: Mapping[str, list[str]]
    protocol_rules: Mapping[str, list[str]]
    fused: Mapping[str, list[str]]
    selects: Mapping[str, list[str]]
    selectable: list[str]
    criterion: str
    left_out: list[LeftOut]

    @property
    def modalities(self) -> list[str]:
        """Names of the single-modality views, which the rules fuse where they can."""
        return [view.name for view in self.views.values() if view.kind == "single"]

    @property
    def every_view(self) -> dict[str, View]:
        """Views and candidates by name."""
        return {**self.views, **self.candidates}

    def fused_modalities(self, protocol: str) -> list[str]:
        """Return the modalities that a protocol's rules fuse, by one learner each or several."""
        names = (self.every_view[name].modalities[0] for name in self.fused[protocol])
        return list(dict.fromkeys(names))

    def warnings(self) -> Iterator[str]:
        """Yield a sentence on each protocol whose rules fuse less than was asked for, or that has none."""
        for protocol, rules in self.protocol_rules.items():
            fused = self.fused_modalities(protocol)
            absent = [name for name in self.modalities if name not in fused]
            if self.rules and not rules:
                yield (
                    f"{protocol} has no fusion rule: its models are compared one by one, and nothing is said "
                    "there of fusion"
                )
            elif absent:
                yield (
                    f"{protocol}: the rules fuse {listed(fused)} alone, without "
                    f"{listed(absent)}; what they reach there is not what they reach with all modalities"
                )


def make_plan(
    config: Config, rules: Mapping[str, RuleFacts], learners: Learners = None, *, file: str
) -> Plan:
    """Decide what a complete configuration makes.

    Parameters
    ----------
    config : Config
    rules : mapping of str to RuleFacts
        The rules that exist.
    learners : mapping of str to LearnerFacts, optional
        The learners that exist, of which those of the configuration are checked.
    file : str
        Name of the configuration in messages.

    Raises
    ------
    InputError
        If a rule, a learner or an option does not exist, naming the nearest; if `selected` is asked for and
        no rule has the metric.
    """
    problems = [*rules_problems(config, rules, file), *learner_problems(config, learners, file)]
    if problems:
        raise InputError(problems)
    configured = _rules(config, rules)
    by = criterion(config["evaluation"]["metric"])
    selectable = [name for name, rule in configured.items() if _is_ranked(rule, rules, by)]
    problems = list(_nothing_to_select(config, configured, selectable, file))
    if problems:
        raise InputError(problems)
    views = read_views(config)
    singles = [view for view in views.values() if view.kind == "single"]
    left_out: list[LeftOut] = []
    protocol_views: dict[str, list[str]] = {}
    protocol_rules, fused, selects = dict(protocol_views), dict(protocol_views), dict(protocol_views)
    for protocol in config["protocols"]:
        fusable = [view for view in singles if protocol != "cross" or view.has_cross]
        without = _absent_views(protocol, views) | _absent_rules(
            protocol, configured, rules, singles, fusable, config["predictions"]
        )
        left_out += [LeftOut(protocol, name, reason) for name, reason in without.items()]
        protocol_views[protocol] = [name for name in views if name not in without]
        protocol_rules[protocol] = [name for name in configured if name not in without]
        fused[protocol] = [name for view in fusable for name in view.fused_as(protocol, config["fuse"])]
        out_of_fold = protocol != "replica" and all(view.has_out_of_fold for view in fusable)
        selects[protocol] = [name for name in selectable if out_of_fold and name not in without]
    return Plan(
        views,
        read_candidates(config),
        configured,
        _partitions(config),
        protocol_views,
        protocol_rules,
        fused,
        selects,
        selectable,
        by,
        left_out,
    )


def _rules(config: Config, rules: Mapping[str, RuleFacts]) -> dict[str, ConfiguredRule]:
    return {
        entry["name"]: ConfiguredRule(
            entry["name"],
            entry["rule"],
            {key: value for key, value in sorted(entry.items()) if key not in NO_OPTIONS},
            quality_columns(entry, rules[entry["rule"]]),
        )
        for entry in sorted(config["rules"], key=itemgetter("name"))
    }


def cross_partitions(config: Config) -> list[str]:
    """Return the names of the partitions of `cross`."""
    repeats, folds = config["cross"]["repeats"], config["cross"]["folds"]
    return [name for repeat in range(repeats) for name in partitions_of(f"cross-{repeat}", folds)]


def _partitions(config: Config) -> dict[str, list[str]]:
    cross = cross_partitions(config)
    return {protocol: cross if protocol == "cross" else ["given"] for protocol in config["protocols"]}


def _absent_views(protocol: str, views: Mapping[str, View]) -> dict[str, str]:
    """Return why a protocol does without some views."""
    if protocol == "replica":
        return {name: _no_svm(view) for name, view in views.items() if not view.replica}
    return {
        name: _unseen_origin(view)
        for name, view in views.items()
        if protocol == "cross" and not view.has_cross
    }


def _absent_rules(
    protocol: str,
    configured: Mapping[str, ConfiguredRule],
    rules: Mapping[str, RuleFacts],
    singles: Sequence[View],
    fusable: Sequence[View],
    predictions: Predictions | None,
) -> dict[str, str]:
    """Return why a protocol does without some rules."""
    absent = {}
    for name, rule in configured.items():
        # a temperature is learned, whatever else the rule learns
        learns = rules[rule.rule].learns or rule.options.get("calibrate", False)
        facts = replace(rules[rule.rule], learns=learns)
        reason = why_not(predictions, facts, _why_not(facts, protocol, singles, fusable))
        if reason is not None:
            absent[name] = reason
    return absent


def _why_not(rule: RuleFacts, protocol: str, singles: Sequence[View], fusable: Sequence[View]) -> str | None:
    if len(fusable) < min(2, len(singles)):
        return next(_unseen_origin(view) for view in singles if view not in fusable)
    if protocol != "replica" and rule.learns:
        lacking = [view.name for view in fusable if not view.has_out_of_fold]
        if lacking:
            return f"it learns from out-of-fold probabilities, which {_lack(lacking)}"
    if protocol == "replica" and rule.learns and rule.replica_source == "in_sample":
        lacking = [view.name for view in fusable if not view.has_in_sample]
        if lacking:
            return f"it learns from in-sample probabilities, which {_lack(lacking)}"
    return None


def _lack(names: Sequence[str]) -> str:
    return f"{listed(names)} {'lacks' if len(names) == 1 else 'lack'}"


def _unseen_origin(view: View) -> str:
    what = "a pretrained model" if view.source == "pretrained" else "probabilities for the given split only"
    return f"{view.name} is {what}, which may have seen the items of any cross partition's test part"


def _no_svm(view: View) -> str:
    return f"{view.name} is learned cooperatively, and the notebook has SVMs alone"


def _is_ranked(rule: ConfiguredRule, rules: Mapping[str, RuleFacts], by: str) -> bool:
    calibrated = bool(rule.options.get("calibrate", False))
    return rules[rule.rule].probabilistic or calibrated or by not in OF_PROBABILITIES


def _nothing_to_select(
    config: Config, configured: Mapping[str, ConfiguredRule], selectable: Sequence[str], file: str
) -> Iterator[Problem]:
    by = criterion(config["evaluation"]["metric"])
    asked = config["data"]["new"] is not None and config["predict"]["rule"] == SELECTED
    if asked and not selectable:
        told = f"which none of {', '.join(configured)} has" if configured else "but `rules` is empty"
        one = next(iter(configured), None)
        instead = f"; or write {{name: {one}, calibrate: true}}, or predict: {{rule: {one}}}" if one else ""
        yield Problem(
            file,
            f"{SELECTED!r}, the rule with the best out-of-fold {TITLE[by]}, {told}",
            "selected where a rule gives probabilities, or a rule of `rules` by its name",
            "add a rule that gives probabilities, such as mean, to rules" + instead,
            column="predict.rule",
        )
