"""Runs the numerical unit tests with the matrix products of other processors, for `make kernels`.

OpenBLAS, which NumPy brings, has a product for each family of processors and takes the one that fits. Each
sums up in another order, so that results differ in their last digits; `OPENBLAS_CORETYPE` names another one.
What the tests promise holds for all of them: see "Tolerances" in tests/README.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VARIABLE = "OPENBLAS_CORETYPE"
CORETYPES = ("Haswell", "Zen", "Sandybridge", "Nehalem")
# What multiplies matrices; of the rest no number depends on the processor.
NUMERICAL = (
    *(f"svm/test_{name}.py" for name in ("estimator", "fitting", "gram", "kernel_alignment", "kernels")),
    *(f"svm/test_{name}.py" for name in ("linear_one_vs_one", "nystroem", "nystroem_fit", "one_vs_one")),
    *(f"svm/test_{name}.py" for name in ("precision", "prediction", "shared_distances", "smo", "training")),
    "external/test_pretrained_svm.py",
    "kernel_ridge",
    "regression",
    *(f"learners/test_{name}.py" for name in ("against_scikit_learn", "cooperative", "laws")),
    *(f"learners/test_regression_{name}.py" for name in ("against_scikit_learn", "laws")),
)
# What the product was found to be, in a child process: the variable is read when NumPy is loaded.
ARCHITECTURES = """
import numpy, threadpoolctl
print(*sorted({library.get("architecture", "unknown") for library in threadpoolctl.threadpool_info()}))
"""


def environments() -> list[dict[str, str]]:
    """Return the environments of the child processes: this machine's own where it names a product itself."""
    if os.environ.get(VARIABLE):
        return [dict(os.environ)]
    return [{**os.environ, VARIABLE: coretype} for coretype in CORETYPES]


def main() -> int:
    """Run the tests once for each product; return how many runs failed."""
    if os.environ.get(VARIABLE):
        print(f"This machine sets {VARIABLE} = {os.environ[VARIABLE]} itself: the tests run with that alone.")
    tests = [str(ROOT / "tests/unit" / name) for name in NUMERICAL]
    failed = 0
    for environment in environments():
        found = subprocess.run(
            [sys.executable, "-c", ARCHITECTURES], env=environment, capture_output=True, text=True, check=True
        )
        print(f"{VARIABLE}={environment[VARIABLE]}: the product of {found.stdout.strip()}", flush=True)
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-n", "2", *tests]
        failed += subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
