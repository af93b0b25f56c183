"""The configuration: checked against its schema, completed with defaults, refused in its own keys."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.evaluation.names import SELECTED

Config = dict[str, Any]

RESERVED_NAMES: Final = ("majority", "group_lookup", SELECTED, "all")
NULLABLE: Final = ("approximation", "max_iter")
"""Settings of an SVM of which null is a value: none is made, there is no limit."""


def complete(
    config: Mapping[str, Any],
    schema: Mapping[str, Any],
    *,
    file: str,
    rules: Mapping[str, Any] | None = None,
) -> Config:
    """Return the configuration with every default filled in.

    The settings of a view's SVM are those that the user wrote: what is left out there is as in `svm`.

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

    Raises
    ------
    InputError
        If a key is unknown or a value is not allowed, naming the key and the nearest allowed one.
    """
    problems = list(_schema_problems(config, schema, file))
    if not problems:
        known = (rules or {}).get("properties", {})
        for position, rule in enumerate(config.get("rules", [])):
            if rule["name"] in known:
                problems += _schema_problems(rule, known[rule["name"]], file, ("rules", position))
    if problems:
        raise InputError(problems)
    completed: Config = _with_defaults(deepcopy(dict(config)), schema)
    for kind in ("modalities", "views"):
        for written, entry in zip(config.get(kind, ()), completed[kind], strict=True):
            entry["svm"] = {key: entry["svm"][key] for key in written.get("svm", ())}
    problems = list(_contradictions(completed, file))
    if problems:
        raise InputError(problems)
    return completed


def svm_settings(config: Config, view: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a view's SVM: those of all, less what the view overrides.

    Null overrides the `NULLABLE` ones; any other setting it leaves as it is for all.
    """
    override = {key: value for key, value in view["svm"].items() if value is not None or key in NULLABLE}
    return {**config["svm"], **override, "combine": view.get("combine", "concatenate")}


def _with_defaults(value: Any, schema: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict) and "properties" in schema:
        for key, part in schema["properties"].items():
            if key not in value and "default" in part and key not in schema.get("required", ()):
                value[key] = deepcopy(part["default"])
            if key in value:
                value[key] = _with_defaults(value[key], part)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [_with_defaults(entry, schema["items"]) for entry in value]
    return value


