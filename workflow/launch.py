"""Start, resume or tidy a run: `python workflow/launch.py --help`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parent))  # which is not there under PYTHONSAFEPATH

from launcher.main import main
from launcher.terminal import restart_in_utf8

if __name__ == "__main__":
    restart_in_utf8()
    sys.exit(main())
