"""Start, resume or tidy a run: Snakemake with a lock that dies with it, an orderly stop and a last word.

    python workflow/launch.py run [options of Snakemake]
    python workflow/launch.py resume [--cancel-jobs | --wait-for-jobs] [options of Snakemake]
    python workflow/launch.py prune [--yes] [options of Snakemake]

Whatever is not listed here goes to Snakemake as it is: `--cores 4`, `--configfile`, `--directory`, a target.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import shlex
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from launcher import leftovers, lock, outcome, processes, slurm
from launcher.child import Child
from launcher.errors import LaunchError

STOPPED = {128 + signal.SIGINT, 128 + signal.SIGTERM}
# Also among other short options, as in -np.
DRY = re.compile(r"-[Fkpq]*n[Fkpq]*|--dry-?run")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the commands and return the exit code."""
    own, options = _parser().parse_known_args(arguments)
    if options[:1] == ["--"]:
        options = options[1:]
    try:
        folder = Path(own.directory or ".").resolve()
        if own.directory:
            folder.mkdir(parents=True, exist_ok=True)
            options += ["--directory", own.directory]
        if own.command == "prune":
            return prune(options, folder, yes=own.yes)
        return run(options, folder, resume=own.command == "resume", jobs_left=own.jobs_left)
    except (LaunchError, OSError) as error:
        say(f"{own.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # while it asked or waited: Snakemake is not at work then
        say("\nStopped.", file=sys.stderr)
        return 128 + signal.SIGINT


def run(options: Sequence[str], folder: Path, *, resume: bool = False, jobs_left: str = "refuse") -> int:
    """Run Snakemake in a folder, alone, and print the ranking at the end.

    Parameters
    ----------
    options : sequence of str
        Of Snakemake.
    folder : Path
        The working folder, absolute.
    resume : bool
        Whether somebody said that an earlier run was killed: then say what is found of it.
    jobs_left : {'refuse', 'wait', 'cancel'}
        What to do about jobs of an earlier run that SLURM still has.

    Raises
    ------
    LaunchError
        If another run is at work in the folder, here or on SLURM.
    """
    if any(DRY.fullmatch(option) for option in options):
        return Child(options).run()
    if (
        sys.stdout.isatty()
        and "--logger" not in options
        and importlib.util.find_spec("snakemake_logger_plugin_rich")
    ):
        options = [*options, "--logger", "rich"]
    shown = shlex.join(["launch.py", "resume" if resume else "run", *options])
    with lock.held(folder, shown) as held:
        clear(options, folder, held.killed, jobs_left=jobs_left, talk=resume)
        code = Child(options, held.descriptor).run()
        if code in STOPPED:
            tidy(options, folder)
    again = f"`{_how_to('resume', options)}`"
    if code in STOPPED:
        say(f"\nStopped. No file is half-written; {again} goes on from here.", file=sys.stderr)
    elif code != 0:
        say(
            f"\nNot finished. The messages above say why. When that is mended, {again} makes what is missing "
            "and keeps what is done.",
            file=sys.stderr,
        )
    elif text := outcome.ranking(options, folder):
        say(f"\n{text}")
    return code


def clear(
    options: Sequence[str], folder: Path, killed: lock.Holder | None, *, jobs_left: str, talk: bool
) -> None:
    """Make sure that nothing of an earlier run is at work, then remove the lock that it left.

    Raises
    ------
    LaunchError
        If something is still at work, or if this machine cannot know.
    """
    _nobody_here(folder)
    left = slurm.jobs_left(folder)
    if left and jobs_left == "refuse":
        raise LaunchError(
            f"{len(left)} {'job' if len(left) == 1 else 'jobs'} of an earlier run still in SLURM's hands: "
            f"{', '.join(map(str, left[:10]))}. Started again now, they would write the same files. "
            f"`{_how_to('resume', ['--wait-for-jobs', *options])}` goes on when they have ended, "
            f"`--cancel-jobs` in its place ends them."
        )
    if left and jobs_left == "cancel":
        say(f"Cancelling {len(left)} SLURM jobs of an earlier run ...")
        slurm.cancel(folder)
    elif left:
        say(f"Waiting for {len(left)} SLURM jobs of an earlier run ...")
        slurm.wait(folder)
    if not _locked(folder):
        if talk:
            say("No run was killed here; what is missing or stale is made now.")
        return
    _nobody_elsewhere(folder, killed)
    if killed is None and not talk:
        raise LaunchError(
            f"Snakemake's lock is on {folder}, and no record tells which run left it. If none is at work "
            f"here, on another machine either, `{_how_to('resume', options)}` removes the lock and goes on."
        )
    say(f"An earlier run was killed here{f': {killed}' if killed else ''}. Removing the lock that it left.")
    # before the lock goes: whoever is killed in between must still be known to have left something
    leftovers.sweep(options, folder)
    if Child(
        [*(option for option in options if option != "rich" and option != "--logger"), "--unlock", "--quiet"]
    ).run():
        raise LaunchError("Snakemake could not remove the lock; the messages above say why")


def tidy(options: Sequence[str], folder: Path) -> None:
    """After a stop, end what SLURM still has of the run and remove what its jobs had begun to write."""
    try:
        if left := slurm.jobs_left(folder):
            say(f"Cancelling {len(left)} SLURM jobs ...", file=sys.stderr)
            slurm.cancel(folder)
    except LaunchError as error:
        say(str(error), file=sys.stderr)
    else:
        leftovers.sweep(options, folder)


def prune(options: Sequence[str], folder: Path, *, yes: bool = False) -> int:
    """List what the configuration no longer makes, and remove it once that is confirmed.

    Raises
    ------
    LaunchError
        If a run is at work in the folder, or cannot be planned.
    """
    with lock.held(folder, "launch.py prune", passing=True) as held:
        _nobody_here(folder)
        if left := slurm.jobs_left(folder):
            raise LaunchError(f"SLURM still has jobs of a run in {folder}: {', '.join(map(str, left[:10]))}")
        if _locked(folder):
            _nobody_elsewhere(folder, held.killed)
        found = leftovers.find(options, folder)
        if found.foreign:
            say(f"Not made by this workflow, so they stay ({found.results}):")
            say("".join(f"  {path.relative_to(found.results)}\n" for path in found.foreign))
        if not found.made:
            say(f"Nothing to remove: the configuration makes every other file in {found.results}.")
            return 0
        size = sum(path.lstat().st_size for path in found.made)
        say(f"No longer made by the configuration ({found.results}):")
        say("".join(f"  {path.relative_to(found.results)}\n" for path in found.made))
        question = f"Remove these {len(found.made)} files ({size / 1e6:.1f} MB)? [y/N] "
        if not yes and not (sys.stdin.isatty() and input(question).strip().lower() in ("y", "yes")):
            say(f"Nothing removed. `{_how_to('prune', ['--yes', *options])}` removes them without asking.")
            return 1
        leftovers.remove(found)
        say(f"Removed {len(found.made)} files.")
    return 0


def say(text: str, file: TextIO | None = None) -> None:
    """Write a line to the terminal at once, so that it stands where it belongs among Snakemake's."""
    print(text, file=file or sys.stdout, flush=True)


def _nobody_here(folder: Path) -> None:
    """Refuse where a Snakemake or a job of one is at work on this machine."""
    last = time.monotonic() + lock.GRACE
    while busy := processes.at_work(folder):
        if time.monotonic() > last:
            raise LaunchError(
                f"{folder} is in use by {'; '.join(map(str, busy))}. Wait until that ends, or end it with "
                f"`kill {' '.join(str(process.pid) for process in busy)}`."
            )
        time.sleep(0.1)


def _locked(folder: Path) -> bool:
    """Whether Snakemake's own lock is on a folder."""
    return any((folder / ".snakemake" / "locks").glob("*.lock"))


def _nobody_elsewhere(folder: Path, killed: lock.Holder | None) -> None:
    """Refuse where the run that left the lock may still work on another machine."""
    here = socket.gethostname()
    if killed is None or killed.host == here or (killed.job and slurm.ended(killed.job)):
        return
    raise LaunchError(
        f"the last run here was {killed}; whether it still works cannot be seen from {here}. Go on from "
        f"{killed.host} or, if that machine is gone, remove {folder / lock.NAME} and try again."
    )


def _how_to(command: str, options: Sequence[str]) -> str:
    """Return what to type: the make target, or the command line where there were options of one's own."""
    plain = [option for option in options if option not in ("--logger", "rich")]
    if not plain or (plain[0] == "--cores" and len(plain) == 2):
        return f"make {command}"
    return shlex.join(["python", sys.argv[0], command, *plain])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="launch.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("command", choices=["run", "resume", "prune"])
    parser.add_argument("-d", "--directory", help="working folder: results, logs and locks are kept there")
    parser.add_argument("--yes", action="store_true", help="prune: do not ask")
    left = parser.add_mutually_exclusive_group()
    for option, choice in (("--wait-for-jobs", "wait"), ("--cancel-jobs", "cancel")):
        left.add_argument(
            option,
            dest="jobs_left",
            action="store_const",
            const=choice,
            default="refuse",
            help=f"{choice} for SLURM jobs of a run that was killed" if choice == "wait" else "cancel them",
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
