"""The law of imports between the rooms of the package: imports that break it, and circles of imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "latefusion"
SCRIPTS = "scripts"

FLOORS = (
    ("core",),
    ("store",),
    ("fusion", "svm", "dataset", "kernel_ridge", "forest"),
    ("regression",),
    ("learning",),
    ("ingest", "rules", "learners", "evaluation"),
    ("external", "pipeline"),
)
"""A room imports rooms of the floors below its own, the lowest floor first."""

BY_NAME = ("rules", "learners")
"""Rooms whose files jobs load by name, so that each counts only where it runs."""

ENDS = (*BY_NAME, "pipeline")
"""Rooms of the floors that no other room imports."""

NEVER = {
    ("evaluation", "fusion"),
    ("evaluation", "svm"),
    ("evaluation", "learning"),
    ("evaluation", "kernel_ridge"),
    ("evaluation", "forest"),
    ("evaluation", "regression"),
    ("rules", "learning"),
    ("rules", "regression"),
    ("ingest", "learning"),
    ("ingest", "regression"),
}
"""Pairs that the floors would allow."""

APART: Mapping[str, tuple[str, ...]] = {
    "report": ("core", "store", "evaluation.names", "evaluation.targets.names"),
    "example_data": ("core", "store"),
    "schema_inference": ("core", "ingest"),
    "planning": (
        "core",
        "evaluation.names",
        "evaluation.targets.names",
        "external.prediction_names",
        "external.prediction_source",
        "kernel_ridge.memory",
        "svm.memory",
    ),
}
"""Rooms beside the floors, and the rooms or modules that they import."""

EVERYTHING = "api"
"""The room that imports all others, for people who write `from latefusion import …`."""


@dataclass(frozen=True, order=True)
class Import:
    """One import of one of our modules by another."""

    importer: str
    imported: str
    line: int

    def __str__(self) -> str:
        """Name the import, and what is allowed in its place."""
        room = room_of(self.importer)
        where = f"{self.importer.replace('.', '/')}.py, line {self.line}"
        allowed = ", ".join(allowed_of(room)) or "nothing of ours"
        return f"{where} imports {self.imported}; {room} may import: {allowed}"


def room_of(module: str) -> str:
    """Return the room of a module: `svm` of `latefusion.svm.smo`."""
    top, _, inner = module.partition(".")
    return (inner.partition(".")[0] or PACKAGE) if top == PACKAGE else SCRIPTS


def allowed_of(room: str) -> tuple[str, ...]:
    """Return the rooms, and modules of rooms, that a room may import beside itself."""
    every = tuple(other for floor in FLOORS for other in floor)
    if room == EVERYTHING:
        return (*every, *APART)
    if room == SCRIPTS:
        return (*(other for other in every if other not in BY_NAME), "report", "example_data")
    if room in APART or room == PACKAGE:
        return APART.get(room, ())
    height = next((level for level, floor in enumerate(FLOORS) if room in floor), 0)
    below = (other for floor in FLOORS[:height] for other in floor)
    return tuple(other for other in below if other not in ENDS and (room, other) not in NEVER)


def is_allowed(one: Import) -> bool:
    """Say whether an import is within the law; the file of the package itself is imported with each."""
    room, other = room_of(one.importer), room_of(one.imported)
    if other in (room, PACKAGE):
        return True
    inner = one.imported.removeprefix(f"{PACKAGE}.")
    return any(inner == allowed or inner.startswith(f"{allowed}.") for allowed in allowed_of(room))


def modules(root: Path) -> dict[str, Path]:
    """Return entry scripts and modules of the package by dotted name; an `__init__` has its folder's."""
    found = {}
    for file in sorted([*root.glob("*.py"), *(root / PACKAGE).rglob("*.py")]):
        parts = file.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(root: Path) -> list[Import]:
    """Return every import of one of our modules, wherever in a file it stands."""
    known = modules(root)
    return sorted({one for name, file in known.items() for one in _imports(name, file, known)})


def _imports(name: str, file: Path, known: Mapping[str, Path]) -> Iterator[Import]:
    package = name if file.stem == "__init__" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_bytes(), str(file))):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            # of a package either a module in it, or a name that its own file holds
            targets = [
                inner if (inner := f"{source}.{alias.name}") in known else source for alias in node.names
            ]
        else:
            continue
        yield from (Import(name, target, node.lineno) for target in targets if target in known)


def broken(root: Path) -> list[Import]:
    """Return the imports that break the law."""
    return [one for one in imports(root) if not is_allowed(one)]


def circles(root: Path) -> list[list[str]]:
    """Return each set of modules that import one another, directly or by way of others (Tarjan, 1972)."""
    needs: dict[str, set[str]] = {name: set() for name in modules(root)}
    for one in imports(root):
        needs[one.importer].add(one.imported)
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        path.append(name)
        for other in sorted(needs[name]):
            if other not in number:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in path:
                lowest[name] = min(lowest[name], number[other])
        if lowest[name] == number[name]:
            start = path.index(name)
            circle = path[start:]
            del path[start:]
            if len(circle) > 1 or name in needs[name]:
                found.append(sorted(circle))

    for name in needs:
        if name not in number:
            visit(name)
    return sorted(found)


def talkative_packages(root: Path) -> list[str]:
    """Return the packages below the top one whose `__init__` holds more than a docstring."""
    return [
        name
        for name, file in modules(root).items()
        if file.stem == "__init__" and name != PACKAGE and not _is_docstring(file)
    ]


def _is_docstring(file: Path) -> bool:
    tree = ast.parse(file.read_bytes(), str(file))
    return len(tree.body) == 1 and ast.get_docstring(tree) is not None
