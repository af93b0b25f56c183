"""A Snakemake that asks every two seconds what became of its jobs on SLURM.

By itself it waits ten seconds longer each time that none has ended, which is more than most jobs of the tests
take. Python imports this file as it starts where its folder is in PYTHONPATH.
"""

import sys
from importlib.util import find_spec

NAME = "snakemake_interface_executor_plugins.executors.remote"
SECONDS = 2


class Patience:
    """Finds the module that waits, and changes its waiting once it has been imported."""

    def find_spec(self, name, path=None, target=None):
        """Return where the module is, with a loader that changes it; None for any other."""
        if name != NAME:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        load = spec.loader.exec_module

        def changed(module):
            load(module)
            module.RemoteExecutor.sleep = lambda executor: module.asyncio.sleep(SECONDS)

        spec.loader.exec_module = changed
        return spec


sys.meta_path.insert(0, Patience())
