"""The class of a rule or a learner as its file states it, with what it inherits: parsed, not imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import resolve_name
from pathlib import Path
from typing import Any, Final

from latefusion.core.errors import InputError, Problem, shorten

PACKAGE: Final = Path(__file__).resolve().parents[1]
COMMON: Final = frozenset({"random_state"})

_OPTIONS: Final = "options"


@dataclass(frozen=True)
class Contract:
    """What the files of a folder define.

    Attributes
    ----------
    kind : str
        What messages call one: a rule, a learner.
    package : str
        Dotted name of the folder.
    base : str
        The class that each is derived from.
    stated : tuple of str
        Class attributes that are read.
    optional : tuple of str
        Those that are false where a file does not state them.
    """

    kind: str
    package: str
    base: str
    stated: tuple[str, ...]
    optional: tuple[str, ...] = ()


RULE: Final = Contract(
    "rule",
    "latefusion.rules",
    "latefusion.fusion.rule.Rule",
    ("learns", "probabilistic", "stochastic", "replica_source"),
    ("from_decisions", "reads_quality"),
)
LEARNER: Final = Contract(
    "learner", "latefusion.learners", "latefusion.learning.learner.Learner", ("searched",)
)


@dataclass(frozen=True)
class _Signature:
    """The keyword arguments of an `__init__`; `passes_on` where further ones go to the base class."""

    options: Mapping[str, Any]
    passes_on: bool


class RuleSources:
    """The rule files of a folder and the modules that they inherit from, each parsed once.

    Parameters
    ----------
    folder : Path
        What the contract's package stands for; other modules are looked for in the package.
    contract : Contract
        Of fusion rules, or of learners.
    own : Path, optional
        A folder of the user's, in which that package goes on.
    """

    def __init__(self, folder: Path, contract: Contract = RULE, *, own: Path | None = None) -> None:
        self._folders = [folder] if own is None else [folder, own]
        self._contract = contract
        self._modules: dict[Path, ast.Module] = {}
        self._classes: dict[tuple[Path, str], type] = {}

    def public_class(self, file: Path) -> ast.ClassDef:
        """Return the one public class of a file.

        Raises
        ------
        InputError
            If the file cannot be parsed, or does not hold exactly one.
        """
        classes = [
            node
            for node in self._parsed(file).body
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        ]
        if len(classes) != 1:
            mend = f"define one subclass of {self._contract.base}; names of helper classes begin with _"
            raise InputError([Problem(str(file), f"{len(classes)} public classes", "one public class", mend)])
        return classes[0]

    def facts(self, file: Path, rule: ast.ClassDef) -> dict[str, Any]:
        """Return the class attributes of the contract and the `options` of a rule, its own or inherited.

        Raises
        ------
        InputError
            If one of them cannot be told from the files, naming the line.
        """
        contract = self._contract
        mirror = self._mirror(file, f"{contract.package}.{file.stem}", rule, frozenset())
        found = {name: getattr(mirror, name, None) for name in contract.stated}
        found[_OPTIONS] = _options(mirror)
        found |= {name: getattr(mirror, name, False) for name in contract.optional}
        problems = [value for value in found.values() if isinstance(value, Problem)]
        if problems:
            raise InputError(list(dict.fromkeys(problems)))
        if None in found.values():
            base = contract.base.rpartition(".")[2]
            found_here = f"{rule.name}, which is no subclass of {base}"
            allowed = "a fusion rule" if contract is RULE else f"a {contract.kind}"
            mend = f"derive it from {contract.base}"
            raise InputError([Problem(str(file), found_here, allowed, mend, row=rule.lineno)])
        return found

    def _parsed(self, file: Path) -> ast.Module:
        if file not in self._modules:
            try:
                self._modules[file] = ast.parse(file.read_bytes(), str(file))
            except SyntaxError as error:
                mend = f"correct the file, or take the {self._contract.kind} out of the folder"
                raise InputError(
                    [Problem(str(file), error.msg, "a Python module", mend, row=error.lineno)]
                ) from None
        return self._modules[file]

    def _mirror(
        self, file: Path, module: str, node: ast.ClassDef, inside: frozenset[tuple[Path, str]]
    ) -> type:
        """Return an empty class with a parsed one's bases, so that Python itself says what is inherited."""
        key = (file, node.name)
        if key not in self._classes:
            bound = _bound_before(self._parsed(file), module, node)
            bases = [self._base(base, bound, file, module, inside | {key}) for base in node.bases]
            try:
                self._classes[key] = type(node.name, tuple(bases), dict(_stated(node, file, self._contract)))
            except TypeError as error:
                mend = "change the order of the bases"
                problem = Problem(
                    str(file), f"{node.name}: {error}", "bases that Python can order", mend, row=node.lineno
                )
                raise InputError([problem]) from None
        return self._classes[key]

    def _base(
        self,
        base: ast.expr,
        bound: Mapping[str, str | ast.ClassDef],
        file: Path,
        module: str,
        inside: frozenset[tuple[Path, str]],
    ) -> type:
        written = ast.unparse(base)
        first, *rest = written.split(".")
        origin = bound.get(first)
        if isinstance(origin, ast.ClassDef):
            return self._mirror(file, module, origin, inside)
        if written == "object":
            return object
        where, _, name = ".".join([origin or first, *rest]).rpartition(".")
        source = self._file_of(where)
        if source is not None and (source, name) not in inside:
            for node in self._parsed(source).body:
                if isinstance(node, ast.ClassDef) and node.name == name:
                    return self._mirror(source, where, node, inside)
        problem = Problem(
            str(file),
            f"the base {shorten(written)}, which may say anything of the {self._contract.kind} and is not "
            "read",
            "bases from latefusion.fusion.rule, latefusion.fusion.stacking and latefusion.rules"
            if self._contract is RULE
            else f"bases from {self._contract.base.rpartition('.')[0]} and {self._contract.package}",
            f"state {', '.join(self._contract.stated)} and __init__ in the class itself",
            row=base.lineno,
        )
        return type(name, (), dict.fromkeys((*self._contract.stated, _OPTIONS), problem))

    def _file_of(self, module: str) -> Path | None:
        package, _, name = module.rpartition(".")
        if package == self._contract.package:
            files = [folder / f"{name}.py" for folder in self._folders]
        else:
            files = [PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")]
        ours = module.startswith(f"{PACKAGE.name}.")
        return next((file for file in files if ours and file.is_file()), None)


def _bound_before(tree: ast.Module, module: str, node: ast.ClassDef) -> dict[str, str | ast.ClassDef]:
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


def _stated(node: ast.ClassDef, file: Path, contract: Contract) -> Iterator[tuple[str, object]]:
    """Yield the attributes and the signature that a class states; a problem for what cannot be told."""
    for statement in node.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                if isinstance(target, ast.Name) and target.id in (*contract.stated, *contract.optional):
                    yield target.id, _literal(statement.value, f"as {target.id}", file)
        elif isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            yield _OPTIONS, _signature(statement, file, contract)


def _signature(init: ast.FunctionDef, file: Path, contract: Contract) -> _Signature | Problem:
    arguments = init.args
    names = {argument.arg for argument in (*arguments.args, *arguments.kwonlyargs)}
    if not names >= COMMON and arguments.kwarg is None:
        lacking = ", ".join(sorted(COMMON - names))
        return Problem(
            str(file),
            f"an __init__ without {lacking}",
            f"def __init__(self, *, random_state=None, …), which every {contract.kind} is given by name",
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


def _options(mirror: type) -> dict[str, Any] | Problem:
    """Return the options that a class takes, or the first problem with them."""
    options: dict[str, Any] = {}
    for one in mirror.__mro__:
        signature = vars(one).get(_OPTIONS)
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
