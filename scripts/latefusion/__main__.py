"""The command `latefusion`: starts the launcher, which lies beside the package or, installed, inside it."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_PACKAGED = _PACKAGE / "_workflow"


def main() -> int:
    """Start, resume or tidy a run, and return the exit code."""
    root = _PACKAGED if _PACKAGED.is_dir() else _PACKAGE.parents[1]
    sys.path.insert(0, str(root / "workflow"))
    # by name: the launcher belongs to the workflow, of which no module of the package knows
    import_module("launcher.terminal").restart_in_utf8()
    code: int = import_module("launcher.main").main()
    return code


if __name__ == "__main__":
    sys.exit(main())
