"""Another commit of this repository, to be measured beside the one that lies here."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT


@dataclass(frozen=True)
class Checkout:
    """A commit and the folder that holds its files.

    Attributes
    ----------
    commit : str
        Whole.
    root : Path
    """

    commit: str
    root: Path


@contextmanager
def checkout(commit: str, source: Path = ROOT) -> Iterator[Checkout]:
    """Give a commit in a temporary clone, which is removed afterwards.

    Parameters
    ----------
    commit : str
        Anything that names one to git.
    source : Path
        Where the repository lies.

    Raises
    ------
    RuntimeError
        If git knows no such commit.
    """
    whole = _git("rev-parse", "--verify", "--end-of-options", f"{commit}^{{commit}}", folder=source)
    with tempfile.TemporaryDirectory(prefix="latefusion-") as folder:
        root = Path(folder, "checkout")
        _git("clone", "--quiet", "--no-checkout", str(source), str(root), folder=source)
        _git("checkout", "--quiet", "--detach", whole, folder=root)
        yield Checkout(whole, root)


def _git(*arguments: str, folder: Path) -> str:
    run = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=False)
    if run.returncode:
        raise RuntimeError(f"git {arguments[0]}: {run.stderr.strip()}")
    return run.stdout.strip()
