"""The command `latefusion` of a checkout: `python workflow/launch.py --help`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from latefusion.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
