"""Distances among all rows that several training parts draw from, computed once for all of these parts.

Where columns keep their scale, two rows are as far from each other in one part as in another. Centred columns
would differ from part to part in their last bits, so rows are multiplied as they came. Whether that is exact
enough is asked of a part's own rows: what others hold changes none of its kernel values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.grid import grid_points
from latefusion.svm.gram import Gram
from latefusion.svm.inputs import Features, present_rows, select_rows
from latefusion.svm.kernels import InputScaling, KernelRows, needs_double
from latefusion.svm.memory import distance_bytes, fits, svm_bytes
from latefusion.svm.settings import SvmSettings

OFFSET_UP_TO: Final = 16.0
"""Most that the squared norm of the mean may be, in squared deviations of a row from it: products then lose
some four of the 24 bits that they keep of centred rows."""

EXPONENT_UP_TO: Final = 20
"""Largest power of two, up or down, that columns may have as their unit: squares stay far from both ends of
single precision."""


@dataclass(frozen=True)
class SharedDistances:
    """Distances of rows in a view, and the room for the Gram matrix of one training part after another.

    Attributes
    ----------
    gram : Gram
        Of the rows that have all modalities.
    place : (n,) int array
        Place of each row among these; -1 where it lacks a modality.
    """

    gram: Gram
    place: NDArray[np.intp]

    @classmethod
    def of(
        cls,
        X: Sequence[Features],
        settings: SvmSettings,
        *,
        n_classes: int,
        n_jobs: int = 1,
        memory_mb: float | None = None,
    ) -> SharedDistances | None:
        """Return what parts of these rows can share, or None where their distances differ.

        Parameters
        ----------
        X : sequence of (n, d_m) float32 or float64 arrays
            One for each modality, all rows that the parts draw from; a row of NaN where an item lacks it.
        settings : SvmSettings
        n_classes : int
        n_jobs : int
            Threads; changes no bit of the result.
        memory_mb : float, optional
            Megabytes of the job; where the distances do not fit they are computed again for each part, to the
            same bits.
        """
        differ = settings.scale != "none" or settings.combine == "kernel_aligned"
        if differ or settings.approximation is not None or any(x.dtype != np.float32 for x in X):
            return None
        known = present_rows(X)
        parts = select_rows(X, known)
        if not known.any():
            return None
        scaling = InputScaling.fit(parts, settings.combine, settings.scale).as_given()
        n = int(known.sum())
        needed = svm_bytes(
            n,
            sum(x.shape[1] for x in parts),
            classes=n_classes,
            models=len(grid_points(settings.C, settings.gamma)),
        )
        gram = Gram(
            scaling.rows(parts, n_jobs=n_jobs),
            (0.0,) * scaling.n_parts,  # in single precision, see `serves`
            reuse=fits(needed + distance_bytes(n, scaling.n_parts), memory_mb),
            n_jobs=n_jobs,
        )
        return cls(gram, np.where(known, np.cumsum(known) - 1, -1))

    def drawn(self, chosen: NDArray[np.integer]) -> DrawnRows:
        """Return rows of a training part by their place in `X`, (m,)."""
        return DrawnRows(self.gram, self.place[chosen])


@dataclass(frozen=True)
class DrawnRows:
    """Rows of a training part among those whose distances are shared.

    Attributes
    ----------
    gram : Gram
    place : (m,) int array
        Place of each row of the part; -1 where it lacks a modality.
    """

    gram: Gram
    place: NDArray[np.intp]

    def at(self, place: NDArray[np.integer]) -> NDArray[np.intp]:
        """Return where each row of the Gram matrix stands in a part's own order, (n,); -1 for rows of others.

        Parameters
        ----------
        place : int array
            Where the part's rows stand that have all modalities.
        """
        found = np.full(self.gram.n, -1, np.intp)
        found[self.place[self.place >= 0]] = place
        return found


def serves(scaling: InputScaling, rows: KernelRows, gammas: Sequence[float]) -> bool:
    """Whether shared distances are exact enough for a part, by its own rows.

    Parameters
    ----------
    scaling : InputScaling
        Of these rows.
    rows : KernelRows
        Shifted and scaled.
    gammas : sequence of float
        The largest gamma of each part of the kernel, for scaled rows.
    """
    offset = scaling.squared_offsets()
    spread = [float(square.mean()) for square in rows.squares]
    largest = [
        (np.sqrt(o) + np.sqrt(square.max(initial=0.0))) ** 2
        for o, square in zip(offset, rows.squares, strict=True)
    ]
    return (
        all(o <= OFFSET_UP_TO * s for o, s in zip(offset, spread, strict=True))
        and all(abs(exponent) <= EXPONENT_UP_TO for exponent in scaling.exponent)
        and not needs_double(gammas, largest)
    )
