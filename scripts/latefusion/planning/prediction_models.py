"""Finished predictions in a configuration: what they exclude, and the models and folds that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final, cast

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.core.metric_facts import OF_PROBABILITIES, TITLE
from latefusion.core.wording import listed, plural
from latefusion.planning.config_types import Config, EarlyView, Modality, Predictions, Probabilities, Protocol
from latefusion.planning.rule_catalogue import RuleFacts
from latefusion.planning.tasks import BASELINES, target_names

if TYPE_CHECKING:
    from latefusion.external.prediction_source import PredictionSource

INSTEAD_OF: Final = ("modalities", "views", "svm", "learners", "fuse")
"""Keys that say what is trained."""
FILES: Final = ("train", "test", "split", "new")
"""Keys of `data` that name files to train on or to classify, and what divides them."""
ALL: Final = "all"
RULE_SUFFIX: Final = "_fusion"
"""What follows the name of a rule of the catalogue that a model has as well."""
PREDICTIONS: Final = "predictions"
OF_CLASSES: Final = ("label", "classes", "scores", "positive")
"""Keys of predictions that have no meaning for numbers."""
NOTHING_TO_LEARN_FROM: Final = "it learns, and the predictions have neither dev rows nor folds"


def requirements(config: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema with what must be there: predictions, or data and modalities."""
    if config.get(PREDICTIONS) is None:
        return schema
    other = deepcopy(dict(schema))
    other["required"] = [PREDICTIONS]
    other["properties"]["data"].pop("required", None)
    return other


def prediction_problems(written: Mapping[str, Any], file: str) -> Iterator[Problem]:
    """Yield what contradicts finished predictions in a configuration as somebody wrote it."""
    entry = written.get(PREDICTIONS)
    if entry is None:
        if written.get("compare", ALL) != ALL:
            found, allowed = "models to be fused, and no predictions", "compare beside predictions"
            yield Problem(file, found, allowed, "remove it: rules fuse all modalities", column="compare")
        return
    for key in INSTEAD_OF:
        if written.get(key):
            found, fix = f"predictions and {key}", f"remove {key}, or remove predictions"
            yield Problem(file, found, "finished predictions, or what they are trained on", fix, column=key)
    for key in FILES:
        if (written.get("data") or {}).get(key) is not None:
            found = f"predictions and data.{key}"
            fix = "remove it; a table of labels by identifier is data.items"
            allowed = "finished predictions, or files to train on"
            yield Problem(file, found, allowed, fix, column=f"data.{key}")
    for place, key, none in (("data", "keep", "all"), ("cross", "column", None)):
        if (written.get(place) or {}).get(key, none) != none:
            found, fix = (
                f"predictions and {place}.{key}",
                "remove it; a fold of predictions is predictions.fold",
            )
            allowed = "finished predictions, or items to train on"
            yield Problem(file, found, allowed, fix, column=f"{place}.{key}")
    if target_names(written):
        yield from _problems_of_numbers(entry, target_names(written), file)
    else:
        yield from _problems_of_classes(entry, (written.get("evaluation") or {}).get("metric"), file)
    possible = protocol_of(entry)
    if written.get("protocols") and list(written["protocols"]) != [possible]:
        found = ", ".join(map(str, written["protocols"]))
        fix = f"write `protocols: [{possible}]`, or leave it out"
        allowed = f"{possible}: {_why(possible, entry)}"
        yield Problem(file, found, allowed, fix, column="protocols")


def _problems_of_classes(entry: Mapping[str, Any], metric: str | None, file: str) -> Iterator[Problem]:
    said = [key for key in ("classes", "scores", "predicted") if _is_said(entry, key)]
    if len(said) > 1:
        found = listed(said)
        allowed = "classes for probabilities, scores, or predicted for decisions alone"
        yield Problem(file, found, allowed, f"keep one, such as {said[0]}", column=PREDICTIONS)
    for key in ("predicted", "variance"):
        if isinstance(entry.get(key), Mapping):
            found = f"{key} with columns of numbers, and no target"
            fix = "name the columns of the true numbers: `predictions: {target: [NAME]}`"
            allowed = "the column of the predicted class, or numbers and their target"
            yield Problem(file, found, allowed, fix, column=f"{PREDICTIONS}.{key}")
    if entry.get("predicted") and metric in OF_PROBABILITIES:
        found = f"{TITLE[metric]}, and decisions without probabilities"
        fix = "take accuracy, balanced_accuracy or macro_f1"
        yield Problem(file, found, "a metric of decisions", fix, column="evaluation.metric")


def _is_said(entry: Mapping[str, Any], key: str) -> bool:
    """Say whether a key of predictions says anything; `classes` does not where all in it is left out."""
    value = entry.get(key)
    if key == "classes":
        return any(one is not None for one in (value or {}).values())
    return value is not None


def _problems_of_numbers(entry: Mapping[str, Any], targets: Sequence[str], file: str) -> Iterator[Problem]:
    own = entry.get("target")
    named = [own] if isinstance(own, str) else own
    if named is not None and list(named) != list(targets):
        found = f"{listed(named)}, and {listed(list(targets))} in data.target"
        fix = "remove data.target: true values stand in the predictions, or in the table of the items"
        yield Problem(file, found, "one list of numbers", fix, column=f"{PREDICTIONS}.target")
    for key in OF_CLASSES:
        if _is_said(entry, key):
            found = f"{key}, which is of classes, and {listed(list(targets))}, which are numbers"
            fix = f"remove {key}, or the target"
            yield Problem(
                file, found, "predictions of classes, or of numbers", fix, column=f"{PREDICTIONS}.{key}"
            )
    for key in ("predicted", "variance"):
        columns = entry.get(key)
        listed_ones = [columns] if isinstance(columns, str) else (columns or {}).get("columns")
        if listed_ones is not None and len(listed_ones) != len(targets):
            found = f"{plural(len(listed_ones), 'column')} for {plural(len(targets), 'target')}"
            fix = f"write `{key}: {{columns: […]}}` in the order of {listed(list(targets))}"
            yield Problem(file, found, "a column for each target", fix, column=f"{PREDICTIONS}.{key}")


def with_protocol(config: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration with the protocol that its predictions allow, where it has any."""
    predictions = config[PREDICTIONS]
    return config if predictions is None else {**config, "protocols": [protocol_of(predictions)]}


def protocol_of(entry: Mapping[str, Any]) -> Protocol:
    """Return the protocol that predictions allow: cross where folds are named and no rows to learn from."""
    return "cross" if entry.get("fold") is not None and entry.get("role") is None else "honest"


def _why(protocol: str, entry: Mapping[str, Any]) -> str:
    if protocol == "cross":
        return "the rules that judge a fold learn from the others"
    if entry.get("role") is None:
        return "nothing is learned"
    return "rules learn from dev rows and are judged by test rows"


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
