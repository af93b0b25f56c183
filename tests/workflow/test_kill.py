"""Killed at random moments, a run still ends as if it had been left alone, and does nothing twice."""

import random
import subprocess
from contextlib import suppress
from typing import NamedTuple

import pytest

from runs import BESIDE, FEW, contents, kill_group, recorded, seconds_of, start, write_run

pytestmark = pytest.mark.slow
KILLS = 5
SEEDS = (6, 7, 8, 9)
KILLS_BESIDE = 4
LONGEST = 0.5  # of the time of a whole run, so that each run is killed several times before its end


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


@pytest.mark.parametrize("seed", SEEDS)
def test_twenty_kills_leave_no_trace(seed, few, tmp_path_factory, record_property):
    killed = killed_until(KILLS, FEW, few, random.Random(seed), tmp_path_factory, record_property)
    assert killed == Killed(kills=KILLS, done_twice=0)


def test_kills_of_a_run_of_numbers_beside_classes_leave_no_trace(beside, tmp_path_factory, record_property):
    killed = killed_until(KILLS_BESIDE, BESIDE, beside, random.Random(6), tmp_path_factory, record_property)
    assert killed == Killed(kills=KILLS_BESIDE, done_twice=0)


def killed_until(wanted, configuration, whole, moments, tmp_path_factory, record_property):
    """Kill runs of a configuration so often, and compare them with a whole one.

    Each kill hits all processes at once; a plain run follows, to the end or to the next kill.
    """
    seconds, expected = seconds_of(whole), contents(whole)
    kills = twice = runs = 0
    while kills < wanted:
        folder = write_run(tmp_path_factory.mktemp("killed"), configuration=configuration)
        done = {}
        while True:
            process = start("run", "--cores", 2, cwd=folder)
            with suppress(subprocess.TimeoutExpired):
                process.wait(moments.uniform(0, LONGEST) * seconds if kills < wanted else 900)
            if process.poll() is None:
                kill_group(process)
                kills += 1
            now = stamps(folder, recorded(folder))
            twice += sum(now.get(name) != stamp for name, stamp in done.items())
            done = now
            if process.returncode == 0:
                break
            assert process.returncode == -9, (folder / "output.txt").read_text()
        runs += 1
        assert contents(folder) == expected
        assert not [path for path in (folder / "results").rglob(".*") if path.is_file()]
    record_property("kills", kills)
    record_property("whole runs", runs)
    return Killed(kills, twice)
