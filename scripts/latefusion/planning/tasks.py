"""What a run predicts of an item: a class, numbers, or both; and what contradicts itself about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from latefusion.core.errors import Problem, shorten
from latefusion.core.wording import listed, verb
from latefusion.evaluation.targets.names import GROUP_MEAN, MEAN, TRAINING_MEAN
from latefusion.planning.config_types import Config
from latefusion.planning.modality_sources import has_files

REPLICA: Final = "replica"
BASELINES: Final = (TRAINING_MEAN, GROUP_MEAN)

CONCATENATE: Final = "concatenate"


def with_task(written: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a configuration as it was written, without classes where it names numbers alone.

    Numbers whose true values stand in finished predictions are named there.
    """
    data, predictions = written.get("data"), written.get("predictions")
    named = predictions.get("target") if isinstance(predictions, Mapping) else None
    if named is not None and (data is None or isinstance(data, Mapping)):
        data = {"target": named, **(data or {})}
        written = {**written, "data": data}
    if not isinstance(data, Mapping) or data.get("target") is None or "label" in data:
        return written
    return {**written, "data": {**data, "label": None}}


def has_classes(config: Mapping[str, Any]) -> bool:
    """Say whether a configuration is of classes, alone or beside numbers."""
    data = config.get("data")
    return not isinstance(data, Mapping) or data.get("label", "") is not None


def target_names(config: Mapping[str, Any]) -> list[str]:
    """Return the numbers that a configuration is of; none where it is of classes alone."""
    data = config.get("data")
    named = data.get("target") if isinstance(data, Mapping) else None
    return [named] if isinstance(named, str) else list(named or ())


def task_problems(config: Config, file: str) -> Iterator[Problem]:
    """Yield what contradicts itself about classes and numbers.

    Parameters
    ----------
    config : Config
    file : str
        Name of the configuration in messages.
    """
    targets = target_names(config)
    if not targets:
        if not has_classes(config):
            fix = "name the column of the class, or columns of numbers in data.target"
            yield Problem(file, "null, and no data.target", "a column to predict", fix, column="data.label")
        if config["quadrants"] is not None:
            found, fix = "a cut, and no data.target", "name the columns that are cut, or write null"
            yield Problem(file, found, "numbers to be cut", fix, column="quadrants")
        return
    yield from _name_problems(config, targets, file)
    yield from _quadrant_problems(config, targets, file)
    if config["predictions"] is not None and has_classes(config):
        found, fix = "numbers and classes, and finished predictions", "remove data.label, or data.target"
        yield Problem(file, found, "predictions of classes, or of numbers", fix, column="data.target")
    elif not has_classes(config):
        yield from _class_key_problems(config, file)
    kinds = ("modalities", config["modalities"]), ("views", config["views"]), ("rules", config["rules"])
    for kind, entries in kinds:
        for position, name in enumerate(entry["name"] for entry in entries):
            if name.casefold() in BASELINES:
                found = f"{shorten(name)}, the name of a baseline of data.target"
                place = f"{kind}[{position}].name"
                yield Problem(file, found, "any other name", "give it another name", column=place)
    if {*config["protocols"]} == {REPLICA}:
        found = "replica alone, the notebook's procedure, which predicts classes"
        fix = "write `protocols: [honest, cross]`"
        yield Problem(file, found, "honest or cross for data.target", fix, column="protocols")


def _name_problems(config: Config, targets: list[str], file: str) -> Iterator[Problem]:
    data, split = config["data"], config["data"]["split"]
    roles = {
        "data.label": data["label"],
        "data.class_name": data["class_name"],
        "data.group": data["group"],
        "data.item": data["item"],
        "data.split.column": None if split is None else split["column"],
        "cross.column": config["cross"]["column"],
    }
    for position, modality in enumerate(config["modalities"]):
        if not has_files(modality):
            roles[f"modalities[{position}].column"] = modality["column"]
    for name in targets:
        for key, column in roles.items():
            if column == name:
                found = f"{shorten(name)}, which {key} names as well"
                fix = "name the column of the number, or leave it out of one of the two"
                yield Problem(file, found, "columns with one meaning each", fix, column="data.target")
        ends = [other for other in targets if other in (f"{name}_low", f"{name}_high")]
        for other in ends:
            found = f"{shorten(other)}, which is what predictions call an end of the interval of {name}"
            yield Problem(file, found, "any other name", "rename the column", column="data.target")
        if name == MEAN:
            found = f"{MEAN}, which is what tables call the mean over targets"
            yield Problem(file, found, "any other name", "rename the column", column="data.target")


def _quadrant_problems(config: Config, targets: list[str], file: str) -> Iterator[Problem]:
    quadrants = config["quadrants"]
    if quadrants is None:
        return
    cut, label = quadrants["cut"], quadrants["label"]
    if len(cut) != len(targets):
        found = f"{len(cut)} {verb(len(cut), 'number', 'numbers')} for {listed(targets)}"
        fix = f"write {[0] * len(targets)}"
        yield Problem(file, found, "a cut for each target", fix, column="quadrants.cut")
    allowed = [*([config["data"]["label"]] if has_classes(config) else []), *config["data"]["describe"]]
    if label is not None and label not in allowed:
        fix = f"add {shorten(label)} to data.describe, or write null"
        named = listed([str(one) for one in allowed]) if allowed else "null: data.describe is empty"
        yield Problem(file, shorten(label), named, fix, column="quadrants.label")


def _class_key_problems(config: Config, file: str) -> Iterator[Problem]:
    """Yield what only a classifier has, where there is none."""
    for kind, entries in (("modalities", config["modalities"]), ("views", config["views"])):
        for position, entry in enumerate(entries):
            place = f"{kind}[{position}]"
            for key in ("pretrained", "probabilities"):
                if dict(entry).get(key) is not None:
                    found = f"{key} of {shorten(entry['name'])}, which are of classes"
                    yield Problem(file, found, "an embedding", "remove it", column=f"{place}.{key}")
    for position, rule in enumerate(config["rules"]):
        for key in ("calibrate", "bag"):
            if rule.get(key):
                found = f"{key}, which is for probabilities"
                yield Problem(
                    file, found, "options for numbers", "remove it", column=f"rules[{position}].{key}"
                )
