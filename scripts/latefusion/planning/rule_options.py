"""What a configuration says of a fusion rule, checked: a rule that there is, and options that it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from latefusion.core.errors import Problem, nearest, shorten
from latefusion.planning.config_types import Config
from latefusion.planning.rule_catalogue import RuleFacts

NO_OPTIONS: Final = ("name", "rule")
"""Keys of a configured rule that are none of its options."""
QUALITY: Final = "columns"
"""The option that names the quality columns of a rule that reads the quality of items."""


def rules_problems(config: Config, rules: Mapping[str, RuleFacts], file: str) -> list[Problem]:
    """Return what is wrong with the rules of a configuration, and only if nothing is, with their columns."""
    entries = [(f"rules[{position}]", entry) for position, entry in enumerate(config["rules"])]
    return [problem for place, entry in entries for problem in _rule_problems(entry, place, rules, file)] or [
        problem
        for place, entry in entries
        for problem in _quality_problems(entry, rules[entry["rule"]], config, place, file)
    ]


def _rule_problems(
    entry: Mapping[str, Any], place: str, rules: Mapping[str, RuleFacts], file: str
) -> list[Problem]:
    """Return what is wrong with a rule of a configuration: its name, or its options."""
    name = entry["rule"]
    key = "name" if entry["name"] == name else "rule"
    if name not in rules:
        close = nearest(name, rules)
        mend = f"write {close!r}" if close else f"name one of these, or {_other(name, rules)}"
        return [Problem(file, shorten(name), ", ".join(sorted(rules)), mend, column=f"{place}.{key}")]
    if entry["name"] != name and entry["name"] in rules:
        found = f"{shorten(entry['name'])}, which is another rule's name"
        return [Problem(file, found, "a name that no rule has", "give it another", column=f"{place}.name")]
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
        if option not in NO_OPTIONS and option not in allowed
    ]


def _other(name: str, rules: Mapping[str, RuleFacts]) -> str:
    """Say what else to do about a rule that does not serve the task: it is for another, or not there."""
    for rule in rules.values():
        if rule.file is not None and rule.file.with_name(f"{name}.py").is_file():
            return f"leave it out: {name} does not fuse {rule.task}"
    return f"write scripts/latefusion/rules/{name}.py"


def _common_options(rule: RuleFacts) -> list[str]:
    """Return the options that `fuse` itself handles: some for stochastic rules, one for the others."""
    options = ["repeats", "bag"] if rule.stochastic else []
    return options if rule.probabilistic else [*options, "calibrate"]


def quality_columns(entry: Mapping[str, Any], rule: RuleFacts) -> tuple[str, ...]:
    """Return the columns that a configured rule reads the quality of items from."""
    return tuple(entry[QUALITY]) if rule.reads_quality else ()


def _quality_problems(
    entry: Mapping[str, Any], rule: RuleFacts, config: Config, place: str, file: str
) -> Iterator[Problem]:
    """Yield what is wrong with the quality columns of a rule that reads the quality of items."""
    if not rule.reads_quality:
        return
    key, data = f"{place}.{QUALITY}", config["data"]
    wanted, described = entry.get(QUALITY), data["describe"]
    there = ", ".join(described) or "columns of data.describe, which is empty"
    if not isinstance(wanted, (list, tuple)) or not wanted or not all(isinstance(one, str) for one in wanted):
        found = f"{rule.name} without the quality of the items" if not wanted else shorten(wanted)
        fix = f"name columns that hold numbers, {QUALITY}: [length, …], here and in data.describe"
        yield Problem(file, found, there, fix, column=key)
        return
    predictions = config["predictions"]
    if predictions is not None and predictions["items"] is None:
        fix = "name the table of the items in predictions.items, or leave the rule out"
        found = "the quality of items that no table describes"
        yield Problem(file, found, "a table with the columns", fix, column=key)
    answers = {data["label"]: "data.label", data["class_name"]: "data.class_name"}
    for position, name in enumerate(wanted):
        column = f"{key}[{position}]"
        if name in wanted[:position]:
            found = f"{shorten(name)}, for the second time"
            yield Problem(file, found, "each column once", "remove one", column=column)
        elif name in answers:
            found = f"{shorten(name)}, which {answers[name]} names: what is to be predicted"
            fix = "take it out of the rule"
            yield Problem(file, found, "columns that are known of new items too", fix, column=column)
        elif name not in described:
            close = nearest(name, described)
            fix = f"write {close!r}" if close else f"add {name!r} to data.describe"
            yield Problem(file, shorten(name), there, fix, column=column)
