"""Files that appear when they are whole; a disk that is really full is a small tmpfs."""

import subprocess
import sys
from pathlib import Path

import pytest

from latefusion.store.atomic import atomic

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
import sys
from pathlib import Path
sys.path[:0] = [{scripts!r}, {tests!r}]
from latefusion.core.errors import InputError
from refusals.small import read, table, text
folder = Path({folder!r})
(folder / "train.csv").write_text(text(table()))
read(folder / "train.csv")
before = {{path: path.read_bytes() for path in (folder / "results").rglob("*")if path.is_file()}}
(folder / "fill").write_bytes(b"x" * (folder.stat().st_size + 1))
with (folder / "fill").open("wb", buffering=0) as file:
    try:
        while file.write(b"x" * 4096) == 4096:
            pass
    except OSError:
        pass
try:
    read(folder / "train.csv")
except InputError as error:
    print(error)
else:
    print("no error")
after = {{path: path.read_bytes() for path in (folder / "results").rglob("*") if path.is_file()}}
assert before == after, (sorted(before), sorted(after))
"""


def test_a_file_appears_only_when_it_is_whole(tmp_path):
    (tmp_path / "old").write_bytes(b"old")
    with pytest.raises(RuntimeError), atomic(tmp_path / "old") as file:
        file.write(b"half")
        raise RuntimeError
    assert (tmp_path / "old").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_a_full_disk_is_named_and_nothing_changes(tmp_path):
    mount = f"mount -t tmpfs -o size=64k tmpfs {tmp_path}"
    if subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True).returncode:
        pytest.skip("tmpfs cannot be mounted in a namespace of one's own here")
    script = SCRIPT.format(scripts=str(ROOT / "scripts"), tests=str(ROOT / "tests"), folder=str(tmp_path))
    command = ["unshare", "-rm", "sh", "-c", f'{mount} && exec "$0" -c "$1"', sys.executable, script]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "the disk is full" in done.stdout
    assert "Traceback" not in done.stderr


SWEEP = """
import subprocess, sys
from pathlib import Path
sys.path[:0] = [{scripts!r}, {tests!r}]
from latefusion.core.errors import InputError
from refusals.small import read, table, text
folder = Path({folder!r})
(folder / "train.csv").write_text(text(table(1500)))
out = folder / "results"
out.mkdir()
for size in (4, 8, 12, 16, 20, 24, 28, 32, 40):
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={{size}}k", "tmpfs", out], check=True)
    try:
        read(folder / "train.csv")
        print("done")
    except InputError as error:
        assert "the disk is full" in str(error), error
        print("full")
    assert not list(out.rglob("*.part")), size
    assert size > 8 or not [path for path in out.rglob("*") if path.is_file()], size
    subprocess.run(["umount", "-l", out], check=True)
"""


def test_wherever_the_disk_fills_up_it_is_said_and_nothing_is_half_written(tmp_path):
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("tmpfs cannot be mounted in a namespace of one's own here")
    script = SWEEP.format(scripts=str(ROOT / "scripts"), tests=str(ROOT / "tests"), folder=str(tmp_path))
    command = ["unshare", "-rm", sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "full" in done.stdout
    assert done.stdout.splitlines()[:2] == ["full", "full"]
    assert done.stderr == ""
