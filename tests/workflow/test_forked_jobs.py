"""Jobs that are forks of one process end as those that are started one by one."""

import signal
import sys
import threading
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from runs import FEW, contents, launch, write_run
from settings import ROOT

sys.path.insert(0, str(ROOT / "workflow"))

from launcher.forked_jobs import SWITCH, Job, JobServer, environment
from launcher.processes import at_work

SCRIPTS = ROOT / "scripts"


@pytest.fixture(scope="module")
def server():
    """Return one server for all jobs of these tests; it ends with this process's end of the connection."""
    one = JobServer(SCRIPTS)
    yield one
    one.close()


@pytest.fixture
def run(server, tmp_path):
    """Return a function that runs a script in a folder of its own as a fork, and returns the exit code."""
    (tmp_path / ".snakemake/scripts").mkdir(parents=True)

    def finished(source, *, watched=lambda pid: nullcontext(), **variables):
        script = tmp_path / ".snakemake/scripts/tmp1.made_up.py"
        script.write_text(source, encoding="utf-8")
        return server.run(Job(str(script), str(tmp_path), environment(1) | variables), watched).code

    return finished


def made(script, kind=None):
    """Return a job in the folder of its script."""
    return Job(str(script), str(script.parent), environment(1), kind)


def test_few_jobs_make_the_same_bytes_elsewhere_on_one_core_when_each_is_started(
    few_contents, tmp_path, monkeypatch
):
    """The run of `few` has forked its jobs, in another folder on two cores; this one starts them, on one."""
    monkeypatch.setenv(SWITCH, "no")
    write_run(tmp_path, configuration=FEW)
    launch("run", "--cores", 1, cwd=tmp_path)
    assert contents(tmp_path) == few_contents


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("pass", 0),
        ("import sys; sys.exit(3)", 3),
        ("raise ValueError('made up')", 1),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", 143),
        ("import os, signal; os.kill(os.getpid(), signal.SIGINT)", 130),
        ("import this_is_nowhere", 1),
        ("this is no Python", 1),
    ],
)
def test_a_job_ends_with_its_own_exit_code(run, source, code):
    assert run(source) == code


def test_a_job_is_the_main_module_in_its_folder_with_its_environment(run, tmp_path):
    source = (
        "import os, sys, pathlib\n"
        "if __name__ == '__main__':\n"
        "    text = '|'.join([os.environ['MADE_UP'], sys.argv[0], __file__, sys.path[0]])\n"
        "    pathlib.Path('said.txt').write_text(text)\n"
    )
    assert run(source, MADE_UP="42") == 0
    script = str(tmp_path / ".snakemake/scripts/tmp1.made_up.py")
    assert (tmp_path / "said.txt").read_text() == "|".join(["42", script, script, str(Path(script).parent)])


def test_a_job_leaves_nothing_to_the_next(run):
    assert run("import os, sys; os.environ['LEFT'] = '1'; sys.modules['left'] = sys") == 0
    assert run("import os, sys; sys.exit('LEFT' in os.environ or 'left' in sys.modules)") == 0


def test_what_a_job_registers_for_its_end_is_done(run, tmp_path):
    assert run("import atexit, pathlib; atexit.register(pathlib.Path('end.txt').touch)") == 0
    assert (tmp_path / "end.txt").exists()


@pytest.mark.parametrize(
    "holder",
    [
        pytest.param("", id="by the script"),
        pytest.param("import json; json.left = left", id="by a module that was there before"),
        pytest.param(
            "left = [open('left.txt', 'w')]; left.append(left); left[0].write('all')", id="by itself"
        ),
        pytest.param("import sys; sys.stdout = left", id="as what it says"),
    ],
)
def test_a_file_that_a_job_leaves_open_holds_all_that_was_written(run, tmp_path, holder):
    assert run(f"left = open('left.txt', 'w'); left.write('all')\n{holder}") == 0
    assert (tmp_path / "left.txt").read_text() == "all"


def test_a_job_waits_for_its_threads(run, tmp_path):
    source = (
        "import pathlib, threading, time\n"
        "def work():\n    time.sleep(0.2)\n    pathlib.Path('end.txt').touch()\n"
        "threading.Thread(target=work).start()"
    )
    assert run(source) == 0
    assert (tmp_path / "end.txt").exists()


