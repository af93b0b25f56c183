"""What a job's code is: a digest of its entry script and of everything it imports, without running any of it.

Snakemake does not see edits in imported modules. A rule that carries this digest as a parameter
reruns when its code, or the version of a library that its code imports, changes; and only then.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

DISTRIBUTIONS = {"sklearn": "scikit-learn", "yaml": "PyYAML", "vl_convert": "vl-convert-python"}


def code_digest(*entries: Path, root: Path) -> str:
    """Digest of some scripts and their static import closure.

    Parameters
    ----------
    *entries : Path
        Files that a job starts from.
    root : Path
        Folder that imports are resolved in; what is not found there is the standard library's or a
        distribution's, and counts with its name and version.

    Returns
    -------
    str
        Hexadecimal, the same wherever the checkout lies.

    Raises
    ------
    FileNotFoundError
        If an entry does not exist: an empty list of files would never be stale.
    """
    root = root.resolve()
    files, distributions = closure(*entries, root=root)
    state = hashlib.sha256()
    for file in files:
        state.update(f"{file.relative_to(root).as_posix()}\0".encode())
        state.update(hashlib.sha256(file.read_bytes()).digest())
    for name in distributions:
        state.update(f"{name}=={_version(name)}\0".encode())
    return state.hexdigest()


def closure(*entries: Path, root: Path) -> tuple[list[Path], list[str]]:
    """Return the files below `root` that some entries import, and the distributions, both sorted.

    Raises
    ------
    FileNotFoundError
        If there is no entry, or one does not exist.
    """
    if not entries:
        raise FileNotFoundError("no entry script to take a digest of")
    seen: set[Path] = set()
    distributions: set[str] = set()
    waiting = [entry.resolve() for entry in entries]
    root = root.resolve()
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        files, names = _needs(file, root, file.stat().st_mtime_ns)
        waiting += files
        distributions |= names
    return sorted(seen), sorted(distributions)


@cache
def _needs(file: Path, root: Path, mtime: int) -> tuple[list[Path], set[str]]:
    """Return the files and the distributions that a file imports: once for each file, not for each job."""
    files = _packages_around(file, root)
    distributions = set()
    for name in _imports(file, root, mtime) if file.suffix == ".py" else ():
        found = _module_files(name, root)
        files += found
        top = name.partition(".")[0]
        if not found and not (root / top).exists() and top not in sys.stdlib_module_names:
            distributions.add(DISTRIBUTIONS.get(top, top))
    return files, distributions


def _imports(file: Path, root: Path, mtime: int) -> Iterator[str]:
    """Yield each dotted name that a file may import, also inside functions; a superset is safe."""
    package = [*file.relative_to(root).parent.parts] if file.is_relative_to(root) else []
    for node in _statements(_parsed(file, mtime)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield every statement, also those within others. Expressions, most of a tree, import nothing."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            waiting += getattr(node, block, ())
        yield node


@cache
def _parsed(file: Path, mtime: int) -> ast.Module:  # noqa: ARG001 - the time tells versions of a file apart
    return ast.parse(file.read_bytes(), str(file))


def _module_files(name: str, root: Path) -> list[Path]:
    """Return the files of a module and of the packages around it; none where it is not below `root`."""
    parts = name.split(".")
    files = [root.joinpath(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)]
    files.append(root.joinpath(*parts[:-1], f"{parts[-1]}.py"))
    return [file for file in files if file.is_file()]


def _packages_around(file: Path, root: Path) -> list[Path]:
    """Return the `__init__` files that run before a module does."""
    folders = [folder for folder in file.parents if folder != root and folder.is_relative_to(root)]
    return [folder / "__init__.py" for folder in folders if (folder / "__init__.py").is_file()]


@cache
def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed"
