"""Killed at any moment, a run still ends as if it had been left alone, and does nothing twice."""

import random
import signal
import subprocess
import time
from contextlib import suppress
from typing import NamedTuple

import pytest

from runs import BESIDE, FEW, contents, kill_group, recorded, records, seconds_of, start, write_run

pytestmark = pytest.mark.slow
KILLS = 20
KILLS_BESIDE = 4
# Of the time of a whole run: within the first part comes the first kill, while the run starts; within the
# other comes each further one, once another output has been recorded.
START, LONGER = 0.3, 0.06


class Killed(NamedTuple):
    """How often runs were killed, and how many outputs of finished jobs were made again."""

    kills: int
    done_twice: int


def stamps(folder, files):
    """Return what would change if a job ran again: its record, and time and inode of its output."""
    return {
        name: (record, stat.st_mtime_ns, stat.st_ino)
        for name, record in files.items()
        if (stat := (folder / name).stat())
    }


def test_twenty_kills_leave_no_trace(few, tmp_path_factory, record_property):
    """One after nearly every job, until a run has come to its end, and more in the next."""
    killed = killed_until(KILLS, 1, FEW, few, tmp_path_factory, record_property)
    assert killed == Killed(kills=KILLS, done_twice=0)


def test_kills_of_a_run_of_numbers_beside_classes_leave_no_trace(beside, tmp_path_factory, record_property):
    apart = len(records(beside)) // KILLS_BESIDE
    killed = killed_until(KILLS_BESIDE, apart, BESIDE, beside, tmp_path_factory, record_property)
    assert killed == Killed(kills=KILLS_BESIDE, done_twice=0)


def killed_until(wanted, apart, configuration, whole, tmp_path_factory, record_property):
    """Kill runs of a configuration so often, and compare them with a whole one.

    Each kill hits all processes at once; a plain run follows, to the end or to the next kill. The first comes
    while the run starts, each other one at a random moment after `apart` more outputs have been recorded.
    """
    seconds, expected, moments = seconds_of(whole), contents(whole), random.Random(6)
    kills = twice = runs = 0
    while kills < wanted:
        folder = write_run(tmp_path_factory.mktemp("killed"), configuration=configuration)
        done, process = {}, None
        while process is None or process.returncode != 0:
            first = process is None
            enough = 0 if first else len(records(folder)) + apart
            longer = moments.uniform(0, START if first else LONGER) * seconds
            process = start("run", "--cores", 2, cwd=folder)
            if kills < wanted and is_at_work(process, folder, enough, longer):
                kill_group(process)
                kills += process.returncode == -signal.SIGKILL
            process.wait(900)
            now = stamps(folder, recorded(folder))
            twice += sum(now.get(name) != stamp for name, stamp in done.items())
            done = now
            assert process.returncode in (0, -signal.SIGKILL), (folder / "output.txt").read_text()
        runs += 1
        assert contents(folder) == expected
        assert not [path for path in (folder / "results").rglob(".*") if path.is_file()]
    record_property("kills", kills)
    record_property("whole runs", runs)
    return Killed(kills, twice)


def is_at_work(process, folder, enough, longer):
    """Say whether a run is still at work some seconds after so many outputs have been recorded."""
    last = time.monotonic() + 900
    while process.poll() is None and len(records(folder)) < enough:
        assert time.monotonic() < last, "nothing was recorded"
        time.sleep(0.02)
    with suppress(subprocess.TimeoutExpired):
        process.wait(longer)
    return process.poll() is None
