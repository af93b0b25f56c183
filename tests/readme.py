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
chromium) are skipped where these are missing and say what they lack; `.ci/run` installs it first.
`make check` runs lint and the unit tests that a change since main concerns, in a minute or two; `make fuzz`
runs more of the random ones. Names of tests say what holds; folders mirror what they test:

| path | what it holds |
| --- | --- |
| `unit/` | the package, room by room and file by file |
| `refusals/` | bad input: each case once, run by `unit/test_refusals.py` and listed below |
| `fuzz/` | random tables that are in order, and damaged ones; `atheris_embeddings.py` says how to run it |
| `workflow/` | Snakemake's side: rules, profiles, launcher, entry scripts, what makes which job stale |
| `project/` | versions, style, sizes, README.md and docs/ |
| `report/` | the report in a browser |
| `cluster/` | SLURM |
| `benchmarks/` | what measures speed, and the page that it writes |
| `generate.py` | small data sets with the notebook's columns |
| `made_up_results.py`, `made_up_models.py` | results and models that no run made |
| `worlds.py` | probabilities to try rules on: simulated, without any model |
| `runs.py` | runs of the workflow: a small one that many tests share, ways to start and to examine runs |
| `settings.py` | the default configuration and the schema |
| `stale.py` | a change, and the jobs that it makes stale; writes the table of docs/rerun.md |
| `documents.py`, `picture.py` | write the other generated parts of README.md and docs/ |
| `changed.py` | the unit tests that a change concerns, for `make check` |
| `readme.py` | writes this page |

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
