"""Runs that several folders of tests compare theirs with: made once, by whichever process comes first."""

import gc
from itertools import chain, groupby

import pytest
from threadpoolctl import threadpool_limits

from runs import FEW, contents, launch, once, write_run

LONG = ("cluster/", "workflow/test_kill.py", "workflow/", "report/")  # those first that take longest


@pytest.fixture(scope="session")
def few(tmp_path_factory):
    """Return the working folder of a run of the few jobs that nobody disturbed."""

    def run(folder):
        write_run(folder, configuration=FEW)
        launch("run", "--cores", 2, cwd=folder)

    return once(tmp_path_factory, "few", run)


@pytest.fixture(scope="session")
def few_contents(few):
    """Return the digests of its results."""
    return contents(few)


def pytest_sessionstart():
    """Look for no garbage while tests are collected: all of it stays."""
    gc.disable()


def pytest_collection_modifyitems(config, items):
    """Let each process begin with tests that take long: what is left for the end is small, and evenly shared.

    The first process has those on SLURM, which wait most of the time; the others share the rest file by file.
    """
    count = getattr(config, "workerinput", {}).get("workercount", 1)
    by_haste = [[item for item in items if _haste(item) == at] for at in range(len(LONG) + 1)]
    on_slurm, *long, short = by_haste
    heads = [on_slurm, *([] for _ in range(count - 1))]
    for number, (_, tests) in enumerate(groupby(chain(*long), key=lambda item: item.path)):
        heads[-1 - number % max(count - 1, 1)] += tests
    dealt, left = [], len(items)
    for k, head in enumerate(heads):
        room = max(left // (count - k) - len(head), 0)  # as many as xdist deals to each
        dealt += head + short[:room]
        left -= len(head) + len(short[:room])
        short = short[room:]
    items[:] = dealt + short


def _haste(item):
    return next((at for at, place in enumerate(LONG) if item.nodeid.startswith(f"tests/{place}")), len(LONG))


def pytest_collection_finish():
    """Look for garbage again, but never among what was collected and imported; multiply with one thread.

    So do jobs. Threads of BLAS and OpenMP wait for each other in busy loops, longer where cores are busy.
    """
    gc.freeze()
    gc.enable()
    threadpool_limits(limits=1)
