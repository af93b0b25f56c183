"""What a JSON schema refuses, in sentences: found, allowed, and the nearest fix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from latefusion.core.errors import Problem, nearest, shorten

_UNQUOTED: Final[dict[type, str]] = {
    bool: "yes, no, true, off and the like for true or false",
    int: "it for a number",
    float: "it for a number",
    date: "it for a date",
    datetime: "it for a date",
}
"""What YAML makes of a text without quotes."""


def schema_problems(
    config: Mapping[str, Any], schema: Mapping[str, Any], file: str, place: tuple[str | int, ...] = ()
) -> Iterator[Problem]:
    """Yield what a JSON schema refuses, in the words of the configuration.

    Parameters
    ----------
    config, schema : mapping
    file : str
        Name of the configuration in messages.
    place : tuple
        Where `config` stands within it.
    """
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
        yield Problem(file, found, _allowed(error.validator, rule), _fix(error), column=key)


def dotted(path: Iterable[str | int]) -> str:
    """Return a place in the configuration as users write it: ``modalities[0].name``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


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


def _fix(error: Any) -> str:  # noqa: ANN401 - jsonschema's error carries no types
    rule, found = error.validator_value, error.instance
    choices: list[str] = []
    if error.validator == "enum":
        choices = [str(value) for value in rule]
    elif error.validator == "pattern":
        choices = _alternatives(rule)
    if choices:
        close = nearest(str(found), choices)
        return f"write {close}" if close else "take one of these"
    taken_for = _UNQUOTED.get(type(found))
    words = error.schema.get("enum") or _alternatives(error.schema.get("pattern", ""))
    if error.validator == "type" and "string" in rule and not words and taken_for:
        return f"put it between quotes: without them YAML takes {taken_for}"
    if error.validator == "type" and isinstance(found, str):
        if rule == "object" and "name" in error.schema.get("properties", {}):
            return f"write {{name: {found}}}"
        if rule in ("array", ["array", "null"]):
            return f"write it as a list: [{shorten(found)[1:-1]}]"
    description = error.schema.get("description", "")
    return f"change it; it stands for: {description}" if description else "change the value"


def _alternatives(pattern: str) -> list[str]:
    """Return the words that a pattern such as ``^(auto|scale)$`` allows; none where it is another one."""
    inner = pattern.removeprefix("^(").removesuffix(")$")
    words = inner.split("|")
    return words if len(words) > 1 and all(word.isalpha() for word in words) else []
