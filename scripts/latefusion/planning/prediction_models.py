"""Finished predictions in a configuration: what they exclude, and the models and folds that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final, cast

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.planning.config_types import Config, EarlyView, Modality, Predictions, Probabilities, Protocol
from latefusion.planning.rule_catalogue import RuleFacts
from latefusion.planning.tasks import BASELINES, target_names

if TYPE_CHECKING:
    from latefusion.external.prediction_source import PredictionSource

ALL: Final = "all"
RULE_SUFFIX: Final = "_fusion"
"""What follows the name of a rule of the catalogue that a model has as well."""
PREDICTIONS: Final = "predictions"
NOTHING_TO_LEARN_FROM: Final = "it learns, and the predictions have neither dev rows nor folds"


def requirements(config: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema with what must be there: predictions, or data and modalities."""
    if config.get(PREDICTIONS) is None:
        return schema
    other = deepcopy(dict(schema))
    other["required"] = [PREDICTIONS]
    other["properties"]["data"].pop("required", None)
    return other


def with_protocol(config: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration with the protocol that its predictions allow, where it has any."""
    predictions = config[PREDICTIONS]
    return config if predictions is None else {**config, "protocols": [protocol_of(predictions)]}


def protocol_of(entry: Mapping[str, Any]) -> Protocol:
    """Return the protocol that predictions allow: cross where folds are named and no rows to learn from."""
    return "cross" if entry.get("fold") is not None and entry.get("role") is None else "honest"


def planned_predictions(
    config: Config,
    file: str,
    *,
    named_rules: bool,
    reserved: Sequence[str] = (),
    models: tuple[Mapping[str, str], int | None] | None = None,
) -> Config:
    """Return a complete configuration with the models that its predictions name in place of modalities.

    Parameters
    ----------
    config : Config
    file : str
        Name of the configuration in messages.
    named_rules : bool
        Whether the user chose the rules; the catalogue's give way to models of the same name.
    reserved : sequence of str
        Names that no model may have.
    models : tuple, optional
        The models by what the predictions call them, and the number of folds under `cross`; by default they
        are read from the file.

    Raises
    ------
    InputError
        If the predictions cannot be read, name a model as something else is named, or `compare` names a
        model that there is not.
    """
    entry = config["predictions"]
    if entry is None:
        return config
    from latefusion.external.prediction_source import PredictionSource

    source = PredictionSource.of(entry, target_names(config))
    called, folds = models or _named(source, count_folds=protocol_of(entry) == "cross")
    fused = _fused(config["compare"], called, file)
    names = list(called.values())
    rules = [rule["name"] for rule in config["rules"]] if named_rules else []
    baselines = BASELINES if target_names(config) else ()
    problems = list(_taken(names, rules, (*reserved, *baselines), file))
    if problems:
        raise InputError(problems)
    planned = dict(config)
    # a table of labels is not one of items to train on
    planned["data"] = {**config["data"], "items": None}
    planned[PREDICTIONS] = {**entry, "items": entry["items"] or config["data"]["items"]}
    planned["modalities"] = [_modality(name) for name in names if name in fused]
    planned["views"] = [_other(name) for name in names if name not in fused]
    detection = config["evaluation"]["detection"]
    if detection["target"] is None and entry["positive"] is not None:
        target = entry["positive"]
        planned["evaluation"] = {**config["evaluation"], "detection": {**detection, "target": str(target)}}
    if folds is not None:
        planned["cross"] = {**config["cross"], "folds": folds, "repeats": 1}
    if not named_rules:
        planned["rules"] = _giving_way(config["rules"], names)
    return cast("Config", planned)


def _giving_way(rules: Sequence[Mapping[str, Any]], models: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return the rules of the catalogue, under another name where a model has theirs."""
    taken = {name.casefold() for name in models}
    return [
        {**rule, "name": rule["name"] + RULE_SUFFIX} if rule["name"].casefold() in taken else rule
        for rule in rules
    ]


def why_not(predictions: Predictions | None, rule: RuleFacts, reason: str | None) -> str | None:
    """Return why a rule cannot fuse finished predictions in their own words; the reason given without any."""
    if predictions is None:
        return reason
    if predictions["predicted"] is not None and not rule.from_decisions:
        return "it fuses probabilities, and the models give decisions alone"
    return None if reason is None else NOTHING_TO_LEARN_FROM


def teaches(predictions: Predictions | None) -> bool:
    """Say whether there are rows for rules to learn from: always, unless finished predictions have none."""
    return predictions is None or predictions["role"] is not None or predictions["fold"] is not None


def external_tables(config: Config) -> Probabilities:
    """Return which tables of probabilities each model has, as those of other systems are described."""
    entry = config["predictions"]
    assert entry is not None
    learned = teaches(entry)
    return {
        "train_out_of_fold": PREDICTIONS if learned else None,
        "test": PREDICTIONS,
        "train_in_sample": None,
        "cross": PREDICTIONS if protocol_of(entry) == "cross" else None,
        "columns": {"item": "item", "fold": "fold", "label": None, "prefix": "p_"},
    }


def _named(source: PredictionSource, *, count_folds: bool) -> tuple[dict[str, str], int | None]:
    """Return the models by what the files call them, and how many folds there are."""
    from latefusion.external.prediction_names import fold_count, model_names

    return model_names(source), fold_count(source) if count_folds else None


def _fused(compare: str | Sequence[str], models: Mapping[str, str], file: str) -> set[str]:
    """Return the names of the models that are fused."""
    if compare == ALL:
        return set(models.values())
    wanted = [compare] if isinstance(compare, str) else list(compare)
    known = {**{name: name for name in models.values()}, **models}
    problems = []
    for model in wanted:
        if model not in known:
            close = nearest(model, known)
            fix = f"write {close!r}" if close else "name some of these, or all"
            problems.append(
                Problem(file, shorten(model), f"all, or some of {', '.join(models)}", fix, column="compare")
            )
    if problems:
        raise InputError(problems)
    return {known[model] for model in wanted}


def _taken(
    names: Sequence[str], rules: Sequence[str], reserved: Sequence[str], file: str
) -> Iterator[Problem]:
    """Yield the models whose names mean something else."""
    taken = {name.casefold() for name in (*reserved, *rules)}
    for name in names:
        if name.casefold() in taken:
            if name.casefold() in reserved:
                what, fix = "which has a meaning of its own", "rename the model in the predictions"
            else:
                what = "a rule and a model of the predictions"
                fix = f"give the rule a name of its own: {{name: {name}{RULE_SUFFIX}, rule: {name}, …}}"
            yield Problem(file, f"{shorten(name)}, {what}", "a name for each model", fix, column=PREDICTIONS)


def _modality(name: str) -> Modality:
    empty = dict.fromkeys(
        ("column", "columns", "file", "files", "array", "items", "key", "pool", "delimiter", "pretrained")
    )
    return cast("Modality", {"name": name, **empty, "missing": False, "svm": {}, "probabilities": None})


def _other(name: str) -> EarlyView:
    return {
        "name": name,
        "modalities": [],
        "combine": "concatenate",
        "cooperative": {},
        "svm": {},
        "pretrained": None,
    }
