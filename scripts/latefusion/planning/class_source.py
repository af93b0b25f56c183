"""What a parsed class states of itself: names that it is derived from, attributes, and options."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import resolve_name
from pathlib import Path
from typing import Any, Final

from latefusion.core.errors import Problem, shorten

COMMON: Final = frozenset({"random_state"})
OPTIONS: Final = "options"


@dataclass(frozen=True)
class _Signature:
    """The keyword arguments of an `__init__`; `passes_on` where further ones go to the base class."""

    options: Mapping[str, Any]
    passes_on: bool


def bound_before(tree: ast.Module, module: str, node: ast.ClassDef) -> dict[str, str | ast.ClassDef]:
    """Return what the names at a module's top level stand for where a class begins."""
    bound: dict[str, str | ast.ClassDef] = {}
    for statement in tree.body:
        if statement is node:
            break
        if isinstance(statement, ast.ClassDef):
            bound[statement.name] = statement
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                bound[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(statement, ast.ImportFrom):
            above = "." * statement.level + (statement.module or "")
            origin = resolve_name(above, module.rpartition(".")[0]) if statement.level else above
            bound |= {alias.asname or alias.name: f"{origin}.{alias.name}" for alias in statement.names}
    return bound


def stated(
    node: ast.ClassDef, file: Path, attributes: Collection[str], kind: str
) -> Iterator[tuple[str, object]]:
    """Yield the attributes and the signature that a class states; a problem for what cannot be told."""
    for statement in node.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                if isinstance(target, ast.Name) and target.id in attributes:
                    yield target.id, _literal(statement.value, f"as {target.id}", file)
        elif isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            yield OPTIONS, _signature(statement, file, kind)


def _signature(init: ast.FunctionDef, file: Path, kind: str) -> _Signature | Problem:
    arguments = init.args
    names = {argument.arg for argument in (*arguments.args, *arguments.kwonlyargs)}
    if not names >= COMMON and arguments.kwarg is None:
        lacking = ", ".join(sorted(COMMON - names))
        return Problem(
            str(file),
            f"an __init__ without {lacking}",
            f"def __init__(self, *, random_state=None, …), which every {kind} is given by name",
            f"add {lacking}=None and pass it on to super().__init__",
            row=init.lineno,
        )
    return _Signature(dict(_defaults(arguments, file)), passes_on=arguments.kwarg is not None)


def _defaults(arguments: ast.arguments, file: Path) -> Iterator[tuple[str, object]]:
    """Yield name and default of each option, before or after `*`; the job passes all of them by name."""
    before = arguments.args[1:]
    given: list[ast.expr | None] = [None] * (len(before) - len(arguments.defaults))
    given += arguments.defaults[max(0, len(arguments.defaults) - len(before)) :]
    for argument, default in zip(
        [*before, *arguments.kwonlyargs], [*given, *arguments.kw_defaults], strict=True
    ):
        if argument.arg in COMMON:
            continue
        if default is None:
            yield (
                argument.arg,
                Problem(
                    str(file),
                    f"the option {argument.arg} without a default",
                    "a default for each option, which holds where the configuration does not name it",
                    f"write {argument.arg}=…, or =None, and let __init__ say what that means",
                    row=argument.lineno,
                ),
            )
        else:
            yield argument.arg, _literal(default, f"as the default of the option {argument.arg}", file)


def inherited_options(mirror: type) -> dict[str, Any] | Problem:
    """Return the options that a class takes, or the first problem with them."""
    options: dict[str, Any] = {}
    for one in mirror.__mro__:
        signature = vars(one).get(OPTIONS)
        if isinstance(signature, Problem):
            return signature
        if isinstance(signature, _Signature):
            options = {**signature.options, **options}
            if not signature.passes_on:
                break
    return next((value for value in options.values() if isinstance(value, Problem)), options)


def _literal(value: ast.expr, place: str, file: Path) -> object:
    try:
        return ast.literal_eval(value)
    except (TypeError, ValueError):
        return Problem(
            str(file),
            f"{shorten(ast.unparse(value))} {place}, which only running it would tell",
            "a number, a text, True, False, None, or a tuple or list of these, written out",
            "write the value itself; a default may be None, and the body of __init__ replace it",
            row=value.lineno,
        )
