"""What a configuration asks for: the views, and which models each protocol can have, with reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.evaluation.names import SELECTED
from latefusion.planning.configuration import Config, svm_settings
from latefusion.planning.rule_catalogue import RuleFacts


@dataclass(frozen=True)
class View:
    """The input of one SVM, and where its probabilities come from."""

    name: str
    kind: Literal["single", "early"]
    modalities: tuple[str, ...]
    source: Literal["trained", "pretrained", "external"]
    svm: Mapping[str, Any]
    pretrained: Mapping[str, Any] | None
    probabilities: Mapping[str, Any] | None

    @property
    def has_out_of_fold(self) -> bool:
        """Whether training rows have probabilities of models that did not see them."""
        external = self.probabilities or {}
        return self.source == "trained" or external.get("train_out_of_fold") is not None

    @property
    def has_in_sample(self) -> bool:
        """Whether training rows have probabilities of the final model."""
        external = self.probabilities or {}
        return self.source != "external" or external.get("train_in_sample") is not None

    @property
    def has_grid(self) -> bool:
        """Whether C and gamma are chosen, so that `replica` has a machine of its own."""
        return self.source == "trained" and any(isinstance(self.svm[key], list) for key in ("C", "gamma"))

    @property
    def has_cross(self) -> bool:
        """Whether each cross partition has a model of its own."""
        external = self.probabilities or {}
        return self.source == "trained" or external.get("cross") is not None


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
    partitions : mapping of str to list of str
        Partitions of each protocol.
    protocol_views, protocol_rules : mapping of str to list of str
        Views and rules of each protocol; rules in alphabetical order, so that their order in the
        configuration changes nothing.
    selects : mapping of str to list of str
        The rules that `selected` chooses from; empty where there is nothing to choose by.
    left_out : list of LeftOut
    """

    views: Mapping[str, View]
    partitions: Mapping[str, list[str]]
    protocol_views: Mapping[str, list[str]]
    protocol_rules: Mapping[str, list[str]]
    selects: Mapping[str, list[str]]
    left_out: list[LeftOut]

    @property
    def modalities(self) -> list[str]:
        """Names of the single-modality views, which the rules fuse."""
        return [view.name for view in self.views.values() if view.kind == "single"]


def make_plan(config: Config, rules: Mapping[str, RuleFacts], *, file: str) -> Plan:
    """Decide what a complete configuration makes.

    Parameters
    ----------
    config : dict
        From `latefusion.planning.configuration.complete`.
    rules : mapping of str to RuleFacts
        The rules that exist.
    file : str
        Name of the configuration in messages.

    Raises
    ------
    InputError
        If a rule or an option of it does not exist, naming the nearest; if new items are to be classified by
        the rule of the lowest log loss and no rule has one.
    """
    problems = [
        problem
        for position, rule in enumerate(config["rules"])
        for problem in _rule_problems(rule, f"rules[{position}]", rules, file)
    ] or list(_nothing_to_select(config, rules, file))
    if problems:
        raise InputError(problems)
    views = _views(config)
    singles = [view for view in views.values() if view.kind == "single"]
    left_out: list[LeftOut] = []
    protocol_views: dict[str, list[str]] = {}
    protocol_rules: dict[str, list[str]] = {}
    selects: dict[str, list[str]] = {}
    for protocol in config["protocols"]:
        protocol_views[protocol] = []
        for view in views.values():
            if protocol == "cross" and not view.has_cross:
                left_out.append(LeftOut(protocol, view.name, _unseen_origin(view)))
            else:
                protocol_views[protocol].append(view.name)
        protocol_rules[protocol] = []
        for name in sorted(rule["name"] for rule in config["rules"]):
            # a temperature is learned, whatever else the rule learns
            learns = rules[name].learns or rule_options(config, name).get("calibrate", False)
            reason = _why_not(replace(rules[name], learns=learns), protocol, singles)
            if reason is None:
                protocol_rules[protocol].append(name)
            else:
                left_out.append(LeftOut(protocol, name, reason))
        out_of_fold = protocol != "replica" and all(view.has_out_of_fold for view in singles)
        selects[protocol] = [
            name for name in selectable(config, rules) if out_of_fold and name in protocol_rules[protocol]
        ]
    return Plan(views, _partitions(config), protocol_views, protocol_rules, selects, left_out)


