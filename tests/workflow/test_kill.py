"""Killed at random moments, a run still ends as if it had been left alone, and does nothing twice."""

import random
import time

import pytest

from runs import FEW, contents, kill_group, recorded, start, write_run

pytestmark = pytest.mark.slow
KILLS = 20
LONGEST = 0.5  # of the time of a whole run, so that each run is killed several times before its end


def stamps(folder, files):
    """Return what would change if a job ran again: its record, and time and inode of its output."""
    return {
        name: (record, stat.st_mtime_ns, stat.st_ino)
        for name, record in files.items()
        if (stat := (folder / name).stat())
    }


def test_twenty_kills_leave_no_trace(few_contents, few_seconds, tmp_path_factory, record_property):
    """Each kill hits all processes at once; a plain run follows, to the end or to the next kill."""
    moments = random.Random(6)
    kills = twice = runs = 0
    while kills < KILLS:
        folder = write_run(tmp_path_factory.mktemp("killed"), configuration=FEW)
        done = {}
        while True:
            with (folder / "output.txt").open("a") as output:
                process = start("run", "--cores", 2, cwd=folder, output=output)
                last = time.monotonic() + (
                    moments.uniform(0, LONGEST) * few_seconds if kills < KILLS else 900
                )
                while process.poll() is None and time.monotonic() < last:
                    time.sleep(0.02)
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
        assert contents(folder) == few_contents
        assert not [path for path in (folder / "results").rglob(".*") if path.is_file()]
    record_property("kills", kills)
    record_property("whole runs", runs)
    assert kills == KILLS
    assert twice == 0
