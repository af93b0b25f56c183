"""pandas in the process that is Snakemake: not there before it is used, and then all of it."""

import subprocess
import sys

import pytest

from settings import ROOT

BEGIN = f"""
import importlib.util, sys
sys.path[:0] = [{str(ROOT / "workflow")!r}, {str(ROOT / "scripts")!r}]
from launcher.pandas_later import deferred, hide

def is_there():
    return "pandas.core" in sys.modules

with deferred():
    import pandas as pd
assert not is_there()
"""


@pytest.mark.parametrize(
    "then",
    [
        pytest.param("assert pd.Series([1, 2]).sum() == 3 and is_there()", id="used by who imported it"),
        pytest.param("import pandas; assert pandas.NA is pd.NA and is_there()", id="imported again"),
        pytest.param("from pandas.api.types import is_list_like; assert is_list_like([])", id="a part of it"),
        pytest.param("pd.NA; hide(); import pandas; assert pandas is pd", id="used, and hidden too late"),
        pytest.param("hide(); assert importlib.util.find_spec('pandas') is None", id="hidden from who asks"),
        pytest.param("hide(); import pyarrow; assert pyarrow.array([1, 2])[1].as_py() == 2", id="hidden"),
    ],
)
def test_pandas_is_imported_when_it_is_used_or_not_at_all(then):
    subprocess.run([sys.executable, "-c", BEGIN + then], check=True)


def test_who_imports_what_is_hidden_is_told_that_it_is_missing():
    asked = "hide()\ntry:\n    import pandas\nexcept ModuleNotFoundError: sys.exit(7)"
    assert subprocess.run([sys.executable, "-c", BEGIN + asked], check=False).returncode == 7


def test_the_launcher_reads_the_options_of_snakemake_without_pandas(tmp_path):
    asked = "from launcher.command_line import parsed; assert parsed(['--cores', '3']).cores == 3"
    after = "assert not is_there()\nfrom launcher.fork import is_possible; assert is_possible()"
    begin = BEGIN.partition("with deferred")[0]
    subprocess.run([sys.executable, "-c", f"{begin}{asked}\n{after}"], check=True, cwd=tmp_path)