def rule_options(config: Config, name: str) -> dict[str, Any]:
    """Return what the configuration says of a rule, without its name."""
    entry = next(rule for rule in config["rules"] if rule["name"] == name)
    return {key: value for key, value in sorted(entry.items()) if key != "name"}


def _views(config: Config) -> dict[str, View]:
    views = {}
    for kind, entries in (("single", config["modalities"]), ("early", config["views"])):
        for entry in entries:
            external = entry.get("probabilities")
            views[entry["name"]] = View(
                name=entry["name"],
                kind=kind,  # type: ignore[arg-type]
                modalities=tuple(entry.get("modalities", [entry["name"]])),
                source="external" if external else "pretrained" if entry["pretrained"] else "trained",
                svm=svm_settings(config, entry),
                pretrained=entry["pretrained"],
                probabilities=external,
            )
    return views


def _partitions(config: Config) -> dict[str, list[str]]:
    repeats, folds = config["cross"]["repeats"], config["cross"]["folds"]
    cross = [f"cross-{repeat}-{k}" for repeat in range(repeats) for k in range(folds)]
    return {protocol: cross if protocol == "cross" else ["given"] for protocol in config["protocols"]}


def _why_not(rule: RuleFacts, protocol: str, singles: Sequence[View]) -> str | None:
    if protocol == "cross":
        return next((_unseen_origin(view) for view in singles if not view.has_cross), None)
    if protocol == "honest" and rule.learns:
        lacking = [view.name for view in singles if not view.has_out_of_fold]
        if lacking:
            return f"it learns from out-of-fold probabilities, and {', '.join(lacking)} has none"
    if protocol == "replica" and rule.learns and rule.replica_source == "in_sample":
        lacking = [view.name for view in singles if not view.has_in_sample]
        if lacking:
            return f"it learns from in-sample probabilities, and {', '.join(lacking)} has none"
    return None


def _unseen_origin(view: View) -> str:
    what = "a pretrained model" if view.source == "pretrained" else "probabilities for the given split only"
    return f"{view.name} is {what}, which may have seen the items of any cross partition's test part"


def selectable(config: Config, rules: Mapping[str, RuleFacts]) -> list[str]:
    """Return the configured rules whose log loss can be compared, in alphabetical order."""
    names = sorted(entry["name"] for entry in config["rules"])
    return [
        name
        for name in names
        if rules[name].probabilistic or rule_options(config, name).get("calibrate", False)
    ]


def _nothing_to_select(config: Config, rules: Mapping[str, RuleFacts], file: str) -> Iterator[Problem]:
    asked = config["data"]["new"] is not None and config["predict"]["rule"] == SELECTED
    if asked and not selectable(config, rules):
        configured = sorted(rule["name"] for rule in config["rules"])
        told = f"which none of {', '.join(configured)} has" if configured else "but `rules` is empty"
        one = next(iter(configured), None)
        instead = f"; or write {{name: {one}, calibrate: true}}, or predict: {{rule: {one}}}" if one else ""
        yield Problem(
            file,
            f"{SELECTED!r}, the rule with the lowest log loss, {told}",
            "selected where a rule gives probabilities, or a rule of `rules` by its name",
            "add a rule that gives probabilities, such as mean, to rules" + instead,
            column="predict.rule",
        )


def _rule_problems(
    entry: Mapping[str, Any], place: str, rules: Mapping[str, RuleFacts], file: str
) -> list[Problem]:
    name = entry["name"]
    if name not in rules:
        close = nearest(name, rules)
        mend = (
            f"write {close!r}" if close else f"name one of these, or write scripts/latefusion/rules/{name}.py"
        )
        return [Problem(file, shorten(name), ", ".join(sorted(rules)), mend, column=f"{place}.name")]
    rule = rules[name]
    allowed = [*rule.options, *_common_options(rule)]
    return [
        Problem(
            file,
            f"an unknown option {shorten(option)} of the rule {name}",
            ", ".join(allowed) or "no option: the rule has none",
            f"write {close!r}" if (close := nearest(str(option), allowed)) else "remove it",
            column=f"{place}.{option}",
        )
        for option in entry
        if option != "name" and option not in allowed
    ]


def _common_options(rule: RuleFacts) -> list[str]:
    """Return the options that `fuse` itself handles: some for stochastic rules, one for the others."""
    options = ["repeats", "bag"] if rule.stochastic else []
    return options if rule.probabilistic else [*options, "calibrate"]
