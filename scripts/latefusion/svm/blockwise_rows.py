"""Training rows of which only a block at a time is held in the input space of the kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks, run
from latefusion.svm.inputs import Features
from latefusion.svm.kernels import BLOCK, InputScaling, KernelRows, needs_double


@dataclass(frozen=True)
class BlockwiseRows:
    """Rows of the input that are shifted and scaled when they are asked for; the same bits as all at once.

    Attributes
    ----------
    scaling : InputScaling
    X : sequence of (n, d_m) float32 or float64 arrays
        As they came, one for each modality.
    largest : tuple of float
        Largest squared norm of each part of the kernel.
    """

    scaling: InputScaling
    X: Sequence[Features]
    largest: tuple[float, ...]

    @classmethod
    def of(cls, scaling: InputScaling, X: Sequence[Features], n_jobs: int) -> BlockwiseRows:
        """Take rows in, reading each of them once."""

        def one(span: tuple[int, int]) -> list[float]:
            rows = scaling.rows([x[span[0] : span[1]] for x in X])
            return [float(square.max()) for square in rows.squares]

        found = run(one, blocks(len(X[0]), BLOCK), n_jobs)
        return cls(scaling, X, tuple(max(each) for each in zip(*found, strict=True)))

    def __len__(self) -> int:
        return len(self.X[0])

    def __getitem__(self, index: slice | NDArray[np.intp]) -> KernelRows:
        return self.scaling.rows([x[index] for x in self.X])

    def needs_double(self, gammas: Sequence[float]) -> bool:
        """Whether single precision would spoil the kernel."""
        return needs_double(gammas, self.largest)
