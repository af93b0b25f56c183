"""Runs that go on beside the tests and are waited for by name."""

import subprocess

from runs import kill_group, start


class Background:
    """Runs of the launcher, each in a folder of its own; a context manager that ends what is left of them."""

    def __init__(self, folder, environment):
        self.folder, self.environment = folder, environment
        self.processes = {}

    def __enter__(self):
        """Begin with no run."""
        return self

    def __exit__(self, *error):
        """End every run that nobody waited for."""
        for process in self.processes.values():
            kill_group(process)

    def start(self, name, *options, prepare=None):
        """Start a run in a folder that `prepare` fills, and return the folder."""
        folder = self.folder / name
        folder.mkdir()
        if prepare:
            prepare(folder)
        self.processes[name] = start("run", *options, cwd=folder, environment=self.environment)
        return folder

    def finished(self, name, seconds=1800):
        """Wait for the end of a run, which must be a good one, and return its folder."""
        folder = self.folder / name
        try:
            code = self.processes[name].wait(seconds)
        except subprocess.TimeoutExpired:
            code = f"still at work after {seconds} s"
        assert code == 0, f"{name}: {code}\n{(folder / 'output.txt').read_text()[-3000:]}"
        return folder
