"""One throw-away cluster for all tests of this folder."""

import pytest

from cluster.throwaway import Cluster, why_not


@pytest.fixture(scope="module")
def cluster():
    """Return a running cluster; what it started is stopped in the end."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with Cluster() as running:
        yield running
