"""The class of a rule or a learner as its file states it, with what it inherits: parsed, not imported."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.planning.class_source import OPTIONS, bound_before, inherited_options, stated

PACKAGE: Final = Path(__file__).resolve().parents[1]
_TASK: Final = "task"


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
    task : str, optional
        What these serve, where a file may also hold a class that serves another task.
    """

    kind: str
    package: str
    base: str
    stated: tuple[str, ...]
    optional: tuple[str, ...] = ()
    task: str | None = None

    @property
    def read(self) -> tuple[str, ...]:
        """Class attributes that a file may state."""
        return (*self.stated, *self.optional, *([] if self.task is None else [_TASK]))


RULE: Final = Contract(
    "rule",
    "latefusion.rules",
    "latefusion.fusion.rule.Rule",
    ("learns", "probabilistic", "stochastic", "replica_source"),
    ("from_decisions", "reads_quality"),
    task="classes",
)
TARGET_RULE: Final = Contract(
    "rule",
    "latefusion.rules",
    "latefusion.fusion.regression_rule.RegressionRule",
    ("learns", "stochastic"),
    ("reads_variance",),
    task="targets",
)
LEARNER: Final = Contract(
    "learner",
    "latefusion.learners",
    "latefusion.learning.learner.Learner",
    ("searched",),
    task="classes",
)
TARGET_LEARNER: Final = Contract(
    "learner",
    "latefusion.learners",
    "latefusion.learning.regression_learner.RegressionLearner",
    ("searched",),
    task="targets",
)


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
        """Return the one public class of a file, or the one that serves the contract's task.

        Raises
        ------
        InputError
            If the file cannot be parsed, or does not hold exactly one.
        """
        classes = self._public(file)
        if len(classes) > 1:
            classes = [node for node in classes if self._serves(file, node)]
        if len(classes) != 1:
            mend = f"define one subclass of {self._contract.base}; names of helper classes begin with _"
            raise InputError([Problem(str(file), f"{len(classes)} public classes", "one public class", mend)])
        return classes[0]

    def serves(self, file: Path) -> bool:
        """Return whether a file may serve the contract's task: not where all its classes serve another."""
        classes = self._public(file)
        return not classes or any(self._serves(file, node) for node in classes)

    def _public(self, file: Path) -> list[ast.ClassDef]:
        return [
            node
            for node in self._parsed(file).body
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        ]

    def _serves(self, file: Path, node: ast.ClassDef) -> bool:
        mirror = self._mirror(file, f"{self._contract.package}.{file.stem}", node, frozenset())
        task = getattr(mirror, _TASK, None)
        return task == self._contract.task or not isinstance(task, str)

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
        found[OPTIONS] = inherited_options(mirror)
        found |= {name: getattr(mirror, name, False) for name in contract.optional}
        problems = [value for value in found.values() if isinstance(value, Problem)]
        if problems:
            raise InputError(list(dict.fromkeys(problems)))
        if None in found.values():
            base = contract.base.rpartition(".")[2]
            found_here = f"{rule.name}, which is no subclass of {base}"
            allowed = "a fusion rule" if contract in (RULE, TARGET_RULE) else f"a {contract.kind}"
            mend = f"derive it from {contract.base}"
            raise InputError([Problem(str(file), found_here, allowed, mend, row=rule.lineno)])
        return found

    def _parsed(self, file: Path) -> ast.Module:
        if file not in self._modules:
            try:
                self._modules[file] = _tree(file.read_bytes(), str(file))
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
            bound = bound_before(self._parsed(file), module, node)
            bases = [self._base(base, bound, file, module, inside | {key}) for base in node.bases]
            try:
                self._classes[key] = type(
                    node.name,
                    tuple(bases),
                    dict(stated(node, file, self._contract.read, self._contract.kind)),
                )
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
            if self._contract in (RULE, TARGET_RULE)
            else f"bases from {self._contract.base.rpartition('.')[0]} and {self._contract.package}",
            f"state {', '.join(self._contract.stated)} and __init__ in the class itself",
            row=base.lineno,
        )
        return type(name, (), dict.fromkeys((*self._contract.stated, OPTIONS), problem))

    def _file_of(self, module: str) -> Path | None:
        package, _, name = module.rpartition(".")
        if package == self._contract.package:
            files = [folder / f"{name}.py" for folder in self._folders]
        else:
            files = [PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")]
        ours = module.startswith(f"{PACKAGE.name}.")
        return next((file for file in files if ours and file.is_file()), None)


@cache
def _tree(content: bytes, file: str) -> ast.Module:
    """Return the syntax tree of a file, which classes and numbers, rules and learners read in turn."""
    return ast.parse(content, file)
