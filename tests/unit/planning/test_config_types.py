"""The typed configuration is the schema's, key by key."""

from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from latefusion.planning.config_types import Config, RuleEntry
from settings import SCHEMA

SCALARS = {"string": str, "integer": int, "number": float, "boolean": bool, "null": NoneType}
COMPLETED = {
    "config.views",
    "config.rules",
    "config.protocols",
    "config.cross.folds",
    "config.cross.repeats",
}  # null is replaced by what it stands for


def kinds(annotation):
    """Return the JSON types that an annotation allows."""
    if get_origin(annotation) in (Union, UnionType):
        return {kind for one in get_args(annotation) for kind in kinds(one)}
    if get_origin(annotation) is Literal:
        return {type(value) for value in get_args(annotation)}
    if get_origin(annotation) in (list, dict):
        return {get_origin(annotation)}
    return {dict if is_typeddict(annotation) or annotation == RuleEntry else annotation}


def alternatives(annotation):
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def differences(annotation, schema, path="config"):
    """Yield each place where a TypedDict and a schema disagree."""
    hints = get_type_hints(annotation)
    if set(hints) != set(schema["properties"]):
        yield path, sorted(set(hints) ^ set(schema["properties"]))
    for key in set(hints) & set(schema["properties"]):
        part, hint, place = schema["properties"][key], hints[key], f"{path}.{key}"
        words = {value for value in part.get("enum", ()) if value is not None}
        declared = part.get("type", "string")
        expected = {
            {"array": list, "object": dict}.get(kind) or SCALARS[kind]
            for kind in ([declared] if isinstance(declared, str) else declared)
        }
        if kinds(hint) != expected - ({NoneType} if place in COMPLETED else set()):
            yield place, kinds(hint), expected
        told = {word for one in alternatives(hint) if get_origin(one) is Literal for word in get_args(one)}
        if words != told:
            yield place, words, told
        for one in alternatives(hint):
            inner = get_args(one)[0] if get_origin(one) is list else one
            below = part["items"] if get_origin(one) is list else part
            if is_typeddict(inner):
                yield from differences(inner, below, place)


def test_types_and_schema_name_the_same_keys_and_allow_the_same():
    assert list(differences(Config, SCHEMA)) == []


def test_a_key_that_is_missing_or_of_another_type_is_seen():
    schema: dict[str, Any] = {**SCHEMA, "properties": {**SCHEMA["properties"], "seed": {"type": "string"}}}
    assert [place for place, *_ in differences(Config, schema)] == ["config.seed"]
    schema["properties"]["more"] = {"type": "string"}
    assert ("config", ["more"]) in list(differences(Config, schema))
