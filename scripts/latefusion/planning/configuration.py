"""The configuration: checked against its schema, completed with defaults, refused in its own keys."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.core.table_files import Source, folder_of_items, table_files
from latefusion.evaluation.names import SELECTED
from latefusion.planning.config_types import Config, Pretrained, Probabilities
from latefusion.planning.early_views import default_view, option_problems, view_problems
from latefusion.planning.item_sources import item_files, item_problems, with_item_defaults
from latefusion.planning.modality_sources import source_problems
from latefusion.planning.prediction_models import requirements, with_protocol
from latefusion.planning.prediction_problems import prediction_problems
from latefusion.planning.schema_problems import schema_problems
from latefusion.planning.tasks import task_problems

RESERVED_NAMES: Final = ("majority", "group_lookup", SELECTED, "all")
NO_LEARNERS: Final = ("chosen", "replica")
"""Names that a learner may not have: what is chosen of all, and the notebook's SVM."""


def complete(
    config: Mapping[str, Any],
    schema: Mapping[str, Any],
    *,
    file: str,
    rules: Mapping[str, Any] | None = None,
    learners: Mapping[str, Any] | None = None,
    catalogue: Iterable[str] = (),
) -> Config:
    """Return the configuration with every default filled in.

    The settings of a view's SVM are those that the user wrote: what is left out there is as in `svm`.
    Without `rules` every rule of the catalogue runs, and without `views` one SVM on all embeddings.

    Parameters
    ----------
    config : mapping
        What the user wrote.
    schema : mapping
        JSON schema (draft 2020-12) with a default on every leaf.
    file : str
        Name of the configuration in messages.
    rules : mapping, optional
        JSON schema of the options of each fusion rule, by name; rules that it does not know pass.
    learners : mapping, optional
        The same of each learner.
    catalogue : iterable of str
        Names of the rules that there are.

    Raises
    ------
    InputError
        If a key is unknown or a value is not allowed, naming the key and the nearest allowed one.
    """
    schema = requirements(config, schema)
    problems = (
        list(schema_problems(config, schema, file))
        or list(prediction_problems(config, file))
        or list(_option_problems(config, {"rules": rules, "learners": learners}, file))
    )
    if problems:
        raise InputError(problems)
    completed = with_defaults(deepcopy(dict(config)), schema)
    if completed["views"] is None:
        early = default_view(completed["modalities"])
        completed["views"] = with_defaults(early, schema["properties"]["views"])
    if completed["rules"] is None:
        completed["rules"] = [{"name": name} for name in sorted(catalogue)]
    for kind in ("rule", "learner"):
        for entry in completed[f"{kind}s"]:
            entry[kind] = entry.get(kind) or entry["name"]
    for kind in ("modalities", "views"):
        written = config.get(kind) or [{}] * len(completed[kind])
        for own, entry in zip(written, completed[kind], strict=True):
            entry["svm"] = {key: entry["svm"][key] for key in own.get("svm", ())}
    complete_config = cast("Config", with_item_defaults(with_protocol(completed)))
    problems = list(_contradictions(complete_config, file, named_rules=config.get("rules") is not None))
    if problems:
        raise InputError(problems)
    return complete_config


def _option_problems(
    config: Mapping[str, Any], schemas: Mapping[str, Mapping[str, Any] | None], file: str
) -> Iterator[Problem]:
    """Yield the options of rules and learners that their schemas refuse."""
    for key, schema in schemas.items():
        known, kind = (schema or {}).get("properties", {}), key.removesuffix("s")
        for position, entry in enumerate(config.get(key) or ()):
            name = entry.get(kind) or entry["name"]
            if name in known:
                apart = (kind, "task")
                own = {option: value for option, value in entry.items() if option not in apart} | {
                    "name": name
                }
                yield from schema_problems(own, known[name], file, (key, position))
    yield from option_problems(config.get("views") or (), schemas["learners"], file)


