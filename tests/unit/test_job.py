"""What surrounds every job."""

import logging

import pytest
from threadpoolctl import threadpool_info

from latefusion.errors import InputError, Problem
from latefusion.job import job


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
