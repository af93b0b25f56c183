"""One file an item: what a change of any of them is told by."""

import os

import pytest

from latefusion.planning import item_files
from latefusion.planning.item_files import files_digest


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "wav/48").mkdir(parents=True)
    for name in ("a.npy", "b.npy", "48/c.npy", "notes.txt"):
        (tmp_path / "wav" / name).write_bytes(name.encode())
    return tmp_path / "wav"


@pytest.mark.parametrize("pattern", ["wav/{item}.npy", "./wav/{stem}.npy"])
def test_only_what_an_item_may_be_read_from_counts(folder, monkeypatch, pattern):
    monkeypatch.chdir(folder.parent)
    before = files_digest(pattern)
    os.utime(folder / "a.npy", (1, 1))
    (folder / "notes.txt").write_bytes(b"other")
    (folder / ".DS_Store").write_bytes(b"")
    assert files_digest(pattern) == before
    for change in (
        lambda: (folder / "a.npy").write_bytes(b"A.npy"),
        lambda: (folder / "48/c.npy").write_bytes(b"48/C.npy"),
        lambda: (folder / "d.npy").write_bytes(b""),
        lambda: (folder / "b.npy").unlink(),
        lambda: (folder / "a.npy").rename(folder / "e.npy"),
    ):
        change()
        before, last = files_digest(pattern), before
        assert before != last


def test_of_files_too_large_to_read_at_each_start_the_times_count(folder, monkeypatch):
    monkeypatch.setattr(item_files, "READ_WHOLE", 1)
    pattern = str(folder / "{item}.npy")
    before = files_digest(pattern)
    assert files_digest(pattern) == before
    os.utime(folder / "a.npy", (1, 1))
    assert files_digest(pattern) != before


def test_a_folder_that_is_not_there_has_a_digest_too(tmp_path):
    assert files_digest(str(tmp_path / "none/{item}.npy")) == files_digest(str(tmp_path / "other/{item}.npy"))