def with_defaults(value: Any, schema: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value with defaults, keys in the order of the schema: another order makes no job stale."""
    if isinstance(value, dict) and "properties" in schema:
        parts, required = schema["properties"], schema.get("required", ())
        complete = {}
        for key, part in parts.items():
            if key in value or ("default" in part and key not in required):
                complete[key] = with_defaults(value.get(key, deepcopy(part.get("default"))), part)
        return complete | {key: value[key] for key in sorted(value.keys() - parts.keys())}
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [with_defaults(entry, schema["items"]) for entry in value]
    return value


def _contradictions(config: Config, file: str, *, named_rules: bool) -> Iterator[Problem]:
    """Find what a schema cannot say: names that repeat, or that mean nothing."""
    modalities = [modality["name"] for modality in config["modalities"]]
    views = [view["name"] for view in config["views"]]
    rules = [rule["name"] for rule in config["rules"]]
    # the mistake is in a name that somebody wrote
    yield from _repeated("modalities", modalities, file, taken=[] if named_rules else rules)
    yield from _repeated("views", views, file, taken=modalities if named_rules else [*modalities, *rules])
    if named_rules:
        yield from _repeated("rules", rules, file, taken=[*modalities, *views])
    if config["predictions"] is None:
        yield from item_problems(config, file)
    learners = [learner["name"] for learner in config["learners"]]
    yield from _repeated("learners", learners, file)
    yield from task_problems(config, file)
    yield from source_problems(config, file)
    for position, view in enumerate(config["views"]):
        yield from view_problems(view, config, f"views[{position}]", file)
    described = config["data"]["describe"]
    for name in config["evaluation"]["by"]:
        if name not in described:
            yield Problem(
                file,
                shorten(name),
                ", ".join(described) or "nothing: data.describe is empty",
                f"add {name!r} to data.describe",
                column="evaluation.by",
            )
    chosen = config["predict"]["rule"]
    if chosen not in [*rules, SELECTED]:
        close = nearest(chosen, [*rules, SELECTED])
        fix = f"write {close!r}" if close else "name one of these"
        yield Problem(file, shorten(chosen), ", ".join([*rules, SELECTED]), fix, column="predict.rule")


def _repeated(key: str, names: Sequence[str], file: str, taken: Sequence[str] = ()) -> Iterator[Problem]:
    own_meaning = (*RESERVED_NAMES, *(NO_LEARNERS if key == "learners" else ()))
    seen = {name.casefold() for name in (*taken, *own_meaning)}
    for position, name in enumerate(names):
        if name.casefold() in seen:
            reserved = name.casefold() in own_meaning
            kind = {"rules": "rule", "learners": "learner"}.get(key)
            yield Problem(
                file,
                f"{shorten(name)}, "
                + ("which has a meaning of its own" if reserved else "for the second time"),
                "a name that nothing else has (capitals do not count: names become files)",
                "give it another name"
                if kind is None or (reserved and kind == "learner")
                else f"remove one, or give it a name of its own: {{name: {name}_2, {kind}: {name}, …}}",
                column=f"{key}[{position}].name",
            )
        seen.add(name.casefold())


def missing_files(config: Config, *, file: str, built: Iterable[str] = ()) -> None:
    """Refuse paths of the configuration that do not exist, or are no folder for results, all at once.

    Parameters
    ----------
    config : Config
    file : str
        Name of the configuration in messages.
    built : iterable of str
        Paths that the workflow itself makes.

    Raises
    ------
    InputError
        Naming each key and the file nearest to it in the same folder.
    """
    predictions = config["predictions"]
    sources: dict[str, Source | None] = dict(item_files(config["data"]))
    if predictions is not None:
        sources["predictions.file"], sources["predictions.items"] = predictions["file"], predictions["items"]
    paths: dict[str, str | None] = {}
    for position, modality in enumerate(config["modalities"]):
        place = f"modalities[{position}]"
        sources[f"{place}.file"] = modality["file"]
        if modality["files"] is not None:
            paths[f"{place}.files"] = str(folder_of_items(modality["files"]))
        paths |= _model_file(modality["pretrained"], place)
        paths |= _external_files(modality["probabilities"], f"{place}.probabilities")
    for position, view in enumerate(config["views"]):
        paths |= _model_file(view["pretrained"], f"views[{position}]")
    wanted = [(key, Path(path)) for key, path in paths.items() if path is not None]
    problems = []
    for key, source in sources.items():
        try:
            wanted += [(key, path) for path in table_files(source or ())]
        except InputError as error:
            problems += [
                replace(problem, file=file, found=f"{problem.file}: {problem.found}", column=key)
                for problem in error.problems
            ]
    made = set(built)
    problems += [
        _missing(key, path, file) for key, path in wanted if str(path) not in made and not path.exists()
    ]
    problems += _no_folder(Path(config["results"]), file)
    if problems:
        raise InputError(problems)


def _external_files(external: Probabilities | None, place: str) -> dict[str, str | None]:
    if external is None:
        return {}
    return {
        f"{place}.test": external["test"],
        f"{place}.train_in_sample": external["train_in_sample"],
        f"{place}.train_out_of_fold": external["train_out_of_fold"],
    }


def _model_file(pretrained: Pretrained | None, place: str) -> dict[str, str | None]:
    return {} if pretrained is None else {f"{place}.pretrained.file": pretrained["file"]}


def _no_folder(results: Path, file: str) -> list[Problem]:
    """Return a problem where a file stands where the results should go, or above."""
    place = next(place for place in (results, *results.parents) if place.exists() or place.is_symlink())
    if not place.is_dir():
        found = f"{shorten(str(place))}, which is no folder"
        allowed = "a folder, or a name that nothing has yet"
        return [Problem(file, found, allowed, "move it away, or name another folder", column="results")]
    # results that are there may be looked at, so Snakemake decides whether any of them is to be written
    if place != results and not os.access(place, os.W_OK):
        found = f"{shorten(str(results))}, which cannot be made: {shorten(str(place))} may not be written"
        return [Problem(file, found, "a folder that can be written", "name another folder", column="results")]
    return []


def _missing(key: str, path: Path, file: str) -> Problem:
    if not path.parent.is_dir():
        return Problem(
            file,
            f"{shorten(str(path))}: the folder {shorten(str(path.parent))} does not exist",
            "the path of a file, from the folder in which the run starts",
            f"correct the path, or start in another folder (this one is {shorten(str(Path.cwd()), 200)})",
            column=key,
        )
    close = nearest(path.name, [entry.name for entry in path.parent.iterdir()])
    return Problem(
        file,
        f"{shorten(str(path))}: there is no such file",
        "the path of a file, from the folder in which the run starts",
        f"write {str(path.parent / close)!r}" if close else "correct the path",
        column=key,
    )
