"""What a job's code is: a digest of its entry script and of everything it imports, without running any of it.

Snakemake does not see edits in imported modules. A rule that carries this digest as a parameter
reruns when its code, or the version of a library that its code imports, changes; and only then.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from latefusion.planning.imports import imports

DISTRIBUTIONS = {"sklearn": "scikit-learn", "yaml": "PyYAML", "vl_convert": "vl-convert-python"}


class Needs(NamedTuple):
    """What a file needs to run.

    Attributes
    ----------
    files : frozenset of str
        Those that it imports, with the packages around them.
    distributions : frozenset of str
        Those that its other imports are of.
    sha256 : bytes
        Of its content.
    parts : tuple of str
        Its path below the root, or where its package would be there.
    """

    files: frozenset[str]
    distributions: frozenset[str]
    sha256: bytes
    parts: tuple[str, ...]


class Code:
    """The code below some folders as it is now: each file is read once, for however many digests.

    Parameters
    ----------
    root : Path
        Folder that imports are resolved in; what is not found there is the standard library's or a
        distribution's, and counts with its name and version.
    elsewhere : mapping of str to Path, optional
        Packages of which modules lie outside the root, by dotted name: their folders.
    """

    def __init__(self, root: Path, elsewhere: Mapping[str, Path] = MappingProxyType({})) -> None:
        packages = ((tuple(name.split(".")), str(folder.resolve())) for name, folder in elsewhere.items())
        self._places: tuple[tuple[tuple[str, ...], str], ...] = (((), str(root.resolve())), *packages)
        here = (path.name.removesuffix(".py") for path in root.iterdir())
        self._tops = {"", *here, *(name.partition(".")[0] for name in elsewhere)}
        self._known: dict[str, Needs] = {}
        self._modules: dict[str, tuple[frozenset[str], str]] = {}
        self._distributions: dict[str, frozenset[str]] = {}
        self._files: dict[str, bool] = {}

    def digest(self, *entries: Path) -> str:
        """Digest of some scripts and their static import closure.

        Parameters
        ----------
        *entries : Path
            Files that a job starts from.

        Returns
        -------
        str
            Hexadecimal, the same wherever the code lies.

        Raises
        ------
        FileNotFoundError
            If an entry does not exist: an empty list of files would never be stale.
        """
        files, distributions = self._closure(*entries)
        state = hashlib.sha256()
        for needs in sorted(map(self._needs, files), key=attrgetter("parts")):
            state.update(f"{'/'.join(needs.parts)}\0".encode())
            state.update(needs.sha256)
        for name in sorted(distributions):
            state.update(f"{name}=={_version(name)}\0".encode())
        digest = state.hexdigest()
        self._distributions[digest] = frozenset(distributions)
        return digest

    def distributions(self, digest: str) -> frozenset[str]:
        """Return the distributions of what a digest was taken of; none where it was not taken here."""
        return self._distributions.get(digest, frozenset())

    def closure(self, *entries: Path) -> tuple[list[Path], list[str]]:
        """Return the files of ours that some entries import, and the distributions, both sorted.

        Raises
        ------
        FileNotFoundError
            If there is no entry, or one does not exist.
        """
        files, distributions = self._closure(*entries)
        return sorted(map(Path, files)), sorted(distributions)

    def _closure(self, *entries: Path) -> tuple[set[str], set[str]]:
        if not entries:
            raise FileNotFoundError("no entry script to take a digest of")
        seen: set[str] = set()
        distributions: set[str] = set()
        waiting = [str(entry.resolve()) for entry in entries]
        while waiting:
            file = waiting.pop()
            if file in seen:
                continue
            seen.add(file)
            needs = self._needs(file)
            waiting += needs.files
            distributions |= needs.distributions
        return seen, distributions

    def _needs(self, file: str) -> Needs:
        """Return what a file needs, read at the first time of asking."""
        if file not in self._known:
            content = Path(file).read_bytes()
            parts = self._parts(file)
            package = parts[:-1]
            files = set(self._module(".".join(package))[0]) if package else set()
            distributions = set()
            for name in imports(content, package) if file.endswith(".py") else ():
                found, distribution = self._module(name)
                files |= found
                distributions |= {distribution} - {""}
            self._known[file] = Needs(
                frozenset(files), frozenset(distributions), hashlib.sha256(content).digest(), parts
            )
        return self._known[file]

    def _parts(self, file: str) -> tuple[str, ...]:
        """Return the path of a file below the root, or where its package would be there; else its name."""
        around = [place for place in self._places if file.startswith(f"{place[1]}{os.sep}")]
        if not around:
            return (Path(file).name,)
        package, folder = max(around, key=lambda place: len(place[1]))
        return (*package, *Path(file[len(folder) + 1 :]).parts)

    def _module(self, name: str) -> tuple[frozenset[str], str]:
        """Return the files of a module and of the packages around it, or the distribution that it is of."""
        if name not in self._modules:
            self._modules[name] = self._find(tuple(name.split(".")))
        return self._modules[name]

    def _find(self, parts: tuple[str, ...]) -> tuple[frozenset[str], str]:
        if parts[0] not in self._tops:  # as most names are
            of_python = parts[0] in sys.stdlib_module_names
            return frozenset(), "" if of_python else DISTRIBUTIONS.get(parts[0], parts[0])
        candidates: list[str] = []
        for package, folder in self._places:
            if parts[: len(package)] == package:
                inner = parts[len(package) :]
                folders = ["/".join((folder, *inner[:depth])) for depth in range(len(inner) + 1)]
                candidates += [f"{one}/__init__.py" for one in (folders if package else folders[1:])]
                candidates += [f"{folders[-1]}.py"] if inner else []
        files = frozenset(filter(self._is_file, candidates))
        ours = files or parts[0] in sys.stdlib_module_names or self._has(parts[0])
        return files, "" if ours else DISTRIBUTIONS.get(parts[0], parts[0])

    def _is_file(self, name: str) -> bool:
        """Whether there is a file; the package around many modules is looked for once."""
        if name not in self._files:
            self._files[name] = os.path.isfile(name)  # noqa: PTH113 - thousands of paths, made for one look each
        return self._files[name]

    def _has(self, top: str) -> bool:
        return any(
            package[0] == top if package else Path(folder, top).exists() for package, folder in self._places
        )


@cache
def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed"
