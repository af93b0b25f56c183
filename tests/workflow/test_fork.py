"""Snakemake as a fork of the launcher: what a process of its own would be, and stopped in good order."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runs import FEW, contents, launch, start, write_run
from settings import ROOT

# A stand-in for Snakemake that says what it finds, and the launcher's side of the fork.
FORKS = f"""
import json, os, signal, sys, types
sys.path.insert(0, {str(ROOT / "workflow")!r})
from launcher import fork

def main(options):
    import atexit
    atexit.register(print, "at exit")
    print(json.dumps([sys.argv[1:], options, sys.path[0], sorted(os.environ), sys.stdin.read(),
                      signal.getsignal(signal.SIGTERM) == signal.SIG_DFL]), flush=True)
    {{end}}

cli = types.ModuleType("snakemake.cli")
cli.main, cli.__file__ = main, "/snakemake/cli.py"
sys.modules["snakemake.cli"] = cli
assert fork.is_possible()
signal.signal(signal.SIGTERM, lambda *_: None)
process = fork.Fork(["--cores", "2"], {{{{"A": "1"}}}}, {{{{signal.SIGTERM: signal.SIG_DFL}}}})
print(process.wait(60), process.poll())
"""


@pytest.mark.parametrize(
    ("end", "code", "goodbye"),
    [
        ("pass", 0, ["at exit"]),
        ("sys.exit(3)", 3, ["at exit"]),
        ("raise ValueError('what went wrong')", 1, ["at exit"]),
        ("os.kill(os.getpid(), signal.SIGTERM)", -15, []),
    ],
)
def test_a_fork_has_the_options_folder_environment_and_input_of_a_process(end, code, goodbye, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FORKS.format(end=end)],
        cwd=tmp_path,
        input="typed",
        capture_output=True,
        text=True,
        check=True,
    )
    said, *rest = done.stdout.splitlines()
    assert json.loads(said) == [["--cores", "2"], ["--cores", "2"], str(tmp_path), ["A"], "typed", True]
    assert rest == [*goodbye, f"{code} {code}"]
    assert ("ValueError: what went wrong" in done.stderr) == (code == 1)


def test_a_process_with_threads_is_not_forked():
    with_thread = FORKS.format(end="pass").replace(
        "assert fork", "import threading; threading.Timer(1, int).start()\nassert not fork"
    )
    asked = with_thread.partition("signal.signal(")[0]
    subprocess.run([sys.executable, "-c", asked], check=True)


def test_a_forked_run_stops_on_a_signal_and_goes_on_to_the_same_bytes(few_contents, tmp_path):
    folder = write_run(tmp_path, configuration=FEW)
    process = start("run", "--cores", 2, cwd=folder, environment=dict(os.environ))
    while process.poll() is None and not list((folder / "results").glob("given/models/*.joblib")):
        time.sleep(0.05)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    commands = [Path(f"/proc/{child}/cmdline").read_text() for child in children]
    process.send_signal(signal.SIGTERM)
    code, said = process.wait(600), (folder / "output.txt").read_text()
    assert code == 128 + signal.SIGTERM, said
    assert "Stopped. No file is half-written" in said
    assert ["launch.py" in command for command in commands] == [True]
    assert not [path for path in (folder / "results").rglob(".*") if path.is_file()]
    launch("resume", cwd=folder)
    assert contents(folder) == few_contents
