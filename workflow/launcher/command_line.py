"""Snakemake's options as Snakemake reads them, and mistakes in them that it would answer with a traceback."""

from __future__ import annotations

import contextlib
import io
import shlex
from argparse import Namespace
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from latefusion.core.errors import InputError
from latefusion.planning.config_file import read_config_file
from launcher.child import snakemake_command
from launcher.errors import LaunchError
from launcher.fork import no_threads
from launcher.pandas_later import deferred
from launcher.place import COMMAND, IS_INSTALLED, ROOT


def parsed(options: Sequence[str]) -> Namespace:
    """Return Snakemake's own reading of the options, profiles included.

    Raises
    ------
    LaunchError
        If Snakemake does not take them, in its words.
    """
    with no_threads(), deferred():
        from snakemake.cli import CliException, parse_args

    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):  # it names the profile, as the run itself does
            _, arguments = parse_args(snakemake_command("", options)[3:])
    except SystemExit as error:
        raise LaunchError(said.getvalue().strip().rpartition("\n")[2]) from error
    except CliException as error:
        raise LaunchError(str(error)) from error
    return arguments


def check(arguments: Namespace, folder: Path) -> None:
    """Refuse configurations and profiles that Snakemake cannot read, or would pass over in silence.

    Raises
    ------
    LaunchError
        Naming the file, its line where it has one, and the nearest fix.
    """
    _check_profile(arguments.workflow_profile)
    files = [Path(file) for file in arguments.configfile or []]
    for position, file in enumerate(files):
        if position and file.suffix not in (".yaml", ".yml", ".json"):
            raise _taken_for_a_configuration(file, files[0])
        if not file.is_file():
            raise LaunchError(_no_such_file(file))
        read_configuration(file)
    if not files:
        own = default_configuration(arguments, folder)
        if IS_INSTALLED and own.resolve() == ROOT / "config.yaml":
            raise LaunchError(_no_configuration(folder))
        if own.is_file():
            read_configuration(own)


def default_configuration(arguments: Namespace, folder: Path) -> Path:
    """Return the configuration of a run for which none was named: of its folder, or of the workflow."""
    own = folder / "config.yaml"
    return own if own.exists() else Path(arguments.snakefile).parent / "config.yaml"


def read_configuration(file: Path) -> dict[str, Any]:
    """Return what a configuration holds, as it is written.

    Raises
    ------
    LaunchError
        If it cannot be read, with the line.
    """
    try:
        return read_config_file(file, str(file))
    except InputError as error:
        raise LaunchError(str(error)) from error


def _no_configuration(folder: Path) -> str:
    """Return what to type where no data were named; a checkout has data of its own."""
    command = shlex.join(COMMAND)
    return (
        f"{folder}\n    found:   no config.yaml, and no --configfile\n"
        "    allowed: a configuration that names your data\n"
        f"    fix:     `{command} run --configfile mine.yaml`; `{command} run --demo` shows a run on digits"
    )


def _check_profile(profile: str | None) -> None:
    """Refuse a profile that does not exist: Snakemake runs without it and says nothing."""
    if profile is None or profile == "none":
        return
    places = (Path(profile), Path("profiles", profile), ROOT / "profiles" / profile)
    if not any(place.exists() for place in places):
        known = sorted(path.name for path in (ROOT / "profiles").iterdir() if path.is_dir())
        raise LaunchError(
            f"--workflow-profile\n    found:   {profile}, which does not exist\n"
            f"    allowed: a folder with a profile.yaml, or one of {', '.join(known)}\n"
            f"    fix:     {_nearest(Path(profile).name, known) or 'name one of these'}"
        )


def _taken_for_a_configuration(word: Path, first: Path) -> LaunchError:
    return LaunchError(
        f"--configfile\n    found:   {word}, taken for a configuration: this option takes every word that "
        f"follows it\n    allowed: files with a configuration\n"
        f"    fix:     put the target first: `run {word} --configfile {first}`"
    )


def _no_such_file(file: Path) -> str:
    folder = file.parent
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    close = _nearest(file.name, [name for name in names if name.endswith((".yaml", ".yml", ".json"))])
    start = f"correct the path; it starts from {Path.cwd()}"
    return (
        f"--configfile\n    found:   {file}, which does not exist\n    allowed: a YAML or JSON file\n"
        f"    fix:     {close or start}"
    )


def _nearest(name: str, names: Sequence[str]) -> str:
    close = get_close_matches(name, names, n=1)
    return f"write {close[0]}" if close else ""
