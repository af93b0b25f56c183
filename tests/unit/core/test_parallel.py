import threading

import pytest

from latefusion.core.parallel import blocks, one_blas_thread, run


def test_results_come_in_the_order_of_the_tasks_whatever_ends_first():
    gate = threading.Event()

    def work(task):
        if task == 0:
            assert gate.wait(5)
        gate.set()
        return task * 10

    assert run(work, [0, 1, 2], 2) == [0, 10, 20]


def test_an_error_in_a_task_reaches_the_caller():
    def work(task):
        raise KeyError(task)

    with pytest.raises(KeyError, match="7"):
        run(work, [7, 8], 2)


def test_one_job_stays_in_the_calling_thread():
    here = threading.get_ident()
    assert run(lambda _: threading.get_ident(), [1, 2, 3], 1) == [here] * 3


@pytest.mark.parametrize(
    ("n", "expected"), [(0, []), (3, [(0, 3)]), (4, [(0, 4)]), (9, [(0, 4), (4, 8), (8, 9)])]
)
def test_blocks_cover_a_range_without_overlap(n, expected):
    assert blocks(n, 4) == expected


def test_blas_has_one_thread_inside_the_block_and_what_it_had_after_it():
    from threadpoolctl import threadpool_info, threadpool_limits

    def threads():
        return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]

    with threadpool_limits(limits=2, user_api="blas"):
        with one_blas_thread():
            assert set(threads()) == {1}
        assert set(threads()) == {2}
