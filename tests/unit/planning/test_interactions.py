"""Where interactions are measured: on the files' split, of early views that are trained here."""

import pytest

from latefusion.planning import interactions
from unit.planning.test_files import files_of


@pytest.mark.parametrize(
    ("protocols", "partition"),
    [(["replica", "honest", "cross"], "given"), (["cross"], "cross-0-0"), (["replica"], None)],
)
def test_the_partition_is_the_most_honest_one_there_is(protocols, partition):
    files = files_of(protocols=protocols)
    assert interactions.partition(files.config, files.plan) == partition
    assert bool(interactions.tables(files.config, files.plan)) == (partition is not None)


def test_it_can_be_left_out():
    files = files_of(evaluation__emap=False)
    assert interactions.views(files.config, files.plan) == []


def test_of_several_learners_the_svm_of_an_early_view_is_measured_and_not_that_of_replica():
    learners = [{"name": "svm", "scale": "standard"}, {"name": "knn"}]
    files = files_of(learners=learners)
    assert "early.replica" in files.plan.candidates
    assert interactions.views(files.config, files.plan) == ["early.svm"]
    files = files_of(learners=[{"name": "knn"}, {"name": "mlp"}])
    assert interactions.views(files.config, files.plan) == []
