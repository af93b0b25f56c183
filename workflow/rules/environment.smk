# Needs: nothing. Makes: sure that this process can read names, call its Python and start jobs as fast as they end.

import gc
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake_interface_executor_plugins.settings import ExecMode

if not Path(str(workflow.current_basedir)).is_dir():
    raise WorkflowError(
        f"the module's Snakefile\n    found:   {workflow.current_basedir}, from where the package does not come along\n"
        "    allowed: workflow/Snakefile, which finds an installed package, or the Snakefile of a checkout\n"
        '    fix:     pip install latefusion, and write path="workflow/Snakefile" (docs/install.md)'
    )
sys.path.insert(0, str(Path(str(workflow.current_basedir)).parent))

from launcher import content_sums, interpreter, pace

# what Snakemake has loaded stays to the end: to look through it for garbage takes a tenth of a second each time
gc.freeze()

interpreter.keep_docstrings()

if workflow.exec_mode == ExecMode.DEFAULT:
    if interpreter.SPECIAL.search(sys.executable):
        raise WorkflowError(interpreter.refusal())


onstart:
    pace.lift_limit(workflow)
    content_sums.remember()
