"""Work of which it is known who did it, in a file that other processes can import."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Notes:
    """Work that writes down in which process it was done, and how many threads that may have."""

    folder: Path

    def __call__(self, name, parameters):
        if name in parameters.get("bad", ()):
            raise ValueError(f"{name} cannot be done")
        (self.folder / name).write_text(f"{os.getpid()} {os.environ.get('OMP_NUM_THREADS')}")