def dotted(path: Iterable[str | int]) -> str:
    """Return a place in the configuration as users write it: ``modalities[0].name``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _schema_problems(
    config: Mapping[str, Any], schema: Mapping[str, Any], file: str, place: tuple[str | int, ...] = ()
) -> Iterator[Problem]:
    from jsonschema import Draft202012Validator

    errors = sorted(
        Draft202012Validator(schema).iter_errors(config), key=lambda error: list(map(str, error.path))
    )
    for error in errors:
        rule: Any = error.validator_value
        key = dotted([*place, *error.absolute_path]) or None
        if error.validator == "additionalProperties":
            yield from _unknown_keys(error.instance, error.schema["properties"], key, file)
            continue
        if error.validator == "required":
            for name in rule:
                if name not in error.instance:
                    lacking = f"{key}.{name}" if key else name
                    yield Problem(
                        file, "nothing", f"a value for the key {name!r}", f"add {lacking}", column=key
                    )
            continue
        found = f"{shorten(error.instance)} ({_kind(error.instance)})"
        yield Problem(file, found, _allowed(error.validator, rule), _mend(error), column=key)


def _unknown_keys(
    instance: Mapping[str, Any], allowed: Mapping[str, Any], key: str | None, file: str
) -> Iterator[Problem]:
    for name in instance:
        if name not in allowed:
            close = nearest(str(name), allowed)
            yield Problem(
                file,
                f"an unknown key {shorten(name)}",
                ", ".join(allowed),
                f"write {close!r}" if close else "remove it",
                column=f"{key}.{name}" if key else str(name),
            )


def _kind(value: object) -> str:
    kinds: dict[type, str] = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a mapping",
        type(None): "null",
    }
    return kinds.get(type(value), type(value).__name__)


def _allowed(validator: str, rule: Any) -> str:  # noqa: ANN401 - any JSON value
    if validator == "type":
        names = {
            "array": "a list",
            "object": "a mapping",
            "string": "text",
            "number": "a number",
            "integer": "a whole number",
            "boolean": "true or false",
        }
        kinds: list[str] = rule if isinstance(rule, list) else [rule]
        return " or ".join(names.get(kind, kind) for kind in kinds)
    if validator == "enum":
        return ", ".join("null" if value is None else str(value) for value in rule)
    sentences = {
        "minimum": f"{rule} or more",
        "maximum": f"{rule} or less",
        "exclusiveMinimum": f"more than {rule}",
        "minItems": "a list that is not empty" if rule == 1 else f"a list of at least {rule}",
        "uniqueItems": "a list without repetitions",
        "minLength": "text that is not empty",
    }
    if validator == "pattern" and rule.startswith("^[A-Za-z0-9]"):
        return (
            "letters, digits, _ and -, beginning with a letter or digit, at most 64: it becomes a file name"
        )
    if validator == "pattern" and "partition" in rule:
        return "a path with {partition} and {table} in it"
    if validator == "pattern" and "0-9a-f" in rule:
        return "a sha256: 64 hexadecimal digits"
    if validator == "pattern":
        return ", ".join(_alternatives(rule)) + ", or a number"
    return sentences.get(validator, f"{validator} {rule}")


def _mend(error: Any) -> str:  # noqa: ANN401 - jsonschema's error carries no types
    rule, found = error.validator_value, error.instance
    choices: list[str] = []
    if error.validator == "enum":
        choices = [str(value) for value in rule]
    elif error.validator == "pattern":
        choices = _alternatives(rule)
    if choices:
        close = nearest(str(found), choices)
        return f"write {close}" if close else "take one of these"
    if error.validator == "type" and isinstance(found, str):
        if rule == "object" and "name" in error.schema.get("properties", {}):
            return f"write {{name: {found}}}"
        if rule == "array":
            return f"write it as a list: [{shorten(found)[1:-1]}]"
    description = error.schema.get("description", "")
    return f"change it; it stands for: {description}" if description else "change the value"


def _alternatives(pattern: str) -> list[str]:
    """Return the words that a pattern such as ``^(auto|scale)$`` allows; none where it is another one."""
    inner = pattern.removeprefix("^(").removesuffix(")$")
    words = inner.split("|")
    return words if len(words) > 1 and all(word.isalpha() for word in words) else []


def _contradictions(config: Config, file: str) -> Iterator[Problem]:
    """Find what a schema cannot say: names that repeat, or that mean nothing."""
    modalities = [modality["name"] for modality in config["modalities"]]
    views = [view["name"] for view in config["views"]]
    rules = [rule["name"] for rule in config["rules"]]
    yield from _repeated("modalities", modalities, file)
    yield from _repeated("views", views, file, taken=modalities)
    yield from _repeated("rules", rules, file, taken=[*modalities, *views])
    for position, modality in enumerate(config["modalities"]):
        yield from _source_problems(modality, f"modalities[{position}]", file)
    for position, view in enumerate(config["views"]):
        for name in view["modalities"]:
            if name not in modalities:
                close = nearest(name, modalities)
                mend = f"write {close!r}" if close else "name one of these, or add it to modalities"
                place = f"views[{position}].modalities"
                yield Problem(file, shorten(name), ", ".join(modalities), mend, column=place)
        external = [
            m["name"] for m in config["modalities"] if m["name"] in view["modalities"] and m["column"] is None
        ]
        if external and view["pretrained"] is None:
            yield Problem(
                file,
                f"{', '.join(external)}, which brings probabilities and no embedding",
                "modalities with a column",
                "leave it out of the view",
                column=f"views[{position}].modalities",
            )
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
        mend = f"write {close!r}" if close else "name one of these"
        yield Problem(file, shorten(chosen), ", ".join([*rules, SELECTED]), mend, column="predict.rule")


def _repeated(key: str, names: Sequence[str], file: str, taken: Sequence[str] = ()) -> Iterator[Problem]:
    seen = {name.casefold() for name in (*taken, *RESERVED_NAMES)}
    for position, name in enumerate(names):
        if name.casefold() in seen:
            reserved = name.casefold() in RESERVED_NAMES
            yield Problem(
                file,
                f"{shorten(name)}, "
                + ("which has a meaning of its own" if reserved else "for the second time"),
                "a name that nothing else has (capitals do not count: names become files)",
                "give it another name"
                if key != "rules"
                else "remove one; options of one rule can be tried in two runs",
                column=f"{key}[{position}].name",
            )
        seen.add(name.casefold())


def _source_problems(modality: Mapping[str, Any], place: str, file: str) -> Iterator[Problem]:
    sources = [key for key in ("pretrained", "probabilities") if modality[key] is not None]
    if modality["column"] is None and "probabilities" not in sources:
        yield Problem(
            file,
            "neither a column nor probabilities",
            "column: the embedding's column, or probabilities: tables of another system",
            f"add {place}.column",
            column=place,
        )
    if "probabilities" in sources and (modality["column"] is not None or "pretrained" in sources):
        other = "a column" if modality["column"] is not None else "a pretrained model"
        yield Problem(
            file,
            f"probabilities and {other}",
            "one source for a modality",
            "remove one of the two",
            column=place,
        )


def missing_files(config: Config, *, file: str, built: Iterable[str] = ()) -> None:
    """Refuse paths of the configuration that do not exist, or are no folder for results, all at once.

    Parameters
    ----------
    config : dict
        A complete configuration.
    file : str
        Name of the configuration in messages.
    built : iterable of str
        Paths that the workflow itself makes.

    Raises
    ------
    InputError
        Naming each key and the file nearest to it in the same folder.
    """
    paths = {f"data.{key}": config["data"][key] for key in ("train", "test", "new")}
    for kind in ("modalities", "views"):
        for position, view in enumerate(config[kind]):
            if view["pretrained"] is not None:
                paths[f"{kind}[{position}].pretrained.file"] = view["pretrained"]["file"]
            external = view.get("probabilities") or {}
            for key in sorted(external.keys() - {"cross"}):
                paths[f"{kind}[{position}].probabilities.{key}"] = external[key]
    problems = [
        _missing(key, Path(path), file)
        for key, path in paths.items()
        if path is not None and path not in set(built) and not Path(path).exists()
    ]
    problems += _no_folder(Path(config["results"]), file)
    if problems:
        raise InputError(problems)


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
