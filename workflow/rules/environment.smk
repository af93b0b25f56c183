# Needs: nothing. Makes: sure that this process can read names and call its Python, before anything asks it to.

import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake_interface_executor_plugins.settings import ExecMode

sys.path.insert(0, str(Path(str(workflow.current_basedir)).parent))

from launcher import interpreter

if os.environ.get("PYTHONOPTIMIZE", "") not in ("", "0", "1"):
    os.environ["PYTHONOPTIMIZE"] = "1"  # without docstrings altair cannot be imported

if workflow.exec_mode == ExecMode.DEFAULT:
    if interpreter.SPECIAL.search(sys.executable):
        raise WorkflowError(interpreter.refusal())
