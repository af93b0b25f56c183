"""Results that a configuration no longer makes, found through Snakemake's own plan."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher.command_line import parsed
from launcher.errors import LaunchError
from launcher.outcome import results_folder

ALWAYS_KEPT = ("README.md",)
# Jobs write beside their outputs under such names (`latefusion.store.atomic`) and rename at the end; a killed
# job leaves one behind.
UNFINISHED = re.compile(r"\.[a-z0-9_]{8}\.part|\.[0-9a-f]{16}\.\d+\.part")


@dataclass(frozen=True)
class Leftovers:
    """Files below the results folder that no job makes.

    Attributes
    ----------
    results : Path
        The folder, absolute.
    made : list of Path
        Those that an earlier configuration of this workflow made: safe to remove.
    foreign : list of Path
        Those of which Snakemake knows nothing: somebody put them there, so they stay.
    """

    results: Path
    made: list[Path]
    foreign: list[Path]


def find(options: Sequence[str], folder: Path) -> Leftovers:
    """Compare the files below the results folder with what the jobs of a configuration make.

    Raises
    ------
    LaunchError
        If Snakemake cannot plan the run, so that nothing is known to be left over.
    """
    from snakemake.api import SnakemakeApi
    from snakemake.io import IOFile
    from snakemake.settings.types import ConfigSettings, OutputSettings, Quietness, ResourceSettings

    arguments = parsed(options)
    results = (folder / results_folder(arguments, folder)).resolve()
    said = io.StringIO()
    with contextlib.redirect_stderr(said), SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
        try:
            loaded = api.workflow(
                resource_settings=ResourceSettings(cores=1),
                config_settings=ConfigSettings(
                    configfiles=[Path(file).absolute() for file in arguments.configfile or []],
                    config_args=arguments.config or [],
                ),
                snakefile=Path(arguments.snakefile),
                workdir=folder,
            )
            planned, recorded = _plan(loaded)
        except Exception as error:
            api.print_exception(error)
            raise LaunchError(
                f"the run cannot be planned, so nothing is removed:\n{said.getvalue().strip() or error}"
            ) from error
        bookkeeping = (results / "logs", results / "benchmarks")
        made, foreign = [], []
        for path in sorted(results.rglob("*")):
            if path in planned or path.name in ALWAYS_KEPT or (path.is_dir() and not path.is_symlink()):
                continue
            ours = (
                any(path.is_relative_to(place) for place in bookkeeping)
                or UNFINISHED.fullmatch(path.name)
                or recorded(IOFile(_as_planned(path, folder)))
            )
            (made if ours else foreign).append(path)
    return Leftovers(results, made, foreign)


def remove(leftovers: Leftovers) -> None:
    """Remove what an earlier configuration made, and the folders that are empty then."""
    for path in leftovers.made:
        path.unlink()
        for parent in path.parents:
            if parent == leftovers.results or any(parent.iterdir()):
                break
            parent.rmdir()


def sweep(options: Sequence[str], folder: Path) -> None:
    """Remove what killed jobs had begun to write; nothing may be at work in the folder."""
    for path in (folder / results_folder(parsed(options), folder)).rglob(".*"):
        if UNFINISHED.fullmatch(path.name) and path.is_file():
            path.unlink()


def _plan(loaded: Any) -> tuple[set[Path], Any]:  # noqa: ANN401 - Snakemake's objects carry no types
    """Return all files of all jobs, and a function that tells whether Snakemake recorded making a file."""
    from snakemake.exceptions import InputFunctionException
    from snakemake.settings.types import DAGSettings

    # Snakemake has no public list of a plan's files: `--list-untracked`, the nearest, leaves out benchmarks.
    workflow = loaded._workflow
    planned: set[Path] = set()
    for end in [rule.name for rule in workflow.rules if not rule.output and not rule.has_wildcards()]:
        loaded.dag(DAGSettings(targets={end}))
        try:
            workflow._prepare_dag(forceall=False, ignore_incomplete=True, lock_warn_only=True)
            workflow._build_dag()
        except InputFunctionException:
            if end == workflow.default_target:
                raise
            continue  # this configuration does not ask for it: `predict` without items to classify
        for job in workflow.dag.jobs:
            benchmark = [] if job.benchmark is None else [job.benchmark]
            planned |= {Path(str(file)).resolve() for file in [*job.output, *job.log, *benchmark]}
    return planned, lambda file: workflow.persistence.metadata(file) is not None


def _as_planned(path: Path, folder: Path) -> str:
    """Return a path as Snakemake writes it: relative where it is below the working folder."""
    folder = folder.resolve()
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)
