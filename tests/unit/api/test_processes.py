"""Work that this process shares with others."""

import os

import pytest
from joblib.externals.loky import get_reusable_executor

from latefusion.api.processes import ONE_THREAD, each
from noted_work import Notes


@pytest.fixture
def others():
    yield
    get_reusable_executor().shutdown(wait=True)


def tasks(n, **parameters):
    return [(f"task{i}", parameters) for i in range(n)]


def test_one_process_does_all_itself_and_in_order(tmp_path):
    assert list(each(Notes(tmp_path), tasks(5), 1)) == [f"task{i}" for i in range(5)]
    assert {(tmp_path / f"task{i}").read_text().split()[0] for i in range(5)} == {str(os.getpid())}


@pytest.mark.usefixtures("others")
def test_each_task_is_done_once_by_this_process_or_another_of_one_thread(tmp_path):
    found = []
    for name in each(Notes(tmp_path), tasks(400), 2):
        found.append(name)
        if len(found) == 1:
            # by now the other takes tasks, too
            get_reusable_executor(max_workers=1, env=ONE_THREAD).submit(os.getpid).result()
    assert sorted(found) == sorted(f"task{i}" for i in range(400))
    notes = [file.read_text().split() for file in tmp_path.iterdir()]
    assert len(notes) == 400
    processes = {pid for pid, _ in notes}
    assert str(os.getpid()) in processes
    assert len(processes) == 2
    assert {threads for pid, threads in notes if pid != str(os.getpid())} == {"1"}


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_error_ends_the_work(tmp_path, n_jobs):
    named = [f"task{i}" for i in range(50)]
    with pytest.raises(ValueError, match="cannot be done"):
        list(each(Notes(tmp_path), tasks(50, bad=named[:2]), n_jobs))
    assert len(list(tmp_path.iterdir())) < 48


def test_no_process_is_refused(tmp_path):
    with pytest.raises(ValueError, match="n_jobs == 0"):
        list(each(Notes(tmp_path), tasks(1), 0))
