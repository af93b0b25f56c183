"""Our own parallelism: blocks of a fixed size over a few threads, results in a fixed order.

Float32 products differ with the number of BLAS threads, so BLAS runs with one thread and the work is cut
into blocks whose size never depends on how many threads there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def run(work: Callable[[Task], Result], tasks: Sequence[Task], n_jobs: int) -> list[Result]:
    """Return `work(task)` of every task in order, `n_jobs` at a time.

    Parameters
    ----------
    work : callable
        Has to release the GIL for threads to help; must not depend on the order in which tasks end.
    tasks : sequence
    n_jobs : int
        Threads; with one, the calling thread does the work.
    """
    if n_jobs <= 1 or len(tasks) <= 1:
        return [work(task) for task in tasks]
    with ThreadPoolExecutor(min(n_jobs, len(tasks))) as pool:
        return list(pool.map(work, tasks))


def blocks(n: int, size: int) -> list[tuple[int, int]]:
    """Cut `range(n)` into `(start, stop)` of a fixed size; the last one may be shorter."""
    return [(start, min(start + size, n)) for start in range(0, n, size)]


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep BLAS on one thread within the block, also where no job has done so already."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield
