"""Snakemake's messages for people who read them in a file: one line a job, and no list of all targets.

Snakemake writes a paragraph for each job, with all files that it reads: thousands of characters where a job
reads every table. Its own log in `.snakemake/log` keeps them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from snakemake.logging import DefaultFormatter, show_logs
from snakemake_interface_logger_plugins.common import LogEvent

CHATTER = ("Select jobs to execute...", "Rules claiming more threads will be scaled down.")
SWALLOWED = (LogEvent.JOB_STARTED, LogEvent.PROGRESS, LogEvent.GROUP_INFO)


@dataclass
class Jobs:
    """The jobs of a run, as its messages tell of them.

    Attributes
    ----------
    names : dict of int to str
        Rule and wildcards of each job that was started, by Snakemake's number.
    started : dict of int to float
        When, in seconds of a clock of this process.
    failed : dict of int to list of str
        Logs of the jobs that failed and did not succeed in another attempt.
    """

    names: dict[int, str] = field(default_factory=dict)
    started: dict[int, float] = field(default_factory=dict)
    failed: dict[int, list[str]] = field(default_factory=dict)

    def filter(self, record: logging.LogRecord) -> bool:
        """Take note of a message and let it pass."""
        event = getattr(record, "event", None)
        message = record.__dict__
        if event == LogEvent.JOB_INFO:
            self.names[message["jobid"]] = _name(message)
            self.started[message["jobid"]] = time.monotonic()
        elif event == LogEvent.JOB_FINISHED:
            self.failed.pop(message["job_id"], None)
        elif event == LogEvent.JOB_ERROR:
            self._failed(message)
        elif event == LogEvent.GROUP_ERROR:
            for info in message["job_error_info"]:
                self._failed(info)
        return True

    def list_failed(self) -> list[tuple[str, list[str]]]:
        """Return name and logs of each job that failed for good."""
        return [(self.names.get(number, f"job {number}"), logs) for number, logs in self.failed.items()]

    def _failed(self, message: dict[str, Any]) -> None:
        self.names.setdefault(message["jobid"], message["rule_name"])
        self.failed[message["jobid"]] = list(message["log"] or [])


class JobLines(DefaultFormatter):
    """Formatter of Snakemake's messages that writes one line for each job, at its end.

    Parameters
    ----------
    jobs : Jobs
        What is known of the jobs; asked before this formatter formats.
    like : DefaultFormatter
        The formatter that it takes the place of.
    aims : callable
        Gives the names of the rules that make no file: targets, which are not counted.
    """

    def __init__(self, jobs: Jobs, like: DefaultFormatter, aims: Callable[[], Collection[str]]) -> None:
        super().__init__(like.quiet, like.show_failed_logs)
        self.jobs, self.aims = jobs, aims
        self.total = self.done = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep what JobLines has no line for away from the handler, which would begin a paragraph."""
        event = getattr(record, "event", None)
        if event == LogEvent.RUN_INFO and hasattr(record, "stats"):
            counts = {rule: n for rule, n in record.stats.items() if rule not in {"total", *self.aims()}}
            self.total = sum(counts.values())
        if event == LogEvent.JOB_FINISHED and self._name(record.__dict__) in self.aims():
            return False
        return event not in (*SWALLOWED, LogEvent.JOB_INFO) and record.msg not in CHATTER

    def format_job_finished(self, msg: dict[str, Any]) -> str:
        """Return the one line of a job: the time, how many are done, its name and how long it took."""
        self.done += 1
        width = len(str(self.total))
        began = self.jobs.started.get(msg["job_id"])
        took = "" if began is None else f"  {_duration(time.monotonic() - began)}"
        return f"{time.strftime('%H:%M:%S')}  {self.done:{width}} of {self.total}  {self._name(msg)}{took}"

    def _format_job_error(self, msg: dict[str, Any]) -> list[str]:
        """Return what is known of a job that failed, less the files that it reads and makes."""
        output = [f"Error in rule {self.jobs.names.get(msg['jobid'], msg['rule_name'])}:"]
        if msg["rule_msg"]:
            # the call of sbatch that follows is a screen long, and stands in Snakemake's own log
            said = str(msg["rule_msg"]).partition("\n    sbatch call:")[0]
            output.append(f"    message: {said}")
        output += [f"    {name}: {value}" for name, value in msg["aux"].items()]
        if msg["log"]:
            output.append(f"    log: {', '.join(msg['log'])}")
            output += show_logs(msg["log"]) if self.show_failed_logs else []
        return output

    def _format_group_error(self, msg: dict[str, Any]) -> list[str]:
        fewer = [{**info, "output": []} for info in msg["job_error_info"]]
        return list(super()._format_group_error({**msg, "job_error_info": fewer}))

    def _name(self, msg: dict[str, Any]) -> str:
        return self.jobs.names.get(msg["job_id"], f"job {msg['job_id']}")


def follow(logger: logging.Logger, *, lines: bool, aims: Callable[[], Collection[str]]) -> Jobs:
    """Follow the jobs of a run through Snakemake's messages.

    Parameters
    ----------
    logger : logging.Logger
        Snakemake's own.
    lines : bool
        Whether its handler for the terminal shall write one line a job.
    aims : callable
        Gives the names of the rules that make no file.

    Returns
    -------
    Jobs
        What was seen, up to now.
    """
    jobs = Jobs()
    for earlier in [one for one in logger.filters if isinstance(one, Jobs)]:
        logger.removeFilter(earlier)  # of another run in this process
    logger.addFilter(jobs)
    for handler in logger.handlers if lines else ():
        if handler.name == "DefaultStreamHandler" and type(handler.formatter) is DefaultFormatter:
            formatter = JobLines(jobs, handler.formatter, aims)
            handler.setFormatter(formatter)
            handler.addFilter(formatter)
    return jobs


def _name(message: dict[str, Any]) -> str:
    values = "/".join(map(str, message["wildcards"].values())) if message["wildcards"] else ""
    return f"{message['rule_name']} {values}".rstrip()


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
