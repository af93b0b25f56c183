"""One finished run of the small data set for all tests of this folder."""

import pytest

from runs import FEW, contents, launch, planned, write_run


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Return the working folder of a run that nobody disturbed."""
    folder = write_run(tmp_path_factory.mktemp("finished"))
    launch("run", "--cores", 2, cwd=folder)
    return folder


@pytest.fixture(scope="session")
def every_job(tmp_path_factory):
    """Return the names of all jobs of such a run."""
    return planned(write_run(tmp_path_factory.mktemp("empty")))


@pytest.fixture(scope="session")
def few(tmp_path_factory):
    """Return the working folder of a run of the few jobs."""
    folder = write_run(tmp_path_factory.mktemp("few"), configuration=FEW)
    launch("run", "--cores", 2, cwd=folder)
    return folder


@pytest.fixture(scope="session")
def few_seconds(few):
    """Return how long that run took, in seconds."""
    log = next((few / ".snakemake/log").glob("*.snakemake.log"))
    return log.stat().st_mtime - (few / "config.yaml").stat().st_mtime


@pytest.fixture(scope="session")
def few_contents(few):
    """Return the digests of its results."""
    return contents(few)
