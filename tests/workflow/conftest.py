"""Finished runs of the small data set for all tests of this folder."""

import pytest

from runs import BESIDE, launch, once, planned, write_run


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Return the working folder of a run that nobody disturbed."""

    def run(folder):
        write_run(folder)
        launch("run", "--cores", 2, cwd=folder)

    return once(tmp_path_factory, "finished", run)


@pytest.fixture(scope="session")
def beside(tmp_path_factory):
    """Return the working folder of a run of two numbers beside classes."""

    def run(folder):
        write_run(folder, configuration=BESIDE)
        launch("run", "--cores", 2, cwd=folder)

    return once(tmp_path_factory, "beside", run)


@pytest.fixture(scope="session")
def every_job(tmp_path_factory):
    """Return the names of all jobs of such a run."""
    return planned(write_run(tmp_path_factory.mktemp("empty")))
