"""Fusion rules and learners in folders of the user's, where the packages of ours go on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.planning.configuration import NO_LEARNERS, RESERVED_NAMES
from latefusion.planning.imports import imports
from latefusion.planning.learner_catalogue import (
    LEARNER_CONTRACTS,
    LearnerFacts,
    read_learner,
    read_learners,
)
from latefusion.planning.rule_catalogue import CONTRACTS, RuleFacts, Task, read_rule, read_rules
from latefusion.planning.rule_source import LEARNER, RULE, Contract, RuleSources

KEY: Final = "rules_path"
LEARNERS_KEY: Final = "learners_path"


def own_folder(config: Mapping[str, object], file: str, key: str = KEY) -> Path | None:
    """Return the folder that a configuration names, from the folder in which the run starts.

    Parameters
    ----------
    config : mapping
        As it was written.
    file : str
        Name of the configuration in messages.
    key : str
        That names it.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    written = config.get(key)
    if not isinstance(written, str) or not written:
        return None  # the schema says what else is wrong
    folder = Path(written)
    if folder.is_dir():
        return folder
    names = [one.name for one in folder.parent.iterdir() if one.is_dir()] if folder.parent.is_dir() else []
    close = nearest(folder.name, names)
    fix = f"write {str(folder.with_name(close))!r}" if close else "correct the path, or make the folder"
    found = f"{shorten(written)}: there is no such folder"
    allowed = "the path of a folder, from the folder in which the run starts"
    raise InputError([Problem(file, found, allowed, fix, column=key)])


def read_all_rules(folder: Path, own: Path | None, task: Task = "classes") -> dict[str, RuleFacts]:
    """Read every rule of the package that serves a task, and those of the user's folder.

    There, a file whose name begins with _ is a helper.

    Raises
    ------
    InputError
        As of `latefusion.planning.rule_catalogue.read_rule`; also if a rule has the name of another, or one
        that cannot be imported, or imports a file beside it in a way that Python does not follow.
    """
    known = read_rules(folder, task)
    if own is None:
        return known
    sources = RuleSources(folder, CONTRACTS[task], own=own)
    mine = [file for file in _own_files(own, known, RULE) if sources.serves(file)]
    return known | {file.stem: read_rule(file, sources, task) for file in mine}


def read_all_learners(folder: Path, own: Path | None, task: Task = "classes") -> dict[str, LearnerFacts]:
    """Read every learner of the package that serves a task, and those of the user's folder, likewise.

    Raises
    ------
    InputError
        As of `read_all_rules`.
    """
    known = read_learners(folder, task)
    if own is None:
        return known
    contract = LEARNER_CONTRACTS[task]
    sources = RuleSources(folder, contract, own=own)
    mine = [file for file in _own_files(own, known, contract) if sources.serves(file)]
    return known | {file.stem: read_learner(file, sources, task) for file in mine}


def _own_files(own: Path, known: Collection[str], contract: Contract) -> list[Path]:
    """Return the files of a user's folder, helpers apart, once each can be imported by its name."""
    files = sorted(own.glob("*.py"))
    problems = [problem for file in files for problem in _problems(file, known, files, contract)]
    if problems:
        raise InputError(problems)
    return [file for file in files if not file.stem.startswith("_")]


def _problems(
    file: Path, known: Collection[str], files: Collection[Path], contract: Contract
) -> Iterator[Problem]:
    if not file.stem.startswith("_"):
        yield from _name_problems(file, known, contract)
    beside = {other.stem for other in files}
    try:
        imported = list(imports(file.read_bytes(), tuple(contract.package.split("."))))
    except SyntaxError:
        return  # of a rule it is told with its line
    for name in imported:
        top = name.partition(".")[0]
        if top in beside and not _found_elsewhere(top, file.parent):
            found = f"the import of {top}, a file beside it that Python does not find under this name"
            allowed = f"files of the folder as modules of {contract.package}"
            fix = f"write `from {contract.package}.{top} import …`"
            yield Problem(str(file), found, allowed, fix)
            return


def _found_elsewhere(top: str, folder: Path) -> bool:
    spec = find_spec(top)
    return spec is not None and Path(spec.origin or "").parent.resolve() != folder.resolve()


def _name_problems(file: Path, known: Collection[str], contract: Contract) -> Iterator[Problem]:
    name = file.stem
    reserved = (*RESERVED_NAMES, *(NO_LEARNERS if contract.kind == LEARNER.kind else ()))
    if name in known or name.casefold() in reserved:
        found = f"a {contract.kind} called {name}, " + (
            "as one of the package is" if name in known else "which has a meaning of its own"
        )
        yield Problem(str(file), found, "a name of its own", f"rename the file, to my_{name}.py for instance")
    elif not name.isidentifier():
        fix = "rename the file with letters, digits and _ alone"
        yield Problem(str(file), f"the name {shorten(name)}", "a name that Python can import", fix)
