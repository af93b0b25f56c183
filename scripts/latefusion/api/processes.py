"""Tasks that this process shares with others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

from latefusion.core.job import THREAD_VARIABLES

ONE_THREAD = dict.fromkeys((*THREAD_VARIABLES, "NUMBA_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
"""Environment of the other processes."""

Task = tuple[str, Mapping[str, Any]]


def each(work: Callable[[str, Mapping[str, Any]], None], tasks: Sequence[Task], n_jobs: int) -> Iterator[str]:
    """Yield the name of each task once it is done, by this process and `n_jobs` − 1 others.

    This process works, too, since another takes long to start.

    Parameters
    ----------
    work : callable
        Takes name and parameters of a task; can be pickled where `n_jobs` is more than 1.
    tasks : sequence of tuple of str and mapping
        Those that take longest first, so that no process waits for the last.
    n_jobs : int
        As joblib has it.
    """
    # here, since only this process needs it
    from joblib import effective_n_jobs
    from joblib.externals.loky import get_reusable_executor

    n_jobs = effective_n_jobs(n_jobs)
    if n_jobs == 1:
        for name, parameters in tasks:
            work(name, parameters)
            yield name
        return
    others = get_reusable_executor(max_workers=n_jobs - 1, env=ONE_THREAD)
    waiting, done = deque(tasks), SimpleQueue[str]()

    def send() -> None:
        try:
            while task := _next(waiting):
                others.submit(work, *task).result()
                done.put(task[0])
        finally:
            # after an error nothing more is begun
            waiting.clear()

    with ThreadPoolExecutor(n_jobs - 1) as pool:
        try:
            senders = [pool.submit(send) for _ in range(n_jobs - 1)]
            while task := _next(waiting):
                work(*task)
                yield task[0]
                yield from _without_waiting(done)
        finally:
            waiting.clear()
    for sender in senders:
        sender.result()
    yield from _without_waiting(done)


def _next(waiting: deque[Task]) -> Task | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


def _without_waiting(done: SimpleQueue[str]) -> Iterator[str]:
    while not done.empty():
        yield done.get()
