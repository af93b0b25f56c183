"""How soon jobs follow one another: on this machine the cores alone say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snakemake.workflow import Workflow

_DEFAULT = (100, 1)  # jobs and seconds, unless --max-jobs-per-timespan says otherwise


def lift_limit(workflow: Workflow) -> None:
    """Let a run on this machine start as many jobs a second as its cores take; to be called on its start.

    While a number of jobs per second is set, Snakemake looks for jobs to start a second after each time it
    has looked, besides each time that a job ends: so it looks ever more often, hundreds of times a second in
    the end, on the cores that the jobs need. A limit of the user's own stays, and that of a cluster.
    """
    limit = workflow.scheduling_settings.max_jobs_per_timespan
    if workflow.local_exec and limit is not None and (limit.max_jobs, limit.timespan) == _DEFAULT:
        workflow.scheduler.job_rate_limiter = None
