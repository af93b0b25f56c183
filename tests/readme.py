"""Writes tests/README.md: how the tests are organised, and every case of bad input with what the user sees.

Run it from anywhere: `python tests/readme.py`. A test compares the file with what this writes.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"

INTRODUCTION = """\
# Tests

`make test` runs every test. Those that start a SLURM (as root, with Debian's packages) or a browser (Debian's
chromium) are skipped where these are missing and say what they lack; `.ci/run` installs it first. `make fuzz`
runs more of the random ones.

| folder | what it holds |
| --- | --- |
| `unit/` | the package, file by file |
| `refusals/` | bad input: each case once, run by `unit/test_refusals.py` and listed below |
| `fuzz/` | random tables that are in order, and damaged ones; `atheris_embeddings.py` says how to run it |
| `workflow/`, `scripts/` | Snakemake's side: rules, profiles, entry scripts |
| `project/`, `report/`, `cluster/` | versions and style, the report in a browser, SLURM |
| `generate.py` | writes small data sets with the notebook's columns |

## Bad input

What a user sees in each case; where there are several problems, the one that the case is about. This table is
written by `tests/readme.py` from a run of the cases.
"""


def text() -> str:
    """Return what the file should hold."""
    from refusals import every_case, outcome, row

    lines = [INTRODUCTION]
    for section, cases in groupby(every_case(), key=lambda case: case.section):
        lines += [f"### {section}", "", "| input | it is | the user sees |", "| --- | --- | --- |"]
        for case in cases:
            with TemporaryDirectory() as folder:
                lines.append(row(case, outcome(case, Path(folder))))
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.path[:0] = [str(HERE), str(HERE.parent / "scripts")]
    README.write_text(text(), encoding="utf-8")
