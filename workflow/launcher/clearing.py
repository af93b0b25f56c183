"""What is left of an earlier run in a folder: processes, jobs on SLURM, a lock, half-written files."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from launcher import leftovers, lock, processes, slurm
from launcher.child import Child
from launcher.errors import LaunchError
from launcher.hints import how_to_resume
from launcher.terminal import say


def clear(
    options: Sequence[str], folder: Path, killed: lock.Holder | None, *, jobs_left: str, confirmed: bool
) -> None:
    """Make sure that nothing of an earlier run is at work, then remove the lock that it left.

    Parameters
    ----------
    options : sequence of str
        Of Snakemake.
    folder : Path
        The working folder, absolute.
    killed : Holder or None
        The run that never gave back the launcher's own lock.
    jobs_left : {'refuse', 'wait', 'cancel'}
        What to do about jobs of an earlier run that SLURM still has.
    confirmed : bool
        Whether somebody said that the run which left a lock was killed.

    Raises
    ------
    LaunchError
        If something is still at work, or if this machine cannot know.
    """
    nobody_here(folder)
    left = slurm.jobs_left(folder)
    count = f"{len(left)} {'job' if len(left) == 1 else 'jobs'}"
    if left and jobs_left == "refuse":
        raise LaunchError(
            f"{count} of an earlier run still in SLURM's hands: {', '.join(map(str, left[:10]))}. Started "
            f"again now, they would write the same files. `{how_to_resume(folder, '--wait-for-jobs')}` goes "
            "on when they have ended, `--cancel-jobs` in its place ends them."
        )
    if left and jobs_left == "cancel":
        say(f"Cancelling {count} of an earlier run on SLURM ...")
        slurm.cancel(folder)
    elif left:
        say(f"Waiting for {count} of an earlier run on SLURM ...")
        slurm.wait(folder)
    if not locked(folder):
        return
    nobody_elsewhere(folder, killed)
    if killed is None and not confirmed:
        raise LaunchError(
            f"Snakemake's lock is on {folder}, and no record tells which run left it. If none is at work "
            f"here, on another machine either, `{how_to_resume(folder)}` removes the lock and goes on."
        )
    say(f"An earlier run was killed here{f': {killed}' if killed else ''}. Removing the lock that it left.")
    # before the lock goes: whoever is killed in between must still be known to have left something
    leftovers.sweep(options, folder)
    unlock = [option for option in options if option not in ("rich", "--logger", "-n", "--dry-run")]
    if Child([*unlock, "--unlock", "--quiet"]).run():
        raise LaunchError("Snakemake could not remove the lock; the messages above say why")


def tidy(options: Sequence[str], folder: Path) -> None:
    """After a stop, end what SLURM still has of the run and remove what its jobs had begun to write."""
    try:
        if left := slurm.jobs_left(folder):
            say(f"Cancelling {len(left)} SLURM {'job' if len(left) == 1 else 'jobs'} ...", file=sys.stderr)
            slurm.cancel(folder)
    except LaunchError as error:
        say(str(error), file=sys.stderr)
    else:
        leftovers.sweep(options, folder)


def nobody_here(folder: Path) -> None:
    """Refuse where a Snakemake or a job of one is at work on this machine.

    Raises
    ------
    LaunchError
        Naming the processes.
    """
    last = time.monotonic() + lock.GRACE
    while busy := processes.at_work(folder):
        if time.monotonic() > last:
            raise LaunchError(
                f"{folder} is in use by {'; '.join(map(str, busy))}. Wait until that ends, or end it with "
                f"`kill {' '.join(str(process.pid) for process in busy)}`."
            )
        time.sleep(0.1)


def locked(folder: Path) -> bool:
    """Whether Snakemake's own lock is on a folder."""
    return any((folder / ".snakemake" / "locks").glob("*.lock"))


def nobody_elsewhere(folder: Path, killed: lock.Holder | None) -> None:
    """Refuse where the run that left the lock may still work on another machine.

    Raises
    ------
    LaunchError
        Naming that machine.
    """
    here = socket.gethostname()
    if killed is None or killed.host == here or (killed.job and slurm.ended(killed.job)):
        return
    raise LaunchError(
        f"the last run here was {killed}; whether it still works cannot be seen from {here}. Go on from "
        f"{killed.host} or, if that machine is gone, remove {folder / lock.NAME} and try again."
    )
