"""The content of an input is read once for its sum, and again as soon as it could be another."""

import asyncio
import hashlib
import importlib
import os
from types import SimpleNamespace

import pytest
from snakemake.io import IOFile, _IOFile

from runs import snakemake
from settings import ROOT

SNAKEFILE = f"""
import hashlib, sys
sys.path.insert(0, "{ROOT / "workflow"}")
from launcher import content_sums

digest = hashlib.file_digest

def counted(file, algorithm):
    with open("reads.txt", "a") as reads:
        reads.write(f"{{getattr(file, 'name', None)}}\\n")
    return digest(file, algorithm)

hashlib.file_digest = counted

onstart:
    content_sums.remember()

rule all:
    input: "a.txt", "b.txt", "c.txt"

rule three:
    input: "given.txt"
    output: "a.txt", "b.txt"
    shell: "sleep 0.2; touch {{output}}"

rule one:
    input: "given.txt", "a.txt"
    output: "c.txt"
    shell: "touch {{output}}"
"""


def test_a_run_reads_an_input_once_however_many_outputs_are_made_of_it(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE, encoding="utf-8")
    (tmp_path / "given.txt").write_text("given")
    snakemake("--cores", 1, cwd=tmp_path, snakefile="Snakefile")
    assert (tmp_path / "reads.txt").read_text().splitlines().count("given.txt") == 1
    (tmp_path / "given.txt").touch()
    assert "Nothing to be done" in snakemake("--cores", 1, cwd=tmp_path, snakefile="Snakefile").stderr
    (tmp_path / "given.txt").write_text("other")
    assert "Nothing to be done" not in snakemake("--cores", 1, cwd=tmp_path, snakefile="Snakefile").stderr


@pytest.fixture
def sums(monkeypatch):
    """Return the module, at work on Snakemake's files until the test ends."""
    monkeypatch.syspath_prepend(ROOT / "workflow")
    module = importlib.import_module("launcher.content_sums")
    monkeypatch.setattr(module, "_SETTLED_NS", -1)
    monkeypatch.setattr(_IOFile, "checksum", _IOFile.checksum)
    module.remember()
    yield module
    del _IOFile.latefusion_sums


@pytest.fixture
def sum_of(tmp_path):
    file = IOFile(str(tmp_path / "given.txt"))
    file.rule = SimpleNamespace(workflow=SimpleNamespace(iocache=SimpleNamespace(active=False)))
    return lambda limit=100: asyncio.run(file.checksum(limit))


def sha256(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.mark.usefixtures("sums")
def test_equal_size_and_time_do_not_hide_another_content(tmp_path, sum_of):
    file = tmp_path / "given.txt"
    file.write_bytes(b"one")
    was = file.stat()
    assert sum_of() == sum_of() == sha256(b"one")
    file.write_bytes(b"two")
    os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert sum_of() == sha256(b"two")


@pytest.mark.usefixtures("sums")
def test_a_limit_of_the_size_is_kept_and_what_is_no_file_has_no_sum(tmp_path, sum_of):
    assert sum_of() is None
    (tmp_path / "given.txt").write_bytes(b"three")
    assert sum_of() == sha256(b"three")
    assert sum_of(limit=4) is None
    (tmp_path / "given.txt").unlink()
    (tmp_path / "given.txt").mkdir()
    assert sum_of() is None


def test_what_was_written_just_now_is_read_again(tmp_path, sums, sum_of, monkeypatch):
    (tmp_path / "given.txt").write_bytes(b"one")
    monkeypatch.setattr(sums, "_SETTLED_NS", 10**12)
    sum_of()
    assert not _IOFile.latefusion_sums
    monkeypatch.setattr(sums, "_SETTLED_NS", -1)
    sum_of()
    assert len(_IOFile.latefusion_sums) == 1
