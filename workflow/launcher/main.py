"""The command line of the launcher."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from launcher.cache import settle_cache
from launcher.errors import LaunchError
from launcher.prune import prune
from launcher.run import resume, run
from launcher.terminal import say

USAGE = """\
Start, resume or tidy a run: Snakemake with a lock that dies with it, an orderly stop and a last word.

    python workflow/launch.py run [targets] [options of Snakemake]
    python workflow/launch.py resume [--cancel-jobs | --wait-for-jobs] [options of Snakemake]
    python workflow/launch.py prune [--yes] [options of Snakemake]

Whatever is not listed here goes to Snakemake as it is: a target, `--cores 4`, `--configfile mine.yaml`.
`resume` needs none of it: it goes on with the run that was killed, stopped or failed in the folder.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the commands and return the exit code."""
    own, options = _parser().parse_known_args(arguments)
    if options[:1] == ["--"]:
        options = options[1:]
    try:
        folder = Path(own.directory or ".").resolve()
        settle_cache(folder)
        if own.command == "resume":
            return resume(options, folder, jobs_left=own.jobs_left)
        if own.directory:
            folder.mkdir(parents=True, exist_ok=True)
            options += ["--directory", own.directory]
        if own.command == "prune":
            return prune(options, folder, yes=own.yes)
        return run(options, folder, jobs_left=own.jobs_left)
    except (LaunchError, OSError) as error:
        say(f"{own.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # while it asked or waited: Snakemake is not at work then
        say("\nStopped.", file=sys.stderr)
        return 128 + signal.SIGINT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="launch.py",
        description=USAGE,
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
