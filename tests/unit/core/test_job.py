"""What surrounds every job."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info

import latefusion
from latefusion.core.errors import InputError, Problem
from latefusion.core.job import job


def test_a_log_holds_what_was_said(tmp_path):
    with job(tmp_path / "logs" / "x.log") as log:
        log.info("three machines done")
    assert "INFO three machines done" in (tmp_path / "logs" / "x.log").read_text()


def test_blas_has_one_thread_inside(tmp_path):
    import numpy as np

    with job(tmp_path / "x.log"):
        assert np.ones((2, 2)).sum() == 4
        assert {info["num_threads"] for info in threadpool_info()} == {1}


def test_bad_input_ends_the_job_with_its_message_and_no_traceback(tmp_path):
    with pytest.raises(SystemExit) as end, job(tmp_path / "x.log"):
        raise InputError([Problem("songs.csv", "nothing", "numbers", "add some", row=3, column="audio")])
    assert end.value.code == 1
    text = (tmp_path / "x.log").read_text()
    assert "songs.csv, line 3, audio" in text
    assert "Traceback" not in text


def test_a_defect_ends_the_job_with_its_traceback_in_the_log(tmp_path):
    with pytest.raises(SystemExit) as end, job(tmp_path / "x.log"):
        raise ZeroDivisionError("oops")
    assert end.value.code == 1
    assert "ZeroDivisionError: oops" in (tmp_path / "x.log").read_text()


def test_the_log_is_let_go_at_the_end(tmp_path):
    with job(tmp_path / "x.log"):
        pass
    logging.getLogger("latefusion").warning("later")
    assert "later" not in (tmp_path / "x.log").read_text()


BODY = """
import importlib.util
import sys
{first}
import numpy as np
from latefusion.core.job import job
with job({log!r}):
    import pyarrow as pa
    words = pa.table({{"word": np.array(["a", "b"], object), "number": [1.0, None]}})
    words["word"].to_numpy(), words.to_pylist(), pa.Table.from_pylist([{{"word": "c"}}])
    inside = "pandas" in sys.modules
    assert importlib.util.find_spec("pandas").origin.endswith("__init__.py")
import pandas
print(inside, len(pandas.DataFrame({{"a": [1]}})))
"""


@pytest.mark.parametrize(("first", "said"), [("", "False 1"), ("import pandas", "True 1")])
def test_pandas_is_not_imported_in_passing(tmp_path, first, said):
    scripts = Path(latefusion.__file__).parent.parent
    body = BODY.format(first=first, log=str(tmp_path / "x.log"))
    run = subprocess.run(
        [sys.executable, "-c", body], cwd=scripts, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_what_a_full_disk_keeps_out_of_the_log_goes_to_stderr(capsys):
    with pytest.raises(SystemExit), job("/dev/full"):
        raise InputError([Problem("songs.csv", "nothing", "numbers", "add some", row=3)])
    said = capsys.readouterr().err
    assert said.count("songs.csv, line 3") == 1
    assert "Traceback" not in said


def test_a_log_that_cannot_be_opened_is_said_and_stops_nothing(tmp_path, capsys):
    (tmp_path / "logs").write_text("a file")
    with job(tmp_path / "logs" / "x.log") as log:
        log.info("three machines done")
    said = capsys.readouterr().err
    assert "the log cannot be written" in said
    assert "three machines done" in said
