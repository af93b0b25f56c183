# Needs: nothing. Makes: sure that this process can read names and call its Python, before anything asks it to.

import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake_interface_executor_plugins.settings import ExecMode

sys.path.insert(0, str(Path(str(workflow.current_basedir)).parent))

from launcher import interpreter

interpreter.keep_docstrings()

if workflow.exec_mode == ExecMode.DEFAULT:
    if interpreter.SPECIAL.search(sys.executable):
        raise WorkflowError(interpreter.refusal())
