"""Where the workflow lies, and how its command is called there: in a checkout, or installed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
"""The folder of the Snakefile."""
_SCRIPT: Final = ROOT / "workflow" / "launch.py"
IS_INSTALLED: Final = not _SCRIPT.is_file()
"""Whether a wheel brought the workflow, which leaves out the script of a checkout."""
PACKAGE: Final = ROOT.parent if IS_INSTALLED else ROOT / "scripts" / "latefusion"
"""The folder of the package."""
NAME: Final = "latefusion" if IS_INSTALLED else _SCRIPT.name
"""Of the command, in messages that quote what was typed."""
COMMAND: Final = (NAME,) if IS_INSTALLED else ("python", str(_SCRIPT.relative_to(ROOT)))
"""What to type, in a checkout from its folder."""
