"""What solvers did is counted over all machines, and said beside the phases."""

import numpy as np
import pytest

from benchmarks import view
from latefusion.svm.solution import KernelClassifier, KernelSolution


def machine(beta, steps):
    beta = np.array(beta)
    return KernelClassifier(np.arange(len(beta)), beta, 0.0, steps, 0.0, np.zeros(len(beta)))


def test_two_rows_of_single_precision_are_read_in_each_step():
    solutions = [
        KernelSolution(0, 1.0, (machine([1.0, -1.0, 0.0], 5), machine([0.5, -0.5], 1))),
        KernelSolution(1, 1.0, (machine([], 0), machine([0.0, 0.0, 1.0, -1.0], 2))),
    ]
    assert view.solver(solutions) == {
        "classifiers": 4,
        "rows": 9,
        "support": 6,
        "steps": 8,
        "bytes": 8 * (5 * 3 + 1 * 2 + 2 * 4),
    }


def test_the_page_says_what_memory_costs_where_it_costs_more_at_first(shown):
    assert "the Gram matrix has takes this machine 1.20 s, and 0.05 s again" in shown(memory=[1.2, 0.05])
    assert "Gram matrix has takes" not in shown(memory=[0.07, 0.05])
    assert "Gram matrix has takes" not in shown()


def test_the_page_says_what_solving_reads(shown):
    text = shown()
    assert "ours 4.0 times as much, 3.5 times without the system" in text
    assert "2 machines with 500 rows each, 80% of them support vectors, take 2.0 steps" in text
    assert "3.0 GB, from memory since the matrix fits no cache, at 3.0 GB in a second" in text
    assert "would read 25% of that" in text


@pytest.fixture
def shown():
    """Return what the page says of made-up phases, and of more."""
    spent = {name: [1.0, 0.1] for name in view.PHASES}
    counts = {"classifiers": 2, "rows": 1000, "support": 800, "steps": 1600, "bytes": 3e9}
    result = {
        "phases": {**spent, "fit": [7.0, 1.0], "predict": [1.0, 0.0], "solver": counts},
        "floor": {"seconds_processor": 2.0},
        "load_before": 1.0,
    }
    return lambda **more: view.section({**result, **more})[1]
