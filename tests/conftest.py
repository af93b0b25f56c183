"""Runs that several folders of tests compare theirs with: made once, by whichever process comes first."""

import pytest

from runs import FEW, contents, launch, once, write_run
from settings import ROOT


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


def pytest_collection_modifyitems(items):
    """Begin with the tests that take long: what is left for the end is small, and evenly shared."""
    first = [ROOT / "tests" / name for name in ("cluster", "workflow/test_kill.py", "workflow", "report")]
    items.sort(key=lambda item: [place not in (item.path, *item.path.parents) for place in first])
