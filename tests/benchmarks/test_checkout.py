"""A commit is looked at in a clone of its own, whatever lies in the checkout."""

import subprocess

import pytest
from benchmarks.checkout import checkout


def git(folder, *arguments):
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path):
    git(tmp_path, "init", "--quiet")
    for text in ("first", "second"):
        (tmp_path / "file").write_text(text, encoding="utf-8")
        git(tmp_path, "add", "file")
        git(tmp_path, "commit", "--quiet", "--message", text)
    (tmp_path / "file").write_text("being edited", encoding="utf-8")
    return tmp_path


def test_an_earlier_commit_lies_beside_the_checkout_and_is_gone_afterwards(repository):
    with checkout("HEAD~1", repository) as found:
        assert (found.root / "file").read_text(encoding="utf-8") == "first"
        assert found.commit == git(repository, "rev-parse", "HEAD~1")
    assert not found.root.exists()
    assert (repository / "file").read_text(encoding="utf-8") == "being edited"


def test_a_commit_that_there_is_not_is_refused(repository):
    with pytest.raises(RuntimeError, match="rev-parse"), checkout("nowhere", repository):
        pass
