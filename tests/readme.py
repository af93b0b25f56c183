"""Writes tests/README.md: how the tests are organised, and every case of bad input with what the user sees.

Run it from anywhere: `python tests/readme.py`. A test compares the file with what this writes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refusals import Case

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"

INTRODUCTION = """\
# Tests

`make test` runs every test. Those that start a SLURM (as root, with Debian's packages) or a browser (Debian's
chromium) are skipped where these are missing and say what they lack; `.ci/run` installs it first.
`make check` runs lint and the unit tests that a change since main concerns, in a minute or two; `make fuzz`
runs more of the random ones, `make kernels` the numerical ones with the matrix products of other processors.
Names of tests say what holds; folders mirror what they test:

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
| `made_up_results.py`, `made_up_models.py`, `report_scenes.py` | results and models that no run made |
| `forms.py` | embeddings in every form of file; writes the table of docs/data.md |
| `layouts.py` | public data sets in small, with their files and columns |
| `worlds.py` | probabilities to try rules on: simulated, without any model |
| `learning_worlds.py` | rows to try learners on, and options with which each of them is quick |
| `target_results.py`, `target_worlds.py` | for numbers: tables that no run made, items with targets |
| `noted_work.py` | work that notes which process did it |
| `opened_page.py` | a page opened in a browser, and what went wrong on it |
| `forks.py` | Snakemake and the launcher for these runs, without starting and filling a Python for each |
| `runs.py` | runs of the workflow: a small one that many tests share, ways to start and to examine runs |
| `settings.py` | the default configuration and the schema |
| `stale.py` | a change, and the jobs that it makes stale; writes the table of docs/rerun.md |
| `documents.py`, `picture.py` | write the other generated parts of README.md and docs/ |
| `changed.py` | the unit tests that a change concerns, for `make check` |
| `kernels.py` | the numerical unit tests under other matrix products, for `make kernels` |
| `readme.py` | writes this page |

## Tolerances

No tolerance is tighter than what is promised by whatever is compared:

| compared | promise | tolerance |
| --- | --- | --- |
| the same input in the same order, on any number of threads | the same bytes | none |
| out-of-fold decisions of a fold whose labels are permuted | no label orders rows | none |
| a row among others, or elsewhere | some processors (Haswell, Zen) add up otherwise | 1e-5, decision value |
| two solvers of one SVM, two orders of rows | both stop at a violation of 1e-3 | 2e-3, decision value |
| one SVM, other folds | on all rows it stops at 5e-4 | 1e-3, decision value |
| their coupled probabilities | libsvm's sweeps: one more or less | 1e-3 for 99 % of rows, 5e-3 |
| kernel values | single precision | 1e-6; 2e-5 where γ is large |
| formulas in double precision | rounding | 1e-12 relative |

Random draws are seeded in every test: without `random_state` an SVM draws its folds anew.

## Bad input

What a user sees in each case; where there are several problems, the one that the case is about. This table is
written by `tests/readme.py` from a run of the cases.
"""


def text(row_of: Callable[[Case], str]) -> str:
    """Return what the file should hold, with a row of the table for each case."""
    from refusals import every_case

    lines = [INTRODUCTION]
    for section, cases in groupby(every_case(), key=lambda case: case.section):
        lines += [f"### {section}", "", "| input | it is | the user sees |", "| --- | --- | --- |"]
        lines += [*map(row_of, cases), ""]
    return "\n".join(lines)


def run(case: Case) -> str:
    """Return the row of a case, from a run of it."""
    from refusals import outcome, row

    with TemporaryDirectory() as folder:
        return row(case, outcome(case, Path(folder)))


if __name__ == "__main__":
    sys.path[:0] = [str(HERE), str(HERE.parent / "scripts")]
    README.write_text(text(run), encoding="utf-8")
