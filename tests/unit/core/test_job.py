"""What surrounds every job."""

import ast
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import latefusion
from latefusion.core.errors import InputError, Problem
from latefusion.core.job import job
from settings import ROOT


def test_a_log_holds_what_was_said(tmp_path):
    with job(tmp_path / "logs" / "x.log") as log:
        log.info("three machines done")
    assert "INFO three machines done" in (tmp_path / "logs" / "x.log").read_text()


def test_blas_has_one_thread_inside(tmp_path):
    import numpy as np

    with threadpool_limits(limits=2), job(tmp_path / "x.log"):
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
from latefusion.core.job import job
with job({log!r}{more}):
    {first}
    import numpy as np
    import pyarrow as pa
    words = pa.table({{"word": np.array(["a", "b"], object), "number": [1.0, None]}})
    words["word"].to_numpy(), words.to_pylist(), pa.Table.from_pylist([{{"word": "c"}}])
    inside = "pandas" in sys.modules
    assert importlib.util.find_spec("pandas").origin.endswith("__init__.py")
import pandas
print(inside, len(pandas.DataFrame({{"a": [1]}})))
"""


@pytest.mark.parametrize(
    ("more", "first", "said"), [("", "", "False 1"), (", needs_pandas=True", "import pandas", "True 1")]
)
def test_pandas_is_not_imported_in_passing(tmp_path, more, first, said):
    run = in_a_process(BODY.format(more=more, first=first, log=str(tmp_path / "x.log")))
    assert run.stdout.strip() == said


def in_a_process(body, code=0, **environment):
    run = subprocess.run(
        [sys.executable, "-c", body],
        cwd=Path(latefusion.__file__).parent.parent,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert run.returncode == code, run.stderr
    return run


def test_what_a_job_imports_itself_has_one_blas_thread_too(tmp_path):
    """Snakemake sets these variables to the threads of the job, and OpenBLAS reads them as it is loaded."""
    body = f"""
from latefusion.core.job import job
with job({str(tmp_path / "x.log")!r}):
    import numpy
    from scipy import linalg
    from threadpoolctl import threadpool_info
    print({{one["num_threads"] for one in threadpool_info()}})
"""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "2")
    assert in_a_process(body, **threads).stdout.strip() == "{1}"


def test_the_environment_of_a_process_is_as_it_was_after_its_job(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    before = dict(os.environ)
    with job(tmp_path / "x.log"):
        assert os.environ["OMP_NUM_THREADS"] == "1"
    assert dict(os.environ) == before


def test_an_import_that_fails_is_in_the_log_with_the_command_that_mends_it(tmp_path):
    with pytest.raises(SystemExit) as end, job(tmp_path / "x.log"):
        import latefusion.no_such_module  # noqa: F401
    assert end.value.code == 1
    text = (tmp_path / "x.log").read_text(encoding="utf-8")
    assert "the job cannot start: latefusion.no_such_module is not to be imported" in text
    assert "ModuleNotFoundError: No module named 'latefusion.no_such_module'" in text
    assert "-m pip install -r envs/requirements.txt" in text
    assert "Traceback" in text


@pytest.mark.parametrize("script", sorted((ROOT / "scripts").glob("*.py")), ids=lambda path: path.stem)
def test_every_entry_script_imports_inside_its_job(script):
    """Only the standard library and the job itself come before the log is open."""
    tree = ast.parse(script.read_text(encoding="utf-8"))
    before = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in before}
    ours = {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names}
    assert ours == {"latefusion.core.job"}


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
