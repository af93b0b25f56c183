"""The commands `run` and `resume`: Snakemake alone in its folder, and a last word when it has ended."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from launcher import lock, outcome, record
from launcher.child import Child
from launcher.clearing import clear, locked, tidy
from launcher.command_line import check, parsed
from launcher.errors import LaunchError
from launcher.hints import how_to, how_to_resume
from launcher.place import NAME
from launcher.terminal import say

STOPPED = {128 + signal.SIGINT, 128 + signal.SIGTERM}
# Also among other short options, as in -np.
DRY = re.compile(r"-[Fkpq]*n[Fkpq]*|--dry-?run")
# What a run makes, as opposed to how: with how many cores, where, and what it says meanwhile.
WHAT = ("targets", "configfile", "config", "snakefile", "until", "omit_from")


def run(options: Sequence[str], folder: Path, *, jobs_left: str = "refuse") -> int:
    """Run Snakemake in a folder, alone, and print the ranking at the end.

    Parameters
    ----------
    options : sequence of str
        Of Snakemake.
    folder : Path
        The working folder, absolute.
    jobs_left : {'refuse', 'wait', 'cancel'}
        What to do about jobs of an earlier run that SLURM still has.

    Raises
    ------
    LaunchError
        If another run is at work in the folder, here or on SLURM, or if the options are wrong.
    """
    arguments = parsed(options)
    check(arguments, folder)
    if not _cores_given(arguments):
        options = ["--cores", "all", *options]
    if _is_dry(options):
        return Child(options).run()
    with lock.held(folder, shlex.join([NAME, "run", *options])) as held:
        clear(options, folder, held.killed, jobs_left=jobs_left, confirmed=False)
        return _snakemake(options, arguments, folder, held.descriptor)


def resume(options: Sequence[str], folder: Path, *, jobs_left: str = "refuse") -> int:
    """Go on with the run that was killed, stopped or failed in a folder; never start another.

    Parameters
    ----------
    options : sequence of str
        Of Snakemake, without the folder; those that say how to run replace those of the earlier run.
    folder, jobs_left
        As for `run`.

    Raises
    ------
    LaunchError
        As `run`; also if no run is there to go on with, or if the options name another one.
    """
    with lock.held(folder, shlex.join([NAME, "resume", *options]), passing=_is_dry(options)) as held:
        last = record.read(folder)
        if locked(folder) and (last is None or last.state == record.FINISHED):
            # Snakemake itself was called, and killed: what it was to make, only the options tell
            cores = [] if _cores_given(parsed(options)) else ["--cores", "all"]
            options = [*options, *cores, "--directory", str(folder)]
        elif last is None:
            raise LaunchError(f"no run was started in {folder}. `{how_to('run', options)}` starts one.")
        elif last.state == record.FINISHED:
            say(f"The last run in {folder} came to its end: there is nothing to resume.")
            return 0
        else:
            os.chdir(folder / last.place)  # where the paths in its options start from
            options = _options_of(last, options)
            say(f"Going on with: {shlex.join([NAME, 'run', *options])}")
        arguments = parsed(options)
        check(arguments, folder)
        if _is_dry(options):
            return Child(options).run()
        clear(options, folder, held.killed, jobs_left=jobs_left, confirmed=True)
        return _snakemake(options, arguments, folder, held.descriptor)


def _snakemake(options: Sequence[str], arguments: Namespace, folder: Path, descriptor: int) -> int:
    """Run Snakemake, note how it ends, and have the last word."""
    shown = [*options, "--logger", "rich"] if _on_a_terminal(options) else options
    record.write(folder, options, record.RUNNING)
    code = Child(shown, descriptor, local=arguments.executor in (None, "local")).run()
    if code in STOPPED:
        tidy(options, folder)
        record.write(folder, options, record.STOPPED)
        again = how_to_resume(folder)
        say(f"\nStopped. No file is half-written; `{again}` goes on from here.", file=sys.stderr)
    elif code != 0:
        record.write(folder, options, record.FAILED)
        say(
            f"\nNot finished. The messages above say why. When that is mended, `{how_to_resume(folder)}` "
            "makes what is missing and keeps what is done.",
            file=sys.stderr,
        )
    else:
        record.write(folder, options, record.FINISHED)
        if text := outcome.after(arguments, folder):
            say(f"\n{text}")
    return code


def _options_of(last: record.Record, given: Sequence[str]) -> list[str]:
    """Return the options of a run to go on with, as far as those given do not replace them.

    Raises
    ------
    LaunchError
        If those given name another run.
    """
    asked, before, nothing = parsed(given), parsed(last.options), parsed(())
    if all(getattr(asked, name) == getattr(nothing, name) for name in WHAT):
        return [*last.options, *given]
    if any(getattr(asked, name) != getattr(before, name) for name in WHAT):
        earlier = shlex.join([NAME, "run", *last.options])
        raise LaunchError(
            f"these options name another run than the one to go on with, `{earlier}`. Leave them out to "
            f"resume that one; `{how_to('run', given)}` starts another."
        )
    return list(given)


def _is_dry(options: Sequence[str]) -> bool:
    return any(DRY.fullmatch(option) for option in options)


def _cores_given(arguments: Namespace) -> bool:
    given = arguments.cores is not None or arguments.jobs is not None
    return given or arguments.executor not in (None, "local")


def _on_a_terminal(options: Sequence[str]) -> bool:
    """Whether to show progress as on a terminal: only there, and where nobody chose otherwise."""
    chosen = "--logger" in options
    return (
        sys.stdout.isatty()
        and not chosen
        and importlib.util.find_spec("snakemake_logger_plugin_rich") is not None
    )
