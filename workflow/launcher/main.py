"""The command line: what `latefusion` takes where it is installed, and `workflow/launch.py` in a checkout."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from latefusion import __version__
from launcher.cache import settle_cache
from launcher.errors import LaunchError
from launcher.place import NAME, ROOT
from launcher.terminal import say

DEMO = Path("examples", "demo.yaml")
ABOUT = """\
Which way of fusing several embeddings per item is best on your data, by how much, and can it be believed?

A run is Snakemake with a lock that dies with it, an orderly stop and a last word. What a command does not
list goes to Snakemake as it is, and so does all that follows `--`: a target, `--cores 4`,
`--configfile mine.yaml`.
"""
COMMANDS = {
    "init": "look at files, and write a configuration that reads them",
    "run": "train, fuse, evaluate, and end with the ranking and the page",
    "resume": "go on with the run that was killed, stopped or failed in the folder, with its own options",
    "predict": "classify the items of `data.new`",
    "compare": "judge and fuse finished predictions: write a configuration for them, and run it",
    "rules": "list the fusion rules with formula and options, or write one of your own",
    "prune": "list and remove results that the configuration no longer makes",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the commands and return the exit code."""
    own, options = _parsed(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(own, options)
    except BrokenPipeError:  # whoever reads along has seen enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - closed by the end
        return 1
    except (LaunchError, OSError) as error:
        say(f"{own.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # while it asked or waited: Snakemake is not at work then
        say("\nStopped.", file=sys.stderr)
        return 128 + signal.SIGINT


def _run(own: argparse.Namespace, options: list[str]) -> int:
    # imported here, so that `--help` is there at once
    from launcher.init import init
    from launcher.prune import prune
    from launcher.run import resume, run

    folder = Path(own.directory or ".").resolve()
    if own.command == "init":
        return init([*own.files, *options], folder, own.output)
    settle_cache(folder)
    if own.command == "rules":
        return _rules(own, options, folder)
    if own.command == "resume":
        return resume(options, folder, jobs_left=own.jobs_left)
    if own.directory:
        folder.mkdir(parents=True, exist_ok=True)
        options = ["--directory", own.directory, *options]
    if own.command == "prune":
        return prune(options, folder, yes=own.yes)
    if own.command == "predict":
        options = ["predict", *options]
    elif own.command == "compare":
        from launcher.compare import write_configuration

        _refuse_configuration(options, "compare", "name the file that it shall write with --output")
        options = [f"--configfile={write_configuration(own, folder)}", *options]
    elif own.demo:
        _refuse_configuration(options, "--demo", "leave out --demo to run your configuration")
        options = [f"--configfile={ROOT / DEMO}", *options]
    return run(options, folder, jobs_left=own.jobs_left)


def _rules(own: argparse.Namespace, options: Sequence[str], folder: Path) -> int:
    from launcher import rules

    if options:
        raise LaunchError(f"unrecognized arguments: {' '.join(options)}")
    os.chdir(folder)  # where the paths of a configuration start from
    configuration = Path(own.configfile or "config.yaml")
    if own.new and own.name is None:
        raise LaunchError("--new needs a name: `rules mine --new`")
    return rules.new(own.name, configuration) if own.new else rules.show(own.name, configuration)


def _refuse_configuration(options: Sequence[str], what: str, fix: str) -> None:
    """Refuse a configuration beside what brings one of its own.

    Raises
    ------
    LaunchError
        If the options of Snakemake name one.
    """
    if named := [option for option in options if option.startswith("--configfile")]:
        raise LaunchError(
            f"{what}\n    found:   {named[0]} beside it\n    allowed: one of the two\n    fix:     {fix}"
        )


def _parsed(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return what is ours, and the options of Snakemake: those that are not ours and all that follow `--`."""
    words = list(arguments)
    end = words.index("--") if "--" in words else len(words)
    own, options = _parser().parse_known_args(words[:end])
    further = words[end + 1 :]
    if options and further and not any(word.startswith("-") for word in further):
        options.append("--")  # so that an option which takes several values does not take these targets
    return own, [*options, *further]


def _parser() -> argparse.ArgumentParser:
    layout = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
    parser = argparse.ArgumentParser(prog=NAME, description=ABOUT, **layout)
    parser.add_argument("--version", action="version", version=f"latefusion {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, about in COMMANDS.items():
        rest = "[NAME]" if name == "rules" else "[--] [targets and options of Snakemake]"
        usage = f"{NAME} {name} [options] {rest}"
        command = commands.add_parser(name, help=about, description=f"{about}.", usage=usage, **layout)
        command.add_argument("-d", "--directory", help="working folder: results, logs and locks are there")
        if name == "init":
            _add_files(command)
            continue
        if name == "rules":
            _add_rules(command)
            continue
        if name == "compare":
            _add_predictions(command)
        if name == "run":
            command.add_argument("--demo", action="store_true", help="run on digits that scikit-learn brings")
        if name == "prune":
            command.add_argument("--yes", action="store_true", help="do not ask")
        else:
            _add_jobs_left(command)
    return parser


def _add_predictions(command: argparse.ArgumentParser) -> None:
    from launcher.compare import add_options

    command.usage = (
        f"{NAME} compare FILE [FILE …] --item ID --label CLASS [options] [-- options of Snakemake]"
    )
    add_options(command)


def _add_files(command: argparse.ArgumentParser) -> None:
    command.usage = f"{NAME} init FILE [FILE …] [--output config.yaml]"
    command.description = (
        "Look at tables, matrices, lists of identifiers and folders, and write a configuration that reads "
        "them, with a word on each choice; what the files leave open stands in it as a question."
    )
    command.add_argument("files", nargs="+", metavar="FILE", help="file, folder or pattern")
    command.add_argument("--output", metavar="FILE", default="config.yaml", help="name of the configuration")


def _add_rules(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", nargs="?", metavar="NAME", help="all that is known of this one")
    command.add_argument("--new", action="store_true", help="write a commented file for a rule of that name")
    command.add_argument("--configfile", help="where `rules_path` stands; default: config.yaml of the folder")


def _add_jobs_left(command: argparse.ArgumentParser) -> None:
    left = command.add_mutually_exclusive_group()
    left.set_defaults(jobs_left="refuse")
    for option, choice, about in (
        ("--wait-for-jobs", "wait", "wait for SLURM jobs of a run that was killed"),
        ("--cancel-jobs", "cancel", "cancel them"),
    ):
        left.add_argument(option, dest="jobs_left", action="store_const", const=choice, help=about)