def test_a_job_does_not_begin_before_it_is_watched(run, tmp_path):
    """Else what it takes in its first moments would be missing from its record, or the process itself."""
    seen = []

    def watched(pid):
        time.sleep(0.2)
        seen.append(((tmp_path / "begun.txt").exists(), Path(f"/proc/{pid}").is_dir()))
        return nullcontext()

    assert run("import pathlib; pathlib.Path('begun.txt').touch()", watched=watched) == 0
    assert seen == [(False, True)]


def test_a_job_is_seen_at_work_in_its_folder_and_its_server_is_not(run, tmp_path):
    assert not at_work(tmp_path)
    seen = []
    waiting = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.01)"

    def look(pid):
        deadline = time.monotonic() + 30
        while not seen and time.monotonic() < deadline:
            seen.extend(process.pid == pid for process in at_work(tmp_path))
        (tmp_path / "go").touch()

    def watched(pid):
        threading.Thread(target=look, args=(pid,)).start()
        return nullcontext()

    assert run(waiting, watched=watched) == 0
    assert seen == [True]
    assert not at_work(tmp_path)


def test_a_job_whose_code_names_the_largest_library_finds_it(server, tmp_path):
    script = tmp_path / "job.py"
    script.write_text("import sys; sys.exit('numba' not in sys.modules or 'pandas' in sys.modules)")
    job = replace(made(script, "with numba"), libraries=frozenset({"numba"}))
    assert server.run(job, lambda pid: nullcontext()).code == 0
    assert server.run(made(script), lambda pid: nullcontext()).code == 1


def test_a_job_whose_code_names_numba_finds_its_types_collected(server, tmp_path):
    script = tmp_path / "job.py"
    script.write_text(
        "import sys\nbefore = set(sys.modules)\nfrom numba.core.registry import cpu_target\n"
        "cpu_target.typing_context.refresh()\n"
        "sys.exit(sorted(set(sys.modules) - before) or None)"
    )
    job = replace(made(script, "with types"), libraries=frozenset({"numba"}))
    assert server.run(job, lambda pid: nullcontext()).code == 0


def test_time_and_memory_of_a_job_are_its_own(server, tmp_path):
    script = tmp_path / "job.py"
    script.write_text("import time\nheld = b'x' * (300 << 20)\nwhile time.process_time() < 0.5: pass")
    large = server.run(made(script), lambda pid: nullcontext())
    script.write_text("pass")
    small = server.run(made(script), lambda pid: nullcontext())
    assert large.seconds >= 0.5
    assert large.memory_mb - small.memory_mb == pytest.approx(300, abs=30)


def test_jobs_beside_each_other_end_by_themselves(server, tmp_path):
    codes = {}

    def job(number):
        script = tmp_path / f"{number}.py"
        script.write_text(f"import sys, time; time.sleep({3 - number} / 10); sys.exit({number})")
        codes[number] = server.run(made(script), lambda pid: nullcontext()).code

    threads = [threading.Thread(target=job, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == {number: number for number in range(4)}


def test_the_next_job_of_a_kind_finds_the_slow_library_that_the_first_imported(server, tmp_path):
    """And no other job does: its memory is what it needs itself."""
    script = tmp_path / "job.py"
    script.write_text(
        "import sys; found = 'scipy' in sys.modules; import scipy.special; found and sys.exit(2)"
    )
    plain = tmp_path / "plain.py"
    plain.write_text("import sys; sys.exit('scipy' in sys.modules)")

    def run(job):
        return server.run(job, lambda pid: nullcontext()).code

    assert run(made(script, "with scipy")) == 0
    assert run(made(script, "with scipy")) == 2
    assert run(made(script, "another")) == 0
    assert run(made(plain, "plain")) == 0


def test_where_the_server_is_killed_its_jobs_fail_and_later_ones_are_left_to_snakemake(tmp_path):
    """A job that went on would write what Snakemake takes for failed, perhaps beside its second attempt."""
    server = JobServer(SCRIPTS)
    script = tmp_path / "job.py"
    script.write_text("import pathlib, time; time.sleep(1); pathlib.Path('written').touch()")

    def watched(pid):
        server.kill()
        return nullcontext()

    assert server.run(made(script), watched).code == 128 + signal.SIGKILL
    assert server.run(made(script), watched) is None
    time.sleep(1.2)
    assert not (tmp_path / "written").exists()
    server.close()


def test_without_the_libraries_no_fork_is_made(tmp_path, capfd):
    """The job is then started by itself, and says what it lacks."""
    server = JobServer(tmp_path)
    script = tmp_path / "job.py"
    script.touch()
    assert server.run(made(script), lambda pid: nullcontext()) is None
    assert capfd.readouterr() == ("", "")
    server.close()
