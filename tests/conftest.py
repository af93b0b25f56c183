"""Runs that several folders of tests compare theirs with: made once, by whichever process comes first."""

import gc

import pytest

from runs import FEW, contents, launch, once, write_run


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


def pytest_collection_modifyitems(items):
    """Begin with the tests that take long: what is left for the end is small, and evenly shared."""
    first = [f"tests/{name}" for name in ("cluster/", "workflow/test_kill.py", "workflow/", "report/")]
    items.sort(key=lambda item: [not item.nodeid.startswith(place) for place in first])


def pytest_collection_finish():
    """Look for garbage again, but never among what was collected and imported."""
    gc.freeze()
    gc.enable()
